import { eventNamed } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';
import { toInstant } from '@tidewaiter/kernel';
import { evolveBoard, initialBoard } from './board.js';

/** An entry of the timeline, in the order in which it was learned. */
export interface Entry {
  position: string;
  eventId: string;
  context: string;
  name: string;
  stream: string;
  version: number;
  time: Instant;
  actor: string;
  causationId: string;
  says: string;
  data: Readonly<Record<string, unknown>>;
}

export type Rank = 'milestone' | 'step' | 'detail';
export type Mark = 'late' | 'repeated' | 'out-of-order';

export interface Told {
  n: number;
  position: string;
  eventId: string;
  context: string;
  name: string;
  rank: Rank;
  failure: boolean;
  says: string;
  actor: string;
  learned: Instant;
  said: Instant | null;
  lateBy: number | null;
  marks: Mark[];
  causes: number[];
  effects: number[];
  stream: string;
  version: number;
}

export interface Gap {
  after: number;
  before: number | null;
  from: Instant;
  until: Instant;
  seconds: number;
  waitingFor: string | null;
  timer: { what: string; at: Instant } | null;
}

export type Order = 'learned' | 'happened';

/** A silence that is worth a line of its own. */
const IDLE_SECONDS = 6 * 3600;
/** Two clocks that differ by less say the same. */
const LATE_SECONDS = 60;

const MILESTONES = new Set([
  'ShipmentOpened',
  'ShipmentEngaged',
  'ShipmentSplit',
  'DocumentSetCompleted',
  'DutyAssessed',
  'DeclarationSent',
  'DeclarationAccepted',
  'InspectionOrdered',
  'DocumentsRequested',
  'DutyNotified',
  'PaymentRequested',
  'PaymentApproved',
  'PaymentSettled',
  'HoldPlaced',
  'HoldLifted',
  'QueryReceived',
  'RequestMade',
  'ExaminationConcluded',
  'GoodsReleased',
  'BookingConfirmed',
  'ShipmentDelivered',
  'ShipmentClosed',
  'DossierSealed',
  'PersonalDataErased',
  'LegalHoldPlaced',
  'LegalHoldLifted',
]);
const DETAILS = new Set([
  'FileStored',
  'CommentWithdrawn',
  'AuthorityMessageReceived',
  'AuthorityNoticeKept',
  'ChecksRun',
  'SlotFilled',
  'DuplicateNoticed',
  'DocumentDownloaded',
  'MilestoneSuperseded',
  'BookingAcknowledged',
  'RetentionClockSet',
  'EvidenceExported',
  'EvidenceDownloaded',
  'TaskTaken',
  'TaskGivenBack',
  'TaskWithdrawn',
  'GuaranteeCarriedForward',
]);
const FAILURES = new Set([
  'EngagementBlocked',
  'FileRefused',
  'DocumentRejected',
  'DocumentSetBlocked',
  'DocumentSetReopened',
  'AssessmentNeedsReview',
  'DeclarationRefused',
  'DeclarationRejected',
  'DeclarationOutcomeUnknown',
  'DeclarationInvalidated',
  'ReleaseSuspended',
  'GoodsSeized',
  'OutcomeReversed',
  'RequestRefused',
  'RequestOutcomeUnknown',
  'ClearanceGivenUp',
  'AuthorityMessageUnread',
  'PaymentRequired',
  'PaymentOutcomeUnknown',
  'PaymentBounced',
  'BookingDeclined',
  'BookingOutcomeUnknown',
  'MilestoneParked',
]);

/** What went wrong counts as a milestone: it is never folded away. An event that no table knows is a step. */
export const rankOf = (name: string): Rank =>
  MILESTONES.has(name) || FAILURES.has(name) ? 'milestone' : DETAILS.has(name) ? 'detail' : 'step';

