import type { TaskKind } from '@tidewaiter/contracts';
import { CLOCKS } from './strip.js';
import { compare, lastDayFor, plusDays, type Instant, type LegalDate, type Money } from '@tidewaiter/kernel';

/** `statutory`: the law says when; `sla`: we promised it. */
export type ClockKind = 'statutory' | 'sla';

interface Consequence {
  clock: ClockKind;
  /** usual handling in the authority's working days */
  handling: number;
  ifMissed: string;
}

/** Usual handling where it is not one working day. */
const HANDLING: Readonly<Partial<Record<TaskKind, number>>> = {
  'provide-documents': 2,
  'send-documents': 2,
  'raise-guarantee': 2,
  'renew-mandate': 5,
  'answer-query': 3,
  'contest-seizure': 5,
};

/** What a task means when it is not done in time. */
export function consequenceOf(kind: TaskKind): Consequence {
  const clock = CLOCKS[kind];
  return {
    clock: clock?.kind ?? 'sla',
    handling: HANDLING[kind] ?? 1,
    ifMissed: clock?.ifMissed ?? 'the shipment stands still until it is done',
  };
}

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

const weekday = (date: LegalDate): number => new Date(`${date}T00:00:00Z`).getUTCDay();
export const isWorkday = (date: LegalDate): boolean => weekday(date) !== 0 && weekday(date) !== 6;

/** So many working days (Monday to Friday) before a date. */
export function workdaysBefore(date: LegalDate, days: number): LegalDate {
  let at = date;
  for (let left = days; left > 0;) {
    at = plusDays(at, -1);
    if (isWorkday(at)) left -= 1;
  }
  return at;
}

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
