import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { silentLog } from '@tidewaiter/event-bus';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { newId } from '@tidewaiter/kernel';
import {
  checkpointText,
  formatNote,
  formatVerifierKey,
  hashesAt,
  TILE_WIDTH,
  tilePath,
  tileRoot,
  utf8,
  verifierKey,
  widthIn,
  writeBundle,
  CompactRange,
  type Hash,
} from '@tidewaiter/merkle';
import { makeSigningKey, nodeHasher as hasher, nodeSha256 } from '@tidewaiter/merkle/node';
import { createDatabase, type Database } from '@tidewaiter/platform';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Evidence } from '../application/evidence.js';
import { Proofs } from '../application/proofs.js';
import { intakeConsumer } from '../log/intake-consumer.js';
import { Lease } from '../log/lease.js';
import { LogPipeline } from '../log/pipeline.js';
import { CheckpointSigner } from '../log/signer.js';
import type { LogService } from '../application/log.service.js';
import { MIGRATIONS } from './log-bench.js';

const TENANT = 'acme';
const EVENT_BYTES = 600;
const SHIPMENT_EVENTS = 300;

export interface LogFigures {
  /** events a second from Kafka to a published checkpoint, over the whole run */
  rate: number;
  /** the same for the first ten thousand and the last hundred thousand */
  early: number;
  late: number;
  /** a bare kafkajs consumer that copies the same events into one unindexed table */
  copyRate: number;
  /** p99 in ms from recorded to covered by a checkpoint, at 500 events a second, and the checkpoint interval in ms */
  coverP99: number;
  checkpointMs: number;
  /** p99 in ms: replay of one shipment, inclusion proof, primary-key lookup, through the same pool */
  replayP99: number;
  proofP99: number;
  lookupP99: number;
}

/** One event of about 600 bytes; streams of 300 events, one for each shipment. */
function eventAt(n: number): { key: string; value: Buffer } {
  const shipment = Math.floor(n / SHIPMENT_EVENTS);
  const subject = `0192aaaa-0000-7000-8000-${shipment.toString(16).padStart(12, '0')}`;
  const event = {
    specversion: '1.0',
    id: newId(),
    source: '/tidewaiter/documents',
    type: 'tidewaiter.documents.Measured.v1',
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: 'https://tidewaiter.example/schemas/documents/Measured/1',
    tenantid: TENANT,
    stream: `measured-${subject}`,
    version: (n % SHIPMENT_EVENTS) + 1,
    actor: 'system:documents',
    correlationid: `shipment/${subject}`,
    causationid: 'bench',
    commandid: `bench/${n}`,
    data: { filler: '' },
  };
  event.data.filler = 'x'.repeat(Math.max(0, EVENT_BYTES - JSON.stringify(event).length));
  return { key: subject, value: Buffer.from(JSON.stringify(event)) };
}

async function produce(producer: Producer, topic: string, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1_000) {
    const messages = Array.from({ length: Math.min(1_000, to - n) }, (_, i) => eventAt(n + i));
    await producer.send({ topic, messages });
  }
}

const p99 = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!;

/**
 * Measures the log on real servers: ingest, cover, replay and proofs, each beside what it is compared with.
 * @param leaves how many events the log is filled with
 */