/** What an event rests on beside its recorded cause: the newest earlier entry of these names that agrees in these members. */
const RESTS_ON: Readonly<Record<string, { names: readonly string[]; on: readonly string[] }>> = {
  PartiesScreened: { names: ['ShipmentOpened', 'ShipmentAmended'], on: [] },
  ShipmentEngaged: { names: ['PartiesScreened'], on: [] },
  ChecklistDerived: { names: ['ShipmentEngaged', 'ShipmentAmended'], on: [] },
  DocumentReceived: { names: ['FileStored'], on: ['fileId'] },
  DocumentVersionAdded: { names: ['FileStored'], on: ['fileId'] },
  DocumentRead: { names: ['DocumentReceived', 'DocumentVersionAdded'], on: ['documentId', 'version'] },
  DocumentRejected: { names: ['DocumentReceived', 'DocumentVersionAdded'], on: ['documentId', 'version'] },
  LinesConfirmed: { names: ['DocumentRead'], on: ['documentId', 'version'] },
  SlotFilled: { names: ['DocumentRead', 'LinesConfirmed', 'DocumentReceived'], on: ['documentId', 'version'] },
  DocumentSetCompleted: { names: ['ChecksRun', 'SlotFilled', 'LinesConfirmed'], on: [] },
  DutyAssessed: { names: ['DocumentSetCompleted', 'TaskDecided'], on: [] },
  GuaranteeReserved: { names: ['DutyAssessed'], on: [] },
  DeclarationPrepared: { names: ['TaskDecided', 'DeclarationRejected', 'DutyAssessed'], on: [] },
  DeclarationSent: { names: ['DeclarationPrepared'], on: ['declarationId', 'version'] },
  DeclarationRefused: { names: ['DeclarationPrepared'], on: ['declarationId', 'version'] },
  DeclarationOutcomeUnknown: { names: ['DeclarationPrepared', 'DeclarationSent'], on: ['declarationId', 'version'] },
  FilingEnquired: { names: ['DeclarationOutcomeUnknown'], on: ['declarationId'] },
  AuthorityMessageReceived: { names: ['DeclarationSent', 'FilingEnquired'], on: ['declarationId'] },
  PaymentRequested: { names: ['DutyNotified'], on: ['declarationId'] },
  PaymentApproved: { names: ['PaymentRequested'], on: ['paymentId'] },
  PaymentSent: { names: ['PaymentApproved', 'PaymentRequested'], on: ['paymentId'] },
  PaymentOutcomeUnknown: { names: ['PaymentSent', 'PaymentApproved'], on: ['paymentId'] },
  PaymentSettled: { names: ['PaymentSent'], on: ['paymentId'] },
  PaymentBounced: { names: ['PaymentSettled', 'PaymentSent'], on: ['paymentId'] },
  TaskDecided: { names: ['TaskRaised'], on: ['taskId'] },
  TaskTaken: { names: ['TaskRaised', 'TaskTaken', 'TaskGivenBack'], on: ['taskId'] },
  TaskGivenBack: { names: ['TaskTaken'], on: ['taskId'] },
  TaskWithdrawn: { names: ['TaskRaised'], on: ['taskId'] },
  BookingRequested: { names: ['GoodsReleased'], on: [] },
  BookingAcknowledged: { names: ['BookingRequested'], on: ['bookingId'] },
  BookingConfirmed: { names: ['BookingRequested'], on: ['bookingId'] },
  BookingDeclined: { names: ['BookingRequested'], on: ['bookingId'] },
  BookingOutcomeUnknown: { names: ['BookingRequested'], on: ['bookingId'] },
  DeliveryOpened: { names: ['BookingConfirmed'], on: ['bookingId'] },
  MilestoneSuperseded: { names: ['MilestoneRecorded'], on: ['messageId'] },
  GoodsDelivered: { names: ['MilestoneRecorded'], on: ['bookingId'] },
  ProofOfDeliveryCaptured: { names: ['GoodsDelivered'], on: ['bookingId'] },
  ShipmentDelivered: { names: ['ProofOfDeliveryCaptured', 'GoodsDelivered'], on: ['bookingId'] },
  ShipmentClosed: { names: ['ShipmentDelivered', 'DeclarationInvalidated', 'ShipmentSplit'], on: [] },
  GuaranteeReleased: { names: ['GuaranteeReserved'], on: ['guaranteeId'] },
  DossierSealed: { names: ['ShipmentClosed'], on: [] },
  RetentionClockSet: { names: ['DossierSealed'], on: [] },
};

/** What an authority said rests on the message in which it said so. */
const MESSAGE = { names: ['AuthorityMessageReceived'], on: ['messageId'] };

const text = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null;

/**
 * When an event became true by the clock of who made it so; null where its definition names no such member. A message's own instant is
 * that of its arrival here, which nobody else said.
 */
export function saidAt({ context, name, data }: Pick<Entry, 'context' | 'name' | 'data'>): Instant | null {
  if (name === 'AuthorityMessageReceived') return null;
  const pointer = eventNamed(context, name)?.happenedAt ?? null;
  const said = pointer
    ?.split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], data);
  return typeof said === 'string' && !Number.isNaN(Date.parse(said)) ? toInstant(said) : null;
}

const secondsBetween = (from: Instant, to: Instant): number => Math.round((Date.parse(to) - Date.parse(from)) / 1000);

/** What counts at a moment of both clocks; all without one. */
export const countingAt = (entries: readonly Entry[], moment: { known?: Instant; asof?: Instant }): Entry[] => {
  const { known } = moment;
  const asof = moment.asof ?? known;
  return entries.filter(
    (entry) =>
      (known === undefined || entry.time <= known) && (asof === undefined || (saidAt(entry) ?? entry.time) <= asof),
  );
};

