import type { TaskKind } from '@tidewaiter/contracts';
import { compare, lastDayFor, WorkingCalendar, type Instant, type LegalDate, type Money } from '@tidewaiter/kernel';

/** `statutory`: the law says when; `sla`: we promised it. */
export type ClockKind = 'statutory' | 'sla';

interface Consequence {
  clock: ClockKind;
  /** usual handling in our own working days */
  handling: number;
  ifMissed: string;
}

/** What a task means when it is not done in time: what passes with its day, by law or by what we promise each other. */
const CONSEQUENCES: Readonly<Record<TaskKind, Consequence>> = {
  'provide-documents': {
    clock: 'statutory',
    handling: 2,
    ifMissed: 'the authority decides on what it has, or refuses the declaration',
  },
  'approve-payment': {
    clock: 'statutory',
    handling: 1,
    ifMissed: 'the debt is late: interest runs and the goods stay held',
  },
  'raise-guarantee': { clock: 'statutory', handling: 2, ifMissed: 'the goods stay held until the debt is secured' },
  'resolve-engagement': { clock: 'sla', handling: 1, ifMissed: 'the shipment does not begin' },
  'confirm-lines': { clock: 'sla', handling: 1, ifMissed: 'nothing is filed' },
  'resolve-findings': { clock: 'sla', handling: 1, ifMissed: 'nothing is filed' },
  'review-assessment': { clock: 'sla', handling: 1, ifMissed: 'nothing is filed' },
  'correct-declaration': { clock: 'sla', handling: 1, ifMissed: 'the goods wait, and storage is charged by the day' },
  'resolve-difference': { clock: 'sla', handling: 1, ifMissed: 'the debt is not paid' },
  'settle-statement-difference': {
    clock: 'statutory',
    handling: 2,
    ifMissed: 'the statement cannot be paid in time: what it bills is collected undisputed, or the account is closed',
  },
  'ask-authority': { clock: 'sla', handling: 1, ifMissed: 'it stays unknown whether the filing arrived' },
  'rebook-delivery': { clock: 'sla', handling: 1, ifMissed: 'released goods stay where they are' },
  'retry-step': { clock: 'sla', handling: 1, ifMissed: 'the story does not go on' },
  'renew-mandate': { clock: 'statutory', handling: 5, ifMissed: 'without a mandate nothing more may be filed' },
  'mend-records': { clock: 'sla', handling: 1, ifMissed: 'the records cannot be sealed' },
  'send-documents': {
    clock: 'statutory',
    handling: 2,
    ifMissed: 'the authority decides on what it has, or refuses the goods',
  },
  'answer-query': { clock: 'statutory', handling: 3, ifMissed: 'the authority decides without our answer' },
  'attend-examination': {
    clock: 'sla',
    handling: 1,
    ifMissed: 'the examination waits, and storage is charged by the day',
  },
  'lift-hold': { clock: 'sla', handling: 1, ifMissed: 'the goods stay held, and storage is charged by the day' },
  'top-up-account': {
    clock: 'statutory',
    handling: 1,
    ifMissed: 'the goods stay held until the account bears the debt',
  },
  'review-request': { clock: 'sla', handling: 1, ifMissed: 'the declaration stays as it is' },
  'review-notice': { clock: 'sla', handling: 1, ifMissed: 'what the authority said stays unread' },
  'stop-delivery': {
    clock: 'statutory',
    handling: 1,
    ifMissed: 'goods that were recalled are delivered: damages are claimed',
  },
  'contest-seizure': { clock: 'statutory', handling: 5, ifMissed: 'the goods are forfeited' },
  'watch-clock': { clock: 'statutory', handling: 1, ifMissed: 'the term runs out, with what the law makes of it' },
  'handle-case': { clock: 'statutory', handling: 1, ifMissed: 'the authority decides without our word' },
  'settle-refund': { clock: 'sla', handling: 1, ifMissed: 'money that was granted is not missed by anybody' },
  'open-refund-cases': { clock: 'statutory', handling: 1, ifMissed: 'claims lapse one by one' },
  'clock-passed': { clock: 'sla', handling: 1, ifMissed: 'the shipment stands still until it is done' },
};

