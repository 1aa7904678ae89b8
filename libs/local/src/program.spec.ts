import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { mkdirSync, readFileSync } from 'node:fs';
import { accepts, freePorts } from './ports.js';
import { end, identityOf, isAlive } from './process-identity.js';
import { launchServer, NotStarted, Program, type ProgramSpec } from './program.js';
import type { Progress } from './progress.js';
import { RunState } from './run-state.js';
import { temporaryHome } from './testing/folder.js';

const LISTENS = `require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1')`;

describe('a program beside us', () => {
  let home: string;
  let remove: () => void;
  let state: RunState;
  let told: Progress[];
  const programs: Program[] = [];
  beforeEach(() => {
    ({ home, remove } = temporaryHome());
    mkdirSync(join(home, 'logs'));
    state = RunState.take(home);
    told = [];
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop()));
    remove();
  });

  const host = () => ({ state, onProgress: (progress: Progress) => void told.push(progress) });
  const specOf = (port: number, script = LISTENS): ProgramSpec => ({
    part: 'door',
    command: process.execPath,
    args: ['-e', script, String(port)],
    cwd: home,
    env: process.env,
    log: join(home, 'logs', 'door.log'),
    ports: { port },
    stopWith: 'SIGTERM',
    stopWithinMs: 2000,
    ready: () => accepts(port),
    readyWithinMs: 5000,
    tryThis: 'another door',
  });
  const programOf = (spec: ProgramSpec) => {
    const program = new Program(spec, host());
    programs.push(program);
    return program;
  };
  const phases = () => told.map(({ phase }) => phase);
  const until = async (what: () => boolean | Promise<boolean>) => {
    while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it('is recorded while it runs, and forgotten when it is stopped', async () => {
    const { port } = await freePorts({ port: undefined });
    const program = programOf(specOf(port));
    await program.start();
    expect(state.program('door')?.pid).toBe(program.pid);
    await program.stop();
    expect(state.recorded()).toEqual([]);
    expect(await accepts(port)).toBe(false);
    expect(phases()).toEqual(['starting', 'ready', 'stopping', 'stopped']);
  });

  it('that ends before it serves is told with its last lines and what to try', async () => {
    const { port } = await freePorts({ port: undefined });
    const program = programOf(specOf(port, `console.error('the door is painted on'); process.exit(3)`));
    const failure = await program.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotStarted);
    expect((failure as NotStarted).message).toMatch(
      /door ended before it was ready\n {2}the door is painted on\n.*\n {2}try: another door/,
    );
    expect(state.recorded()).toEqual([]);
  });

  it('that does not exist is told likewise', async () => {
    const { port } = await freePorts({ port: undefined });
    await expect(programOf({ ...specOf(port), command: join(home, 'no-such-program') }).start()).rejects.toThrow(
      NotStarted,
    );
    await until(() => readFileSync(join(home, 'logs', 'door.log'), 'utf8').includes('cannot be started'));
  });

  it('that never serves is ended and told', async () => {
    const { port } = await freePorts({ port: undefined });
    const program = programOf({ ...specOf(port, 'setInterval(() => {}, 1000)'), readyWithinMs: 200 });
    await expect(program.start()).rejects.toThrow('was not ready within 0 s');
  });

  it('that is killed is started again, under the same address', async () => {
    const { port } = await freePorts({ port: undefined });
    const program = programOf(specOf(port));
    await program.start();
    const first = identityOf(program.pid!)!;
    process.kill(first.pid, 'SIGKILL');
    await until(() => program.pid !== first.pid && phases().at(-1) === 'ready');
    expect(await accepts(port)).toBe(true);
    expect(phases()).toEqual(['starting', 'ready', 'died', 'starting', 'ready']);
  });

  it('of a killed run is taken over when it serves', async () => {
    const { ports } = await launch();
    const before = state.program('door')!;
    const again = await launch();
    expect(again.ports).toEqual(ports);
    expect(state.program('door')).toEqual(before);
    expect(told.at(-1)).toMatchObject({ phase: 'ready', text: expect.stringContaining('still running') });
  });

  it('of a killed run that does not serve any more is ended, and another takes its ports', async () => {
    const { ports } = await launch();
    const deaf = state.program('door')!;
    const again = await launch(({ port }) => ({
      ...specOf(port),
      ready: async () => !isAlive(deaf) && (await accepts(port)),
    }));
    expect(isAlive(deaf)).toBe(false);
    expect(again.ports).toEqual(ports);
  });

  async function launch(at: (ports: { port: number }) => ProgramSpec = ({ port }) => specOf(port)) {
    const launched = await launchServer('door', ['port'], at, host());
    programs.push(launched.program);
    return launched;
  }

  it('that a runner was killed too early to record is found and ended all the same', async () => {
    const { ports } = await launch();
    const unrecorded = state.program('door')!;
    state.forget('door');
    expect((await launch()).ports).not.toEqual(ports);
    expect(isAlive(unrecorded)).toBe(false);
  });

  it('is left alone when its recorded id belongs to somebody else by now', async () => {
    const { port } = await freePorts({ port: undefined });
    const stranger = identityOf(spawn(process.execPath, ['-e', LISTENS, String(port)], { stdio: 'ignore' }).pid!)!;
    await until(() => accepts(port));
    state.record('door', { pid: stranger.pid, begun: 'another boot/1' }, { port });
    const { ports } = await launch();
    expect(isAlive(stranger)).toBe(true);
    expect(ports.port).not.toBe(port);
    await end(stranger, 'SIGKILL', 0);
  });
});