function causesOf(entry: Entry, earlier: readonly Entry[]): number[] {
  const found = new Set<number>();
  const recorded = earlier.findIndex(({ eventId }) => eventId === entry.causationId);
  if (recorded >= 0) found.add(recorded);
  const message = /^message\/([0-9a-f]{64})$/.exec(entry.causationId)?.[1];
  const rule =
    'messageId' in entry.data && entry.name !== 'AuthorityMessageReceived' && entry.context === 'customs'
      ? MESSAGE
      : RESTS_ON[entry.name];
  const at = earlier.findLastIndex(
    (each) =>
      (message !== undefined &&
        each.name === 'AuthorityMessageReceived' &&
        each.data['sha256'] === message &&
        each !== entry) ||
      (rule !== undefined &&
        rule.names.includes(each.name) &&
        rule.on.every((key) => text(each.data[key]) === text(entry.data[key]))),
  );
  if (at >= 0) found.add(at);
  return [...found].sort((a, b) => a - b);
}

/**
 * Numbers the entries as they were learned, and says of each how it ranks, what it rests on, what rests on it, and where its two
 * clocks disagree.
 *
 * @param entries in the order in which they were learned
 */
export function tell(entries: readonly Entry[]): Told[] {
  const newest = new Map<string, Instant>();
  const messages = new Set<string>();
  const told = entries.map((entry, i): Told => {
    const said = saidAt(entry);
    const lateBy = said === null ? null : secondsBetween(said, entry.time);
    const marks: Mark[] = [];
    if (lateBy !== null && lateBy >= LATE_SECONDS) marks.push('late');
    const message = entry.name === 'AuthorityMessageReceived' ? text(entry.data['sha256']) : null;
    if (entry.name === 'DuplicateNoticed' || (message !== null && messages.has(message))) marks.push('repeated');
    if (message !== null) messages.add(message);
    const before = newest.get(entry.actor);
    if (said !== null) {
      if (before !== undefined && said < before) marks.push('out-of-order');
      else newest.set(entry.actor, said);
    }
    return {
      n: i + 1,
      position: entry.position,
      eventId: entry.eventId,
      context: entry.context,
      name: entry.name,
      rank: rankOf(entry.name),
      failure: FAILURES.has(entry.name),
      says: entry.says,
      actor: entry.actor,
      learned: entry.time,
      said,
      lateBy: lateBy !== null && lateBy >= LATE_SECONDS ? lateBy : null,
      marks,
      causes: causesOf(entry, entries.slice(0, i)).map((index) => index + 1),
      effects: [],
      stream: entry.stream,
      version: entry.version,
    };
  });
  for (const { n, causes } of told) for (const cause of causes) told[cause - 1]!.effects.push(n);
  return told;
}

/** When an entry stands on the spine. */
export const placeOf = (entry: Told, order: Order): Instant =>
  order === 'happened' ? (entry.said ?? entry.learned) : entry.learned;

export const inOrder = (told: readonly Told[], order: Order): Told[] =>
  [...told].sort((a, b) => {
    const [left, right] = [placeOf(a, order), placeOf(b, order)];
    return left < right ? -1 : left > right ? 1 : a.n - b.n;
  });

/** Deadlines that were running at an instant: tasks that were not settled, papers that an authority wants. */
function timerAt(entries: readonly Entry[], at: Instant): Gap['timer'] {
  const open = new Map<string, { what: string; at: Instant }>();
  for (const { name, data, time, says } of entries) {
    if (time > at) continue;
    const [task, due] = [text(data['taskId']), text(data['due'])];
    if (name === 'TaskRaised' && task !== null && due !== null)
      open.set(task, { what: text(data['says']) ?? says, at: toInstant(due) });
    if ((name === 'TaskDecided' && data['closes'] === true) || name === 'TaskWithdrawn') open.delete(task ?? '');
    if (name === 'DocumentsRequested' && due !== null)
      open.set(`papers/${text(data['declarationId'])}`, { what: says, at: toInstant(due) });
    if (name === 'GoodsReleased') open.delete(`papers/${text(data['declarationId'])}`);
    if (name === 'ShipmentClosed') open.clear();
    if (name === 'RetentionClockSet')
      open.set('retention', { what: says, at: toInstant(`${text(data['until'])}T23:59:59Z`) });
  }
  return [...open.values()].filter((timer) => timer.at > at).sort((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null;
}

/** Silences of six hours and more between entries as they are ordered, and up to now, with the timer that ends each. */
export function gapsIn(entries: readonly Entry[], ordered: readonly Told[], order: Order, now: Instant): Gap[] {
  const waitingAt = (at: Instant): string | null =>
    entries
      .filter(({ time }) => time <= at)
      .reduce((row, { name, data, time }) => evolveBoard(row, { type: name, data, time }), initialBoard).now.waitingFor;
  return ordered.flatMap((entry, i) => {
    const next = ordered[i + 1];
    const [from, until] = [placeOf(entry, order), next ? placeOf(next, order) : now];
    const seconds = secondsBetween(from, until);
    if (seconds < IDLE_SECONDS) return [];
    return [
      {
        after: entry.n,
        before: next?.n ?? null,
        from,
        until,
        seconds,
        waitingFor: waitingAt(from),
        timer: timerAt(entries, from),
      },
    ];
  });
}
