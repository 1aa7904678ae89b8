import fc from 'fast-check';
import { holdAfter, restAfter, RESTS_MS, retryAfterOf } from './schedule.js';

describe('the rest after a failed try', () => {
  it('is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, and then there is none', () =>
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((tries) => restAfter(tries, 0))).toEqual([
      5_000,
      300_000,
      1_800_000,
      7_200_000,
      18_000_000,
      36_000_000,
      36_000_000,
      null,
    ]));
  it('is never shorter, and at most a tenth longer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: RESTS_MS.length }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, chance) => {
          const rest = restAfter(tries, chance)!;
          expect(rest).toBeGreaterThanOrEqual(RESTS_MS[tries - 1]!);
          expect(rest).toBeLessThanOrEqual(RESTS_MS[tries - 1]! * 1.1 + 1);
        },
      ),
    );
  });
});

describe('the hold of a whole endpoint', () => {
  it.each([
    ['an ordinary failure', 1, 500, null, 0],
    ['no answer', 1, null, null, 0],
    ['a throttling answer', 1, 429, null, 30_000],
    ['a throttling answer that says for how long', 1, 429, 120_000, 120_000],
    ['an unavailable one that says for how long', 1, 503, 7_000, 7_000],
    ['a gateway that timed out', 1, 504, null, 30_000],
    ['one that asks for a year', 1, 429, 365 * 86_400_000, 86_400_000],
    ['the fifth failure in a row', 5, 500, null, 5_000],
    ['the seventh', 7, 500, null, 20_000],
    ['the hundredth', 100, 500, null, 600_000],
    ['the hundredth that asks for less', 100, 429, 1_000, 600_000],
  ])('after %s', (_, failures, status, retryAfter, expected) =>
    expect(holdAfter(failures, status, retryAfter)).toBe(expected),
  );
});

describe('Retry-After', () => {
  const at = Date.parse('2026-11-24T12:00:00Z');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Tue, 24 Nov 2026 12:01:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('%s', (header, expected) => expect(retryAfterOf(header, at)).toBe(expected));
});
