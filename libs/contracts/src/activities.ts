import type { StatementDifference } from './duties/money.events.js';
import type { CaseLine, Demand } from './customs/post-entry.values.js';
import type { DeclarationExtras } from './customs/content.js';
import type { Charges, DocumentSet, GoodsLine, Money, Situation } from './values.js';
import type { RecordingContext, TaskKind } from './names.js';

/**
 * What every activity is given. `commandId` is minted by the workflow from its id and step, so that each attempt
 * carries the same one and a retry finds the first answer.
 */
export interface Step {
  tenant: string;
  /** shipment or engagement: the `subject` of what is recorded */
  subject: string;
  commandId: string;
  correlationId: string;
  causationId: string;
  /** who stands behind it: `system:workflow`, or the person whose decision is carried out */
  actor: string;
  /** W3C trace context of the request that began the story */
  traceparent?: string;
}

/** The newest version of each stream that an activity wrote: the dossier is sealed only when the log holds them all. */
export type Wrote = Record<string, number>;

/** A task to be raised for a person. */
export interface TaskSpec {
  kind: TaskKind;
  role: string;
  says: string;
  about: Record<string, unknown>;
  /** instant or null */
  due: string | null;
  /** workflow that waits for the decision; without it the shipment's or engagement's own */
  waiter?: string;
}

/** A rule said no: a result the story answers, never an exception. */
export interface Refusal {
  kind: 'refused';
  code: string;
  says: string;
}

/** What stood behind a filing at its moment. */
export interface StandingProof {
  /** day in the authority's zone */
  lawDate: string;
  mandateId: string;
  mandateUntil: string;
  importerId: string;
  identifier: string;
  /** rule under which the identifier suffices */
  law: string;
  screening: { list: string; digest: string };
  guarantee: { guaranteeId: string; reserved: Money } | null;
  /** digest of the embargo rows that were asked, and that none of them stood in the way */
  embargoes: string;
}

export interface ShipmentsActivities {
  /** Screens the parties and proves standing. `blocked` says what must be mended; asked again with a new command id. */
  engageShipment(
    step: Step,
  ): Promise<
    | { kind: 'engaged'; situation: Situation; openedBy: string; wrote: Wrote }
    | { kind: 'blocked'; code: string; says: string; wrote: Wrote }
  >;
  /** Reserves headroom for the duties and taxes of a shipment; `short` when the limit does not cover it. */
  reserveGuarantee(
    step: Step,
    amount: Money,
  ): Promise<
    | { kind: 'reserved'; guaranteeId: string; reference: string; wrote: Wrote }
    | { kind: 'short'; says: string; headroom: Money; wrote: Wrote }
  >;
  /**
   * The gate before every filing: engagement, mandate and identifier in force on the authority's day, no embargo, names screened
   * against the list of the moment, headroom still reserved. `proof` is frozen into the filing.
   */
  standAtFiling(
    step: Step,
  ): Promise<{ kind: 'stands'; proof: StandingProof } | { kind: 'blocked'; code: string; says: string; role: string }>;
  /**
   * Security for this shipment alone: a single guarantee, or a deposit, up to its amount; from then on its debts are held under it and
   * under no other. `destination`: country of the authority that has it.
   */
  provideSecurity(
    step: Step,
    security: { reference: string; amount: Money },
  ): Promise<{ kind: 'provided'; destination: string; wrote: Wrote } | Refusal>;
  /** Goods of the shipment were seized: its engagement files and opens nothing until it is thawed, also for other shipments. */
  freezeMandate(step: Step, says: string): Promise<{ wrote: Wrote }>;
  thawMandate(step: Step, reason: string): Promise<{ wrote: Wrote }>;
  raiseTask(step: Step, task: TaskSpec): Promise<{ taskId: string; wrote: Wrote }>;
  /** Records a person's decision on a task (`closes` false while another person is needed), or withdraws it. */
  settleTask(
    step: Step,
    taskId: string,
    settled:
      { kind: 'decided'; decision: Record<string, unknown>; closes: boolean } | { kind: 'withdrawn'; reason: string },
  ): Promise<{ wrote: Wrote }>;
  /** Gives the guarantee back and ends the shipment's story. */
  closeShipment(
    step: Step,
    outcome: 'delivered' | 'unimported' | 'split',
    reason: string | null,
  ): Promise<{ wrote: Wrote }>;
  /** Opens a shipment for every part and gives the guarantee back, so that each part reserves for itself. */
  splitShipment(step: Step, order: SplitOrder): Promise<{ parts: Part[]; wrote: Wrote }>;
  /** Looks at an ongoing engagement on the day: expiring mandate, suspension, end. `nextReviewAt` is an instant. */
  reviewEngagement(
    step: Step,
  ): Promise<{ kind: 'goes-on'; nextReviewAt: string; task: TaskSpec | null } | { kind: 'ended' }>;
}

