import type { CustomsEvent, FieldProblem } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';

export type Purpose = Extract<CustomsEvent, { type: 'RequestMade' }>['data']['purpose'];

/** What a person may order; the entry summary follows from the release by itself. */
export type Ordered = Extract<CustomsEvent, { type: 'RequestOrdered' }>['data']['purpose'];

/** A request of ours to the authority, as far as our own side knows. */
export interface Request {
  request: number;
  orderId: string;
  purpose: Purpose;
  /** version of the declaration that it is about */
  version: number;
  lrn: string;
  reason: string;
  /** the authority's pointers of what an amendment changes */
  fields: string[];
  madeAt: Instant;
  /** content that stands once it is granted */
  proposed: number | null;
  /** content that an entry summary declares */
  content?: number;
  conversations: string[];
  outcome: 'open' | 'received' | 'unknown';
  /** how often the authority was asked what became of it; absent: never */
  enquiries?: number;
  /** the gateway took nothing of it, or a person dropped it */
  refused: boolean;
  problems: FieldProblem[];
}

/** One step of an examination as people recorded it. */
export interface ExaminationNote {
  what: string;
  says: string;
  at: Instant | null;
}

/** What we did about a declaration beside sending it. */
export interface Ours {
  requests: readonly Request[];
  /** filings of the entry summary, of the same kind as requests and apart from them */
  summaries?: readonly Request[];
  /** when papers went to the authority */
  papersSent: readonly Instant[];
  /** ids of queries that were answered */
  answered: readonly string[];
  disposal: { how: 'abandoned' | 're-exported' | 'destroyed'; at: Instant; version: number } | null;
}
