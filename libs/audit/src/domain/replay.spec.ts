import { replay, type Fold } from './replay.js';
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

describe('replay', () => {
  it('folds each stream with its own function, up to and including the microsecond', () => {
    const replayed = replay(leaves, '2026-11-24T10:00:00.000500Z', { declaration: counting });
    expect(replayed).toMatchObject({
      events: 2,
      streams: { 'declaration-1': 1, 'unheard-1': 1 },
      states: { 'declaration-1': { seen: 1 } },
    });
    expect(replay(leaves, '2026-11-24T10:00:00.000501Z', { declaration: counting }).states['declaration-1']).toEqual({
      seen: 2,
    });
  });
  it('tells a stream without a fold by the names of its events', () => {
    expect(replay(leaves, '2027-01-01T00:00:00.000000Z', {}).states['unheard-1']).toEqual(['Opened', 'Closed']);
  });
  it('knows nothing before the first event', () => {
    expect(replay(leaves, '2026-11-24T09:59:59.999999Z', {})).toEqual({
      events: 0,
      streams: {},
      states: {},
      timeline: [],
    });
  });
  it('gives the timeline in the log’s order, without the events’ data', () => {
    const { timeline } = replay(leaves, '2027-01-01T00:00:00.000000Z', {});
    expect(timeline.map(({ index }) => index)).toEqual([4, 7, 9, 12]);
    expect(timeline[0]).not.toHaveProperty('data');
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
        time: 't',
        actor: 'a',
        data: { high: true },
      }),
    );
    expect(readLeaf(3, body)).toMatchObject({ index: 3, name: 'tidewaiter.tides.TideTurned.v3', data: { high: true } });
  });
});
