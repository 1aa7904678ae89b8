import fc from 'fast-check';
import { LEAST_HISTORY_DAYS, runsOut } from './guarantee-forecast.js';

const days = fc.array(fc.bigInt({ min: -50_00n, max: 100_00n }), { minLength: LEAST_HISTORY_DAYS, maxLength: 60 });

describe('when a guarantee runs out', () => {
  it('is known to the day when every day is alike', () =>
    expect(runsOut(1000n, Array<bigint>(20).fill(100n), 365, 1)).toEqual({ p10: 11, p50: 11, p90: 11 }));
  it('is never when as much is given back as held', () =>
    expect(runsOut(1000n, Array<bigint>(20).fill(0n), 365, 1)).toEqual({ p10: null, p50: null, p90: null }));
  it('is not said from a few days', () => expect(runsOut(1000n, Array<bigint>(13).fill(100n), 365, 1)).toBeNull());
  it('is the same for the same seed, and in order', () => {
    fc.assert(
      fc.property(days, fc.bigInt({ min: 0n, max: 5000_00n }), fc.nat(), (history, headroom, seed) => {
        const out = runsOut(headroom, history, 120, seed)!;
        expect(runsOut(headroom, history, 120, seed)).toEqual(out);
        const at = (day: number | null): number => day ?? Infinity;
        expect(at(out.p10)).toBeLessThanOrEqual(at(out.p50));
        expect(at(out.p50)).toBeLessThanOrEqual(at(out.p90));
      }),
      { numRuns: 30 },
    );
  });
  it('never comes sooner with more headroom', () => {
    fc.assert(
      fc.property(days, fc.bigInt({ min: 0n, max: 5000_00n }), fc.nat(), (history, headroom, seed) => {
        const at = (of: bigint): number => runsOut(of, history, 120, seed)!.p50 ?? Infinity;
        expect(at(headroom + 10_00n)).toBeGreaterThanOrEqual(at(headroom));
      }),
      { numRuns: 30 },
    );
  });
});
