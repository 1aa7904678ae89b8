import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './process-identity.js';
import { AlreadyRunning, readRunState } from './run-state.js';

const KEPT = ['run.json', 'runner.lock'];

/**
 * Empties a run's folder: databases, topics, workflows, documents, keys and logs. There is no way back, so the caller has asked.
 *
 * @throws AlreadyRunning while a runner holds it
 */
export async function reset({ home, confirmed }: { home: string; confirmed: true }): Promise<void> {
  if (!confirmed) throw new Error('a reset is for those who confirmed it');
  const run = readRunState(home);
  if (run?.runner && isAlive(run.runner)) throw new AlreadyRunning(run.runner, run);
  if (Object.values(run?.programs ?? {}).some(isAlive))
    throw new Error('parts of a killed run are still alive; end them first: tidewaiter stop');
  await removeData(home);
  for (const file of KEPT) rmSync(join(home, file), { force: true });
}

/** Removes everything but the run's own record. */
export async function removeData(home: string): Promise<void> {
  if (!existsSync(home)) return;
  for (const name of readdirSync(home)) {
    if (KEPT.includes(name)) continue;
    const path = join(home, name);
    // Postgres' sockets lie elsewhere, and as root its data may: behind links of ours.
    if (lstatSync(path).isSymbolicLink() && existsSync(path))
      rmSync(realpathSync(path), { recursive: true, force: true });
    rmSync(path, { recursive: true, force: true });
  }
}