/** A kind that this release does not know has no law behind it. */
export const consequenceOf = (kind: TaskKind): Consequence =>
  (CONSEQUENCES as Partial<typeof CONSEQUENCES>)[kind] ?? CONSEQUENCES['clock-passed'];

export interface Ranked {
  kind: TaskKind;
  due: Instant | null;
  /** zone of the authority whose calendar counts */
  zone: string;
  atStake: Money | null;
  /** order in which tasks were raised */
  raised: number;
}

export interface Clock {
  kind: ClockKind;
  due: Instant;
  /** legal date of the deadline in the authority's calendar */
  on: LegalDate;
  /** the last day to begin: the deadline less the usual handling */
  latestStart: LegalDate;
}

/** The desk works Monday to Friday; the law's own terms go by the authority's calendar. */
const DESK = new WorkingCalendar({ code: 'desk', zone: 'UTC', law: 'our own hours', weekend: [6, 7], holidays: [] });
export const isWorkday = (date: LegalDate): boolean => DESK.isWorkingDay(date);

/** So many working days (Monday to Friday) before a date. */
export const workdaysBefore = (date: LegalDate, days: number): LegalDate => DESK.plusWorkingDays(date, -days);

export function clockOf({ kind, due, zone }: Pick<Ranked, 'kind' | 'due' | 'zone'>): Clock | null {
  if (due === null) return null;
  const { clock, handling } = consequenceOf(kind);
  const on = lastDayFor(due, zone);
  return { kind: clock, due, on, latestStart: workdaysBefore(on, handling) };
}

/** Compared only within one currency: amounts of two currencies say nothing about each other. */
function byStake(a: Money | null, b: Money | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return a.currency === b.currency ? -compare(a, b) : 0;
}

const GROUPS = { statutory: 0, sla: 1 } as const;

/** Statutory before service clocks before none; then the latest start, the deadline, the money at stake, and who waits longest. */
export function byConsequence(a: Ranked, b: Ranked): number {
  const [first, second] = [clockOf(a), clockOf(b)];
  const group = (clock: Clock | null): number => (clock === null ? 2 : GROUPS[clock.kind]);
  if (group(first) !== group(second)) return group(first) - group(second);
  if (first && second) {
    if (first.latestStart !== second.latestStart) return first.latestStart < second.latestStart ? -1 : 1;
    if (first.due !== second.due) return first.due < second.due ? -1 : 1;
  }
  return byStake(a.atStake, b.atStake) || a.raised - b.raised;
}

/** Why a task has its rank, in one sentence without its number. */
export function reasonOf(item: Ranked, today: LegalDate): string {
  const clock = clockOf(item);
  const stake = item.atStake ? `${item.atStake.amount} ${item.atStake.currency} at stake` : 'no amount at stake';
  if (clock === null) return `no clock runs, ${stake}`;
  const word = clock.kind === 'statutory' ? 'legal clock' : 'service clock';
  const start =
    clock.latestStart < today ? `latest start passed on ${clock.latestStart}` : `start by ${clock.latestStart}`;
  return `${word}, ${start}, ${stake}`;
}

/** How near a deadline is, by the authority's calendar days; the bins of the heat strip. */
export function binOf(due: Instant | null, at: Instant): 'overdue' | '1' | '3' | '10' | 'later' | 'none' {
  if (due === null) return 'none';
  const days = (Date.parse(due) - Date.parse(at)) / 86_400_000;
  if (days < 0) return 'overdue';
  if (days < 1) return '1';
  if (days < 3) return '3';
  return days < 10 ? '10' : 'later';
}
