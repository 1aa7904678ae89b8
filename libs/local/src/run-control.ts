import { isAlive, signal, type ProcessIdentity } from './process-identity.js';
import { endLeftovers } from './program.js';
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
 * Stops what runs in this folder: asks the runner and waits for it; what a killed runner left is ended by id, in order.
 *
 * @returns whether anything had to be stopped
 */
export async function stopRun(home: string): Promise<boolean> {
  const runner = readRunState(home)?.runner;
  const asked = runner !== null && runner !== undefined && signal(runner, 'SIGTERM');
  while (asked && isAlive(runner)) await new Promise((resolve) => setTimeout(resolve, 100));

  const left = Object.values(readRunState(home)?.programs ?? {}).some(isAlive);
  if (!left) return asked;
  const state = RunState.take(home);
  const servers: readonly string[] = SERVER_PARTS;
  await endLeftovers(state, (part) => !servers.includes(part));
  for (const server of servers) await endLeftovers(state, (part) => part === server);
  state.release();
  return true;
}
