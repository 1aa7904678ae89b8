import type { TaskKind } from '@tidewaiter/contracts';
import { compare, legalDateAt, plusDays, type Instant, type LegalDate, type Money } from '@tidewaiter/kernel';

/** `statutory`: the law says when; `service`: we promised it. */
export type ClockKind = 'statutory' | 'service';

interface Consequence {
  clock: ClockKind;
  /** usual handling in the authority's working days */
  handling: number;
  ifMissed: string;
}

/** What a task of each kind means when it is not done in time. */
const CONSEQUENCES: Record<string, Consequence> = {
  'approve-payment': {
    clock: 'statutory',
    handling: 1,
    ifMissed: 'the authority keeps the goods, and interest may run',
  },
  'correct-declaration': {
    clock: 'statutory',
    handling: 1,
    ifMissed: 'the declaration lapses and the goods stay where they are',
  },
  'provide-documents': { clock: 'statutory', handling: 2, ifMissed: 'the authority decides without the papers' },
  'resolve-difference': {
    clock: 'statutory',
    handling: 1,
    ifMissed: 'the debt stands unpaid and the goods stay where they are',
  },
  'renew-mandate': { clock: 'statutory', handling: 5, ifMissed: 'no declaration may be lodged for this customer' },
  'ask-authority': { clock: 'service', handling: 1, ifMissed: 'nobody knows what became of the filing' },
  'raise-guarantee': { clock: 'service', handling: 2, ifMissed: 'the filing waits for headroom' },
  'resolve-engagement': { clock: 'service', handling: 1, ifMissed: 'the shipment does not begin' },
  'rebook-delivery': { clock: 'service', handling: 1, ifMissed: 'storage is charged per day' },
};
const ELSE: Consequence = { clock: 'service', handling: 1, ifMissed: 'the shipment stands still until it is done' };

export const consequenceOf = (kind: TaskKind): Consequence => CONSEQUENCES[kind] ?? ELSE;

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
  const on = legalDateAt(due, zone);
  return { kind: clock, due, on, latestStart: workdaysBefore(on, handling) };
}

/** Compared only within one currency: amounts of two currencies say nothing about each other. */
function byStake(a: Money | null, b: Money | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return a.currency === b.currency ? -compare(a, b) : 0;
}

const GROUPS = { statutory: 0, service: 1 } as const;

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