export interface DocumentsActivities {
  /** Derives what is required and judges what is already there; the rest comes as facts. */
  deriveChecklist(
    step: Step,
    situation: Situation,
  ): Promise<{
    state: 'complete' | 'waiting';
    set: DocumentSet | null;
    missing: { slot: string; types: string[]; because: string }[];
    wrote: Wrote;
  }>;
  /** Hands the bytes of a document version over to a one-time address of the authority. */
  handOver(
    step: Step,
    paper: { documentId: string; version: number; slot: UploadSlot },
  ): Promise<{ kind: 'handed-over'; sha256: string } | Refusal>;
  /** A person confirmed (or corrected) the lines read from a document version. */
  confirmLines(
    step: Step,
    confirmation: { documentId: string; version: number; factsDigest: string; lines: GoodsLine[] },
  ): Promise<{ kind: 'confirmed'; wrote: Wrote } | Refusal>;
}

export interface AssessedLine {
  number: number;
  customsValue: string;
  /** duty and tax that a duty-paid price holds and the customs value does not; absent for every other price */
  contained?: string;
  duty: string;
  charges: { code: string; amount: string }[];
}

export interface AssessmentSummary {
  assessmentId: string;
  /** counts the assessments of the shipment from 1 */
  n: number;
  currency: string;
  lawDate: string;
  digest: string;
  /** rates of exchange that it converted at; absent in what was recorded before they were told */
  fx?: NonNullable<DeclarationExtras['exchange']>;
  lines: AssessedLine[];
  entryCharges: { code: string; amount: string }[];
  totals: {
    duty: string;
    excise: string;
    fees: string;
    tax: string;
    payableNow: string;
    payableLater: string;
    landedCost: string;
  };
}

export interface PaymentRequest {
  declarationId: string;
  declarationVersion: number;
  /** counts the attempts to pay the same debt: a bounced payment needs a fresh approval */
  generation: number;
  amount: Money;
  payee: { name: string; account: string };
  /** the authority's reference that the transfer must quote */
  reference: string;
  /** people who entered, confirmed or corrected a value of this declaration: none of them may approve */
  editors: string[];
  assessmentDigest: string;
  /** the authority's statement: held against our figure first; what differs is answered instead of being paid */
  notice?: DebtNotice;
  /** what of the debt is paid, by line and tax type; with the interest it adds up to the amount */
  settles?: { line: number; taxType: string; amount: Money; legalBasis?: string }[];
  interest?: Money;
  /** the post-entry case whose debt it is; its generations are counted apart from the entry's own */
  caseId?: string;
}

/** An authority's statement of a debt, to be held against our figure. */
export interface DebtNotice {
  declarationId: string;
  declarationVersion: number;
  /** the authority's message */
  noticeId: string;
  mrn: string | null;
  authorityTime: string;
  taxes: { line: number; type: string; base: string; amount: Money }[];
  total: Money;
  assessmentId: string;
}

/** The authority's figure differs from ours by more than rounding and the tenant's tolerance, and nobody has agreed to it. */
export interface DifferingDebt {
  kind: 'differs';
  says: string;
  ours: Money;
  theirs: Money;
  lines: {
    line: number;
    taxType: string;
    ours: string;
    theirs: string;
    verdict: string;
    ourDerivation: string | null;
  }[];
  wrote: Wrote;
}

export type PaymentAnswer =
  | { kind: 'needs-approval'; paymentId: string; digest: string; needed: number; given: number; wrote: Wrote }
  | { kind: 'sent'; paymentId: string; digest: string; wrote: Wrote }
  | { kind: 'unknown'; paymentId: string; digest: string; wrote: Wrote };

