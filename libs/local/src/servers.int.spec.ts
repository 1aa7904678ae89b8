import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { isAlive } from './process-identity.js';
import type { Progress } from './progress.js';
import { lookAtRun, stopRun } from './run-control.js';
import { readRunState } from './run-state.js';
import { startServers, type Servers } from './servers.js';
import { temporaryHome } from './testing/folder.js';
import { serves } from './temporal.js';

const TOPIC = 'kept';
/** Jest’s five seconds are for tests that start no servers. */
const PATIENCE = 120_000;
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The runner in a process of its own, so that it can be killed. */
async function holdElsewhere(
  home: string,
  named: Record<string, string> = {},
): Promise<{ pid: number; servers: Omit<Servers, 'stop'>; kill(): Promise<void> }> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('./testing/holder.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@tidewaiter/source', '--import', tsx, script, home], {
    cwd: root,
    env: {
      ...process.env,
      TSX_TSCONFIG_PATH: `${root}tsconfig.base.json`,
      SERVERS: JSON.stringify(named),
      NODE_OPTIONS: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the holder ended with ${code}`))),
  ])) as [Buffer];
  return {
    pid: child.pid!,
    servers: JSON.parse(said.toString()) as Omit<Servers, 'stop'>,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

async function onBroker<T>(brokers: string, work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 10 } }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

const until = async (what: () => boolean | Promise<boolean>) => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 50));
};

describe('the three real servers', () => {
  const { home, remove } = temporaryHome();
  const told: Progress[] = [];
  let elsewhere: Awaited<ReturnType<typeof holdElsewhere>>;
  let servers: Servers | undefined;
  afterAll(async () => {
    await servers?.stop();
    remove();
  }, PATIENCE);
  const programs = () => readRunState(home)!.programs;

  it(
    'start side by side in a folder of their own',
    async () => {
      elsewhere = await holdElsewhere(home);
      const { postgres, kafka, temporal } = elsewhere.servers;
      await query(postgres.url, 'create table kept as select 1 as n');
      await onBroker(kafka.brokers, (admin) =>
        admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 2 }], waitForLeaders: false }),
      );
      expect(await serves(temporal.address)).toBe(true);
      expect(Object.keys(programs()).sort()).toEqual(['kafka', 'postgres', 'temporal']);
    },
    PATIENCE,
  );

  it(
    'refuse a second runner in the same folder',
    async () => {
      await expect(startServers({ home, env: {} })).rejects.toThrow(`already running (process ${elsewhere.pid})`);
    },
    PATIENCE,
  );

  it(
    'outlive a runner that is killed, and the next one takes them over as they are',
    async () => {
      const before = programs();
      await elsewhere.kill();
      servers = await startServers({ home, env: {}, onProgress: (progress) => void told.push(progress) });
      expect(servers).toMatchObject(elsewhere.servers);
      expect(programs()).toEqual(before);
      expect(await query(servers.postgres.url, 'select n from kept')).toEqual([{ n: 1 }]);
    },
    PATIENCE,
  );

  it(
    'come back with their data, at their addresses, when they are killed themselves',
    async () => {
      const killed = Object.values(programs());
      for (const { pid } of killed) process.kill(pid, 'SIGKILL');
      const readyAgain = (part: string) =>
        told.findLastIndex((each) => each.part === part && each.phase === 'ready') >
        told.findIndex((each) => each.part === part && each.phase === 'died');
      await until(() =>
        ['postgres', 'kafka', 'temporal'].every(
          (part) => told.some((each) => each.part === part && each.phase === 'died') && readyAgain(part),
        ),
      );
      const { postgres, kafka, temporal } = elsewhere.servers;
      expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 1 }]);
      expect(await onBroker(kafka.brokers, (admin) => admin.listTopics())).toContain(TOPIC);
      expect(await serves(temporal.address)).toBe(true);
      expect(killed.some(isAlive)).toBe(false);
    },
    PATIENCE,
  );

  it(
    'leave nothing alive when they are stopped',
    async () => {
      const running = Object.values(programs());
      await servers!.stop();
      expect(running.filter(isAlive)).toEqual([]);
      expect(readRunState(home)).toMatchObject({ runner: null, programs: {} });
    },
    PATIENCE,
  );
});

describe('what a killed runner left', () => {
  const { home, remove } = temporaryHome();
  afterAll(remove);

  it(
    'is seen as it is, and stopped by whoever asks next',
    async () => {
      const elsewhere = await holdElsewhere(home, { KAFKA_BROKERS: '127.0.0.1:1', TEMPORAL_ADDRESS: '127.0.0.1:1' });
      await elsewhere.kill();
      expect(lookAtRun(home)).toMatchObject({ running: false, programs: [{ part: 'postgres', alive: true }] });
      expect(await stopRun(home)).toBe(true);
      expect(lookAtRun(home)).toMatchObject({ running: false, programs: [] });
      expect(await stopRun(home)).toBe(false);
    },
    PATIENCE,
  );
});

describe('a Postgres that is kept', () => {
  const { home, remove } = temporaryHome();
  afterAll(remove);

  it(
    'lets nobody in without its password',
    async () => {
      const named = { KAFKA_BROKERS: '127.0.0.1:1', TEMPORAL_ADDRESS: '127.0.0.1:1' };
      const servers = await startServers({ home, password: 'a-password-for-tests', env: named });
      try {
        expect(await query(servers.postgres.url, 'select 1 as n')).toEqual([{ n: 1 }]);
        await expect(
          query(servers.postgres.url.replace('a-password-for-tests', 'another'), 'select 1'),
        ).rejects.toThrow('password authentication failed');
        expect(readRunState(home)!.postgres).not.toContain('a-password-for-tests');
        expect(servers.kafka.brokers).toBe(named.KAFKA_BROKERS);
      } finally {
        await servers.stop();
      }
    },
    PATIENCE,
  );
});
