import { prepared } from '@tidewaiter/event-bus';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import pg from 'pg';
import type { Tx } from './event-store.js';

/**
 * Runs work in one transaction under a tenant's row-level security. The setting is local to the transaction, so that a
 * pooled connection never carries a tenant to its next borrower.
 */
export async function inTenant<T>(pool: Pool, tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const wakeUps: (() => void)[] = [];
  const result = await inTransaction(pool, beginAs(tenant), (client) =>
    work({
      tenant,
      query: <R extends QueryResultRow>(sql: string, params: readonly unknown[] = []) =>
        client.query<R>(prepared(sql, params)),
      afterCommit: (each) => void wakeUps.push(each),
    }),
  );
  for (const wakeUp of wakeUps) wakeUp();
  return result;
}

/**
 * One statement under a tenant's row-level security. Begin, statement and commit leave together on a pipelined connection: one
 * round trip, one wake-up of the server.
 */
export async function askTenant<R extends QueryResultRow>(
  pool: Pool,
  tenant: string,
  sql: string,
  params: readonly unknown[] = [],
): Promise<R[]> {
  const client = await pool.connect();
  try {
    const [, asked] = await Promise.allSettled([
      client.query(beginAs(tenant)),
      client.query<R>(prepared(sql, params)),
      // After an error Postgres makes a rollback of it.
      client.query('commit'),
    ]);
    if (asked.status === 'rejected') throw asked.reason;
    return asked.value.rows;
  } finally {
    client.release();
  }
}

const beginAs = (tenant: string): string => `begin; select set_config('app.tenant', ${pg.escapeLiteral(tenant)}, true)`;

/** @param begin the statements that open the transaction, in one round trip */
export async function inTransaction<T>(
  pool: Pool,
  begin: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies between two statements tells it as an event, which nobody else hears; the next statement is refused.
  const lost = (error: Error): void => void (broken = error);
  client.on('error', lost);
  try {
    // Not awaited before the work: on a pipelined connection the first statement travels with it.
    const begun = client.query(begin);
    begun.catch(() => undefined);
    const result = await work(client);
    await begun;
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that cannot even roll back is thrown away instead of going back to the pool in an unknown state.
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.off('error', lost);
    client.release(broken);
  }
}

/** SQLSTATE of an error from Postgres, undefined for any other. */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.code : undefined;
