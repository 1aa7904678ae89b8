import { spawn } from 'node:child_process';
import { appendFileSync, closeSync } from 'node:fs';
import { lastLines, openLog } from './log-file.js';
import { freePorts } from './ports.js';
import { end, identityOf, isAlive, startedWith, type ProcessIdentity } from './process-identity.js';
import { reporterOf, type OnProgress } from './progress.js';
import type { RunState } from './run-state.js';

/** A program that is to run beside us until we stop it. */
export interface ProgramSpec {
  part: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** run as this account of the machine */
  account?: { uid: number; gid: number };
  /** file that takes what it says */
  log: string;
  ports: Record<string, number>;
  stopWith: 'SIGINT' | 'SIGTERM';
  stopWithinMs: number;
  /** one look whether it serves; false or a throw means not yet */
  ready(): Promise<boolean>;
  readyWithinMs: number;
  /** what the user may do when it does not come up */
  tryThis: string;
  /** once before it is started, not when it is taken over */
  prepare?(): Promise<void>;
}

/** What every program of a run has in common. */
export interface ProgramHost {
  state: RunState;
  onProgress: OnProgress;
  /** the start is given up */
  signal?: AbortSignal | undefined;
}

/** A program did not come up; `lines` are the last of its log. */
export class NotStarted extends Error {
  constructor(
    readonly part: string,
    why: string,
    readonly lines: readonly string[],
    readonly log: string,
    readonly tryThis: string,
  ) {
    super([`${part} ${why}`, ...lines.map((line) => `  ${line}`), `  log: ${log}`, `  try: ${tryThis}`].join('\n'));
    this.name = 'NotStarted';
  }
}

/** Says in a program's environment which part of which folder's run it is. */
const MARK = 'TIDEWAITER_PART';
const RESTARTS = 5;
const RESTART_WINDOW_MS = 5 * 60_000;

/**
 * Runs one program: starts it, waits until it serves, starts it again with growing pauses when it dies (five times in five
 * minutes), and stops it when asked. The program leads a process group of its own, so that Ctrl-C reaches only us and we stop
 * things in order; it writes to a file and not to a pipe, so that it outlives a killed runner and can be taken over by the next.
 */
export class Program {
  private identity: ProcessIdentity | null = null;
  private wanted = false;
  private deaths: number[] = [];
  private watch: NodeJS.Timeout | undefined;
  private readonly report: ReturnType<typeof reporterOf>;

  constructor(
    private readonly spec: ProgramSpec,
    private readonly host: ProgramHost,
  ) {
    this.report = reporterOf(spec.part, host.onProgress);
  }

  get part(): string {
    return this.spec.part;
  }

  get pid(): number | null {
    return this.identity?.pid ?? null;
  }

  /**
   * Takes over the program of an earlier run when it still lives and serves.
   *
   * @returns whether it did; when not, nothing of that run is alive
   */
  async takeOver(): Promise<boolean> {
    const recorded = this.host.state.program(this.part);
    if (!recorded) return false;
    if (!isAlive(recorded) || !(await this.serves())) {
      await end(recorded, this.spec.stopWith, this.spec.stopWithinMs);
      return false;
    }
    this.identity = recorded;
    this.wanted = true;
    this.lookAfter();
    this.report('ready', `still running, process ${recorded.pid}`, 1);
    return true;
  }

