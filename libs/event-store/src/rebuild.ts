import type { EventEnvelope } from '@tidewaiter/contracts';
import type { Pool, PoolClient } from 'pg';
import pg from 'pg';
import type { InlineProjection, StoredEvent, Tx } from './event-store.js';
import { openEvent } from './reader.js';
import type { SubjectKeys } from './subject-keys.js';
import { inTransaction } from './transaction.js';

const CHUNK = 500;

/**
 * Empties a projection's tables and folds every event into it again, tenant by tenant under its row-level security, in one
 * transaction: readers see the old rows until the new ones are whole. Appends wait at the locked tables meanwhile.
 * @returns how many events were folded
 */
export async function rebuildProjection(
  projection: InlineProjection,
  { appPool, systemPool, keys }: { appPool: Pool; systemPool: Pool; keys: SubjectKeys },
): Promise<number> {
  const tables = projection.tables.map((table) => pg.escapeIdentifier(table));
  // The lock is taken before anything is read: whoever appended earlier has committed by then, whoever comes later waits.
  return inTransaction(appPool, `begin; lock table ${tables.join(', ')} in exclusive mode`, async (client) => {
    const { rows: tenants } = await systemPool.query<{ tenant_id: string }>(
      'select distinct tenant_id from streams order by 1',
    );
    let folded = 0;
    for (const { tenant_id: tenant } of tenants)
      folded += await rebuildTenant(projection, tables, tenant, client, keys);
    return folded;
  });
}

async function rebuildTenant(
  projection: InlineProjection,
  tables: readonly string[],
  tenant: string,
  client: PoolClient,
  keys: SubjectKeys,
): Promise<number> {
  const tx: Tx = { tenant, query: (sql, params = []) => client.query(sql, [...params]) };
  await tx.query(`select set_config('app.tenant', $1, true)`, [tenant]);
  for (const table of tables) await tx.query(`delete from ${table} where tenant_id = $1`, [tenant]);
  let folded = 0;
  let last = '0';
  for (;;) {
    const { rows } = await tx.query<{ position: string; body: string }>(
      'select position, body from events where tenant_id = $1 and position > $2 order by position limit $3',
      [tenant, last, CHUNK],
    );
    for (const row of rows) {
      const event: StoredEvent = await openEvent(keys, JSON.parse(row.body) as EventEnvelope, row.position);
      await projection.apply(tx, [event]);
    }
    folded += rows.length;
    if (rows.length < CHUNK) return folded;
    last = rows.at(-1)!.position;
  }
}
