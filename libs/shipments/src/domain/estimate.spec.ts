import fc from 'fast-check';
import { initialBoard } from './board.js';
import { awaitedSince, dotsOf, durationsOf, estimateOf } from './estimate.js';

const since = '2026-11-20T00:00:00.000000Z';
const day = 86_400;
const daysUpTo = (count: number): number[] => Array.from({ length: count }, (_, n) => (n + 1) * day);

describe('an estimate of the delivery', () => {
  it('is not given from 29 like cases, and is from 30: half and nine of ten of them', () => {
    expect(estimateOf(daysUpTo(29), since, since)).toEqual({ cases: 29, p50: null, p90: null });
    expect(estimateOf(daysUpTo(30), since, since)).toEqual({
      cases: 30,
      p50: '2026-12-06T00:00:00.000000Z',
      p90: '2026-12-18T00:00:00.000000Z',
    });
  });

  it('counts only cases that took longer than this one has waited already', () => {
    expect(estimateOf(daysUpTo(40), since, '2026-11-25T00:00:00.000000Z').cases).toBe(35);
    expect(estimateOf(daysUpTo(40), since, '2026-12-02T12:00:00.000000Z')).toEqual({ cases: 28, p50: null, p90: null });
  });

  it('never lies in the past, and its dots stand in order around it', () => {
    const cases = fc.array(fc.integer({ min: 1, max: 400 * day }), { minLength: 30, maxLength: 80 });
    fc.assert(
      fc.property(cases, fc.nat(30 * day), (durations, elapsed) => {
        const sorted = durations.sort((a, b) => a - b);
        const now = new Date(Date.parse(since) + elapsed * 1000).toISOString();
        const { p50, p90 } = estimateOf(sorted, since, now);
        const dots = dotsOf(sorted, since, now);
        expect(dots).toHaveLength(p50 === null ? 0 : 20);
        if (p50 === null || p90 === null) return;
        expect(dots).toEqual([...dots].sort());
        for (const instant of [p50, p90, ...dots]) expect(Date.parse(instant)).toBeGreaterThan(Date.parse(now));
        expect(dots[9]! <= p50 && p50 <= p90 && p90 <= dots[19]!).toBe(true);
      }),
    );
  });

  it('takes its cases from shipments that were delivered, each from every stage it went through', () => {
    const delivered = {
      ...initialBoard,
      reached: 4,
      since: {
        engagement: '2026-11-01T00:00:00.000000Z',
        clearance: '2026-11-03T00:00:00.000000Z',
        'record-keeping': '2026-11-05T00:00:00.000000Z',
      },
    };
    expect(durationsOf(delivered).map(({ stage, seconds }) => [stage, seconds])).toEqual([
      ['engagement', 4 * day],
      ['clearance', 2 * day],
    ]);
    expect(durationsOf({ ...delivered, outcome: 'unimported' })).toEqual([]);
    expect(durationsOf(initialBoard)).toEqual([]);
    expect(awaitedSince(delivered)).toBeNull();
    expect(awaitedSince({ ...initialBoard, reached: 2, since: { clearance: since } })).toEqual({
      stage: 'clearance',
      since,
    });
  });
});
