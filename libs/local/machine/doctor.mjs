import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, digestOf } from './cache.mjs';
import { findProgram } from './command.mjs';
import { locateKafka, locateTemporal, KAFKA_VERSION, TEMPORAL_CLI_VERSION } from './obtain.mjs';

const GB = 1024 ** 3;
const POSTGRES_PLATFORMS = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
];

/**
 * Looks at this machine: what is there, what is missing, how to get it. Changes nothing.
 *
 * @returns one row for each need, in the order in which they are met
 */
export async function doctor({ root, env = process.env }) {
  return Promise.all([
    node(),
    npm(env),
    java(env),
    kafka(env),
    temporal(env),
    postgres(env),
    disk(root, env),
    memory(),
    ports(),
  ]);
}

/** Printable rows: state, what was found, what is needed; how to get what is missing is a line below. */
export function doctorLines(rows) {
  const word = { ok: 'ok', warn: 'warn', missing: 'missing' };
  return rows.flatMap(({ part, state, found, needs, get }) => [
    `${word[state].padEnd(8)}${part.padEnd(10)}${found.padEnd(34)} ${needs}`.trimEnd(),
    ...(get ? [`        to get it: ${get}`] : []),
  ]);
}

/** What a start will do before the platform runs: what is here, what will be fetched or built. */
export function plan({ root, env = process.env }) {
  const { wanted, found } = packagesStamp(root);
  const row = (part, here, text) => ({ part, here, text });
  return [
    found === wanted
      ? row('packages', true, 'installed')
      : row('packages', false, 'npm ci: about 1,600 packages, 300 MB over the network, 1 to 2 min'),
    env.DATABASE_URL
      ? row('postgres', true, 'named by DATABASE_URL')
      : row('postgres', found === wanted, found === wanted ? 'installed with the packages' : 'comes with the packages'),
    env.KAFKA_BROKERS
      ? row('kafka', true, 'named by KAFKA_BROKERS')
      : has(() => locateKafka(env))
        ? row('kafka', true, `${KAFKA_VERSION}, on this machine`)
        : row('kafka', false, `${KAFKA_VERSION}: 43 MB of jars by Maven, seconds`),
    env.TEMPORAL_ADDRESS
      ? row('temporal', true, 'named by TEMPORAL_ADDRESS')
      : has(() => locateTemporal(env))
        ? row('temporal', true, 'on this machine')
        : row('temporal', false, `CLI ${TEMPORAL_CLI_VERSION}: built with Go, once: 240 MB kept, 3 to 5 min`),
  ];
}

/** Whether the installed packages are those of the lockfile. */
export function packagesStamp(root) {
  const file = join(root, 'node_modules', '.tidewaiter-lock');
  const wanted = digestOf(readFileSync(join(root, 'package-lock.json')));
  return { wanted, found: existsSync(file) ? readFileSync(file, 'utf8').trim() : null, file };
}

