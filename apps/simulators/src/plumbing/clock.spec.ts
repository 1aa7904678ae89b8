import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from './clock.js';

const HOUR = 3_600_000;
const folder = (): string => mkdtempSync(join(tmpdir(), 'clock-'));

it('runs what falls due on the way at its own moment, in order', () => {
  const clock = new Clock();
  const start = clock.now();
  const ran: [string, number][] = [];
  const note = (name: string) => (): void => void ran.push([name, Math.round((clock.now() - start) / HOUR)]);
  clock.at(start + 2 * HOUR, note('second'));
  clock.at(start + HOUR, () => {
    note('first')();
    clock.at(clock.now() + 4 * HOUR, note('planned on the way'));
  });
  clock.at(start + 9 * HOUR, note('too late'));
  clock.advance(8 * HOUR);
  expect(ran).toEqual([
    ['first', 1],
    ['second', 2],
    ['planned on the way', 5],
  ]);
  expect(Math.round((clock.now() - start) / HOUR)).toBe(8);
  clock.close();
});

it('runs nothing that was taken off the plan', () => {
  const clock = new Clock();
  let ran = false;
  clock.at(clock.now() + HOUR, () => (ran = true))();
  clock.advance(2 * HOUR);
  expect(ran).toBe(false);
  clock.close();
});

it('keeps how far it is ahead over a restart', () => {
  const path = folder();
  const clock = new Clock({ folder: path, skips: false });
  clock.advance(30 * 24 * HOUR);
  clock.close();
  const again = new Clock({ folder: path, skips: false });
  expect(again.now() - Date.now()).toBeGreaterThanOrEqual(30 * 24 * HOUR - 1_000);
  again.close();
});

it('jumps over the wait for an act, never for a deadline, and not while something is under way', async () => {
  const clock = new Clock({ folder: null, skips: true });
  const start = clock.now();
  const done = clock.hold();
  const acted = new Promise<number>((resolve) => clock.at(start + HOUR, () => resolve(clock.now())));
  let lapsed = false;
  clock.at(start + 48 * HOUR, () => (lapsed = true), { isDeadline: true });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(clock.now() - start).toBeLessThan(HOUR);
  done();
  expect((await acted) - start).toBeGreaterThanOrEqual(HOUR);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(lapsed).toBe(false);
  clock.close();
});
