import { end, isAlive, signal, type ProcessIdentity } from './process-identity.js';
import { readRunState, RunState, type RunRecord } from './run-state.js';
import { SERVER_PARTS } from './servers.js';

export interface RunLook {
  /** the runner lives and holds the folder */
  running: boolean;
  runner: ProcessIdentity | null;
  programs: { part: string; pid: number; alive: boolean }[];
  /** as recorded; of the last run when nothing runs */
  record: RunRecord;
}

/** What runs in this folder; null when there never was a run. */
export function lookAtRun(home: string): RunLook | null {
  const record = readRunState(home);
  if (!record) return null;
  return {
    running: record.runner !== null && isAlive(record.runner),
    runner: record.runner,
    programs: Object.entries(record.programs).map(([part, identity]) => ({
      part,
      pid: identity.pid,
      alive: isAlive(identity),
    })),
    record,
  };
}

/**
 * Stops what runs in this folder: asks the runner and waits for it; when the runner was killed, ends what it left, in order.
 *
 * @returns whether anything had to be stopped
 */
export async function stopRun(home: string): Promise<boolean> {
  const record = readRunState(home);
  if (!record) return false;
  if (record.runner && signal(record.runner, 'SIGTERM')) {
    while (isAlive(record.runner)) await new Promise((resolve) => setTimeout(resolve, 100));
    return true;
  }
  const alive = Object.entries(record.programs).filter(([, identity]) => isAlive(identity));
  if (alive.length === 0) return false;
  const state = RunState.take(home);
  const servers: readonly string[] = SERVER_PARTS;
  await Promise.all(
    alive.filter(([part]) => !servers.includes(part)).map(([, identity]) => end(identity, 'SIGTERM', 20_000)),
  );
  for (const part of servers) {
    const identity = record.programs[part];
    if (identity) await end(identity, part === 'kafka' ? 'SIGTERM' : 'SIGINT', 30_000);
  }
  for (const part of state.recorded()) state.forget(part);
  state.release();
  return true;
}