export interface AffectedList {
  citation: string;
  /** the list in one sentence: how many, how much, until when */
  says: string;
  /** instant; null when no claim has a known deadline */
  firstDeadline: string | null;
  totals: { state: string; assessments: number; claim: Money }[];
  claims: { shipmentId: string; claim: Money; lines: CaseLine[] }[];
  /** where the next page begins; null after the last */
  next: string | null;
}

export interface DutiesActivities {
  assess(
    step: Step,
    situation: Situation,
    goods: { lines: GoodsLine[]; charges: Charges },
  ): Promise<
    | { kind: 'assessed'; assessment: AssessmentSummary; wrote: Wrote }
    | { kind: 'needs-review'; says: string; questions: string[]; wrote: Wrote }
  >;
  /** Opens the payment of an authority's debt; under the tenant's standing limit it goes out at once. */
  requestPayment(step: Step, request: PaymentRequest): Promise<PaymentAnswer | DifferingDebt>;
  /** One person's approval, bound to the digest. The last one needed sends the payment. */
  approvePayment(step: Step, paymentId: string, digest: string): Promise<PaymentAnswer | Refusal>;
  /** A person accepts the authority's figure although it differs. */
  agreeToDebt(
    step: Step,
    decision: { declarationId: string; noticeId: string; reason: string; editors: string[] },
  ): Promise<{ kind: 'agreed'; wrote: Wrote } | Refusal>;
  /** The debt of a returned payment is open again: interest until today, as far as it was not charged before. */
  reopenDebt(
    step: Step,
    returned: { declarationId: string; paymentId: string },
  ): Promise<{ interest: Money; says: string; wrote: Wrote }>;
  /** What a returned payment left open, as it must be asked for anew; `asked` when that was done already. */
  returnedDebt(step: Step, paymentId: string): Promise<ReturnedDebt | { kind: 'asked' }>;
  /** Differences of a statement that nobody settled yet, by their number, after `after`; a page at a time. */
  openDifferences(step: Step, statementId: string, after: number): Promise<OpenDifferences>;
  /** A person accepts a difference as stated, or disputes it: then what we expect is paid. */
  settleDifference(
    step: Step,
    settled: { statementId: string; n: number; decision: 'accept' | 'dispute'; reason: string },
  ): Promise<{ kind: 'settled'; wrote: Wrote } | Refusal>;
  /**
   * What changed from one assessment of the shipment to a later one, in words that add up to the change. `overLimit`: by more than the
   * tenant tolerates for the country and currency, so that a person has to agree again.
   */
  explainVariance(
    step: Step,
    of: { before: number; after: number },
  ): Promise<{ change: Money; says: string; overLimit: boolean }>;
  /** Nothing of the shipment is approved or ordered until `thawPayments`; what the bank has already goes its way. */
  freezePayments(step: Step, reason: string): Promise<{ wrote: Wrote }>;
  thawPayments(step: Step, reason: string): Promise<{ wrote: Wrote }>;
  /** Voids a payment that waits for approval because what it pays has changed. */
  voidPayment(step: Step, paymentId: string, reason: string): Promise<{ kind: 'void' | 'on-its-way'; wrote: Wrote }>;
  /**
   * Books a granted refund as receivable, once a case; `unclear`: which of the charges come back is for a person to say. A claim that was
   * booked for the case by hand is the one that counts. `settled`: all of it came back already, or was denied.
   */
  bookRefund(
    step: Step,
    granted: GrantedRefund,
  ): Promise<{ kind: 'booked'; bookingId: string; settled: boolean; wrote: Wrote } | { kind: 'unclear'; says: string }>;
  /**
   * Books what a decision after the entry makes owed or to come back, as far as it is not booked yet, and asks for the payment of what is
   * owed and not under way. Called again at any time it changes nothing, and says what is waited for.
   */
  settleDecided(step: Step, decided: DecidedMoney): Promise<DecidedMoneyState>;
  /** Money was given to an authority as security for a shipment; it comes back, or is taken as duty, by the bookings of the ledger. */
  lodgeDeposit(
    step: Step,
    deposit: { authority: string; amount: Money; reference: string; lodgedOn: string },
  ): Promise<{ kind: 'booked'; bookingId: string; wrote: Wrote } | Refusal>;
  /** What is open of a claim came back from the authority; nothing is written when nothing is open. */
  receiveRefund(
    step: Step,
    received: { bookingId: string; receivedOn: string; reference: string },
  ): Promise<{ kind: 'booked'; bookingId: string; wrote: Wrote } | Refusal>;
  /** Asks the bank by our key what became of a payment whose outcome is unknown; sends only what it never had. */
  resolvePayment(step: Step, paymentId: string): Promise<{ kind: 'sent' | 'unknown'; wrote: Wrote }>;
  /** What was charged under a basis that fell, shipment by shipment, as far as it may still be claimed; a page of claims at a time. */
  listAffected(step: Step, voidanceId: string, after: string | null): Promise<AffectedList>;
}

