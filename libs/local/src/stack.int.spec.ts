import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { identityOf } from './process-identity.js';
import type { Progress } from './progress.js';
import { lookAtRun, stopRun } from './run-control.js';
import { RunState } from './run-state.js';
import { SERVICES } from './settings.js';
import { startPlatform, type Platform } from './stack.js';
import { temporaryHome } from './testing/folder.js';

const PATIENCE = 120_000;

/** A service that answers with what it was told, instead of a built checkout. */
const ECHO = `
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
const { PORT, ADMIN_PORT, DATA } = process.env;
if (process.argv[2] === 'migrate') {
  writeFileSync(DATA + '/migrated.json', JSON.stringify(process.env));
} else {
  process.on('SIGTERM', () => process.exit(0));
  createServer((request, answer) => answer.end(JSON.stringify({ main: __filename, env: process.env }))).listen(PORT ?? ADMIN_PORT, '127.0.0.1');
}`;

interface Echo {
  main: string;
  env: Record<string, string>;
}

describe('the platform on one machine', () => {
  const { home: root, remove } = temporaryHome();
  const home = join(root, '.tidewaiter');
  const told: Progress[] = [];
  let platform: Platform | undefined;
  const start = async (mode: 'one' | 'split') => {
    platform = await startPlatform({
      root,
      mode,
      onProgress: (progress) => void told.push(progress),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        KAFKA_BROKERS: 'broker.example:9092',
        TEMPORAL_ADDRESS: 'temporal.example:7233',
        DATA: root,
      },
    });
    return platform;
  };
  const ask = async (path: string) => (await (await fetch(`${platform!.addresses.api}${path}`)).json()) as Echo;

  beforeAll(() => {
    for (const app of ['simulators', 'witness', 'tidewaiter', ...SERVICES]) {
      mkdirSync(join(root, 'apps', app, 'dist'), { recursive: true });
      writeFileSync(join(root, 'apps', app, 'dist', 'main.js'), ECHO);
    }
    symlinkSync(fileURLToPath(new URL('../../', import.meta.url)), join(root, 'libs'));
  });
  afterAll(async () => {
    await platform?.stop();
    remove();
  }, PATIENCE);

  it(
    'creates both databases and migrates them before one process serves everything',
    async () => {
      const { addresses, postgresUrl } = await start('one');
      const migrated = JSON.parse(readFileSync(join(root, 'migrated.json'), 'utf8')) as Record<string, string>;
      const { origin, pathname, username, password, port } = new URL(migrated['ADMIN_AUDIT_DATABASE_URL']!);
      expect(pathname).toBe('/tidewaiter_audit');
      expect(new URL(postgresUrl)).toMatchObject({ origin, username, password, port });
      const client = new pg.Client({ connectionString: migrated['ADMIN_DATABASE_URL'] });
      await client.connect();
      await client.end();
      const { main, env } = await ask('/v1/tasks');
      expect(main).toContain('apps/tidewaiter/dist/main.js');
      expect(env).toMatchObject({
        PUBLIC_URL: addresses.api,
        OIDC_ISSUER: addresses.identity,
        KAFKA_BROKERS: 'broker.example:9092',
        TEMPORAL_ADDRESS: 'temporal.example:7233',
      });
      expect(env).not.toHaveProperty('ADMIN_DATABASE_URL');
      expect(lookAtRun(home)).toMatchObject({
        running: true,
        record: { mode: 'one', api: addresses.api, simulators: addresses.simulators },
      });
    },
    PATIENCE,
  );

  it(
    'goes on when its process is killed',
    async () => {
      const before = platform!.pids()['tidewaiter']!;
      process.kill(before, 'SIGKILL');
      while (
        !told.some(({ part, phase }) => part === 'tidewaiter' && phase === 'died') ||
        told.at(-1)?.phase !== 'ready'
      ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(platform!.pids()['tidewaiter']).not.toBe(before);
      expect((await ask('/')).main).toContain('apps/tidewaiter');
    },
    PATIENCE,
  );

  it(
    'comes up again at the same addresses, with the same secrets',
    async () => {
      const before = platform!;
      await before.stop();
      const { addresses, secrets } = await start('one');
      expect(addresses).toEqual(before.addresses);
      expect(secrets).toEqual(before.secrets);
      await platform!.stop();
    },
    PATIENCE,
  );

  it(
    'ends what a killed runner left of ours before it starts anew, split or not',
    async () => {
      const { addresses } = platform!;
      const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      const state = RunState.take(home);
      state.record('duties', identityOf(left.pid!)!, {});
      state.release();
      const ended = once(left, 'exit');
      const split = await start('split');
      expect(await ended).toEqual([null, 'SIGINT']);
      expect(split.addresses.api).toBe(addresses.api);
      expect((await ask('/v1/shipments/1/documents')).main).toContain('apps/documents/');
      expect((await ask('/v1/shipments/1')).main).toContain('apps/shipments/');
      expect((await ask('/v1/payments')).env).not.toHaveProperty('AUTHORITY_CLIENT_SECRET');
      expect(await (await fetch(`${addresses.api}/health/ready`)).json()).toMatchObject({
        ready: true,
        parts: { worker: 'ok', audit: 'ok' },
      });
    },
    PATIENCE,
  );

  it(
    'is refused, and everything stopped, when a part cannot start',
    async () => {
      await platform!.stop();
      writeFileSync(
        join(root, 'apps', 'tidewaiter', 'dist', 'main.js'),
        `${ECHO}\nif (process.argv[2] !== 'migrate') { console.error('OIDC_ISSUER: expected an address'); process.exit(1); }`,
      );
      await expect(start('one')).rejects.toThrow(
        /tidewaiter ended before it was ready\n {2}OIDC_ISSUER: expected an address/,
      );
      expect(lookAtRun(home)).toMatchObject({ running: false, programs: [] });
      expect(await stopRun(home)).toBe(false);
      expect(existsSync(join(home, 'runner.lock'))).toBe(false);
    },
    PATIENCE,
  );
});
