import { newClusterId } from './kafka.js';

it('never draws a cluster id that a command line takes for an option', () => {
  const draws = [Buffer.alloc(16, 0xf8), Buffer.alloc(16, 0xfb), Buffer.alloc(16, 0x10)];
  expect(draws[0]!.toString('base64url')).toMatch(/^-/);
  expect(newClusterId(() => draws.shift()!)).toBe('EBAQEBAQEBAQEBAQEBAQEA');
});
