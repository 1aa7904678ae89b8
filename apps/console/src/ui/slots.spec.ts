import fc from 'fast-check';
import { slotsFor } from './slots.js';

const none: ReadonlyMap<number, number> = new Map();

it('leaves a row that stays in view where it is, and gives the place of one that went to one that comes', () => {
  const before = slotsFor(none, 0, 3);
  expect([...before]).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  const after = slotsFor(before, 2, 5);
  expect([after.get(2), after.get(3)]).toEqual([2, 3]);
  expect(new Set([after.get(4), after.get(5)])).toEqual(new Set([0, 1]));
});

it('shows every row of a window in a place of its own, however it moved', () => {
  const windows = fc.array(fc.tuple(fc.nat(200), fc.nat(40)), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(windows, (moves) => {
      let slots = none;
      for (const [first, count] of moves) {
        slots = slotsFor(slots, first, first + count);
        expect([...slots.keys()].sort((a, b) => a - b)).toEqual(
          Array.from({ length: count + 1 }, (_, at) => first + at),
        );
        expect(new Set(slots.values()).size).toBe(slots.size);
      }
    }),
  );
});