export interface ReturnedDebt {
  kind: 'open';
  declarationId: string;
  declarationVersion: number;
  /** of the payment that comes next */
  generation: number;
  editors: string[];
  assessment: { assessmentId: string; digest: string };
  /** the authority's statement that stands behind it, with what of it the payment was for */
  notice: DebtNotice;
  payee: { name: string; account: string };
  reference: string;
}

export interface OpenDifferences {
  /** the authority's number of the statement, and the account it bills */
  number: string;
  account: string;
  authority: string;
  /** end of the day on which the authority collects it, in its zone; the law that says so */
  due: string;
  law: string;
  /** `amount`: by how much stated and expected are apart, at least zero */
  differences: (StatementDifference & { amount: Money })[];
  /** number after which the next page begins; null after the last */
  next: number | null;
}

/** What the authority decided to give back in a case. */
export interface GrantedRefund {
  caseId: string;
  shipmentId: string;
  /** country of the authority */
  authority: string;
  law: string;
  says: string;
  /** citation of the basis that fell, where the case is about one */
  citation: string | null;
  refund: Money;
  /** differences of duty by line; negative ones come back */
  lines: CaseLine[];
}

/** Money that the authority decided about after the entry: in a case, or by liquidating it. */
export interface DecidedMoney {
  /** of a liquidation: `liquidation/<declaration>/<day>` */
  caseId: string;
  /** counts the decisions of the case, from 1: a later one stands in the place of those before */
  decision: number;
  shipmentId: string;
  declarationId: string;
  declarationVersion: number;
  /** country of the authority */
  authority: string;
  law: string;
  says: string;
  /** citation of the basis that fell, where the case is about one */
  citation: string | null;
  decidedOn: string;
  /** day on which the debt of the entry was incurred; null when it is not known */
  debtOn: string | null;
  owed: Money | null;
  refund: Money | null;
  /** the entry does not stand any more: all that was paid for it comes back */
  allPaid?: boolean;
  /** positive differences are owed, negative ones come back */
  lines: CaseLine[];
  demand: Demand | null;
  /** what a transfer of the authority may quote: its numbers of the case and of the entry */
  references: string[];
  /** people who entered, confirmed or corrected a value of the entry: none of them approves */
  editors: string[];
}

export type DecidedMoneyState =
  /** nothing of it is open */
  | { kind: 'settled'; wrote: Wrote }
  /** a person must say what cannot be told from the record; nothing is guessed */
  | { kind: 'unclear'; about: 'charges' | 'payee'; says: string; amount: Money; wrote: Wrote }
  | {
      kind: 'approve';
      paymentId: string;
      digest: string;
      needed: number;
      given: number;
      amount: Money;
      /** part of the amount */
      interest: Money | null;
      payee: { name: string; account: string };
      reference: string;
      /** the bank returned the payment before it */
      returned: boolean;
      wrote: Wrote;
    }
  /** the bank has the order, or may have it */
  | { kind: 'on-its-way'; paymentId: string; wrote: Wrote }
  /** the authority owes us */
  | { kind: 'claimed'; bookingIds: string[]; amount: Money; wrote: Wrote };

export interface FieldProblem {
  code: string;
  /** the authority's own pointer, as received */
  pointer: string;
  /** our path: `lines[0].commodity`; null when it maps to none */
  field: string | null;
  says: string;
  /** who can do something about it; absent: the declarant */
  who?: 'importer' | 'supplier';
}

export interface LodgeRequest {
  declarationId: string;
  /** version of the content, from 1; a correction is a new version under the same filing */
  version: number;
  situation: Situation;
  goods: DocumentSet;
  assessment: AssessmentSummary;
  guaranteeReference: string;
  /** people who entered, confirmed or corrected a value: they stand behind no remedy against the entry */
  editors?: string[];
  /** what stood behind the filing at its moment; filings before the gate have none */
  standing?: StandingProof;
  /** what people corrected of the papers' values, in order */
  corrections?: { field: string; by: string }[];
}

