import fc from 'fast-check';
import { dotPlot } from './dot-plot.js';
import { gauge } from './gauge.js';
import { runOut } from './run-out.js';
import { pairedBars } from './paired-bars.js';
import { chain, lengthInWords, spineRows, type SpineFilter, type StoryEntry } from './spine.js';
import { coordinates, countryPosition, middleOf, placeOf, within } from './places.js';
import { fromEntry, stations } from './stations.js';
import { factAt, notchAt, timePlane } from './time-plane.js';
import { waterfall } from './waterfall.js';

describe('places on the map', () => {
  it('are found by code and by name, and not at all where they are not known', () => {
    expect(placeOf('GBFXT')).toEqual({ name: 'Felixstowe', position: [1.32, 51.95] });
    expect(placeOf(' felixstowe')).toEqual(placeOf('GBFXT'));
    expect(placeOf('Long Beach, CA')?.name).toBe('Long Beach');
    expect(placeOf('Nowhere')).toBeNull();
    expect(countryPosition('VN')).toEqual([106, 16]);
    expect(countryPosition('XX')).toBeNull();
    expect(coordinates([-118.25, 33.75])).toBe('33° 45′ N, 118° 15′ W');
    expect(coordinates([0.999, -0.5])).toBe('0° 30′ S, 1° 00′ E');
  });
  it('have a meridian in their middle, the short way round', () => {
    expect(middleOf([10])).toBe(10);
    expect(middleOf([0, 20])).toBe(10);
    expect(middleOf([170, -170])).toBe(-180);
    expect(middleOf([114, -118])).toBeCloseTo(178);
  });
  it('lie within half a turn of their middle, wherever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -180, max: 179 }), { minLength: 1, maxLength: 6 }), (all) => {
        const middle = middleOf(all);
        const [low, high] = [Math.min, Math.max].map((pick) => pick(...all.map((each) => within(each - middle))));
        expect(high!).toBeLessThanOrEqual(180);
        expect(Math.abs(low! + high!) % 360).toBeLessThan(1e-9);
      }),
    );
  });
  it('begin at the port of entry, once', () => {
    const line = [{ place: 'GBLON', says: 'delivered', at: '2026-11-24T10:00:00Z', state: 'here' as const }];
    expect(fromEntry(line, 'GBFXT').map(({ place }) => place)).toEqual(['GBFXT', 'GBLON']);
    expect(fromEntry(line, 'GBLON')).toBe(line);
    expect(fromEntry([], 'GBFXT')).toEqual([]);
  });
});

describe('the waterfall', () => {
  const steps = [
    { label: 'Goods', amount: '790.00' },
    { label: 'Freight', amount: '94.80' },
    { label: 'Insurance', amount: '6.32' },
    { label: 'Customs value', amount: '891.12', total: true },
    { label: 'Duty', amount: '87.03' },
  ];
  it('begins each part where the one before ended, and totals at zero', () => {
    const bars = waterfall(steps, 978.15);
    expect(bars.map(({ x, width }) => [x, width])).toEqual([
      [0, 790],
      [790, 94.8],
      [884.8, 6.32],
      [0, 891.12],
      [891.12, 87.03],
    ]);
    expect(bars[1]!.joins).toBe(790);
  });
  it('keeps the amounts digit for digit, however large', () => {
    expect(waterfall([{ label: 'a', amount: '12345678901234567.89' }], 100)[0]!.amount).toBe('12345678901234567.89');
  });
  it('goes back for what is taken off, and is empty without steps', () => {
    expect(
      waterfall(
        [
          { label: 'a', amount: '10' },
          { label: 'b', amount: '-4' },
        ],
        100,
      )[1],
    ).toMatchObject({ x: 60, width: 40 });
    expect(waterfall([], 100)).toEqual([]);
  });
});

it('draws quote and entry on one scale', () => {
  const bars = pairedBars(
    [
      { label: 'duty', before: '50.00', after: '100.00', change: '50.00' },
      { label: 'fee', before: '0.00', after: '0.00', change: '0.00' },
    ],
    200,
  );
  expect(bars.map(({ beforeWidth, afterWidth }) => [beforeWidth, afterWidth])).toEqual([
    [100, 200],
    [0, 0],
  ]);
});

