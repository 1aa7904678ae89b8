import type {
  MandateFreezeEvent,
  PaymentFreezeEvent,
  RefusalEvent,
  AuditEvent,
  CarriersEvent,
  CustomsEvent,
  DocumentsEvent,
  DutiesEvent,
  MoneyEvent,
  PostEntryEvent,
  ShipmentsEvent,
  TariffEvent,
} from '@tidewaiter/contracts';
import type { Money } from '@tidewaiter/kernel';

/** Every event that the contexts publish. */
export type AnyEvent =
  | ShipmentsEvent
  | DocumentsEvent
  | DutiesEvent
  | MoneyEvent
  | TariffEvent
  | CustomsEvent
  | PostEntryEvent
  | CarriersEvent
  | AuditEvent
  | MandateFreezeEvent
  | PaymentFreezeEvent
  | RefusalEvent;

export const amountOf = (money: Money): string => `${money.amount} ${money.currency}`;
interface OfAgency {
  agency: string;
  bill: string | null;
  lines: readonly number[];
}
const agencyOf = ({ agency }: OfAgency): string => (agency === 'customs' ? 'Customs' : `Agency ${agency}`);
const placeOf = ({ bill, lines }: OfAgency): string =>
  bill !== null ? `bill ${bill}` : lines.length > 0 ? `line ${lines.join(', ')}` : 'the entry';
const list = (parts: readonly string[]): string => parts.join(', ');
const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
const quantityOf = ({ value, unit }: { value: string; unit: string }): string => `${value} ${unit}`;

type Sentences = { [E in AnyEvent as E['type']]?: (data: E['data']) => string };

