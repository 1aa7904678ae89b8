import type { FieldProblem } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';
import type { DeclarationContent } from '../domain/content.js';
import type { FilingReferences } from '../domain/declaration.js';
import type { Fact, MessageKeys } from '../domain/facts.js';
import type { Attempt, Evidence, Resend } from '../domain/resend.js';
import type { Profile } from './profile.js';

/** A declaration in the form of its channel. The same content and references give the same bytes. */
export interface Built {
  content: DeclarationContent;
  references: FilingReferences;
  bytes: Buffer;
  mediaType: string;
  /** `sha256:` and the digest of the bytes */
  digest: string;
  /** what the channel does not carry, each with the reason: a decision that is listed, never an accident */
  leftOut: string[];
}

/** A request about a declaration that the authority has, under a reference of its own. */
export type Asking = { lrn: string; mrn: string; reason: string; references: FilingReferences } & (
  | { purpose: 'amend'; before: DeclarationContent; after: DeclarationContent }
  | { purpose: 'cancel' }
  | { purpose: 'arrive' }
);

/** The entry summary: a second filing about what is released, under a reference of its own, that declares the debt. */
export interface Summarising {
  lrn: string;
  references: FilingReferences;
  content: DeclarationContent;
  /** one that was accepted before is to stand no more */
  replaces: boolean;
}

export interface BuiltRequest {
  bytes: Buffer;
  /** `sha256:` and the digest of the bytes */
  digest: string;
  /** the authority's pointers of what an amendment changes; empty when content and old content say the same there */
  pointers: string[];
}

/** What a transmission is for; each has a door of its own at some authorities. */
export type SubmitPurpose = 'declare' | 'amend' | 'cancel' | 'arrive' | 'summarise';

/** A one-time address for one paper. */
export interface Slot {
  reference: string;
  url: string;
  fields: Record<string, string>;
}

/** What became of one transmission, as far as the wire can tell. */
export type Outcome =
  /** certainly nothing was taken: the same attempt may run again */
  | { kind: 'not-sent'; says: string; availability: 'down' | 'busy' | 'not-let-in' }
  | { kind: 'refused'; problems: FieldProblem[] }
  | { kind: 'received'; conversationId: string }
  | { kind: 'unknown'; after: 'bytes-sent' | 'answer-unreadable'; says: string };

/** A message that was fetched, with the cursor from which to go on once it is stored. */
export interface Collected {
  bytes: Buffer;
  cursor: string;
  /** of the channel, where it travels beside the message */
  conversationId?: string;
}

/** A message as it came: nothing of it is believed yet. */
export interface RawMessage {
  bytes: Uint8Array;
  /** from the header, when there is one */
  conversationId: string | null;
}

/** Something about a message that changes nothing it says: a fault of its form, a number whose check digit is wrong. */
export interface Note extends FieldProblem {
  severity: 'warning' | 'note';
}

export interface ReadMessage {
  kind: 'read';
  /** the authority's own identity of the message; null when it carries none */
  identity: string | null;
  functionCode: string;
  keys: MessageKeys;
  authorityVersion: number | null;
  /** null when no date in it can be read: the time of receipt must do */
  authorityTime: Instant | null;
  facts: Fact[];
  notes: Note[];
}

export type Interpretation = ReadMessage | { kind: 'unreadable'; code: string; says: string };

export type Answer =
  | { kind: 'found'; mrn: string | null }
  /** the authority's own word that it has nothing under our references */
  | { kind: 'absent' }
  | { kind: 'no-answer'; says: string };

/**
 * The port behind which every channel to every authority lives; one object per channel and profile. All verbs are pure and total,
 * except `submit`, `slots` and `enquire`, which talk to the authority and never throw for what it does.
 */
export interface Authority {
  readonly profile: Profile;
  build(content: DeclarationContent, references: FilingReferences): Built;
  /** Judges what was built as the authority would, offline: schema and profile. */
  validate(built: Built): FieldProblem[];
  /** Amend, cancel, arrive: purposes beside the declaration itself. The same request gives the same bytes. */
  buildRequest(asking: Asking): BuiltRequest;
  /** Only where the debt is declared by a second filing behind the release. */
  buildSummary?(summarising: Summarising): BuiltRequest;
  /** What leaves for another transmission of the same content: the same bytes, or the same content in a new envelope. @param attempt from 2 */
  again(bytes: Buffer, attempt: number): Buffer;
  /** One transmission; no retry inside. */
  submit(bytes: Uint8Array, purpose: SubmitPurpose): Promise<Outcome>;
  /**
   * Asks for addresses for papers that the authority wants to see.
   * @returns null when it gave none: it is down, or takes papers by another way
   */
  slots(mrn: string, files: readonly { type: string }[]): Promise<Slot[] | null>;
  /** Everything one body says; a body may hold several messages. */
  interpret(raw: RawMessage): Interpretation[];
  /**
   * Asks by our own references what the authority has.
   * @param passed numbers of earlier versions under the same references: finding those again says nothing of the newest
   */
  enquire(references: FilingReferences, passed: readonly string[]): Promise<Answer>;
  /** It pushes: what lies there to be fetched is what its pushes did not bring, and is looked for seldom. */
  readonly pushes?: boolean;
  /** Messages that wait to be fetched, from a cursor on (null: from the first); the cursor moves after the store. */
  collect?(cursor: string | null): AsyncIterable<Collected>;
  /** Kinds of messages that answer an enquiry where it has a mailbox: one that is only kept says that it has nothing. */
  readonly enquiryAnswers?: readonly string[];
  /** The authority's rule on sending again. */
  resend(attempts: readonly Attempt[], evidence: Evidence, now: Instant): Resend;
  /** Name of a message's kind for people: `DMSACC`; the code itself when the table has none. */
  nameOf(functionCode: string): string;
}
