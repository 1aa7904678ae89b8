import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventEnvelope } from '@tidewaiter/contracts';
import type { ReceivedEvent } from '@tidewaiter/event-bus';
import type { Tx } from '@tidewaiter/event-store';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import {
  eventStreams,
  formatVerifierKey,
  parseTilePath,
  parseVerifierKey,
  verifyLog,
  type LogVerdict,
} from '@tidewaiter/merkle';
import type pg from 'pg';
import { ed25519Verify, nodeHasher as hasher } from '@tidewaiter/merkle/node';
import type { Cosigner } from '../log/cosigner.js';
import { alarmGaps } from '../log/gaps.js';
import { integrateSequenced } from '../log/integrator.js';
import { Lease } from '../log/lease.js';
import { newestCheckpoint, publishedTile, statusOf, type LogStatus } from '../log/log-reader.js';
import { publishGrown } from '../log/publisher.js';
import { compareHeads } from '../log/restored.js';
import { sequenceStaged } from '../log/sequencer.js';
import { CheckpointSigner } from '../log/signer.js';
import { stage } from '../log/stage.js';

export const MIGRATIONS = new URL('../../migrations/', import.meta.url);

let offset = 0;

/** An event as Kafka hands it out; its bytes are what the log must keep. */
export function received(stream: string, version: number, changes: Partial<EventEnvelope> = {}): ReceivedEvent {
  const event: EventEnvelope = {
    specversion: '1.0',
    id: randomUUID(),
    source: '/tidewaiter/documents',
    type: 'tidewaiter.documents.FileStored.v1',
    subject: '0192aaaa-0000-7000-8000-000000000001',
    time: '2025-11-24T14:07:12.000418Z',
    datacontenttype: 'application/json',
    dataschema: 'https://tidewaiter.example/schemas/documents/FileStored/1',
    tenantid: 'acme',
    stream,
    version,
    actor: 'system:documents',
    correlationid: 'shipment/1',
    causationid: 'test',
    commandid: `test/${stream}/${version}`,
    data: { note: `${stream} ${version}` },
    ...changes,
  };
  return receivedAs(event, Buffer.from(JSON.stringify(event)));
}

export const receivedAs = (event: EventEnvelope, value: Buffer): ReceivedEvent => ({
  record: {
    topic: 'tidewaiter.documents.events',
    partition: 0,
    offset: String((offset += 1)),
    key: Buffer.from(event.subject),
    headers: {},
    value,
  },
  event,
});

/** `n` events over a few streams, each in order. */
export const someEvents = (n: number, changes: Partial<EventEnvelope> = {}, streams = 7): ReceivedEvent[] =>
  Array.from({ length: n }, (_, i) => received(`file-${i % streams}`, Math.floor(i / streams) + 1, changes));

/** A log on a real database, step by step, with a signer's folder beside it. */
export class LogBench {
  private constructor(
    readonly database: TestDatabase,
    readonly folder: string,
    readonly system: pg.Pool,
    readonly app: pg.Pool,
    readonly superuser: pg.Pool,
    /** address as the system role, for leases */
    readonly systemUrl: string,
    public signer: CheckpointSigner,
  ) {}

  static async create(): Promise<LogBench> {
    const database = await TestDatabase.create('audit', MIGRATIONS);
    const folder = await mkdtemp(join(tmpdir(), 'signer-'));
    const [system, app, superuser] = [
      database.pool('audit_system', 4),
      database.pool('audit_app', 4),
      database.pool(undefined, 2),
    ];
    return new LogBench(database, folder, system, app, superuser, database.url('audit_system'), signerIn(folder));
  }

  async end(): Promise<void> {
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return within(this.system, '', work);
  }
  asTenant<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return within(this.app, tenant, work);
  }

  stage = (events: readonly ReceivedEvent[]): Promise<number> => this.asSystem((tx) => stage(tx, events));
  sequence = (limit?: number): Promise<number> => this.asSystem((tx) => sequenceStaged(tx, limit));
  integrate = (limit?: number): Promise<number> => this.asSystem((tx) => integrateSequenced(tx, limit));
  /** Witnesses asked for each checkpoint; none unless a test names them. */
  cosigner: Cosigner | null = null;
  publish = () => this.asSystem((tx) => publishGrown(tx, this));
  alarmGaps = (waitedMs?: number) => this.asSystem((tx) => alarmGaps(tx, waitedMs));
  compareHeads = () => this.asSystem((tx) => compareHeads(tx, this.signer));

  /** Steps two to four until nothing is left. */
  async settle(): Promise<void> {
    while ((await this.sequence()) > 0);
    while ((await this.integrate()) > 0);
    await this.publish();
  }

  status(tenant = 'acme'): Promise<LogStatus> {
    return this.asTenant(tenant, (tx) => statusOf(tx, tenant));
  }

  /** As after a crash of the process: nothing in memory is left. */
  restart(): void {
    this.signer = signerIn(this.folder);
  }

  lease(): Lease {
    return new Lease(this.systemUrl);
  }

  /** The whole log recomputed from its entries, over what a reader with the tenant's own rights is served. */
  async verify(tenant = 'acme', options: { seen?: { size: number; root: Uint8Array }[] } = {}): Promise<LogVerdict> {
    const key = formatVerifierKey(await this.signer.verifierOf(tenant));
    const pinned = {
      origin: this.signer.originOf(tenant),
      keys: [parseVerifierKey(hasher.sha256, key)],
      verify: ed25519Verify,
    };
    return verifyLog({
      hasher,
      checkpoint: await this.asTenant(tenant, (tx) => newestCheckpoint(tx, tenant)),
      pinned,
      fetch: (path) => this.asTenant(tenant, (tx) => publishedTile(tx, tenant, parseTilePath(path)).catch(() => null)),
      entryCheck: eventStreams(tenant).check,
      ...options,
    });
  }
}

export const signerIn = (folder: string): CheckpointSigner =>
  new CheckpointSigner(folder, (log) => `audit.example/log/${log}`);

async function within<T>(pool: pg.Pool, tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.tenant', $1, true)`, [tenant]);
    const result = await work({ tenant, query: (sql, params = []) => client.query(sql, [...params]) });
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