export async function benchLog(
  { postgresUrl, brokers }: { postgresUrl: string; brokers: string },
  leaves: number,
  say: (text: string) => void,
): Promise<LogFigures> {
  const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  const topic = `bench.${randomBytes(4).toString('hex')}`;
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
  say(`writes ${leaves} events of ${EVENT_BYTES} bytes to Kafka`);
  await produce(producer, topic, 0, leaves);
  const database = await TestDatabase.create('audit', MIGRATIONS, postgresUrl);
  const folder = await mkdtemp(join(tmpdir(), 'bench-signer-'));
  try {
    const copied = Math.min(leaves, 200_000);
    say(`copies ${copied} of them with a bare consumer`);
    const copyRate = await copyAll(kafka, topic, database, copied);
    say('takes all of them into the log');
    const log = new BenchLog(database, folder, brokers, topic);
    const marks = await log.ingest(leaves);
    say('covers 500 events a second');
    const coverP99 = await log.cover(producer, leaves);
    say('replays and proves');
    const reads = await log.reads(leaves);
    await log.end();
    const rateBetween = (a: Mark, b: Mark): number => ((b.size - a.size) * 1000) / (b.at - a.at);
    const at = (size: number): Mark => marks.find((mark) => mark.size >= size) ?? marks.at(-1)!;
    return {
      rate: rateBetween(marks[0]!, marks.at(-1)!),
      early: rateBetween(at(10_000), at(Math.min(leaves, 110_000))),
      late: rateBetween(at(leaves - 100_000), marks.at(-1)!),
      copyRate,
      coverP99,
      checkpointMs: CHECKPOINT_MS,
      ...reads,
    };
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Mark {
  size: number;
  at: number;
}

const CHECKPOINT_MS = 1000;

async function copyAll(kafka: Kafka, topic: string, database: TestDatabase, count: number): Promise<number> {
  // A connection of the plain kind: a pipelined one takes no COPY.
  const client = new pg.Client({ connectionString: database.url() });
  await client.connect();
  await client.query('create table public.copied (body text)');
  const consumer = kafka.consumer({ groupId: `copy-${topic}`, maxBytesPerPartition: 4 * 1024 * 1024 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let began = 0;
  let done = 0;
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        began ||= performance.now();
        if (done >= count) return;
        const stream = client.query(copyFrom('copy public.copied (body) from stdin'));
        stream.end(batch.messages.map(({ value }) => `${value!.toString('utf8').replaceAll('\\', '\\\\')}\n`).join(''));
        await once(stream, 'finish');
        done += batch.messages.length;
        if (done >= count) resolve();
      },
    });
  });
  const rate = (done * 1000) / (performance.now() - began);
  await consumer.disconnect();
  await client.end();
  return rate;
}

class BenchLog {
  private readonly system: pg.Pool;
  private readonly app: pg.Pool;
  private readonly database: Database;
  private readonly lease: Lease;
  private readonly signer: CheckpointSigner;
  private readonly pipeline: LogPipeline;
  private readonly consumer;
  private readonly published: Mark[] = [];
  private running = true;
  private worked: Promise<void> | undefined;

  constructor(
    testDatabase: TestDatabase,
    folder: string,
    brokers: string,
    private readonly topic: string,
  ) {
    this.system = testDatabase.pool('audit_system', 6);
    this.app = testDatabase.pool('audit_app', 4);
    this.database = createDatabase(this.app, this.system);
    this.lease = new Lease(testDatabase.url('audit_system'));
    this.signer = new CheckpointSigner(folder, (log) => `bench.example/log/${log}`);
    this.pipeline = new LogPipeline({
      database: this.database,
      lease: this.lease,
      signer: this.signer,
      cosigner: null,
      checkpointMs: CHECKPOINT_MS,
      onPublished: ([head]) => void this.published.push({ size: head!.size, at: performance.now() }),
    });
    this.consumer = intakeConsumer({
      brokers: brokers.split(','),
      clientId: 'bench-audit',
      topics: [topic],
      pool: this.system,
      database: this.database,
      log: silentLog,
      onStaged: () => undefined,
    });
  }

  /** Everything that lies in the topic, as the service does it. @returns each checkpoint with its time */
  async ingest(leaves: number): Promise<Mark[]> {
    await this.consumer.start();
    this.worked = this.work();
    while ((this.published.at(-1)?.size ?? 0) < leaves) await new Promise((resolve) => setTimeout(resolve, 50));
    return [...this.published];
  }

