import { randomBytes } from 'node:crypto';
import type { ContextName } from '@tidewaiter/contracts';
import { silentLog } from '@tidewaiter/event-bus';
import pg from 'pg';
import { migrateContext, migrateKeys } from '../migrate.js';
import { createEventStore, type EventStoreOptions } from '../postgres-event-store.js';
import { SubjectKeys, type SubjectKeysOptions } from '../subject-keys.js';
import type { By, EventStore } from '../event-store.js';

/** A setting that a test with real servers needs. @throws when it is missing: such a test fails, it never skips */
export function serverSetting(name: 'TEST_DATABASE_URL' | 'TEST_KAFKA_BROKERS'): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the servers (npm test does) and name them`);
  return value;
}

/** A fresh database with the store's schema for one context, and everything that has to be closed again. */
export class TestDatabase {
  private readonly pools: pg.Pool[] = [];

  private constructor(
    private readonly serverUrl: string,
    readonly name: string,
    readonly context: ContextName,
    readonly masterKey: Buffer,
  ) {}

  static async create(
    context: ContextName = 'shipments',
    migrations?: URL,
    serverUrl = serverSetting('TEST_DATABASE_URL'),
  ): Promise<TestDatabase> {
    const database = new TestDatabase(serverUrl, `store_${randomBytes(6).toString('hex')}`, context, randomBytes(32));
    await onServer(serverUrl, `create database ${database.name} template template0 strategy file_copy`);
    await migrateKeys(database.url());
    await database.migrate(migrations);
    return database;
  }

  migrate(migrations?: URL): Promise<void> {
    return migrateContext(this.url(), this.context, {
      appUrl: this.url(`${this.context}_app`),
      systemUrl: this.url(`${this.context}_system`),
      ...(migrations ? { dir: migrations } : {}),
    });
  }

  url(role?: string): string {
    const url = new URL(this.serverUrl);
    url.pathname = `/${this.name}`;
    if (role) {
      url.username = role;
      url.password = 'a-password-for-tests';
    }
    return url.href;
  }

  /** @param role without it the superuser, under whom row-level security does not hold */
  pool(role?: string, max = 8): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.url(role), max, pipeline: true });
    pool.on('error', () => undefined);
    this.pools.push(pool);
    return pool;
  }

  keys(options: Partial<SubjectKeysOptions> = {}): SubjectKeys {
    return new SubjectKeys({ pool: this.pool(`${this.context}_app`, 4), masterKey: this.masterKey, ...options });
  }

  store(options: Partial<EventStoreOptions> = {}): EventStore {
    return createEventStore({
      context: this.context,
      appPool: this.pool(`${this.context}_app`),
      systemPool: this.pool(`${this.context}_system`, 2),
      keys: this.keys(),
      log: silentLog,
      ...options,
    });
  }

  async drop(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.end()));
    await onServer(this.serverUrl, `drop database ${this.name} with (force)`);
  }
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export const byOf = (commandId: string, changes: Partial<By> = {}): By => ({
  tenant: 'acme',
  subject: '0192aaaa-0000-7000-8000-000000000001',
  commandId,
  actor: 'system:shipments',
  correlationId: 'shipment/1',
  causationId: 'test',
  ...changes,
});
