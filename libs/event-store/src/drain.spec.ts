import { jest } from '@jest/globals';
import type { Log } from '@tidewaiter/event-bus';
import { Drain } from './drain.js';

const logTo = (lines: string[]): Log => ({
  info: (message) => void lines.push(message),
  warn: (message) => void lines.push(message),
  error: (message) => void lines.push(message),
});
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('a drain', () => {
  it('works until nothing is left, then polls', async () => {
    const pieces = [5, 5, 0, 3, 0];
    let calls = 0;
    const drain = new Drain({ name: 'd', idleMs: 5, log: logTo([]), work: async () => pieces[calls++] ?? 0 });
    drain.start();
    await until(() => calls > pieces.length);
    await drain.stop();
  });

  it('looks at once when nudged, also when the nudge comes during the work', async () => {
    let calls = 0;
    const drain: Drain = new Drain({
      name: 'd',
      idleMs: 60_000,
      log: logTo([]),
      work: async () => {
        calls += 1;
        if (calls === 1) drain.nudge();
        return 0;
      },
    });
    drain.start();
    await until(() => calls === 2);
    drain.nudge();
    await until(() => calls === 3);
    await drain.stop();
  });

  it('keeps its spacing however often it is nudged, and looks at once after a rest', async () => {
    jest.useFakeTimers();
    try {
      let looks = 0;
      const drain: Drain = new Drain({
        name: 'd',
        idleMs: 60_000,
        spacingMs: 40,
        log: logTo([]),
        work: async () => {
          looks += 1;
          return 0;
        },
      });
      drain.start();
      await jest.advanceTimersByTimeAsync(0);
      expect(looks).toBe(1);
      for (let turn = 0; turn < 10; turn += 1) drain.nudge();
      await jest.advanceTimersByTimeAsync(39);
      expect(looks).toBe(1);
      await jest.advanceTimersByTimeAsync(1);
      expect(looks).toBe(2);
      await jest.advanceTimersByTimeAsync(40);
      drain.nudge();
      await jest.advanceTimersByTimeAsync(0);
      expect(looks).toBe(3);
      await drain.stop();
    } finally {
      jest.useRealTimers();
    }
  });

  it('rests after an error however often it is nudged, tells of it once, and of its end', async () => {
    const lines: string[] = [];
    let calls = 0;
    const work = async (): Promise<number> => {
      calls += 1;
      if (calls <= 2) throw new Error('database is away');
      return 0;
    };
    const drain = new Drain({ name: 'd', idleMs: 5, longestBackoffMs: 30, log: logTo(lines), work });
    drain.start();
    await until(() => calls === 1);
    for (let turn = 0; turn < 10; turn += 1) drain.nudge();
    expect(calls).toBe(1);
    await until(() => calls > 3);
    await drain.stop();
    expect(lines).toEqual(['drain failed, trying again', 'drain goes on']);
  });

  it('lets the piece at hand finish when it is stopped, and starts again', async () => {
    let finished = 0;
    const drain = new Drain({
      name: 'd',
      idleMs: 60_000,
      log: logTo([]),
      work: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        finished += 1;
        return 1;
      },
    });
    drain.start();
    await drain.stop();
    expect(finished).toBe(1);
    drain.start();
    await until(() => finished === 2);
    await drain.stop();
  });
});
