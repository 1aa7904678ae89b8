import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * A process beyond doubt: ids are used again after a process ends, an id with the moment it began is not.
 * `begun` is opaque and only compared.
 */
export interface ProcessIdentity {
  pid: number;
  begun: string;
}

/** The identity of a running process; null when there is none (or only its unburied remains). */
export function identityOf(pid: number): ProcessIdentity | null {
  const begun = process.platform === 'linux' ? begunOnLinux(pid) : begunByPs(pid);
  return begun === null ? null : { pid, begun };
}

export const isAlive = ({ pid, begun }: ProcessIdentity): boolean => identityOf(pid)?.begun === begun;

/** Sends a signal to exactly that process. @returns false when it is gone already */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, name);
  } catch {
    return false;
  }
}

/** Asks a process to end, and ends it when it has not after `withinMs`. Resolves when it is gone. */
export async function end(identity: ProcessIdentity, name: NodeJS.Signals, withinMs: number): Promise<void> {
  if (!signal(identity, name)) return;
  const deadline = Date.now() + withinMs;
  while (isAlive(identity)) {
    if (Date.now() > deadline) signal(identity, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Processes that were started with this entry in their environment: those that a runner started and was killed before it could
 * write their id down. Known on Linux only; elsewhere none are found.
 */
export function startedWith(name: string, value: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const entry = `${name}=${value}`;
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid || !environOf(pid).includes(entry)) return [];
    return identityOf(Number(pid)) ?? [];
  });
}

function environOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // gone, or of another user
  }
}

/** Reads `/proc/<pid>/stat`; the name in brackets may hold anything, so fields are counted after its last bracket. */
export function begunFromStat(stat: string, boot: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticksSinceBoot] = [fields[0], fields[19]];
  return state === undefined || ticksSinceBoot === undefined || state === 'Z' || state === 'X'
    ? null
    : `${boot}/${ticksSinceBoot}`;
}

function begunOnLinux(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return begunFromStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), boot);
  } catch {
    return null;
  }
}

function begunByPs(pid: number): string | null {
  try {
    const [state, ...begun] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') ? null : begun.join(' ');
  } catch {
    return null;
  }
}
