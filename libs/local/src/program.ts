import { spawn } from 'node:child_process';
import { appendFileSync, closeSync } from 'node:fs';
import { lastLines, openLog } from './log-file.js';
import { end, identityOf, isAlive, type ProcessIdentity } from './process-identity.js';
import { freePorts } from './ports.js';
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
  /** once before it is started, not when it is taken over: its data folder */
  prepare?(): Promise<void>;
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
    private readonly state: RunState,
    onProgress: OnProgress,
  ) {
    this.report = reporterOf(spec.part, onProgress);
  }

  /**
   * The program at its place: taken over from an earlier run when it still serves, else (that one ended by id) started on the
   * ports it had before, or on others when those are taken.
   */
  static async launch<Use extends string>(
    part: string,
    uses: readonly Use[],
    at: (ports: Record<Use, number>) => Omit<ProgramSpec, 'part' | 'ports'>,
    state: RunState,
    onProgress: OnProgress,
    takeOver = true,
  ): Promise<Program & { ports: Record<Use, number> }> {
    const before = state.ports(part);
    const known = uses.every((use) => before[use] !== undefined);
    if (state.program(part) && known) {
      const ports = before as Record<Use, number>;
      const program = new Program({ ...at(ports), part, ports }, state, onProgress);
      if (takeOver && (await program.takeOver())) return program;
    }
    await endLeftover(state, part);
    const wanted = Object.fromEntries(uses.map((use) => [use, before[use]])) as Record<Use, number | undefined>;
    const ports = await freePorts(wanted);
    const program = new Program({ ...at(ports), part, ports }, state, onProgress);
    await program.spec.prepare?.();
    await program.start();
    return program;
  }

  /** By use; those of the launch. */
  get ports(): Record<string, number> {
    return this.spec.ports;
  }

  get pid(): number | null {
    return this.identity?.pid ?? null;
  }

  /** Takes over a program of an earlier run when it still lives and serves on the recorded ports. */
  async takeOver(): Promise<boolean> {
    const recorded = this.state.program(this.spec.part);
    if (!recorded || !isAlive(recorded) || !(await this.serves())) return false;
    this.identity = recorded;
    this.wanted = true;
    this.lookAfter();
    this.report('ready', `still running, process ${recorded.pid}`, 1);
    return true;
  }

  /** @throws NotStarted with the last lines of its log */
  async start(): Promise<void> {
    this.wanted = true;
    this.report('starting', 'starts');
    this.spawn();
    const deadline = Date.now() + this.spec.readyWithinMs;
    while (!(await this.serves())) {
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
    this.state.forget(this.spec.part);
    this.report('stopped', 'stopped');
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
    const child = spawn(command, args, { cwd, env, ...account, detached: true, stdio: ['ignore', handle, handle] });
    closeSync(handle);
    child.once('error', (error) => appendFileSync(log, `${command} cannot be started: ${error.message}\n`));
    child.unref();
    this.identity = child.pid === undefined ? null : identityOf(child.pid);
    if (this.identity) this.state.record(part, this.identity, ports);
  }

  private giveUp(why: string): never {
    this.wanted = false;
    this.identity = null;
    this.state.forget(this.spec.part);
    const { part, log, tryThis } = this.spec;
    const failure = new NotStarted(part, why, lastLines(log), log, tryThis);
    this.report('failed', failure.message);
    throw failure;
  }

  /** A look each half second serves for a child and for a program taken over alike. */
  private lookAfter(): void {
    this.watch = setTimeout(() => {
      if (!this.wanted) return;
      if (this.identity && isAlive(this.identity)) return this.lookAfter();
      void this.revive();
    }, 500);
    this.watch.unref();
  }

  private async revive(): Promise<void> {
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => at > now - RESTART_WINDOW_MS), now];
    const lines = lastLines(this.spec.log, 8).map((line) => `  ${line}`);
    if (this.deaths.length > RESTARTS) {
      this.report('failed', [`died ${this.deaths.length} times in five minutes and stays down; try: ${this.spec.tryThis}`, ...lines].join('\n'));
      return;
    }
    const pause = 250 * 2 ** (this.deaths.length - 1);
    this.report('died', [`died; starts again in ${pause} ms`, ...lines].join('\n'));
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (!this.wanted) return;
    try {
      await this.start();
    } catch {
      this.wanted = true;
      await this.revive();
    }
  }
}

/** Ends, by id, what an earlier run left behind under this name. */
async function endLeftover(state: RunState, part: string, by: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const recorded = state.program(part);
  if (!recorded) return;
  await end(recorded, by, 10_000);
}
