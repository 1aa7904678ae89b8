import { askTenant, inTenant, type Tx } from '@tidewaiter/event-store';
import pg, { type QueryResultRow } from 'pg';

export const DATABASE = Symbol('DATABASE');

/** The tables of one context, behind row-level security. */
export interface Database {
  /** One transaction in which only the tenant's rows exist. */
  tenant<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One statement under the tenant: its transaction travels in one piece. */
  ask<R extends QueryResultRow>(tenant: string, sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** One transaction of the context's own house-keeping, across tenants: to find work, never to answer a caller. */
  system<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export const createDatabase = (appPool: pg.Pool, systemPool: pg.Pool): Database => ({
  tenant: (tenant, work) => inTenant(appPool, tenant, work),
  ask: (tenant, sql, params) => askTenant(appPool, tenant, sql, params),
  system: (work) => inTenant(systemPool, '', work),
});

export function createPool(url: string, name: string, max: number, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    idleTimeoutMillis: 30_000,
    pipeline: true,
  });
  // An idle connection that dies (a restarted server) must not end the process; the next query gets a new one.
  pool.on('error', onError);
  return pool;
}
