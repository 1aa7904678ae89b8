import type { Stage, TaskKind } from '@tidewaiter/contracts';
import { STAGES } from '@tidewaiter/contracts';
import type { Instant, Money } from '@tidewaiter/kernel';
import { sum } from '@tidewaiter/kernel';
import { says, type AnyEvent } from './says.js';

/** An event of any context, as the board takes it. */
export interface BoardEvent {
  type: string;
  data: unknown;
  time: Instant;
}

interface OpenTask {
  kind: TaskKind;
  role: string;
  says: string;
  due: Instant | null;
}

/**
 * What the board knows of a shipment. Topics arrive in any order between contexts, so the fold keeps the furthest stage
 * reached and lets what was recorded last speak, whenever it arrived.
 */
export interface BoardRow {
  /** index into `STAGES` */
  reached: number;
  outcome: 'delivered' | 'unimported' | 'split' | null;
  sealed: boolean;
  tasks: Readonly<Record<string, OpenTask>>;
  /** tasks settled before they were heard of */
  settled: readonly string[];
  /** what the story waits for, by what was recorded last */
  now: { time: Instant; waitingFor: string | null; says: string };
  debt: { weight: number; time: Instant; amount: Money } | null;
  paid: Readonly<Record<string, { time: Instant; amount: Money | null }>>;
  mrn: { time: Instant; value: string } | null;
  lastEvent: { type: string; time: Instant } | null;
  events: number;
  /** other names it goes by: the carrier's reference, the local reference of a filing, containers */
  names?: readonly string[];
  /** when it first was in each stage it has been in */
  since?: Readonly<Partial<Record<Stage, Instant>>>;
}

export const initialBoard: BoardRow = {
  reached: 0,
  outcome: null,
  sealed: false,
  tasks: {},
  settled: [],
  now: { time: '', waitingFor: 'engagement', says: 'Opened; parties are screened and standing is proved' },
  debt: null,
  paid: {},
  mrn: null,
  lastEvent: null,
  events: 0,
};

interface Effect {
  stage?: Stage;
  /** who or what is waited for next; null: nobody; left out: the event changes nothing about it */
  waitingFor?: string | null;
}

const rank = (stage: Stage): number => STAGES.indexOf(stage);

const EFFECTS: { readonly [T in AnyEvent['type']]?: Effect } = {
  ShipmentOpened: { stage: 'engagement', waitingFor: 'engagement' },
  ShipmentAmended: { waitingFor: 'engagement' },
  ShipmentSplit: { waitingFor: 'archive' },
  EngagementBlocked: { waitingFor: 'engagement' },
  ShipmentEngaged: { stage: 'documentation', waitingFor: 'documents' },
  ChecklistDerived: { stage: 'documentation', waitingFor: 'documents' },
  DocumentRejected: { waitingFor: 'documents' },
  DocumentSetBlocked: { stage: 'documentation', waitingFor: 'documents' },
  DocumentSetCompleted: { stage: 'clearance', waitingFor: 'assessment' },
  AssessmentNeedsReview: { stage: 'clearance', waitingFor: 'assessment' },
  DutyAssessed: { stage: 'clearance', waitingFor: 'filing' },
  DeclarationPrepared: { stage: 'clearance', waitingFor: 'filing' },
  DeclarationRefused: { stage: 'clearance', waitingFor: 'correction' },
  DeclarationSent: { stage: 'clearance', waitingFor: 'authority' },
  DeclarationOutcomeUnknown: { stage: 'clearance', waitingFor: 'authority' },
  DeclarationRegistered: { stage: 'clearance', waitingFor: 'authority' },
  DeclarationAccepted: { stage: 'clearance', waitingFor: 'authority' },
  DeclarationRejected: { stage: 'clearance', waitingFor: 'correction' },
  DeclarationInvalidated: { stage: 'clearance', waitingFor: null },
  InspectionOrdered: { stage: 'clearance', waitingFor: 'inspection' },
  DocumentsRequested: { stage: 'clearance', waitingFor: 'documents for the authority' },
  DutyNotified: { stage: 'clearance', waitingFor: 'authority' },
  PaymentRequested: { stage: 'clearance', waitingFor: 'payment' },
  PaymentApproved: { waitingFor: 'payment' },
  PaymentSent: { waitingFor: 'bank' },
  PaymentOutcomeUnknown: { waitingFor: 'bank' },
  PaymentBounced: { waitingFor: 'payment' },
  PaymentSettled: { waitingFor: 'authority' },
  GoodsReleased: { stage: 'delivery', waitingFor: 'delivery booking' },
  BookingRequested: { stage: 'delivery', waitingFor: 'carrier' },
  BookingConfirmed: { stage: 'delivery', waitingFor: 'carrier' },
  BookingDeclined: { stage: 'delivery', waitingFor: 'delivery booking' },
  BookingOutcomeUnknown: { stage: 'delivery', waitingFor: 'carrier' },
  MilestoneRecorded: { waitingFor: 'carrier' },
  GoodsDelivered: { stage: 'delivery', waitingFor: 'carrier' },
  ProofOfDeliveryCaptured: { stage: 'delivery', waitingFor: 'carrier' },
  ShipmentDelivered: { stage: 'record-keeping', waitingFor: 'archive' },
  ShipmentClosed: { stage: 'record-keeping', waitingFor: 'archive' },
  DossierSealed: { waitingFor: null },
};

