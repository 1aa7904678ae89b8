import { jest } from '@jest/globals';
import { newId } from '@tidewaiter/kernel';
import pg from 'pg';
import { ending } from './testing/engagement-ending.js';
import { byOf, TestDatabase } from './testing/servers.js';

const migrations = new URL('./testing/migrations/', import.meta.url);
const engagementId = newId();
const suspendNone = { type: 'SuspendOften', engagementId, codes: [] as string[] } as const;

jest.setTimeout(60_000);

describe('row-level security', () => {
  let database: TestDatabase;
  let app: pg.Pool;
  let tables: string[];

  beforeAll(async () => {
    database = await TestDatabase.create('shipments', migrations);
    app = database.pool('shipments_app', 1);
    const admin = database.pool(undefined, 1);
    const { rows } = await admin.query<{ name: string }>(
      `select table_name::text as name from information_schema.columns
       where table_schema = 'shipments' and column_name = 'tenant_id' order by 1`,
    );
    tables = rows.map(({ name }) => name);
    await database.store().execute(ending, 'engagement-a', { type: 'Suspend', engagementId, code: 'x' }, byOf('a1'));
    await database.store().execute(ending, 'engagement-a', suspendNone, byOf('a2'));
    await admin.query(`
      set search_path to shipments;
      insert into inbox (tenant_id, consumer, event_id, digest) values ('acme', 'c', gen_random_uuid(), '');
      insert into consumer_streams values ('acme', 'c', 's', 1);
      insert into parked_streams (tenant_id, consumer, stream, reason) values ('acme', 'c', 's', 'poison');
      insert into parked_events (tenant_id, consumer, stream, version, topic, partition, record_offset, headers, body)
        values ('acme', 'c', 's', 1, 't', 0, 0, '{}', '');
      insert into idempotency (tenant_id, route, key, fingerprint, status) values ('acme', 'r', 'k', 'f', 'running');
      insert into suspensions values ('acme', 'engagement-a', 1);`);
  });
  afterAll(() => database.drop());

  const counts = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const table of tables) {
      const { rows } = await app.query<{ count: string }>(`select count(*) from ${pg.escapeIdentifier(table)}`);
      found[table] = Number(rows[0]!.count);
    }
    return found;
  };
  const nothing = (): Record<string, number> => Object.fromEntries(tables.map((table) => [table, 0]));

  it('has something to hide in every table', async () => {
    expect(tables.length).toBeGreaterThanOrEqual(10);
    await app.query(`begin; select set_config('app.tenant', 'acme', true)`);
    const seen = await counts();
    await app.query('commit');
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
  });

  it('shows no row without a tenant', async () => {
    expect(await counts()).toEqual(nothing());
  });

  it('shows no row to another tenant', async () => {
    await app.query(`begin; select set_config('app.tenant', 'globex', true)`);
    expect(await counts()).toEqual(nothing());
    await app.query('commit');
  });

  it('shows no row after a transaction of the tenant was rolled back on the same connection', async () => {
    await app.query(`begin; select set_config('app.tenant', 'acme', true)`);
    await app.query('rollback');
    expect(await counts()).toEqual(nothing());
  });

  it('takes no row for another tenant', async () => {
    for (const statement of [
      `insert into streams values ('acme', 'engagement-z', 1, 'k')`,
      `insert into inbox values ('acme', 'c', gen_random_uuid(), '')`,
      `insert into suspensions values ('acme', 'engagement-z', 1)`,
    ]) {
      await app.query(`begin; select set_config('app.tenant', 'globex', true)`);
      await expect(app.query(statement)).rejects.toThrow(/row-level security/);
      await app.query('rollback');
    }
  });

  it('looks to another tenant as if a stream did not exist, through the store as well', async () => {
    const store = database.store();
    expect(await store.load(ending, 'globex', 'engagement-a')).toEqual({ version: 0, state: ending.initial });
    const own = await store.execute(
      ending,
      'engagement-a',
      { type: 'Suspend', engagementId, code: 'x' },
      byOf('a1', { tenant: 'globex' }),
    );
    expect(own).toMatchObject({ version: 1, repeated: false });
    expect(await store.query('globex', 'select stream from events')).toHaveLength(1);
  });

  it('lets nobody but a migration change what was recorded', async () => {
    const system = database.pool('shipments_system', 1);
    for (const pool of [app, system]) {
      await expect(pool.query(`update events set body = 'x'`)).rejects.toThrow(/permission denied/);
      await expect(pool.query('delete from events')).rejects.toThrow(/permission denied/);
      await expect(pool.query('truncate events')).rejects.toThrow(/permission denied|must be owner/);
      await expect(pool.query('create table mine (n int)')).rejects.toThrow(/permission denied/);
    }
    await expect(app.query('update outbox set sent_at = now()')).rejects.toThrow(/permission denied/);
  });

  it('lets the system role see every tenant', async () => {
    const system = database.pool('shipments_system', 1);
    const { rows } = await system.query<{ tenant_id: string }>('select distinct tenant_id from events order by 1');
    expect(rows.map((row) => row.tenant_id)).toEqual(['acme', 'globex']);
  });

  it('takes a table twice under the fence', async () => {
    const admin = database.pool(undefined, 1);
    await admin.query(`set search_path to shipments; select protect('suspensions')`);
    expect(await counts()).toEqual(nothing());
  });
});