describe('the plane of two clocks', () => {
  const facts = [
    { n: 1, learned: '2026-11-24T10:00:00Z', true: '2026-11-24T10:00:00Z', status: 'sent' },
    { n: 2, learned: '2026-11-24T14:00:00Z', true: '2026-11-24T12:00:00Z', status: 'rejected' },
  ];
  it('tells a late answer from what was known and from what was so', () => {
    expect(factAt(facts, '2026-11-24T13:00:00Z', '2026-11-24T13:00:00Z')?.status).toBe('sent');
    expect(factAt(facts, '2026-11-24T15:00:00Z', '2026-11-24T13:00:00Z')?.status).toBe('rejected');
    expect(factAt(facts, '2026-11-24T15:00:00Z', '2026-11-24T11:00:00Z')?.status).toBe('sent');
    expect(factAt(facts, '2026-11-24T09:00:00Z', '2026-11-24T13:00:00Z')).toBeNull();
  });
  it('has one column a thing learned and one row a thing true', () => {
    const { cells, known, asOf, statuses } = timePlane(facts);
    expect(cells.map((row) => row.map((cell) => cell?.status ?? null))).toEqual([
      ['sent', 'sent'],
      ['sent', 'rejected'],
    ]);
    expect([known.length, asOf.length, statuses]).toEqual([2, 2, ['sent', 'rejected']]);
    expect(notchAt(known, '2026-11-24T13:59:59Z')).toBe(0);
    expect(notchAt(known, '2026-11-24T09:00:00Z')).toBe(-1);
  });
});

describe('the spine', () => {
  const entry = (n: number, more: Partial<StoryEntry> = {}): StoryEntry => ({
    n,
    position: String(n),
    eventId: `e-${n}`,
    context: 'customs',
    name: 'X',
    rank: 'step',
    failure: false,
    says: `says ${n}`,
    actor: 'system:workflow',
    learned: '2026-11-24T10:00:00Z',
    said: null,
    lateBy: null,
    marks: [],
    causes: [],
    effects: [],
    stream: 's-1',
    version: n,
    ...more,
  });
  const all: SpineFilter = { rank: 'detail', contexts: [], actors: [], text: '' };
  const gap = { after: 2, before: 3, from: '', until: '', seconds: 300 * 86_400, waitingFor: 'authority', timer: null };
  const kinds = (rows: ReturnType<typeof spineRows>) =>
    rows.map((row) => (row.kind === 'entry' ? row.entry.n : `${row.kind}:${row.entries.length}`));

  it('folds what is less than was asked for, never what failed', () => {
    const entries = [
      entry(1, { rank: 'milestone' }),
      entry(2),
      entry(3, { rank: 'detail' }),
      entry(4, { failure: true }),
      entry(5),
    ];
    expect(kinds(spineRows({ entries, gaps: [] }, { ...all, rank: 'milestone' }))).toEqual([1, 'fold:2', 4, 'fold:1']);
    expect(kinds(spineRows({ entries, gaps: [] }, { ...all, rank: 'step' }))).toEqual([1, 2, 'fold:1', 4, 5]);
    expect(kinds(spineRows({ entries, gaps: [] }, { ...all, rank: 'milestone' }, 3))).toEqual([
      1,
      'fold:1',
      3,
      4,
      'fold:1',
    ]);
  });
  it('makes one row of three hundred days, with what was folded before them', () => {
    const entries = [entry(1, { rank: 'milestone' }), entry(2), entry(3, { rank: 'milestone' })];
    expect(kinds(spineRows({ entries, gaps: [gap] }, { ...all, rank: 'milestone' }))).toEqual([1, 'gap:1', 3]);
  });
  it('filters by context, actor and text, silences stay', () => {
    const entries = [
      entry(1, { context: 'duties' }),
      entry(2, { actor: 'authority:cds' }),
      entry(3, { says: 'Held for papers' }),
    ];
    expect(kinds(spineRows({ entries, gaps: [] }, { ...all, contexts: ['duties'] }))).toEqual([1]);
    expect(kinds(spineRows({ entries, gaps: [gap] }, { ...all, actors: ['authority'] }))).toEqual([2, 'gap:0']);
    expect(kinds(spineRows({ entries, gaps: [] }, { ...all, text: 'PAPERS' }))).toEqual([3]);
  });
  it('follows causes and effects to their ends', () => {
    const entries = [
      entry(1, { effects: [2] }),
      entry(2, { causes: [1], effects: [3] }),
      entry(3, { causes: [2] }),
      entry(4),
    ];
    expect([...chain(entries, 2)].sort()).toEqual([1, 2, 3]);
    expect([...chain(entries, 4)]).toEqual([4]);
  });
  it('says lengths in words', () => {
    expect([3, 125, 7200, 86_400, 300 * 86_400].map(lengthInWords)).toEqual([
      '3 s',
      '2 min',
      '2 h',
      '1 day',
      '300 days',
    ]);
  });
});