export type LodgeAnswer =
  /** `entrySummary`: the debt is declared by a second filing behind this one */
  | { kind: 'sent' | 'unknown'; lrn: string; entrySummary?: true; wrote: Wrote }
  /** the authority cannot be reached: the same version is lodged again at that instant */
  | { kind: 'queued'; since: string; says: string; lookAgainAt: string; wrote: Wrote }
  /** our own check or the gateway refused it: nothing was taken */
  | { kind: 'refused'; problems: FieldProblem[]; wrote: Wrote };

/** A one-time address of the authority for one paper. */
export interface UploadSlot {
  reference: string;
  url: string;
  fields: Record<string, string>;
}

export interface SentPaper {
  documentId: string;
  documentVersion: number;
  sha256: string;
  /** reference of the authority's slot; null when it went by another way */
  slot: string | null;
}

/** An order to amend, cancel or tell of the arrival, with what an amendment would declare instead. */
export interface RequestOrder {
  declarationId: string;
  /** the person's order: carried out once, however often it is asked for */
  orderId: string;
  /** `summarise` files the entry summary with the content in force, in the place of one that declared another */
  purpose: 'amend' | 'cancel' | 'arrive' | 'summarise';
  reason: string;
  /** `version` is the number that the proposed content gets */
  proposed: LodgeRequest | null;
}

export type RequestOutcome =
  /** it went out, or may have: the authority's answer comes as a fact */
  | { kind: 'sent' | 'unknown'; request: number; wrote: Wrote }
  /** refused by our own check, by the moment or by the gateway: nothing was taken */
  | { kind: 'refused'; problems: FieldProblem[]; wrote: Wrote };

