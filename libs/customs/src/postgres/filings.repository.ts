import type { FieldProblem } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { toInstant, type Instant } from '@tidewaiter/kernel';
import type { Answer } from '../domain/answers.js';
import type { DeclarationContent } from '../domain/content.js';
import type { DeclaredQuantities } from '../domain/declaration.js';
import type { Attempt, AttemptOutcome } from '../domain/resend.js';

/** One transmission as stored, with what the gateway said of it. */
export interface StoredAttempt extends Attempt {
  settledAt: Instant | null;
  problems: FieldProblem[];
}

export interface PreparedContent {
  version: number;
  bytesDigest: string;
  correlationId: string;
  preparedAt: Instant;
}

/** Under whom a declaration was filed, and the quantities that each of its versions declares. */
export interface Filed {
  authority: string;
  channel: string;
  shipmentId: string;
  correlationId: string;
  /** of the first version */
  preparedAt: Instant;
  declared: DeclaredQuantities;
}

/** Frozen content, bytes and attempts of filings; all statements run in the caller's transaction. */
export const filings = {
  /** Keeps what a version was frozen as; a second writing of the same version changes nothing. */
  async keepContent(
    tx: Tx,
    declarationId: string,
    kept: {
      version: number;
      content: DeclarationContent;
      bytes: Buffer;
      bytesDigest: string;
      correlationId: string;
      preparedAt: Instant;
      answers: readonly Answer[];
    },
  ): Promise<void> {
    await tx.query(
      `insert into contents (tenant_id, declaration_id, version, content, bytes, bytes_digest, correlation_id, prepared_at, answers)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
      [
        tx.tenant,
        declarationId,
        kept.version,
        JSON.stringify(kept.content),
        kept.bytes,
        kept.bytesDigest,
        kept.correlationId,
        kept.preparedAt,
        JSON.stringify(kept.answers),
      ],
    );
  },

  /** The page of answers of every version that has one, in order. */
  async answers(tx: Tx, declarationId: string): Promise<{ version: number; frozenAt: Instant; answers: Answer[] }[]> {
    const { rows } = await tx.query<{ version: number; prepared_at: Date; answers: Answer[] }>(
      `select version, prepared_at, answers from contents
       where tenant_id = $1 and declaration_id = $2 and answers is not null order by version`,
      [tx.tenant, declarationId],
    );
    return rows.map((row) => ({
      version: row.version,
      frozenAt: toInstant(row.prepared_at.toISOString()),
      answers: row.answers,
    }));
  },

  async prepared(tx: Tx, declarationId: string): Promise<PreparedContent[]> {
    const { rows } = await tx.query<{
      version: number;
      bytes_digest: string;
      correlation_id: string;
      prepared_at: Date;
    }>(
      `select version, bytes_digest, correlation_id, prepared_at from contents
       where tenant_id = $1 and declaration_id = $2 order by version`,
      [tx.tenant, declarationId],
    );
    return rows.map((row) => ({
      version: row.version,
      bytesDigest: row.bytes_digest,
      correlationId: row.correlation_id,
      preparedAt: toInstant(row.prepared_at.toISOString()),
    }));
  },

  /** What messages of authorities are measured by, by declaration; one whose filing is not written whole is not among them. */
  async filed(tx: Tx, declarationIds: readonly string[]): Promise<Map<string, Filed>> {
    const { rows } = await tx.query<{
      declaration_id: string;
      filing: { authority: string; channel: string; shipmentId: string } | null;
      version: number;
      correlation_id: string;
      prepared_at: Date;
      lines: DeclarationContent['lines'];
    }>(
      `select d.declaration_id, d.state -> 'filing' as filing, c.version, c.correlation_id, c.prepared_at, c.content -> 'lines' as lines
       from declarations d join contents c using (tenant_id, declaration_id)
       where d.tenant_id = $1 and d.declaration_id = any($2::uuid[]) order by d.declaration_id, c.version`,
      [tx.tenant, declarationIds],
    );
    const filed = new Map<string, Filed>();
    for (const { declaration_id: declarationId, filing, version, correlation_id, prepared_at, lines } of rows) {
      if (!filing) continue;
      const { authority, channel, shipmentId } = filing;
      const of = filed.get(declarationId) ?? {
        authority,
        channel,
        shipmentId,
        correlationId: correlation_id,
        preparedAt: toInstant(prepared_at.toISOString()),
        declared: {},
      };
      of.declared[version] = lines.map(({ number, quantity }) => ({ line: number, quantity }));
      filed.set(declarationId, of);
    }
    return filed;
  },

  /** What a version declares, in the platform's neutral words. */
  async content(tx: Tx, declarationId: string, version: number): Promise<DeclarationContent | null> {
    const { rows } = await tx.query<{ content: DeclarationContent }>(
      'select content from contents where tenant_id = $1 and declaration_id = $2 and version = $3',
      [tx.tenant, declarationId, version],
    );
    return rows[0]?.content ?? null;
  },

  async bytes(tx: Tx, declarationId: string, version: number): Promise<Buffer | null> {
    const { rows } = await tx.query<{ bytes: Buffer }>(
      'select bytes from contents where tenant_id = $1 and declaration_id = $2 and version = $3',
      [tx.tenant, declarationId, version],
    );
    return rows[0]?.bytes ?? null;
  },

  /**
   * Writes the row that must stand before a first byte leaves.
   * @returns false when the attempt, or another open one, is there already: it is somebody else's to send
   */
  async openAttempt(
    tx: Tx,
    declarationId: string,
    attempt: { version: number; attempt: number; bytesDigest: string; startedAt: Instant; evidence: string | null },
  ): Promise<boolean> {
    const { rowCount } = await tx.query(
      `insert into attempts (tenant_id, declaration_id, version, attempt, bytes_digest, started_at, evidence)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [
        tx.tenant,
        declarationId,
        attempt.version,
        attempt.attempt,
        attempt.bytesDigest,
        attempt.startedAt,
        attempt.evidence,
      ],
    );
    return rowCount === 1;
  },

  /** An attempt of which certainly nothing was taken runs again. @returns false when it is not such a one any more */
  async reopenAttempt(
    tx: Tx,
    declarationId: string,
    version: number,
    attempt: number,
    startedAt: Instant,
  ): Promise<boolean> {
    const { rowCount } = await tx.query(
      `update attempts set outcome = 'open', started_at = $5, settled_at = null
       where tenant_id = $1 and declaration_id = $2 and version = $3 and attempt = $4 and outcome = 'not-sent'`,
      [tx.tenant, declarationId, version, attempt, startedAt],
    );
    return rowCount === 1;
  },

  /** Writes an outcome; only what is open or unknown can still be settled. */
  async settleAttempt(
    tx: Tx,
    declarationId: string,
    settled: {
      version: number;
      attempt: number;
      outcome: Exclude<AttemptOutcome, 'open'>;
      conversationId?: string;
      problems?: FieldProblem[];
      at: Instant;
    },
  ): Promise<void> {
    await tx.query(
      `update attempts set outcome = $5, settled_at = $6, conversation_id = $7, problems = $8
       where tenant_id = $1 and declaration_id = $2 and version = $3 and attempt = $4 and outcome in ('open', 'unknown')`,
      [
        tx.tenant,
        declarationId,
        settled.version,
        settled.attempt,
        settled.outcome,
        settled.at,
        settled.conversationId ?? null,
        JSON.stringify(settled.problems ?? []),
      ],
    );
  },

  /** The authority has it: what was unknown of the version was received. */
  async proveAttempts(tx: Tx, declarationId: string, version: number, at: Instant): Promise<void> {
    await tx.query(
      `update attempts set outcome = 'received', settled_at = $4
       where tenant_id = $1 and declaration_id = $2 and version = $3 and outcome = 'unknown'`,
      [tx.tenant, declarationId, version, at],
    );
  },

  async attempts(tx: Tx, declarationId: string): Promise<StoredAttempt[]> {
    const { rows } = await tx.query<{
      version: number;
      attempt: number;
      outcome: AttemptOutcome;
      conversation_id: string | null;
      started_at: Date;
      settled_at: Date | null;
      problems: FieldProblem[];
    }>(
      `select version, attempt, outcome, conversation_id, started_at, settled_at, problems from attempts
       where tenant_id = $1 and declaration_id = $2 order by version, attempt`,
      [tx.tenant, declarationId],
    );
    return rows.map((row) => ({
      version: row.version,
      attempt: row.attempt,
      outcome: row.outcome,
      conversationId: row.conversation_id,
      startedAt: toInstant(row.started_at.toISOString()),
      settledAt: row.settled_at && toInstant(row.settled_at.toISOString()),
      problems: row.problems,
    }));
  },
};