/** One short sentence for each event: what happened, with the money and the reference, never a person's data. */
const SENTENCES: Sentences = {
  ImporterRegistered: (d) => `Importer of record ${d.code} registered for ${list(d.destinations)}`,
  GuaranteeRegistered: (d) => `Guarantee ${d.reference} registered with a limit of ${amountOf(d.limit)}`,
  GuaranteeLimitChanged: (d) =>
    `Limit of the guarantee changed from ${d.before.amount} to ${amountOf(d.limit)}: ${d.reason}`,
  GuaranteeReserved: (d) => `${amountOf(d.amount)} held under the guarantee, ${amountOf(d.headroom)} left`,
  GuaranteeReleased: (d) => `${amountOf(d.amount)} given back to the guarantee`,
  GuaranteeCarriedForward: (d) => `Guarantee ${d.reference} carried forward to sheet ${d.sheet}`,
  EngagementOpened: (d) => `Engagement opened (${d.kind}) for ${list(d.destinations)} from ${d.validFrom}`,
  MandateGranted: (d) => `Power of attorney given for ${list(d.destinations)}, ${d.validFrom} to ${d.validTo}`,
  MandateExpiring: (d) => `Power of attorney ends on ${d.validTo}`,
  EngagementSuspended: (d) => `Engagement suspended: ${d.says}`,
  MandateFrozen: (d) => `Mandate frozen: ${d.says}`,
  MandateThawed: (d) => `Mandate in force again: ${d.reason}`,
  EngagementEnded: (d) => `Engagement ended: ${d.reason}`,
  ShipmentOpened: (d) => `Shipment ${d.reference} opened, ${d.origin} to ${d.portOfEntry} by ${d.transport}`,
  ShipmentAmended: (d) => `Amended: ${list(Object.keys(d).filter((key) => key !== 'shipmentId'))}`,
  ShipmentSplit: (d) => `Split into ${list(d.parts.map((part) => part.reference))}: ${d.reason}`,
  PartiesScreened: (d) =>
    d.outcome === 'clear'
      ? `Parties screened against ${count(d.list.entries, 'entry', 'entries')}: clear`
      : `Parties screened: ${count(d.hits.length, 'hit')} (${list(d.hits.map((hit) => `${hit.role} ${hit.entry} ${hit.score}`))})`,
  ShipmentEngaged: (d) => `Standing proved on ${d.lawDate}, mandate until ${d.mandateUntil}`,
  EngagementBlocked: (d) => `Blocked: ${d.says}`,
  TaskRaised: (d) => `Task for ${d.role}: ${d.says}`,
  TaskDecided: (d) => `Task decided by ${d.by}${d.closes ? '' : ', another person is needed'}`,
  TaskTaken: (d) => `Task taken by ${d.by}${d.from === null ? '' : `, from ${d.from}`}`,
  TaskGivenBack: (d) => `Task given back by ${d.by}`,
  TaskWithdrawn: (d) => `Task withdrawn: ${d.reason}`,
  ShipmentClosed: (d) =>
    d.outcome === 'split'
      ? 'Closed as a whole; its parts go on'
      : `Shipment closed, ${d.outcome}${d.reason === null ? '' : `: ${d.reason}`}`,
  CommentMade: (d) => `Comment by ${d.by}`,
  CommentWithdrawn: (d) => `Comment taken back by ${d.by}`,
  FileStored: (d) => `File stored, ${d.size} bytes`,
  FileRefused: (d) => `File refused: ${d.says}`,
  DocumentReceived: (d) => `${d.type} received`,
  DocumentVersionAdded: (d) => `${d.type} replaced by version ${d.version}`,
  DuplicateNoticed: () => 'The same file came again: kept as a link',
  DocumentRead: (d) =>
    `${d.type}${d.number === null ? '' : ` ${d.number}`} read: ${count(d.lines, 'line')}${d.total === null ? '' : `, ${amountOf(d.total)}`}`,
  DocumentDownloaded: (d) =>
    `Version ${d.version} of a document read by ${d.by}${d.reason === null ? '' : `: ${d.reason}`}`,
  DocumentRejected: (d) => `Document rejected: ${d.says}`,
  LinesConfirmed: (d) =>
    `${count(d.lines.length, 'line')} confirmed by ${d.by}${d.corrected.length > 0 ? `, corrected ${list(d.corrected)}` : ''}`,
  ChecklistDerived: (d) => `${count(d.requirements.length, 'requirement')} derived`,
  SlotFilled: (d) => `${d.slot} provided`,
  ChecksRun: (d) => `Papers compared: ${count(d.findings.length, 'finding')}`,
  DifferenceProposed: (d) => `${d.by} proposes to accept a difference (${d.kind}, ${d.subject}): ${d.reason}`,
  DifferenceAccepted: (d) => `Difference accepted by ${d.by} (${d.kind}, ${d.subject}): ${d.reason}`,
  DifferenceRefused: (d) => `${d.by} tried to accept a difference (${d.kind}, ${d.subject}): ${d.says}`,
  DocumentSetCompleted: (d) => `Papers complete: invoice ${d.set.invoice.number}, ${amountOf(d.set.invoice.total)}`,
  DocumentSetBlocked: (d) =>
    `Papers wait for a person: ${count(d.confirm.length, 'paper')} to confirm, ${count(d.findings.length, 'finding')}`,
  DutyAssessed: (d) =>
    `Assessed under the law of ${d.lawDate}: duty ${d.totals.duty}, tax ${d.totals.tax}, fees ${d.totals.fees}, payable now ${d.totals.payableNow} ${d.currency}`,
  AssessmentNeedsReview: (d) => `Assessment needs a person: ${list(d.questions)}`,
  TariffAdopted: (d) => `Moved to another version of the tariff of ${d.destination}: ${d.reason}`,
  PaymentRequested: (d) => `${amountOf(d.amount)} to be paid, ${count(d.approvalsNeeded, 'approval')} needed`,
  PaymentApproved: (d) => `Payment approved by ${d.by} (${d.given} of ${d.needed})`,
  PaymentSent: (d) => `Payment sent, bank reference ${d.bankReference}`,
  PaymentOutcomeUnknown: () => 'The bank did not answer: it is asked before anything is sent again',
  PaymentSettled: (d) => `${amountOf(d.amount)} paid, bank reference ${d.bankReference}`,
  PaymentBounced: (d) =>
    `${amountOf(d.amount)} returned by the bank${d.afterSettlement ? ' after it had settled: the release is at risk' : ''}: ${d.reason}`,
  PaymentApprovalRefused: (d) => `Approval by ${d.by} refused: ${d.says}`,
  PaymentVoided: (d) => `Payment of ${amountOf(d.amount)} void with ${count(d.approvals, 'approval')}: ${d.reason}`,
  DebtCompared: (d) =>
    d.outcome === 'equal'
      ? `The authority’s figure is ours: ${amountOf(d.theirs)}`
      : `The authority’s figure is ${amountOf(d.theirs)}, ours ${amountOf(d.ours)} (${d.outcome})`,
  DebtAgreed: (d) => `The authority’s figure accepted by ${d.by}: ${d.reason}`,
  PaymentsFrozen: (d) => `Payments frozen: ${d.reason}`,
  PaymentsThawed: (d) => `Payments go on: ${d.reason}`,
  InterestCharged: (d) => `${amountOf(d.amount)} of interest from ${d.from} until ${d.until} (${d.law})`,
  AdditionalDutyBooked: (d) => `${count(d.items.length, 'charge')} more payable: ${d.reason}`,
  AdditionalDutyReduced: (d) => `Less payable than was booked: ${d.reason}`,
  RefundClaimBooked: (d) => `Claim for ${count(d.items.length, 'charge')} booked: ${d.reason}`,
  RefundClaimReduced: (d) => `Claim reduced: ${d.reason}`,
  RefundReceived: (d) => `Refunded on ${d.receivedOn}, ${d.reference}`,
  DepositLodged: (d) => `Deposit lodged on ${d.lodgedOn}: ${d.reason}`,
  DepositReturned: (d) => `Deposit returned on ${d.returnedOn}, ${d.reference}`,
  DepositApplied: (d) => `Deposit taken as duty: ${d.reason}`,
  StatementReconciled: (d) =>
    `Statement ${d.number} over ${amountOf(d.total)} reconciled: ${count(d.differences.length, 'difference')}`,
  StatementDifferenceSettled: (d) => `Difference ${d.n} of a statement: ${d.decision} by ${d.by}`,
  StatementPaid: (d) => `Deferred charges collected on ${d.paidOn}, ${d.reference}`,
  ApprovalLimitsSet: (d) => `Limits of approval set from ${d.from}`,
  ApprovalDelegated: (d) => `${d.from} lends their approvals to ${d.to} until ${d.validTo}`,
  DelegationEnded: (d) => `A delegation was taken back by ${d.by}`,
  FeeTariffSet: (d) => `Fee tariff set from ${d.from}`,
  InvoiceIssued: (d) =>
    `${d.kind === 'invoice' ? 'Invoice' : 'Credit note'} ${d.number} over ${d.totals.gross} ${d.currency} issued`,
  DeclarationPrepared: (d) => `Declaration version ${d.version} prepared, LRN ${d.lrn}`,
  DeclarationSent: (d) => `Declaration version ${d.version} sent`,
  DeclarationRefused: (d) =>
    `Declaration version ${d.version} refused by ${d.by === 'own-check' ? 'our own check' : 'the gateway'}: ${d.problems[0]?.says ?? d.by}`,
  DeclarationOutcomeUnknown: () => 'Declaration sent, outcome unknown: the authority is asked',
  FilingEnquired: (d) =>
    `The authority was asked about ${d.request === undefined ? 'the filing' : `request ${d.request}`}: ${d.answer}`,
  AuthorityMessageReceived: (d) => `Authority's message ${d.functionCode} stored`,
  DeclarationRegistered: (d) => `Declaration registered${d.mrn === null ? '' : `, MRN ${d.mrn}`}`,
  DeclarationAccepted: (d) => `Declaration accepted on ${d.acceptedOn}${d.mrn === null ? '' : `, MRN ${d.mrn}`}`,
  DeclarationRejected: (d) =>
    `Declaration rejected: ${list(d.errors.map((error) => `${error.code} ${error.field ?? error.pointer}`))}`,
  InspectionOrdered: (d) => `Inspection ordered: ${d.route}`,
  DocumentsRequested: (d) => `Authority asks for papers: ${d.says}`,
  DutyNotified: (d) => `Authority's ${d.kind} debt: ${amountOf(d.total)}`,
  GoodsReleased: (d) => `Goods released (${d.kind})`,
  DeclarationCorrected: (d) => `Declaration corrected: ${count(d.pointers.length, 'field')}`,
  DeclarationInvalidated: (d) => `Declaration invalidated: ${d.reason}`,
  PaymentRequired: (d) =>
    `Account or guarantee too low at the authority${d.amount === null ? '' : `: ${amountOf(d.amount)} wanted`}`,
  RequestAnswered: (d) => `Authority's answer to our request: ${d.answer}`,
  AuthorityNoticeKept: (d) => `Authority's notice kept: ${d.says}`,
  AuthorityMessageUnread: (d) => `Authority's message could not be read: ${d.says}`,
  EntryDated: (d) => `Entry dated: ${list(Object.entries(d.dates).map(([what, on]) => `${what} ${on}`))}`,
  ClockStarted: (d) => `Term of law runs until ${d.dueOn}: ${d.what} (${d.law})`,
  ClockNearing: (d) => `A term ends on ${d.dueOn}`,
  ClockExtended: (d) => `Term lengthened to ${d.dueOn}: ${d.ground} (${d.law})`,
  ClockMet: (d) => `Term met: ${d.how}`,
  ClockRanOut: (d) => `Term ran out on ${d.dueOn}: ${d.consequence}`,
  LiquidationNoticed: (d) =>
    `Liquidation ${d.kind}, ${d.on}${d.difference === null ? '' : `: ${d.change} of ${amountOf(d.difference)}`}`,
  CaseOpened: (d) =>
    `${d.name}${d.reference === null ? '' : ` ${d.reference}`}: case opened${d.claim === null ? '' : `, ${amountOf(d.claim)} claimed`}`,
  CaseActPrepared: (d) => `The ${d.act} of a case was prepared${d.amount === null ? '' : `: ${amountOf(d.amount)}`}`,
  CaseActApproved: (d) => `Act ${d.n} of a case approved by ${d.by}`,
  CaseActFiled: (d) => `Filed with the authority on ${d.filedOn}${d.reference === null ? '' : `, ${d.reference}`}`,
  CaseDecided: (d) =>
    `Case decided on ${d.decidedOn}: ${d.outcome}${d.refund === null ? '' : `, ${amountOf(d.refund)} to come back`}${d.owed === null ? '' : `, ${amountOf(d.owed)} owed`}`,
  CaseClosed: (d) => `Case closed: ${d.reason}`,
  CaseReopened: (d) => `Case open again: ${d.ground}`,
  HoldPlaced: (d) =>
    `${agencyOf(d)} ${d.decision === 'refused' ? 'refuses' : 'holds'} ${placeOf(d)}: ${d.says || 'no reason given'}`,
  HoldLifted: (d) => `${agencyOf(d)} lets ${placeOf(d)} go on`,
  AgencyReviewed: (d) => `${agencyOf(d)} looks at ${placeOf(d)}: ${d.decision}`,
  ReleaseSuspended: (d) => `Release ${d.refused ? 'refused' : 'recalled'}: ${d.says}`,
  GoodsSeized: (d) => `Goods seized: ${d.reason || 'no reason given'}`,
  OutcomeReversed: (d) => `Newer decision recorded: no longer ${d.of}, ${d.reason}`,
  FilingQueued: (d) => `Filing waits: the authority cannot be reached since ${d.downSince}`,
  QueryReceived: (d) => `Authority asks ${d.by === 'post' ? 'by post' : 'in its mailbox'}: ${d.says}`,
  QueryAnswered: (d) => `Query ${d.queryId} answered`,
  RequestOrdered: (d) => `${d.by} orders to ${d.purpose}: ${d.reason}`,
  RequestMade: (d) => `Request ${d.request} to ${d.purpose}, reference ${d.lrn}`,
  RequestSent: (d) => `Request ${d.request} sent`,
  RequestOutcomeUnknown: (d) => `Request ${d.request} sent, outcome unknown`,
  RequestRefused: (d) => `Request ${d.request} not taken: ${d.problems[0]?.says ?? ''}`,
  DocumentsSent: (d) => `${count(d.files.length, 'paper')} sent to the authority`,
  ExaminationPrepared: (d) => `Examination (${d.kind}) at ${d.place}`,
  ExaminationCostIncurred: (d) => `Examination cost: ${d.item}, ${amountOf(d.amount)}`,
  ExaminationConcluded: (d) => `Examination: ${d.result}${d.says ? `, ${d.says}` : ''}`,
  BillUpdated: (d) => `Bill changed to ${d.to}: ${d.reason}`,
  ClearanceGivenUp: (d) => `Goods ${d.how}: ${d.reason}`,
  BookingRequested: (d) => `Delivery asked for at ${d.adapter}`,
  BookingConfirmed: (d) => `Delivery booked, ${d.carrierReference}`,
  BookingDeclined: (d) => `Carrier declined: ${d.says}`,
  BookingOutcomeUnknown: () => 'The carrier did not answer: it is asked before anything is booked again',
  MilestoneRecorded: (d) => `${d.milestone} (${d.classifier})${d.place === null ? '' : ` at ${d.place}`}`,
  MilestoneSuperseded: (d) => `${d.milestone} replaced by a later report`,
  MilestoneParked: (d) => `Carrier's message kept unread: ${d.says}`,
  GoodsDelivered: (d) => `Line ${d.line}: ${quantityOf(d.quantity)} delivered, ${quantityOf(d.remaining)} remain`,
  ProofOfDeliveryCaptured: (d) => `Proof of delivery kept (${d.level}), ${d.size} bytes`,
  GoodsRefused: (d) => `Line ${d.line}: ${quantityOf(d.quantity)} refused, ${d.reason}`,
  RefusedGoodsDisposed: (d) => `Line ${d.line}: ${quantityOf(d.quantity)} ${d.how} (${d.reference})`,
  ShipmentDelivered: (d) =>
    d.notTaken
      ? `Delivered but for ${list(d.notTaken.map((part) => `${quantityOf(part.quantity)} of line ${part.line}, ${part.how}`))}`
      : 'Everything released was delivered',
  DossierSealed: (d) => `Dossier sealed: ${count(d.events, 'event')} under a tree of ${d.treeSize}`,
  RetentionClockSet: (d) => `Kept until ${d.until} (${d.law})`,
  LegalHoldPlaced: (d) => `Legal hold placed by ${d.by}: ${d.matter}`,
  LegalHoldLifted: (d) => `Legal hold lifted by ${d.by}`,
  LegalHoldLiftRefused: (d) => `${d.by} tried to lift the legal hold: ${d.says}`,
  DisposalApprovalRefused: (d) => `${d.by} tried to approve the disposal: ${d.says}`,
  MatterHoldPlaced: (d) => `Hold on a ${d.scope.kind} placed by ${d.by}: ${d.matter}`,
  MatterHoldLifted: (d) => `Hold lifted by ${d.by}`,
  MatterHoldLiftRefused: (d) => `${d.by} tried to lift the hold: ${d.says}`,
  DisposalApproved: (d) => `Disposal approved by ${d.by}, kept until ${d.until}`,
  EvidenceExported: (d) => `Evidence of ${count(d.events, 'event')} taken away by ${d.by}: ${d.reason}`,
  EvidenceJobStarted: (d) => `Evidence of ${count(d.shipments.length, 'shipment')} asked for by ${d.by}: ${d.reason}`,
  EvidenceDownloaded: (d) => `Evidence file fetched by ${d.by}: ${d.reason}`,
  ReaderKeyIssued: (d) => `${d.name} may read the log until ${d.until}`,
  ReaderKeyRevoked: (d) => `A reader’s key was revoked by ${d.by}`,
  PersonalDataErased: (d) => `Personal data erased, ${count(d.keys, 'key')} destroyed (${d.law})`,
};

/** `DeclarationHeld` as words: `Declaration held`. */
const words = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** The sentence for an event; its name in words for one that has none here. */
export function says(event: { type: string; data: unknown }): string {
  const sentence = (SENTENCES as Record<string, ((data: never) => string) | undefined>)[event.type];
  return sentence ? sentence(event.data as never) : words(event.type);
}