export interface CustomsActivities {
  /** Builds, stores and sends a request about a declaration that the authority has; one is open at a time. */
  makeRequest(step: Step, order: RequestOrder): Promise<RequestOutcome>;
  /**
   * Asks the authority by a request's own reference what became of it, at the times at which filings are asked about. It is never sent
   * again by itself: what the authority has nothing of, or says nothing of for the whole schedule, a person looks into.
   */
  resolveRequest(
    step: Step,
    declarationId: string,
    request: number,
  ): Promise<
    | { kind: 'found'; wrote: Wrote }
    | { kind: 'not-yet'; askAgainAt: string; wrote: Wrote }
    | { kind: 'ask-person'; says: string; wrote: Wrote }
  >;
  /**
   * Asks the authority to invalidate what was declared for goods that are given up; `not-needed` where it has nothing that stands, or asks
   * for no request.
   */
  withdrawDeclaration(
    step: Step,
    withdrawal: {
      declarationId: string;
      orderId: string;
      how: 'abandoned' | 're-exported' | 'destroyed';
      reason: string;
    },
  ): Promise<RequestOutcome | { kind: 'not-needed' }>;
  /**
   * The entry was amended when its summary could be replaced no more: what follows is a correction of its own, for people to prepare.
   * `refused`: the entry has no such case, or its term is over.
   */
  openCorrection(
    step: Step,
    correction: { declarationId: string; orderId: string; says: string },
  ): Promise<{ kind: 'opened'; caseId: string; wrote: Wrote } | Refusal>;
  /** A person found out that nothing of a request arrived: it is dropped, and another may be made. */
  dropRequest(step: Step, declarationId: string, request: number, reason: string): Promise<{ wrote: Wrote }>;
  /** Asks the authority for addresses for papers; `none` when it takes them by another way or gave no answer. */
  requestSlots(
    step: Step,
    declarationId: string,
    types: string[],
  ): Promise<{ kind: 'slots'; slots: UploadSlot[] } | { kind: 'none' }>;
  /** Records a person's answer to a query. */
  answerQuery(
    step: Step,
    declarationId: string,
    answer: { queryId: string; answer: string; documentIds: string[] },
  ): Promise<{ kind: 'answered'; wrote: Wrote } | Refusal>;
  /** Records that papers went to the authority. */
  recordPapersSent(step: Step, declarationId: string, files: SentPaper[]): Promise<{ wrote: Wrote }>;
  /** Builds, validates, stores and sends one version; never sends the same version twice without `resend` evidence. */
  lodgeDeclaration(step: Step, request: LodgeRequest): Promise<LodgeAnswer>;
  /** Asks the authority by our references what became of a filing without an answer; sends again only as its rule allows. */
  resolveFiling(
    step: Step,
    declarationId: string,
    /** a person asked the authority as well, and wants the same bytes sent again */
    agreed?: boolean,
  ): Promise<
    | { kind: 'found' | 'sent-again'; wrote: Wrote }
    | { kind: 'not-yet'; askAgainAt: string; wrote: Wrote }
    | { kind: 'ask-person'; says: string; wrote: Wrote }
  >;
  /** Looks at an entry on the day: starts, warns of and ends its legal clocks, and says what waits for whom until when. */
  reviewEntry(
    step: Step,
    declarationId: string,
  ): Promise<{
    tasks: { key: string; task: TaskSpec }[];
    nextLookAt: string | null;
    open: boolean;
    /** refunds that the authority granted; only in answers of earlier releases */
    refunds?: GrantedRefund[];
    /** what the authority decided about money since; absent in answers of earlier releases */
    money?: DecidedMoney[];
    wrote: Wrote;
  }>;
  /** A person's word on a clock: met outside of the system, or lengthened on a ground of law. */
  settleClock(
    step: Step,
    declarationId: string,
    clockId: string,
    settled: { how: string } | { until: string; ground: string },
  ): Promise<{ kind: 'settled'; wrote: Wrote } | Refusal>;
  /**
   * Opens the petition against a seizure with its clock in the authority's calendar; one that is open already stays the one.
   * `none`: the destination has no such case, and why.
   */
  openSeizureCase(
    step: Step,
    declarationId: string,
    seizure: { reason: string; seizedAt: string },
  ): Promise<
    | {
        kind: 'opened';
        caseId: string;
        clock: { dueAt: string; dueOn: string; law: string; consequence: string } | null;
        wrote: Wrote;
      }
    | { kind: 'none'; says: string }
  >;
  /**
   * Opens the claim for duty on goods that the consignee did not take and that left again or were destroyed, where the destination's
   * law gives it back. `none`: it does not, or not any more, and why.
   */
  openRejectedGoodsCase(
    step: Step,
    declarationId: string,
    rejected: { says: string; lines: { line: number; released: string; gone: string[] }[] },
  ): Promise<{ kind: 'opened'; caseId: string; wrote: Wrote } | { kind: 'none'; says: string }>;
  /** Opens a refund case for each entry of a shipment that carried a basis which fell; `skipped` says why one was not opened. */
  openVoidanceCases(
    step: Step,
    claim: { shipmentId: string; voidanceId: string; citation: string; claim: Money; lines: CaseLine[] },
  ): Promise<{ opened: string[]; skipped: { declarationId: string; says: string }[]; wrote: Wrote }>;
}

export interface CarriersActivities {
  bookDelivery(
    step: Step,
    booking: {
      generation: number;
      situation: Situation;
      released: { line: number; quantity: { value: string; unit: string } }[];
      packages: { count: number; kind: string };
      grossMass: string;
    },
  ): Promise<
    | { kind: 'confirmed' | 'requested' | 'unknown'; bookingId: string; wrote: Wrote }
    | { kind: 'declined'; bookingId: string; says: string; wrote: Wrote }
  >;
  /** Asks the carrier by our reference; books again only on a certain "no such reference". */
  resolveBooking(
    step: Step,
    bookingId: string,
  ): Promise<{ kind: 'confirmed' | 'requested' | 'unknown' | 'declined'; wrote: Wrote }>;
}

/** One stream of an event store as it stood at a cut. */
export interface StreamDigest {
  stream: string;
  subject: string;
  /** newest version recorded before the cut; 0 when there is none */
  version: number;
  /** newest version at all */
  newest: number;
  /** hex SHA-256 over the leaf hashes (RFC 6962) of versions 1 to `version`, one after the other */
  digest: string;
}

/** Of every context that records events: how its store compares with the log. */
export interface RecordActivities {
  /** A page of streams in the store's order, or the streams named. `next` is null after the last page. */
  streamDigests(
    step: Step,
    page: { after: string; limit: number; recordedBefore: string; streams?: string[] },
  ): Promise<{ streams: StreamDigest[]; next: string | null }>;
  /** Hex leaf hashes of one stream, by version from 1. */
  leafHashes(step: Step, stream: string): Promise<string[]>;
}