  /** @throws NotStarted with the last lines of its log */
  async start(): Promise<void> {
    this.wanted = true;
    await this.endUnrecorded();
    await this.spec.prepare?.();
    this.report('starting', 'starts');
    this.spawn();
    const deadline = Date.now() + this.spec.readyWithinMs;
    while (!(await this.serves())) {
      if (this.host.signal?.aborted || !this.wanted) {
        await this.stop();
        throw new NotStarted(this.part, 'was not waited for', [], this.spec.log, 'start again');
      }
      if (!this.identity || !isAlive(this.identity)) return this.giveUp('ended before it was ready');
      if (Date.now() > deadline) {
        await end(this.identity, 'SIGKILL', 0);
        return this.giveUp(`was not ready within ${Math.round(this.spec.readyWithinMs / 1000)} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.lookAfter();
    this.report('ready', `ready, process ${this.identity?.pid}`, 1);
  }

  async stop(): Promise<void> {
    this.wanted = false;
    clearTimeout(this.watch);
    if (!this.identity) return;
    this.report('stopping', 'stops');
    await end(this.identity, this.spec.stopWith, this.spec.stopWithinMs);
    this.identity = null;
    this.host.state.forget(this.part);
    this.report('stopped', 'stopped');
  }

  /** What a runner started and was killed before it could record it, or what a killed server's own children still hold. */
  private async endUnrecorded(): Promise<void> {
    const { stopWith, stopWithinMs } = this.spec;
    await Promise.all(startedWith(MARK, this.mark()).map((stray) => end(stray, stopWith, stopWithinMs)));
  }

  private mark(): string {
    return `${this.host.state.home}#${this.part}`;
  }

  private async serves(): Promise<boolean> {
    try {
      return await this.spec.ready();
    } catch {
      return false;
    }
  }

  private spawn(): void {
    const { part, command, args, cwd, env, account, log, ports } = this.spec;
    const handle = openLog(log);
    const child = spawn(command, args, {
      cwd,
      env: { ...env, [MARK]: this.mark() },
      ...account,
      detached: true,
      stdio: ['ignore', handle, handle],
    });
    closeSync(handle);
    child.once('error', (error) => appendFileSync(log, `${command} cannot be started: ${error.message}\n`));
    child.unref();
    this.identity = child.pid === undefined ? null : identityOf(child.pid);
    if (this.identity) this.host.state.record(part, this.identity, ports);
  }

  private giveUp(why: string): never {
    this.wanted = false;
    this.identity = null;
    this.host.state.forget(this.part);
    const failure = new NotStarted(this.part, why, lastLines(this.spec.log), this.spec.log, this.spec.tryThis);
    this.report('failed', failure.message);
    throw failure;
  }

  /** A look each half second serves for a child and for a program taken over alike, and keeps the runner alive while they run. */
  private lookAfter(): void {
    this.watch = setTimeout(() => {
      if (!this.wanted) return;
      if (this.identity && isAlive(this.identity)) this.lookAfter();
      else void this.revive();
    }, 500);
  }

  private async revive(): Promise<void> {
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => at > now - RESTART_WINDOW_MS), now];
    const lines = lastLines(this.spec.log, 8).map((line) => `  ${line}`);
    if (this.deaths.length > RESTARTS) {
      const told = `died ${this.deaths.length} times in five minutes and stays down; log: ${this.spec.log}; try: ${this.spec.tryThis}`;
      return this.report('failed', [told, ...lines].join('\n'));
    }
    const pause = 250 * 2 ** (this.deaths.length - 1);
    this.report('died', [`died; starts again in ${pause} ms`, ...lines].join('\n'));
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (!this.wanted) return;
    try {
      await this.start();
    } catch {
      // Told already. A stop that came meanwhile has its way; otherwise it is one death more.
      if (this.host.signal?.aborted) return;
      this.wanted = true;
      await this.revive();
    }
  }
}

/**
 * A server at its place: the one of an earlier run when it still serves, else a new one on the ports of that run, or on others
 * when those are taken.
 */
export async function launchServer<Use extends string>(
  part: string,
  uses: readonly Use[],
  at: (ports: Record<Use, number>) => Omit<ProgramSpec, 'part' | 'ports'>,
  host: ProgramHost,
): Promise<{ program: Program; ports: Record<Use, number> }> {
  const before = host.state.ports(part) as Partial<Record<Use, number>>;
  if (uses.every((use) => before[use] !== undefined)) {
    const ports = before as Record<Use, number>;
    const program = new Program({ ...at(ports), part, ports }, host);
    if (await program.takeOver()) return { program, ports };
  }
  const ports = await freePorts(
    Object.fromEntries(uses.map((use) => [use, before[use]])) as Record<Use, number | undefined>,
  );
  const program = new Program({ ...at(ports), part, ports }, host);
  await program.start();
  return { program, ports };
}

/** Ends, by id, what an earlier run left behind. */
export async function endLeftovers(state: RunState, which: (part: string) => boolean): Promise<void> {
  await Promise.all(
    state
      .recorded()
      .filter(which)
      .map(async (part) => {
        const recorded = state.program(part);
        // SIGINT is the order to Postgres to stop without waiting for its clients, and to every other program to stop.
        if (recorded) await end(recorded, 'SIGINT', 20_000);
        state.forget(part);
      }),
  );
}
