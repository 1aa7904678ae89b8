import type { ContextName } from '@tidewaiter/contracts';
import { Conflict, Refused } from '@tidewaiter/kernel';
import type pg from 'pg';

export const IDEMPOTENCY = Symbol('IDEMPOTENCY');

/** A request that must not have a second effect. `fingerprint` tells one body from another. */
export interface KeyedRequest {
  tenant: string;
  route: string;
  key: string;
  fingerprint: string;
}

/** How long a request that says nothing any more keeps its key: longer than any that is still worth waiting for. */
const LEASE = '30 seconds';
/** How long a repeat still gets the first answer. */
const KEPT = '7 days';

/**
 * Answers to requests by their Idempotency-Key, per context. A key seen before with another body is refused, one whose
 * request still runs is "not now", one that ended gets its first answer. A request that died in between may run again:
 * its command id is the same, so the event store gives back what it did the first time.
 *
 * @see IETF draft-ietf-httpapi-idempotency-key-header; the event store's migration 007 holds the calls
 */
export class Idempotency {
  private readonly pools = new Map<string, pg.Pool>();

  /** @param pool of the context's app role: the calls run under row-level security */
  register(context: ContextName, pool: pg.Pool): void {
    this.pools.set(context, pool);
  }

  /** Claims the key; answers what was answered before, or null when the handler is to run. */
  async begin(context: string, request: KeyedRequest): Promise<{ answer: unknown } | null> {
    const { tenant, route, key, fingerprint } = request;
    const [row] = await this.call<{ verdict: 'run' | 'done' | 'running' | 'differs'; answer: string | null }>(
      context,
      'idempotency begin',
      'select verdict, answer from idempotency_begin($1, $2, $3, $4, $5)',
      [tenant, route, key, fingerprint, LEASE],
    );
    switch (row?.verdict) {
      case 'done':
        return { answer: row.answer === null ? undefined : JSON.parse(row.answer) };
      case 'differs':
        throw new Refused('http.idempotency-key.reused', 'This Idempotency-Key came before with another request.', {
          advice: 'Use a new key for a new intent; repeat the first request unchanged to get its answer.',
        });
      case 'running':
        throw new Conflict('http.idempotency-key.running', 'The first request under this Idempotency-Key still runs.', {
          advice: 'Wait a moment and repeat it unchanged.',
        });
      default:
        return null;
    }
  }

  /** @param answer JSON value, or undefined for none */
  async finish(context: string, { tenant, route, key }: KeyedRequest, answer: unknown): Promise<void> {
    const text = answer === undefined ? null : JSON.stringify(answer);
    await this.call(context, 'idempotency finish', 'select idempotency_finish($1, $2, $3, $4)', [
      tenant,
      route,
      key,
      text,
    ]);
  }

  /** A refused or failed request frees its key: nothing was done under it, and a mended state may be tried again. */
  async release(context: string, { tenant, route, key }: KeyedRequest): Promise<void> {
    await this.call(context, 'idempotency release', 'select idempotency_release($1, $2, $3)', [tenant, route, key]);
  }

  private async call<R extends pg.QueryResultRow>(
    context: string,
    name: string,
    text: string,
    values: unknown[],
  ): Promise<R[]> {
    const pool = this.pools.get(context);
    if (!pool) throw new Error(`no database is registered for context ${context}`);
    return (await pool.query<R>({ name, text, values })).rows;
  }
}

/** Forgets keys whose time is over. @param pool of the context's system role: every tenant's */
export async function forgetOldKeys(pool: pg.Pool): Promise<void> {
  await pool.query(`delete from idempotency where created_at < now() - $1::interval`, [KEPT]);
}