/** A statement of the authority outweighs our own; of the same weight the later one stands. */
const DEBT_WEIGHT = { assessed: 0, indicative: 1, secured: 2, final: 3 } as const;

function withDebt(row: BoardRow, event: BoardEvent, weight: number, amount: Money): BoardRow {
  const stands = row.debt && (row.debt.weight > weight || (row.debt.weight === weight && row.debt.time > event.time));
  return stands ? row : { ...row, debt: { weight, time: event.time, amount } };
}

function withPayment(row: BoardRow, event: BoardEvent, paymentId: string, amount: Money | null): BoardRow {
  const before = row.paid[paymentId];
  if (before && before.time > event.time) return row;
  return { ...row, paid: { ...row.paid, [paymentId]: { time: event.time, amount } } };
}

function withoutTask(row: BoardRow, taskId: string): BoardRow {
  const { [taskId]: open, ...tasks } = row.tasks;
  return open ? { ...row, tasks } : { ...row, settled: [...row.settled, taskId] };
}

function particulars(row: BoardRow, event: BoardEvent): BoardRow {
  const known = event as AnyEvent & BoardEvent;
  switch (known.type) {
    case 'TaskRaised': {
      const { taskId, kind, role, says: text, due } = known.data;
      if (row.settled.includes(taskId)) return row;
      return { ...row, tasks: { ...row.tasks, [taskId]: { kind, role, says: text, due } } };
    }
    case 'TaskDecided':
      return known.data.closes ? withoutTask(row, known.data.taskId) : row;
    case 'TaskWithdrawn':
      return withoutTask(row, known.data.taskId);
    case 'DutyAssessed': {
      const { currency, totals } = known.data;
      return withDebt(row, event, DEBT_WEIGHT.assessed, { amount: totals.payableNow, currency });
    }
    case 'DutyNotified':
      return withDebt(row, event, DEBT_WEIGHT[known.data.kind], known.data.total);
    case 'PaymentSettled':
      return withPayment(row, event, known.data.paymentId, known.data.amount);
    case 'PaymentBounced':
      return withPayment(row, event, known.data.paymentId, null);
    case 'ShipmentSplit':
      return { ...row, outcome: 'split' };
    case 'ShipmentClosed':
      return { ...row, outcome: known.data.outcome };
    case 'DossierSealed':
      return { ...row, sealed: true };
    default:
      return row;
  }
}