  /** @returns p99 in ms from recorded to the first checkpoint that covers it */
  async cover(producer: Producer, first: number): Promise<number> {
    const seconds = 20;
    for (let tick = 0; tick < seconds * 10; tick += 1) {
      const began = performance.now();
      await produce(producer, this.topic, first + tick * 50, first + (tick + 1) * 50);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 100 - (performance.now() - began))));
    }
    while (this.published.at(-1)!.size < first + seconds * 500) await new Promise((resolve) => setTimeout(resolve, 50));
    const { rows } = await this.system.query<{ ms: string }>(
      `select extract(epoch from c.published_at - (convert_from(e.body, 'UTF8')::jsonb ->> 'time')::timestamptz) * 1000 as ms
       from log_leaves l join log_entries e using (staged_id)
       cross join lateral (select published_at from log_checkpoints where tenant_id = l.tenant_id and size > l.index order by size limit 1) c
       where l.tenant_id = $1 and l.index >= $2`,
      [TENANT, first],
    );
    return p99(rows.map(({ ms }) => Number(ms)));
  }

  async reads(leaves: number): Promise<Pick<LogFigures, 'replayP99' | 'proofP99' | 'lookupP99'>> {
    const evidence = new Evidence(this.database, () => '2099-01-01T00:00:00.000000Z');
    const proofs = new Proofs(this.database, { witnessKeys: () => [] } as unknown as LogService);
    const shipments = Math.floor(leaves / SHIPMENT_EVENTS);
    const some = (of: number): number => Math.floor(Math.random() * of);
    const timed = async (n: number, work: () => Promise<unknown>): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < n; i += 1) {
        const began = performance.now();
        await work();
        times.push(performance.now() - began);
      }
      return p99(times);
    };
    const { rows } = await this.system.query<{ event_id: string }>(
      'select event_id from log_entries tablesample system (1) limit 1000',
    );
    const lookup = () =>
      this.database.ask(TENANT, 'select body from log_entries where staged_id = $1', [1 + some(leaves)]);
    const prove = () => proofs.inclusion(TENANT, rows[some(rows.length)]!.event_id, undefined);
    const replayOne = () =>
      evidence.replay(TENANT, `0192aaaa-0000-7000-8000-${some(shipments).toString(16).padStart(12, '0')}`, {});
    for (const warm of [lookup, prove, replayOne]) await timed(100, warm);
    return {
      lookupP99: await timed(1000, lookup),
      proofP99: await timed(1000, prove),
      replayP99: await timed(300, replayOne),
    };
  }

  async end(): Promise<void> {
    this.running = false;
    await this.consumer.stop();
    await this.worked;
    await this.lease.release();
  }

  private async work(): Promise<void> {
    while (this.running) {
      if ((await this.pipeline.work()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export interface VerifyFigures {
  /** leaves a second: entries, tiles and root */
  verify: number;
  /** the same with every event read and every stream's order and ids checked */
  events: number;
  plain: number;
  residentMb: number;
}

/** Verifies a log of so many leaves from files, beside plain SHA-256 over the same leaves, in a process of its own. */
export async function benchVerify(leaves: number): Promise<VerifyFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-log-'));
  try {
    await writeLog(folder, leaves);
    const child = spawn(
      process.execPath,
      [...process.execArgv, fileURLToPath(new URL('./verify-child.ts', import.meta.url)), folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    if (code !== 0) throw new Error('the log does not verify');
    return JSON.parse(text) as VerifyFigures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A log as static files: C2SP tlog-tiles. */
async function writeLog(folder: string, leaves: number): Promise<void> {
  const put = async (path: string, bytes: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  const range = CompactRange.empty(hasher);
  const levels: Hash[][] = [];
  const push = async (level: number, hash: Hash): Promise<void> => {
    const open = (levels[level] ??= []);
    open.push(hash);
    if (open.length < TILE_WIDTH) return;
    levels[level] = [];
    const index = hashesAt(range.size, level + 1) - 1;
    await put(tilePath({ level, index, width: TILE_WIDTH }), Buffer.concat(open));
    await push(level + 1, tileRoot(hasher, open));
  };
  for (let first = 0; first < leaves; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, leaves - first);
    const entries = Array.from({ length: width }, (_, i) => eventAt(first + i).value);
    await put(tilePath({ level: 'entries', index: first / TILE_WIDTH, width }), writeBundle(entries));
    for (const entry of entries) {
      const leaf = hasher.leaf(entry);
      range.append(leaf);
      await push(0, leaf);
    }
  }
  for (const [level, open] of levels.entries()) {
    const index = Math.floor(hashesAt(leaves, level) / TILE_WIDTH);
    if (open.length > 0)
      await put(tilePath({ level, index, width: widthIn(leaves, level, index) }), Buffer.concat(open));
  }
  const signing = await makeSigningKey(folder);
  const key = verifierKey(nodeSha256, `bench.example/log/${TENANT}`, signing.publicKey);
  const text = checkpointText({ origin: key.name, size: leaves, root: range.root() });
  await put(
    'checkpoint',
    formatNote({ text, signatures: [{ name: key.name, keyId: key.id, signature: signing.sign(utf8(text)) }] }),
  );
  await put('vkey', formatVerifierKey(key));
}
