import { createHash } from 'node:crypto';
import { chownSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { serverAccount, type Account } from './account.js';
import { findPostgres, openFolder, type PostgresBinaries } from './postgres-binaries.js';
import { launchServer, type Program, type ProgramHost } from './program.js';
import { reporterOf, type OnProgress } from './progress.js';
import { run } from './servers-on-disk.js';
import type { ServerPlace } from './servers.js';

const SUPERUSER = 'tidewaiter';

// Two pools of each service: together far more than the 100 connections of the default.
const SETTINGS = ['max_connections=300', 'timezone=UTC', 'log_timezone=UTC', 'jit=off'];
const FAST_AND_UNSAFE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/**
 * Starts Postgres on 127.0.0.1 and a socket of this account alone, with its data in the place's folder. With a password every
 * connection needs it; without one (throw-away servers of tests) whoever is on this machine may connect.
 *
 * @returns the superuser's URL; the same through the socket, which costs half of a connection over the loopback, for programs
 *          of ours; and the program that can be stopped
 * @throws  NotStarted
 */
export async function startPostgres(
  place: ServerPlace & { password?: string },
  host: ProgramHost,
): Promise<{ url: string; nearUrl: string; program: Program }> {
  const account = serverAccount();
  const sockets = process.platform === 'win32' ? '' : socketFolder(place.home);
  const binaries = findPostgres(account);
  const data = dataFolder(place.home, account);
  const url = (port: number) =>
    `postgres://${SUPERUSER}${place.password ? `:${place.password}` : ''}@127.0.0.1:${port}/postgres`;
  const settings = [...SETTINGS, `unix_socket_directories=${sockets}`, ...(place.throwAway ? FAST_AND_UNSAFE : [])];
  const { program, ports } = await launchServer(
    'postgres',
    ['port'],
    ({ port }) => ({
      command: binaries.postgres,
      args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', ...settings.flatMap((setting) => ['-c', setting])],
      cwd: data,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      ...(account ? { account } : {}),
      log: join(place.logs, 'postgres.log'),
      stopWith: 'SIGINT',
      stopWithinMs: 15_000,
      async prepare() {
        if (sockets) makeSocketFolder(sockets, place.home, account);
        await prepareData(data, binaries, account, place, host.onProgress);
      },
      ready: () => answers(url(port)),
      readyWithinMs: 60_000,
      tryThis: 'tidewaiter doctor; set DATABASE_URL to use a server of yours; tidewaiter reset empties the data',
    }),
    host,
  );
  const near = new URL(url(ports.port));
  if (sockets) near.searchParams.set('host', sockets);
  return { url: url(ports.port), nearUrl: near.href, program };
}

const nameOf = (home: string): string => createHash('sha256').update(home).digest('hex').slice(0, 12);

/** Not in the run's folder: the path of a socket has room for about a hundred characters. */
const socketFolder = (home: string): string => join(tmpdir(), `tidewaiter-${nameOf(home)}`);

/** Nobody else may enter, and so nobody else connects. A reset of the run finds it by the link. */
function makeSocketFolder(folder: string, home: string, account: Account | undefined): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  if (account) chownSync(folder, account.uid, account.gid);
  const link = join(home, 'postgres-sockets');
  rmSync(link, { force: true });
  symlinkSync(folder, link);
}

/** Whether a Postgres answers a question there. */
export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined); // the server went away between two looks
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * `postgres` in the run's folder. For root, when Postgres' account cannot enter that folder (a checkout under a closed home),
 * a folder under /var/lib, with a link to it.
 */
function dataFolder(home: string, account: Account | undefined): string {
  const folder = openFolder(home, join('/var/lib/tidewaiter', nameOf(home)), account);
  const data = join(folder, 'postgres');
  if (folder !== home && !lstatSync(join(home, 'postgres'), { throwIfNoEntry: false }))
    symlinkSync(data, join(home, 'postgres'));
  return data;
}

/** Makes a new data folder beside its place, so that one that a kill cut off is never taken for whole. */
async function prepareData(
  data: string,
  binaries: PostgresBinaries,
  account: Account | undefined,
  { password, throwAway }: ServerPlace & { password?: string },
  onProgress: OnProgress,
): Promise<void> {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  reporterOf('postgres', onProgress)('starting', 'makes a new database');
  const next = `${data}.new`;
  const passwordFile = `${data}.password`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password ?? '', { mode: 0o600 });
  if (account) for (const path of [next, passwordFile]) chownSync(path, account.uid, account.gid);
  const auth = password ? ['--auth=scram-sha-256', `--pwfile=${passwordFile}`] : ['--auth=trust'];
  try {
    await run(
      binaries.initdb,
      ['-D', next, '-U', SUPERUSER, ...auth, '--encoding=UTF8', '--locale=C', ...(throwAway ? ['--no-sync'] : [])],
      { cwd: next, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }, ...(account ? { account } : {}) },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(next, data);
}
