import type { ContextName } from '@tidewaiter/contracts';
import { Conflict, Refused } from '@tidewaiter/kernel';
import type { Database } from '../postgres/database.js';

export const IDEMPOTENCY = Symbol('IDEMPOTENCY');

/** A request that must not have a second effect. `fingerprint` tells one body from another. */
export interface KeyedRequest {
  tenant: string;
  route: string;
  key: string;
  fingerprint: string;
}

interface Row {
  fingerprint: string;
  status: 'running' | 'done';
  http_status: number | null;
  response: unknown;
  /** another request under the same key holds the claim and is younger than the lease */
  busy: boolean;
}

/**
 * Answers to requests by their Idempotency-Key, per context. A key seen before with another body is refused, one whose
 * request still runs is "not now", one that ended gets its first answer. A request that died in between may run again:
 * its command id is the same, so the event store gives back what it did the first time.
 *
 * @see IETF draft-ietf-httpapi-idempotency-key-header
 */
export class Idempotency {
  private readonly databases = new Map<string, Database>();

  register(context: ContextName, database: Database): void {
    this.databases.set(context, database);
  }

  /** Claims the key; answers what was answered before, or null when the handler is to run. */
  async begin(context: string, request: KeyedRequest): Promise<{ status: number; answer: unknown } | null> {
    const { tenant, route, key, fingerprint } = request;
    const row = await this.database(context).tenant(tenant, async (tx) => {
      const claimed = await tx.query(
        `insert into idempotency (tenant_id, route, key, fingerprint, status) values ($1, $2, $3, $4, 'running') on conflict do nothing`,
        [tenant, route, key, fingerprint],
      );
      if (claimed.rowCount === 1) return null;
      const found = await tx.query<Row>(
        `select fingerprint, status, http_status, response, (status = 'running' and created_at > now() - interval '30 seconds') as busy
           from idempotency where tenant_id = $1 and route = $2 and key = $3 for update`,
        [tenant, route, key],
      );
      const known = found.rows[0];
      if (known?.status === 'running' && !known.busy && known.fingerprint === fingerprint) {
        await tx.query(`update idempotency set created_at = now() where tenant_id = $1 and route = $2 and key = $3`, [tenant, route, key]);
      }
      return known ?? null;
    });
    if (!row) return null;
    if (row.fingerprint !== fingerprint) {
      throw new Refused('http.idempotency-key.reused', 'This Idempotency-Key came before with another request.', {
        advice: 'Use a new key for a new intent; repeat the first request unchanged to get its answer.',
      });
    }
    if (row.status === 'done') return { status: row.http_status ?? 200, answer: row.response };
    if (row.busy) {
      throw new Conflict('http.idempotency-key.running', 'The first request under this Idempotency-Key still runs.', {
        advice: 'Wait a moment and repeat it unchanged.',
      });
    }
    return null;
  }

  async finish(context: string, { tenant, route, key }: KeyedRequest, status: number, answer: unknown): Promise<void> {
    await this.database(context).tenant(tenant, (tx) =>
      tx.query(`update idempotency set status = 'done', http_status = $4, response = $5 where tenant_id = $1 and route = $2 and key = $3`, [
        tenant,
        route,
        key,
        status,
        JSON.stringify(answer ?? null),
      ]),
    );
  }

  /** A refused or failed request frees its key: nothing was done under it, and a mended state may be tried again. */
  async release(context: string, { tenant, route, key }: KeyedRequest): Promise<void> {
    await this.database(context).tenant(tenant, (tx) =>
      tx.query(`delete from idempotency where tenant_id = $1 and route = $2 and key = $3 and status = 'running'`, [tenant, route, key]),
    );
  }

  private database(context: string): Database {
    const database = this.databases.get(context);
    if (!database) throw new Error(`no database is registered for context ${context}`);
    return database;
  }
}