/** @returns whether a version fits `>=20.19 <21 || >=22.12`, as package.json says */
export function nodeFits(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/** First version number in what a program says of itself: `openjdk version "17.0.15"` is 17, `1.8.0` is 8. */
export function majorOf(text) {
  const [, major, minor] = /(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return Number(major === '1' ? minor : (major ?? 0));
}

function node() {
  const version = process.versions.node;
  return nodeFits(version)
    ? { part: 'node', state: 'ok', found: version, needs: 'needs 20.19 or later, or 22.12 or later' }
    : {
        part: 'node',
        state: 'missing',
        found: version,
        needs: 'needs 20.19 or later, or 22.12 or later',
        get: 'install Node.js 20 or 22 (nodejs.org, or your system’s packages)',
      };
}

async function npm(env) {
  const said = await says('npm', ['--version'], env);
  if (said === null)
    return {
      part: 'npm',
      state: 'missing',
      found: 'not found',
      needs: 'installs the packages',
      get: 'it comes with Node.js',
    };
  const version = said.trim();
  return majorOf(version) >= 10
    ? { part: 'npm', state: 'ok', found: version, needs: 'installs the packages' }
    : { part: 'npm', state: 'missing', found: version, needs: 'needs 10 or later', get: 'npm install --global npm@11' };
}

async function java(env) {
  const needs = 'runs Kafka: needs 17 or later';
  if (env.KAFKA_BROKERS)
    return { part: 'java', state: 'ok', found: 'not needed', needs: 'KAFKA_BROKERS names a broker' };
  const get =
    'install a Java runtime of version 17 or later (Debian, Ubuntu: openjdk-17-jre-headless), or set KAFKA_BROKERS';
  const program = findProgram('java', { path: env.PATH, also: env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin')] : [] });
  const said = program && (await says(program, ['-version'], env));
  if (!said) return { part: 'java', state: 'missing', found: 'not found', needs, get };
  const major = majorOf(said);
  return major >= 17
    ? { part: 'java', state: 'ok', found: String(major), needs }
    : { part: 'java', state: 'missing', found: String(major), needs, get };
}

async function kafka(env) {
  const part = 'kafka';
  if (env.KAFKA_BROKERS) return { part, state: 'ok', found: 'named', needs: 'KAFKA_BROKERS names a broker' };
  try {
    const there = locateKafka(env);
    if (there)
      return {
        part,
        state: 'ok',
        found: there.from === 'cache' ? `${KAFKA_VERSION}, kept` : 'KAFKA_HOME',
        needs: 'carries the events',
      };
  } catch (error) {
    return { part, state: 'missing', found: 'KAFKA_HOME is wrong', needs: 'carries the events', get: error.message };
  }
  const maven = await says('mvn', ['--version'], env);
  return maven
    ? { part, state: 'warn', found: 'fetched once with Maven, 43 MB', needs: 'carries the events' }
    : {
        part,
        state: 'missing',
        found: 'no jars, and no Maven',
        needs: 'carries the events',
        get: 'install Maven (Debian, Ubuntu: maven), or unpack a Kafka distribution and set KAFKA_HOME, or set KAFKA_BROKERS',
      };
}

async function temporal(env) {
  const part = 'temporal';
  const needs = 'runs the workflows';
  if (env.TEMPORAL_ADDRESS) return { part, state: 'ok', found: 'named', needs: 'TEMPORAL_ADDRESS names a server' };
  const there = locateTemporal(env);
  if (there)
    return {
      part,
      state: 'ok',
      found: there.from === 'cache' ? `CLI ${TEMPORAL_CLI_VERSION}, kept` : 'on the PATH',
      needs,
    };
  const go = await says('go', ['version'], env);
  return go
    ? {
        part,
        state: 'warn',
        found: 'built once with Go, 3 to 5 min',
        needs: `${needs}; quicker: the official CLI on the PATH`,
      }
    : {
        part,
        state: 'missing',
        found: 'not found, and no Go',
        needs,
        get: 'put the Temporal CLI (`temporal`) on the PATH, or install Go 1.24 or later, or set TEMPORAL_ADDRESS',
      };
}

async function postgres(env) {
  const part = 'postgres';
  const needs = 'keeps the record';
  if (env.DATABASE_URL) return { part, state: 'ok', found: 'named', needs: 'DATABASE_URL names a server' };
  if (process.getuid?.() === 0 && !/^nobody:/m.test(readFileSync('/etc/passwd', 'utf8'))) {
    return {
      part,
      state: 'missing',
      found: 'you are root',
      needs: 'Postgres refuses root',
      get: 'start as an ordinary user, or set DATABASE_URL',
    };
  }
  const platform = `${process.platform}-${process.arch}`;
  if (POSTGRES_PLATFORMS.includes(platform)) return { part, state: 'ok', found: '18, with the packages', needs };
  return findProgram('postgres', { path: env.PATH })
    ? { part, state: 'ok', found: 'on the PATH', needs: 'needs 15 or later' }
    : {
        part,
        state: 'missing',
        found: `no binaries for ${platform}`,
        needs,
        get: 'install PostgreSQL 15 or later, or set DATABASE_URL',
      };
}

async function disk(root, env) {
  const part = 'disk';
  const needs = 'needs 2 GB with everything to fetch';
  let folder = cacheFolder(env);
  while (!existsSync(folder)) folder = dirname(folder);
  const free = Math.min(...[root, folder].map((path) => statfsSync(path)).map(({ bavail, bsize }) => bavail * bsize));
  const found = `${(free / GB).toFixed(1)} GB free`;
  return free > 2 * GB
    ? { part, state: 'ok', found, needs }
    : { part, state: 'warn', found, needs, get: 'make room, or set XDG_CACHE_HOME to a folder on another disk' };
}

async function memory() {
  const found = `${(freemem() / GB).toFixed(1)} of ${(totalmem() / GB).toFixed(1)} GB free`;
  const row = { part: 'memory', found, needs: 'needs about 2 GB' };
  return totalmem() > 2 * GB
    ? { ...row, state: 'ok' }
    : { ...row, state: 'warn', get: 'name servers on other machines: DATABASE_URL, KAFKA_BROKERS, TEMPORAL_ADDRESS' };
}

function ports() {
  return new Promise((resolve) => {
    const row = { part: 'ports', needs: 'chosen free on 127.0.0.1' };
    const server = createServer();
    server.once('error', ({ message }) =>
      resolve({ ...row, state: 'missing', found: message, get: 'allow programs of yours to listen on 127.0.0.1' }),
    );
    server.listen(0, '127.0.0.1', () => server.close(() => resolve({ ...row, state: 'ok', found: 'can be opened' })));
  });
}

async function says(program, args, env) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { env });
    return stdout + stderr;
  } catch {
    return null;
  }
}

function has(look) {
  try {
    return look() !== null;
  } catch {
    return false;
  }
}
