import fc from 'fast-check';
import { sequence, streamKey, type Pending } from './sequence.js';

const row = (stagedId: number, stream: string, version: number, tenant = 'acme'): Pending => ({
  stagedId: String(stagedId),
  tenant,
  stream,
  version,
});
const none = new Map<string, number>();

describe('sequencing', () => {
  it('continues each log where it stands', () => {
    const sizes = new Map([['acme', 7]]);
    const { leaves, sizes: grown } = sequence(
      [row(1, 'a', 1), row(2, 'b', 1, 'globex'), row(3, 'a', 2)],
      [],
      none,
      sizes,
    );
    expect(leaves).toEqual([
      { stagedId: '1', tenant: 'acme', index: 7 },
      { stagedId: '2', tenant: 'globex', index: 0 },
      { stagedId: '3', tenant: 'acme', index: 8 },
    ]);
    expect([...grown]).toEqual([
      ['acme', 9],
      ['globex', 1],
    ]);
  });
  it('holds a version back until the one before it has come, in this batch or an earlier one', () => {
    expect(sequence([row(1, 'a', 3), row(2, 'a', 2)], [], none, none)).toMatchObject({
      leaves: [],
      waiting: [{ version: 3 }, { version: 2 }],
    });
    const late = sequence([row(5, 'a', 1)], [row(1, 'a', 3), row(2, 'a', 2)], none, none);
    expect(late.leaves.map(({ stagedId }) => stagedId)).toEqual(['5', '2', '1']);
    expect(late.waiting).toEqual([]);
  });
  it('does not call waiting what waits already', () => {
    expect(
      sequence([row(5, 'a', 6)], [row(1, 'a', 4)], new Map([[streamKey(row(0, 'a', 0)), 2]]), none).waiting,
    ).toEqual([row(5, 'a', 6)]);
  });
  it('gives a version to the first that claims it, in the log or waiting', () => {
    expect(sequence([row(9, 'a', 2)], [], new Map([[streamKey(row(0, 'a', 0)), 2]]), none).taken).toEqual([
      row(9, 'a', 2),
    ]);
    expect(sequence([row(9, 'a', 4)], [row(3, 'a', 4)], none, none).taken).toEqual([row(9, 'a', 4)]);
  });

  it('logs every stream gapless and in order, whatever the order of arrival and wherever the batches are cut', () => {
    const arrivals = fc
      .array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 })
      .map((lengths) =>
        lengths.flatMap((length, stream) =>
          Array.from({ length }, (_, i) => ({ stream: `s${stream}`, version: i + 1, tenant: `t${stream % 2}` })),
        ),
      )
      .chain((events) =>
        fc.tuple(fc.shuffledSubarray(events, { minLength: events.length }), fc.array(fc.integer({ min: 1, max: 9 }))),
      );
    fc.assert(
      fc.property(arrivals, ([events, cuts]) => {
        const staged = events.map((event, i) => ({ stagedId: String(i), ...event }));
        const heads = new Map<string, number>();
        const sizes = new Map<string, number>();
        const logged: Pending[] = [];
        let waiting: Pending[] = [];
        for (let at = 0, n = 0; at < staged.length; n += 1) {
          const batch = staged.slice(at, (at += cuts[n] ?? 7));
          const outcome = sequence(batch, waiting, heads, sizes);
          for (const leaf of outcome.leaves) {
            const event = staged[Number(leaf.stagedId)]!;
            expect(event.version).toBe((heads.get(streamKey(event)) ?? 0) + 1);
            heads.set(streamKey(event), event.version);
            expect(leaf.index).toBe(sizes.get(event.tenant) ?? 0);
            sizes.set(event.tenant, leaf.index + 1);
            logged.push(event);
          }
          expect(outcome.taken).toEqual([]);
          waiting = [...waiting, ...outcome.waiting].filter(
            (each) => !outcome.leaves.some((leaf) => leaf.stagedId === each.stagedId),
          );
        }
        expect(logged.length).toBe(staged.length);
        expect(waiting).toEqual([]);
      }),
    );
  });
});
