import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { begunFromStat, end, identityOf, isAlive, signal } from './process-identity.js';

const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });

describe('the identity of a process', () => {
  it('is found for a process that runs, and twice the same', () => {
    const found = identityOf(process.pid);
    expect(found).toEqual({ pid: process.pid, begun: expect.any(String) });
    expect(identityOf(process.pid)).toEqual(found);
  });

  it('is none for an id that nobody has', () => {
    expect(identityOf(2 ** 30)).toBeNull();
  });

  it('does not take a process that got the same id later for the one that was recorded', async () => {
    const stranger = sleeper();
    const recorded = { pid: stranger.pid!, begun: 'another boot/1' };
    expect(isAlive(recorded)).toBe(false);
    expect(signal(recorded, 'SIGKILL')).toBe(false);
    await end(recorded, 'SIGKILL', 0);
    expect(identityOf(stranger.pid!)).not.toBeNull();
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  });

  it('reads the start time behind a program name that holds brackets and blanks', () => {
    const rest = ['S', ...Array.from({ length: 18 }, (_, i) => `${i}`), '4711', '0'].join(' ');
    expect(begunFromStat(`42 (a) b (c)) ${rest}`, 'boot')).toBe('boot/4711');
  });

  it('counts a process that ended and is not buried yet as gone', () => {
    const rest = ['Z', ...Array.from({ length: 18 }, (_, i) => `${i}`), '4711', '0'].join(' ');
    expect(begunFromStat(`42 (x) ${rest}`, 'boot')).toBeNull();
  });
});

describe('ending a process', () => {
  it('asks first', async () => {
    const child = sleeper();
    const exit = once(child, 'exit');
    await end(identityOf(child.pid!)!, 'SIGTERM', 5000);
    expect(await exit).toEqual([null, 'SIGTERM']);
  });

  it('ends one that does not listen', async () => {
    const child = spawn(process.execPath, [
      '-e',
      `process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)`,
    ]);
    await once(child.stdout, 'data');
    const exit = once(child, 'exit');
    await end(identityOf(child.pid!)!, 'SIGTERM', 50);
    expect(await exit).toEqual([null, 'SIGKILL']);
  });
});
