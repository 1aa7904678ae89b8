import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './json-file.js';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.js';

/** Where the parts of a running stack are: what `.tidewaiter/run.json` says beside its processes. */
export interface RunAddresses {
  mode?: 'one' | 'split';
  /** base of the HTTP API */
  api?: string;
  /** issuer of the local OpenID provider */
  identity?: string;
  /** base of the simulators' admin API */
  simulators?: string;
  /** base of the witness that cosigns checkpoints */
  witness?: string;
  /** host:port */
  temporal?: string;
  temporalUi?: string;
  /** host:port, comma-separated */
  kafka?: string;
  /** URL of the server, without the password: that is in secrets.json */
  postgres?: string;
}

/** The whole of `run.json`. */
export interface RunRecord extends RunAddresses {
  /** who holds the folder; null when it was given back */
  runner: ProcessIdentity | null;
  /** what runs, by part */
  programs: Record<string, ProcessIdentity>;
  /** ports by part and use; taken again when free, so that addresses last */
  ports: Record<string, Record<string, number>>;
}

/** Another runner holds this folder. */
export class AlreadyRunning extends Error {
  constructor(
    readonly runner: ProcessIdentity,
    readonly addresses: RunAddresses,
  ) {
    super(
      `already running (process ${runner.pid})${addresses.api ? ` at ${addresses.api}` : ''}; stop it with: tidewaiter stop`,
    );
    this.name = 'AlreadyRunning';
  }
}

const stateFile = (home: string) => join(home, 'run.json');
const lockFile = (home: string) => join(home, 'runner.lock');

/** What the folder says about its run, whether that still lives or not; null when there was none. */
export const readRunState = (home: string): RunRecord | null => readJson<RunRecord>(stateFile(home));

/** The state file of one run, held by one runner at a time. */
export class RunState {
  private released = false;

  private constructor(
    readonly home: string,
    private readonly state: RunRecord,
  ) {}

  /** Takes the folder for this process. @throws AlreadyRunning when a living runner has it */
  static take(home: string): RunState {
    mkdirSync(home, { recursive: true });
    const runner = identityOf(process.pid);
    if (!runner) throw new Error('this process cannot tell when it began');
    takeLock(home, runner);
    const before = readRunState(home);
    // Addresses are those of this run alone: who reads the file finds none until the parts are there.
    const state = new RunState(home, { runner, programs: before?.programs ?? {}, ports: before?.ports ?? {} });
    state.write();
    return state;
  }

  program(part: string): ProcessIdentity | undefined {
    return this.state.programs[part];
  }

  /** Parts that this run or the one before started and did not stop. */
  recorded(): string[] {
    return Object.keys(this.state.programs);
  }

  ports(part: string): Record<string, number> {
    return this.state.ports[part] ?? {};
  }

  record(part: string, program: ProcessIdentity, ports: Record<string, number>): void {
    this.state.programs[part] = program;
    this.state.ports[part] = ports;
    this.write();
  }

  forget(part: string): void {
    delete this.state.programs[part];
    this.write();
  }

  addresses(found: RunAddresses): void {
    Object.assign(this.state, found);
    this.write();
  }

  /** Gives the folder back. Ports are kept for the next run. */
  release(): void {
    if (this.released) return; // by now the folder may be another run's
    this.released = true;
    this.state.runner = null;
    this.write();
    rmSync(lockFile(this.home), { force: true });
  }

  private write(): void {
    writeJson(stateFile(this.home), this.state);
  }
}

function takeLock(home: string, runner: ProcessIdentity): void {
  for (;;) {
    try {
      writeFileSync(lockFile(home), JSON.stringify(runner), { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readJson<ProcessIdentity>(lockFile(home));
    if (holder && isAlive(holder)) throw new AlreadyRunning(holder, readRunState(home) ?? {});
    rmSync(lockFile(home), { force: true });
  }
}
