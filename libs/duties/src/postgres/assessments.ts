import type { AssessmentRequest, AssessmentResult } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { canonicalJson } from '@tidewaiter/kernel';
import { readRuleBook, type LoadedRuleBook } from '../domain/rule-book.js';

export interface StoredAssessment {
  assessmentId: string;
  n: number;
  recordedAt: string;
  resultDigest: string;
  request: AssessmentRequest;
  result: AssessmentResult;
}

interface Row {
  assessment_id: string;
  n: number;
  recorded_at: string;
  result_digest: string;
  request: string;
  result: string;
}

const COLUMNS = `assessment_id, n, result_digest, request, result,
  to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at`;

const storedOf = (row: Row): StoredAssessment => ({
  assessmentId: row.assessment_id,
  n: row.n,
  recordedAt: row.recorded_at,
  resultDigest: row.result_digest,
  request: JSON.parse(row.request) as AssessmentRequest,
  result: JSON.parse(row.result) as AssessmentResult,
});

/** Results of assessments, byte for byte as their digest was taken, and the rule books they stand on. */
export const assessmentRows = {
  async keep(
    tx: Tx,
    shipmentId: string,
    stored: Omit<StoredAssessment, 'request' | 'result'>,
    request: string,
    result: string,
  ): Promise<void> {
    await tx.query(
      `insert into assessments (tenant_id, assessment_id, shipment_id, n, recorded_at, result_digest, request, result)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
      [tx.tenant, stored.assessmentId, shipmentId, stored.n, stored.recordedAt, stored.resultDigest, request, result],
    );
  },

  /** @throws Error when nothing of the shipment was assessed: nothing is owed then */
  async newestDigest(tx: Tx, shipmentId: string): Promise<string> {
    const { rows } = await tx.query<{ digest: string }>(
      'select result_digest as digest from assessments where tenant_id = $1 and shipment_id = $2 order by n desc limit 1',
      [tx.tenant, shipmentId],
    );
    if (!rows[0]) throw new Error(`nothing of shipment ${shipmentId} was assessed`);
    return rows[0].digest;
  },

  async keepBooks(tx: Tx, books: readonly LoadedRuleBook[]): Promise<void> {
    for (const { book, digest } of books) {
      await tx.query('insert into rule_books (tenant_id, digest, content) values ($1, $2, $3) on conflict do nothing', [
        tx.tenant,
        digest,
        canonicalJson(book),
      ]);
    }
  },

  async book(tx: Tx, digest: string): Promise<LoadedRuleBook | null> {
    const { rows } = await tx.query<{ content: string }>(
      'select content from rule_books where tenant_id = $1 and digest = $2',
      [tx.tenant, digest],
    );
    return rows[0] ? { book: readRuleBook(JSON.parse(rows[0].content), digest), digest } : null;
  },

  async one(tx: Tx, assessmentId: string): Promise<StoredAssessment | null> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from assessments where tenant_id = $1 and assessment_id = $2`,
      [tx.tenant, assessmentId],
    );
    return rows[0] ? storedOf(rows[0]) : null;
  },

  async byNumber(tx: Tx, shipmentId: string, n: number): Promise<StoredAssessment | null> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from assessments where tenant_id = $1 and shipment_id = $2 and n = $3`,
      [tx.tenant, shipmentId, n],
    );
    return rows[0] ? storedOf(rows[0]) : null;
  },

  async ofShipment(tx: Tx, shipmentId: string): Promise<StoredAssessment[]> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from assessments where tenant_id = $1 and shipment_id = $2 order by n desc`,
      [tx.tenant, shipmentId],
    );
    return rows.map(storedOf);
  },
};
