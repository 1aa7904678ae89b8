import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** An account of this machine, by number. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account to run Postgres as: none (our own) for an ordinary user; for root, which Postgres refuses, the unprivileged
 * `nobody` that every Unix has. Accounts are never created or changed.
 */
export function serverAccount(
  uid = process.getuid?.(),
  passwd = () => readFileSync('/etc/passwd', 'utf8'),
): Account | undefined {
  if (uid !== 0) return undefined;
  for (const line of passwd().split('\n')) {
    const [name, , id, group] = line.split(':');
    if (name === 'nobody' && id && group) return { uid: Number(id), gid: Number(group) };
  }
  throw new Error(
    'Postgres does not run as root and this machine has no account "nobody": start as an ordinary user, or set DATABASE_URL',
  );
}

/** Whether the account may pass through every folder above `path`, and read the last one. Groups are left out of account. */
export function mayEnter(
  path: string,
  { uid }: Account,
  stat: (path: string) => { mode: number; uid: number } = statSync,
): boolean {
  const { mode, uid: owner } = stat(path);
  const open = owner === uid ? (mode & 0o500) === 0o500 : (mode & 0o005) === 0o005;
  const passable = owner === uid ? (mode & 0o100) !== 0 : (mode & 0o001) !== 0;
  const above = dirname(path);
  return open && passable && (above === path || mayPass(above, uid, stat));
}

function mayPass(path: string, uid: number, stat: (path: string) => { mode: number; uid: number }): boolean {
  const { mode, uid: owner } = stat(path);
  const passable = owner === uid ? (mode & 0o100) !== 0 : (mode & 0o001) !== 0;
  const above = dirname(path);
  return passable && (above === path || mayPass(above, uid, stat));
}
