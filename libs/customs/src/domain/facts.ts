import type { FieldProblem, Money } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';

/** One tax of one line as the authority states it; line 0 is the whole entry. */
export interface StatedTax {
  line: number;
  type: string;
  base: string;
  amount: Money;
}

/** The authority's own name among agencies: its holds end with its release, those of others only by them. */
export const CUSTOMS = 'customs';

/** Of what an agency speaks: `bill`, `lines`, or neither for the whole entry. */
interface Decided {
  agency: string;
  bill: string | null;
  lines: number[];
  says: string;
}

/** A place that an authority corrected, and what stands there now; null where the message does not say it. */
export interface Correction {
  /** the authority's own pointer */
  pointer: string;
  /** our path: `lines[0].commodity`; null when it maps to none */
  field: string | null;
  becomes: string | null;
}

/** What one message of an authority says, in words that every channel shares; `at` where a statement has a time of its own. */
export type Fact = { at?: Instant } & (
  | { kind: 'registered' }
  | { kind: 'accepted'; warnings: FieldProblem[] }
  /** `sameReference`: refused because another transmission under the same reference lives */
  | { kind: 'rejected'; errors: FieldProblem[]; sameReference: boolean }
  | { kind: 'control'; route: 'documents' | 'physical' | 'afterwards' }
  | { kind: 'documents-wanted'; due: Instant | null; says: string }
  | {
      kind: 'duty';
      stage: 'indicative' | 'secured' | 'final';
      taxes: StatedTax[];
      total: Money;
      paymentReference: string | null;
      payee: { name: string; account: string } | null;
    }
  | { kind: 'funds-short'; amount: Money | null; account: string | null; reminder: boolean }
  | { kind: 'released'; release: 'conditional' | 'full' }
  | { kind: 'corrected'; pointers: string[]; changes?: Correction[] }
  | { kind: 'invalidated'; reason: string }
  | { kind: 'request-answered'; answer: 'received' | 'granted' | 'denied' }
  | ({ kind: 'hold'; decision: 'hold' | 'detained' | 'refused' } & Decided)
  | ({ kind: 'hold-lifted' } & Decided)
  | ({ kind: 'agency-review'; decision: 'reviewing' | 'documents' | 'exam' } & Decided)
  /** a release recalled, or (`refused`) denied */
  | { kind: 'release-suspended'; refused: boolean; says: string }
  | { kind: 'seized'; reason: string }
  /** a question that waits in the authority's own mailbox; no message can answer it */
  | { kind: 'query'; due: Instant | null; says: string }
  /** changes no state by itself, or is in no table: kept and shown */
  | { kind: 'kept'; says: string; handledOutside: boolean }
);

/** The references under which an authority speaks of a filing, each null when the message does not carry it. */
export interface MessageKeys {
  conversationId: string | null;
  lrn: string | null;
  mrn: string | null;
  ducr?: string | null;
}

/** A message as the declaration takes it in: read, correlated, stored. */
export interface AuthorityMessage {
  /** the authority's identity of the message, or one made from its digest */
  messageId: string;
  channel: string;
  functionCode: string;
  sha256: string;
  receivedAt: Instant;
  /** the business date in the message, else its issue time */
  authorityTime: Instant;
  authorityVersion: number | null;
  keys: MessageKeys;
  facts: Fact[];
}
