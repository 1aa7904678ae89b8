import type { FieldProblem } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { toInstant, type Instant } from '@tidewaiter/kernel';
import type { Purpose } from '../domain/ours.js';
import type { AttemptOutcome } from '../domain/resend.js';

/** A request as it was frozen, with its newest transmission. */
export interface StoredRequest {
  request: number;
  orderId: string;
  purpose: Purpose;
  version: number;
  lrn: string;
  bytes: Buffer;
  attempt: number;
  outcome: AttemptOutcome;
  problems: FieldProblem[];
}

export interface RequestAttempt {
  request: number;
  attempt: number;
  outcome: AttemptOutcome;
  conversationId: string | null;
  startedAt: Instant;
}

/** Requests about declarations and their transmissions; all statements run in the caller's transaction. */
export const requests = {
  /** @returns false when the order was carried out already */
  async keep(
    tx: Tx,
    declarationId: string,
    kept: Pick<StoredRequest, 'request' | 'orderId' | 'purpose' | 'version' | 'lrn' | 'bytes'> & {
      bytesDigest: string;
      correlationId: string;
      madeAt: Instant;
    },
  ): Promise<boolean> {
    const { rowCount } = await tx.query(
      `insert into requests (tenant_id, declaration_id, request, order_id, purpose, version, lrn, bytes, bytes_digest, correlation_id, made_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
      [
        tx.tenant,
        declarationId,
        kept.request,
        kept.orderId,
        kept.purpose,
        kept.version,
        kept.lrn,
        kept.bytes,
        kept.bytesDigest,
        kept.correlationId,
        kept.madeAt,
      ],
    );
    return rowCount === 1;
  },

  async ofOrder(tx: Tx, declarationId: string, orderId: string): Promise<StoredRequest | null> {
    const { rows } = await tx.query<Omit<StoredRequest, 'orderId'> & { order_id: string }>(
      `select r.request, r.order_id, r.purpose, r.version, r.lrn, r.bytes, a.attempt, a.outcome, a.problems
       from requests r join request_attempts a using (tenant_id, declaration_id, request)
       where r.tenant_id = $1 and r.declaration_id = $2 and r.order_id = $3 order by a.attempt desc limit 1`,
      [tx.tenant, declarationId, orderId],
    );
    const [row] = rows;
    return row ? { ...row, orderId: row.order_id } : null;
  },

  /** Writes the row that must stand before a first byte leaves; false when another transmission is open. */
  async open(
    tx: Tx,
    declarationId: string,
    {
      request,
      attempt,
      startedAt,
      evidence,
    }: Omit<RequestAttempt, 'outcome' | 'conversationId'> & { evidence: string | null },
  ): Promise<boolean> {
    const { rowCount } = await tx.query(
      `insert into request_attempts (tenant_id, declaration_id, request, attempt, started_at, evidence)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [tx.tenant, declarationId, request, attempt, startedAt, evidence],
    );
    return rowCount === 1;
  },

  /** A transmission of which certainly nothing was taken runs again. */
  async reopen(tx: Tx, declarationId: string, request: number, attempt: number, startedAt: Instant): Promise<boolean> {
    const { rowCount } = await tx.query(
      `update request_attempts set outcome = 'open', started_at = $5, settled_at = null
       where tenant_id = $1 and declaration_id = $2 and request = $3 and attempt = $4 and outcome = 'not-sent'`,
      [tx.tenant, declarationId, request, attempt, startedAt],
    );
    return rowCount === 1;
  },

  async settle(
    tx: Tx,
    declarationId: string,
    settled: Pick<RequestAttempt, 'request' | 'attempt' | 'conversationId'> & {
      outcome: Exclude<AttemptOutcome, 'open'>;
      problems: FieldProblem[];
      at: Instant;
    },
  ): Promise<void> {
    await tx.query(
      `update request_attempts set outcome = $5, settled_at = $6, conversation_id = $7, problems = $8
       where tenant_id = $1 and declaration_id = $2 and request = $3 and attempt = $4 and outcome in ('open', 'unknown')`,
      [
        tx.tenant,
        declarationId,
        settled.request,
        settled.attempt,
        settled.outcome,
        settled.at,
        settled.conversationId,
        JSON.stringify(settled.problems),
      ],
    );
  },

  async attempts(tx: Tx, declarationId: string): Promise<RequestAttempt[]> {
    const { rows } = await tx.query<{
      request: number;
      attempt: number;
      outcome: AttemptOutcome;
      conversation_id: string | null;
      started_at: Date;
    }>(
      `select request, attempt, outcome, conversation_id, started_at from request_attempts
       where tenant_id = $1 and declaration_id = $2 order by request, attempt`,
      [tx.tenant, declarationId],
    );
    return rows.map((row) => ({
      request: row.request,
      attempt: row.attempt,
      outcome: row.outcome,
      conversationId: row.conversation_id,
      startedAt: toInstant(row.started_at.toISOString()),
    }));
  },
};