export interface StreamDifference {
  context: RecordingContext;
  kind: 'missing' | 'extra' | 'altered';
  stream: string;
  subject: string;
  /** first version that is missing, extra or altered */
  version: number;
  /** leaf in the log, where it has one there */
  index: number | null;
}

export interface Reconciled {
  streams: number;
  events: number;
  differences: StreamDifference[];
}

export interface AuditActivities {
  /** Compares a page of a store's streams with the log. `suspected` are streams that the log has more of: to be asked about again. */
  compareStreams(
    step: Step,
    page: { context: RecordingContext; after: string; streams: StreamDigest[]; next: string | null },
  ): Promise<{
    events: number;
    differing: StreamDigest[];
    suspected: { stream: string; subject: string; version: number }[];
  }>;
  /** Finds the first version in which store and log differ, by the store's leaf hashes. */
  locateDifference(
    step: Step,
    at: { context: RecordingContext; stream: string; subject: string; hashes: string[] },
  ): Promise<StreamDifference | null>;
  /** Keeps the outcome, with an alarm for each difference; says what is to become of the task about them. */
  recordReconciliation(
    step: Step,
    run: Reconciled & { runId: string; began: string },
  ): Promise<{
    task: { kind: 'raise'; says: string } | { kind: 'withdraw'; taskId: string; subject: string } | { kind: 'none' };
  }>;
  /** Remembers the task that was raised about a run's differences. */
  noteReconciliationTask(step: Step, task: { runId: string; taskId: string }): Promise<void>;
  /**
   * Waits until the log holds every stream up to the version named, then signs a checkpoint over it and records
   * `DossierSealed` and the retention clock. Heartbeats while it waits.
   */
  sealDossier(
    step: Step,
    sealing: { jurisdiction: string; streams: Wrote; entryDate: string },
  ): Promise<{ sealed: SealedDossier }>;
  /** Holds the dossier against disposal for a matter; one that is held already stays so. */
  placeLegalHold(step: Step, matter: string): Promise<{ wrote: Wrote }>;
  /**
   * Works clocks out again where facts came in; then persons of dossiers whose retention has run out, that nobody holds and whose
   * disposal two people approved are erased by destroying their keys. `waiting` ones are not approved.
   */
  applyRetention(
    step: Step,
  ): Promise<{ recomputed: number; looked: number; erased: number; held: number; waiting: number }>;
}

export interface SealedDossier {
  events: number;
  treeSize: number;
  rootHash: string;
  retainUntil: string;
}

export type Fact = {
  eventId: string;
  /** `<context>.<EventName>` */
  name: string;
  stream: string;
  version: number;
  data: Record<string, unknown>;
};

/** A person's decision, as the update carries it; `role` was checked at the door against the task's. */
export interface Decision {
  taskId: string;
  /** `user:<subject>` */
  by: string;
  roles: string[];
  commandId: string;
  decision: Record<string, unknown>;
}

export type DecisionAnswer = { kind: 'done'; closes: boolean; says: string } | Refusal;

/** One shipment of those that another was divided among. */
export interface Part {
  shipmentId: string;
  reference: string;
}

/** A person's order to divide a shipment; what each part takes is checked against the shipment as it stands. */
export interface SplitOrder {
  /** `user:<subject>` */
  by: string;
  commandId: string;
  reason: string;
  parts: (Part & {
    portOfEntry?: string | undefined;
    /** by number of the shipment's line; the quantity in the unit of that line */
    lines: { number: number; quantity: string }[];
    charges?: Charges | undefined;
  })[];
}

export type SplitAnswer = { kind: 'split'; parts: Part[] } | Refusal;

export interface Progress {
  stage: string;
  waitingFor: string | null;
  openTasks: { taskId: string; kind: string }[];
  seenFacts: number;
}

export interface ShipmentRef {
  tenant: string;
  shipmentId: string;
  correlationId: string;
  traceparent?: string;
}

export interface EntryRef {
  tenant: string;
  shipmentId: string;
  declarationId: string;
  correlationId: string;
  traceparent?: string;
}

export interface VoidanceRef {
  tenant: string;
  voidanceId: string;
  correlationId: string;
  traceparent?: string;
}

export interface StatementRef {
  tenant: string;
  statementId: string;
  correlationId: string;
  traceparent?: string;
}

export interface EngagementRef {
  tenant: string;
  engagementId: string;
  correlationId: string;
  traceparent?: string;
}