it('lines up stations, an actual report before an estimate', () => {
  const report = (place: string, classifier: string, at: string, effect = 'applied') => ({
    milestone: 'arrived',
    classifier,
    place,
    at,
    effect,
  });
  expect(
    stations([
      report('Leeds', 'estimated', '2026-12-01T00:00:00Z'),
      report('Felixstowe', 'actual', '2026-11-26T00:00:00Z'),
      report('Felixstowe', 'estimated', '2026-11-27T00:00:00Z'),
      report('hub', 'actual', '2026-11-27T00:00:00Z'),
      report('nowhere', 'actual', '2026-11-28T00:00:00Z', 'duplicate'),
    ]).map(({ place, state }) => [place, state]),
  ).toEqual([
    ['Felixstowe', 'passed'],
    ['hub', 'here'],
    ['Leeds', 'ahead'],
  ]);
});

it('shows what is used and held of a limit, and when it is over', () => {
  expect(gauge({ limit: '400000', used: '312000', reserved: '47000' })).toEqual({
    used: 0.78,
    reserved: 0.118,
    free: 0.102,
    over: false,
  });
  expect(gauge({ limit: '100', used: '90', reserved: '20' })).toMatchObject({
    used: 0.9,
    reserved: 0.1,
    free: 0,
    over: true,
  });
  expect(gauge({ limit: '0', used: '0', reserved: '0' })).toEqual({ used: 0, reserved: 0, free: 1, over: false });
});

describe('the dot plot', () => {
  const days = (...of: number[]): string[] =>
    of.map((day) => `2026-11-${String(day).padStart(2, '0')}T00:00:00.000000Z`);

  it('counts the dots behind the deadline, and stacks those that are near', () => {
    const plot = dotPlot(days(1, 1, 1, 10, 20, 21), '2026-11-15T00:00:00.000000Z', 240);
    expect(plot.late).toBe(2);
    expect(plot.dots.slice(0, 3).map(({ x }) => x)).toEqual([plot.dots[0]!.x, plot.dots[0]!.x, plot.dots[0]!.x]);
    expect(new Set(plot.dots.slice(0, 3).map(({ y }) => y)).size).toBe(3);
    expect(plot.deadline).toBeGreaterThan(plot.dots[3]!.x);
    expect(plot.deadline).toBeLessThan(plot.dots[4]!.x);
  });

  it('leaves a deadline that is far away out of the picture, and still says how many are late', () => {
    const plot = dotPlot(days(20, 21, 22), '2026-10-01T00:00:00.000000Z', 240);
    expect([plot.deadline, plot.late]).toEqual([null, 3]);
  });

  it('keeps every dot inside its frame', () => {
    const instants = fc.array(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(instants, (of) => {
        const plot = dotPlot(days(...of.sort((a, b) => a - b)), null, 240);
        for (const { x, y } of plot.dots) {
          expect(x).toBeGreaterThanOrEqual(6);
          expect(x).toBeLessThanOrEqual(234);
          expect(y).toBeGreaterThanOrEqual(6);
          expect(y).toBeLessThanOrEqual(plot.height - 6);
        }
      }),
    );
  });
});

describe('the days on which something runs out', () => {
  it('stand along a line of days; what does not run out within it is open to the right', () => {
    expect(runOut('2026-11-28', 100, { p10: '2026-12-08', p50: '2026-12-28', p90: null }, 1000)).toEqual({
      p10: 100,
      p50: 300,
      p90: null,
      band: { x: 100, width: 900, open: true },
      months: [
        { x: 30, month: '2026-12' },
        { x: 340, month: '2027-01' },
        { x: 650, month: '2027-02' },
        { x: 930, month: '2027-03' },
      ],
    });
  });
  it('have no band where not even a tenth of the futures run out', () => {
    expect(runOut('2026-11-28', 10, { p10: null, p50: null, p90: null }, 100)).toMatchObject({ band: null, p50: null });
  });
});