function withMrn(row: BoardRow, event: BoardEvent): BoardRow {
  const { mrn } = event.data as { mrn?: unknown };
  if (typeof mrn !== 'string' || (row.mrn !== null && row.mrn.time > event.time)) return row;
  return { ...row, mrn: { time: event.time, value: mrn } };
}

const NAMED_BY = ['carrierReference', 'lrn', 'containers', 'equipment', 'bill'] as const;
const NAMES_AT_MOST = 40;

function withNames(row: BoardRow, event: BoardEvent): BoardRow {
  const data = event.data as Record<string, unknown>;
  const said = NAMED_BY.flatMap((name) => data[name]).filter((each): each is string => typeof each === 'string');
  const fresh = said.filter((each) => !(row.names ?? []).includes(each));
  return fresh.length === 0 ? row : { ...row, names: [...(row.names ?? []), ...fresh].slice(0, NAMES_AT_MOST) };
}

function withStage(row: BoardRow, stage: Stage | undefined, time: Instant): BoardRow {
  if (stage === undefined) return row;
  const before = row.since?.[stage];
  return before !== undefined && before <= time ? row : { ...row, since: { ...row.since, [stage]: time } };
}

/** Takes one more event of any context into the shipment's row. */
export function evolveBoard(row: BoardRow, event: BoardEvent): BoardRow {
  const effect: Effect = (EFFECTS as Record<string, Effect | undefined>)[event.type] ?? {};
  const { stage, waitingFor } = effect;
  const speaks = waitingFor !== undefined && event.time >= row.now.time;
  return {
    ...withStage(withNames(withMrn(particulars(row, event), event), event), stage, event.time),
    reached: Math.max(row.reached, stage === undefined ? 0 : rank(stage)),
    now: speaks ? { time: event.time, waitingFor, says: says(event) } : row.now,
    lastEvent:
      row.lastEvent === null || event.time >= row.lastEvent.time
        ? { type: event.type, time: event.time }
        : row.lastEvent,
    events: row.events + 1,
  };
}

/** Nothing came in under this shipment: it was given up, or its goods went on as parts. */
export const isUnimported = ({ outcome }: BoardRow): boolean => outcome === 'unimported' || outcome === 'split';

/** The stage people see: the furthest reached; archived once the dossier is sealed, closed when nothing was imported. */
export function stageOf(row: BoardRow): Stage {
  if (isUnimported(row)) return 'closed';
  if (row.sealed) return 'archived';
  return STAGES[row.reached]!;
}

/** The open task that is due first; those without a deadline last. */
export function firstTask(row: BoardRow): OpenTask | undefined {
  return Object.values(row.tasks).sort((a, b) => ((a.due ?? '~') < (b.due ?? '~') ? -1 : 1))[0];
}

/** What the shipment waits for: a person's task before anything else; null when it waits for nothing. */
export function waitingForOf(row: BoardRow): string | null {
  if (isUnimported(row) || row.sealed) return null;
  const task = firstTask(row);
  return task ? `${task.role}: ${task.kind}` : row.now.waitingFor;
}

/** One sentence: who, what, until when. */
export function summaryOf(row: BoardRow): string {
  if (row.outcome === null && !row.sealed) {
    const task = firstTask(row);
    if (task) return `Waits for ${task.role}${task.due === null ? '' : ` until ${task.due}`}: ${task.says}`;
  }
  return row.now.says;
}

export const payableOf = (row: BoardRow): Money | null => row.debt?.amount ?? null;

/** What the bank has debited and not returned; null before the first payment. */
export function paidOf(row: BoardRow): Money | null {
  const amounts = Object.values(row.paid).flatMap(({ amount }) => amount ?? []);
  const currency = amounts[0]?.currency;
  return currency === undefined
    ? null
    : sum(
        amounts.filter((each) => each.currency === currency),
        currency,
      );
}
