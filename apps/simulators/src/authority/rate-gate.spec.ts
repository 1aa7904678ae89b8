import fc from 'fast-check';
import { RateGate } from './rate-gate.js';

it('lets three a second through, and says when the next may come', () => {
  const gate = new RateGate(3);
  expect([0, 100, 200, 300].map((now) => gate.wait(now))).toEqual([0, 0, 0, 1]);
  expect([1_000, 1_001, 1_100].map((now) => gate.wait(now))).toEqual([0, 1, 0]);
});

it('holds nobody back without a rate', () => {
  const gate = new RateGate(null);
  expect(Array.from({ length: 100 }, () => gate.wait(0)).every((seconds) => seconds === 0)).toBe(true);
});

it('never lets more through within any second, and everybody who waits as told', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
      (rate, steps) => {
        const gate = new RateGate(rate);
        const passed: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          const seconds = gate.wait(now);
          if (seconds === 0) passed.push(now);
          else now += seconds * 1_000;
          const within = passed.filter((at) => at > now - 1_000);
          expect(within.length).toBeLessThanOrEqual(rate);
          if (seconds > 0) {
            expect(gate.wait(now)).toBe(0);
            passed.push(now);
          }
        }
      },
    ),
  );
});
