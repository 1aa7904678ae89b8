import { writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from './process-identity.js';
import { AlreadyRunning, readRunState, RunState } from './run-state.js';
import { temporaryHome } from './testing/folder.js';

const gone = { pid: 2 ** 30, begun: 'another boot/1' };

describe('the state of a run', () => {
  let home: string;
  let remove: () => void;
  beforeEach(() => ({ home, remove } = temporaryHome()));
  afterEach(() => remove());

  it('names the runner while it holds the folder, and nobody after', () => {
    const state = RunState.take(home);
    expect(readRunState(home)?.runner).toEqual(identityOf(process.pid));
    state.release();
    expect(readRunState(home)?.runner).toBeNull();
  });

  it('refuses a second runner and says where the first one is', () => {
    const state = RunState.take(home);
    state.addresses({ api: 'http://127.0.0.1:20400' });
    expect(() => RunState.take(home)).toThrow(AlreadyRunning);
    expect(() => RunState.take(home)).toThrow(/already running \(process \d+\) at http:\/\/127\.0\.0\.1:20400/);
  });

  it('is given back once: a second time would take the folder from whoever has it by then', () => {
    const first = RunState.take(home);
    first.release();
    RunState.take(home);
    first.release();
    expect(() => RunState.take(home)).toThrow(AlreadyRunning);
  });

  it('is taken over from a runner that was killed, with its programs and ports but not its addresses', () => {
    const killed = {
      runner: gone,
      api: 'http://127.0.0.1:20400',
      programs: { kafka: gone },
      ports: { kafka: { port: 20_500 } },
    };
    writeFileSync(join(home, 'run.json'), JSON.stringify(killed));
    writeFileSync(join(home, 'runner.lock'), JSON.stringify(gone));
    const state = RunState.take(home);
    expect(state.recorded()).toEqual(['kafka']);
    expect(state.ports('kafka')).toEqual({ port: 20_500 });
    expect(readRunState(home)?.api).toBeUndefined();
  });

  it('starts anew from a file that a kill cut off', () => {
    writeFileSync(join(home, 'run.json'), '{"runner": {"pi');
    expect(readRunState(home)).toBeNull();
    expect(RunState.take(home).recorded()).toEqual([]);
  });

  it('remembers the ports of a program that is forgotten', () => {
    const state = RunState.take(home);
    state.record('kafka', gone, { port: 20_500 });
    state.forget('kafka');
    state.release();
    expect(RunState.take(home).ports('kafka')).toEqual({ port: 20_500 });
  });

  it('is readable by its owner only', () => {
    RunState.take(home);
    expect(statSync(join(home, 'run.json')).mode & 0o077).toBe(0);
  });
});
