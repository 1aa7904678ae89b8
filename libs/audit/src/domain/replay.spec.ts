import fc from 'fast-check';
import { difference, replay, stepOf, type Fold, type Moment } from './replay.js';
import { readLeaf, type Leaf } from './leaf.js';

const leaf = (
  index: number,
  stream: string,
  version: number,
  time: string,
  name = 'Happened',
  data: unknown = { n: index },
): Leaf => ({
  index,
  eventId: `0190a000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  type: `tidewaiter.customs.${name}.v1`,
  name,
  stream,
  version,
  time,
  happened: time,
  actor: 'system:customs',
  data,
});
const counting: Fold = { initial: { seen: 0 }, evolve: (state) => ({ seen: (state as { seen: number }).seen + 1 }) };
const leaves = [
  leaf(4, 'declaration-1', 1, '2026-11-24T10:00:00.000000Z'),
  leaf(7, 'unheard-1', 1, '2026-11-24T10:00:00.000500Z', 'Opened'),
  leaf(9, 'declaration-1', 2, '2026-11-24T10:00:00.000501Z'),
  leaf(12, 'unheard-1', 2, '2026-11-25T00:00:00.000000Z', 'Closed'),
];

const LATER = '2027-01-01T00:00:00.000000Z';
const known = (instant: string): Moment => ({ known: instant, asOf: instant });

describe('replay', () => {
  it('folds each stream with its own function, up to and including the microsecond', () => {
    const replayed = replay(leaves, known('2026-11-24T10:00:00.000500Z'), { declaration: counting });
    expect(replayed).toMatchObject({
      events: 2,
      streams: { 'declaration-1': 1, 'unheard-1': 1 },
      states: { 'declaration-1': { seen: 1 } },
    });
    const one = replay(leaves, known('2026-11-24T10:00:00.000501Z'), { declaration: counting });
    expect(one.states['declaration-1']).toEqual({ seen: 2 });
  });
  it('tells a stream without a fold by the names of its events', () => {
    expect(replay(leaves, known(LATER), {}).states['unheard-1']).toEqual(['Opened', 'Closed']);
  });
  it('tells a stream that does not begin here by the names of its events: an account of many shipments', () => {
    const shared = [
      leaf(1, 'declaration-2', 5, '2026-11-24T10:00:00.000000Z', 'Reserved'),
      leaf(2, 'declaration-2', 9, '2026-11-24T11:00:00.000000Z', 'Released'),
    ];
    expect(replay(shared, known(LATER), { declaration: counting }).states['declaration-2']).toEqual([
      'Reserved',
      'Released',
    ]);
  });
  it('knows nothing before the first event', () => {
    expect(replay(leaves, known('2026-11-24T09:59:59.999999Z'), {})).toEqual({
      events: 0,
      streams: {},
      states: {},
      timeline: [],
    });
  });
  it('gives the timeline in the log’s order, without the events’ data', () => {
    const { timeline } = replay(leaves, known(LATER), {});
    expect(timeline.map(({ index }) => index)).toEqual([4, 7, 9, 12]);
    expect(timeline[0]).not.toHaveProperty('data');
  });
});

/** The authority released at ten; we heard of it at noon, after our own note of eleven. */
const heardLate = [
  leaf(0, 'declaration-1', 1, '2026-11-24T09:00:00.000000Z', 'Set', { status: 'filed' }),
  leaf(1, 'declaration-1', 2, '2026-11-24T11:00:00.000000Z', 'Set', { note: 'asked again' }),
  {
    ...leaf(2, 'declaration-1', 3, '2026-11-24T12:00:00.000000Z', 'Set', { status: 'released' }),
    happened: '2026-11-24T10:00:00.000000Z',
  },
];
const setting: Fold = { initial: {}, evolve: (state, { data }) => ({ ...(state as object), ...(data as object) }) };
const folds = { declaration: setting };

describe('two clocks', () => {
  const stateAt = (moment: Moment): unknown => replay(heardLate, moment, folds).states['declaration-1'];
  it('tell apart what was true and what was known', () => {
    const half = '2026-11-24T10:30:00.000000Z';
    expect(stateAt({ known: half, asOf: half })).toEqual({ status: 'filed' });
    expect(stateAt({ known: LATER, asOf: half })).toEqual({ status: 'released' });
    expect(stateAt({ known: '2026-11-24T11:00:00.000000Z', asOf: LATER })).toEqual({
      status: 'filed',
      note: 'asked again',
    });
  });
  it('count up to and including the instant on both axes', () => {
    expect(stateAt({ known: '2026-11-24T12:00:00.000000Z', asOf: '2026-11-24T10:00:00.000000Z' })).toEqual({
      status: 'released',
    });
    expect(stateAt({ known: '2026-11-24T11:59:59.999999Z', asOf: '2026-11-24T10:00:00.000000Z' })).toEqual({
      status: 'filed',
    });
    expect(stateAt({ known: LATER, asOf: '2026-11-24T09:59:59.999999Z' })).toEqual({ status: 'filed' });
  });
});

describe('a difference', () => {
  const between = (from: string, to: string) => difference(heardLate, known(from), known(to), folds);
  it('names each field with what it was and is, and the events that made it so', () => {
    const { changes, events } = between('2026-11-24T09:00:00.000000Z', '2026-11-24T12:00:00.000000Z');
    expect(changes).toEqual([
      {
        stream: 'declaration-1',
        path: ['status'],
        before: 'filed',
        after: 'released',
        events: [heardLate[2]!.eventId],
      },
      { stream: 'declaration-1', path: ['note'], after: 'asked again', events: [heardLate[1]!.eventId] },
    ]);
    expect(events.map(({ index }) => index)).toEqual([1, 2]);
  });
  it('backwards takes the fields away again', () => {
    const { changes } = between('2026-11-24T12:00:00.000000Z', '2026-11-24T09:00:00.000000Z');
    expect(changes).toEqual([
      {
        stream: 'declaration-1',
        path: ['status'],
        before: 'released',
        after: 'filed',
        events: [heardLate[2]!.eventId],
      },
      { stream: 'declaration-1', path: ['note'], before: 'asked again', events: [heardLate[1]!.eventId] },
    ]);
  });
  it('of a moment to itself is none', () => {
    expect(between(LATER, LATER)).toEqual({ changes: [], events: [] });
  });
  it('applied to the first state gives the second, for any two moments', () => {
    const instants = fc
      .integer({ min: 8, max: 13 })
      .map((hour) => `2026-11-24T${String(hour).padStart(2, '0')}:00:00.000000Z`);
    const moments = fc.record({ known: instants, asOf: instants });
    fc.assert(
      fc.property(moments, moments, (from, to) => {
        const [older, newer] = [replay(heardLate, from, folds), replay(heardLate, to, folds)];
        const fields = { ...((older.states['declaration-1'] as Record<string, unknown>) ?? {}) };
        const { changes } = difference(heardLate, from, to, folds);
        for (const { path, after } of changes) {
          if (after === undefined) delete fields[path[0]!];
          else fields[path[0]!] = after;
        }
        expect(fields).toEqual(newer.states['declaration-1'] ?? {});
        expect(changes.every(({ events }) => events.length > 0)).toBe(true);
      }),
    );
  });
});

describe('a step', () => {
  it('is one event and the fields that it changed', () => {
    expect(stepOf(heardLate, known(LATER), 3, folds)).toMatchObject({
      event: { index: 2 },
      changes: [{ path: ['status'], before: 'filed', after: 'released' }],
    });
  });
});

describe('a leaf', () => {
  it('of an event that this release does not know is read as it is', () => {
    const body = Buffer.from(
      JSON.stringify({
        id: 'x',
        type: 'tidewaiter.tides.TideTurned.v3',
        stream: 'tide-1',
        version: 1,
        time: '2026-11-24T10:00:00Z',
        actor: 'a',
        data: { high: true },
      }),
    );
    expect(readLeaf(3, body)).toMatchObject({ index: 3, name: 'tidewaiter.tides.TideTurned.v3', data: { high: true } });
  });

  it('says when the authority made it so, where its event tells', () => {
    const event = (authorityTime: unknown) =>
      Buffer.from(
        JSON.stringify({
          id: 'x',
          type: 'tidewaiter.customs.DeclarationRegistered.v1',
          stream: 'declaration-1',
          version: 1,
          time: '2026-11-24T12:00:00Z',
          actor: 'authority:cds',
          data: { authorityTime },
        }),
      );
    expect(readLeaf(0, event('2026-11-24T11:00:00+01:00'))).toMatchObject({
      time: '2026-11-24T12:00:00.000000Z',
      happened: '2026-11-24T10:00:00.000000Z',
    });
    expect(readLeaf(0, event('soon')).happened).toBe('2026-11-24T12:00:00.000000Z');
    expect(readLeaf(0, event(undefined)).happened).toBe('2026-11-24T12:00:00.000000Z');
  });
});
