import type { CaseKind, ClockEnd, ClockStart, LegalClock } from '@tidewaiter/contracts';
import {
  endOfDay,
  legalDateAt,
  plusDays,
  plusMillis,
  plusMonths,
  type Instant,
  type LegalDate,
  type WorkingCalendar,
} from '@tidewaiter/kernel';

/** How a term is counted: the day from which it runs is not counted. */
export type Term = { days: number } | { workingDays: number } | { months: number };

/** A term of law as dated data. */
export interface ClockRule {
  code: string;
  destinations: readonly string[];
  validFrom: LegalDate;
  validTo: LegalDate | null;
  what: string;
  law: string;
  side: LegalClock['side'];
  start: ClockStart;
  /** of these cases alone; else of every entry */
  cases?: readonly CaseKind[];
  count: Term;
  /** whether a last day on which the authority does not work moves to the next that it does */
  rolls: boolean;
  /** working days before the last one on which people are told */
  warn: number;
  /** ends so many days from another clock's last day at the latest; negative: before it */
  notAfter?: { clock: string; days: number };
  until: ClockEnd | null;
  consequence: string;
  role: string;
  /** grounds on which it may be lengthened; without it, never */
  extension?: { law: string };
  confidence: LegalClock['confidence'];
}

/** The law of one destination as the clocks of its entries need it. */
export interface Terms {
  rules: readonly ClockRule[];
  calendar: WorkingCalendar;
}

/** The rules of a destination that were law on a day. */
export const rulesOf = (rules: readonly ClockRule[], destination: string, on: LegalDate): ClockRule[] =>
  rules.filter(
    (rule) =>
      rule.destinations.includes(destination) && rule.validFrom <= on && (rule.validTo === null || on <= rule.validTo),
  );

/** First instant of a legal date in its zone. */
export const startOfDay = (date: LegalDate, zone: string): Instant => endOfDay(plusDays(date, -1), zone);

/** Last day of a term that runs from a date. */
export function lastDay(from: LegalDate, count: Term, rolls: boolean, calendar: WorkingCalendar): LegalDate {
  if ('workingDays' in count) return calendar.plusWorkingDays(from, count.workingDays);
  const day = 'days' in count ? plusDays(from, count.days) : plusMonths(from, count.months);
  return rolls ? calendar.onOrAfter(day) : day;
}

/** From when somebody is told of a last day: so many working days before it, never before the term began. */
export function warningOf(from: LegalDate, dueOn: LegalDate, warn: number, calendar: WorkingCalendar): Instant {
  const day = warn === 0 ? dueOn : calendar.plusWorkingDays(dueOn, -warn);
  return startOfDay(day < from ? from : day, calendar.zone);
}

/**
 * The clock of a rule.
 * @param limits `given`: an instant that the authority itself named; `notAfter`: a day by which it ends whatever its count
 */
export function clockFrom(
  rule: ClockRule,
  startedOn: LegalDate,
  calendar: WorkingCalendar,
  limits: { given?: Instant | undefined; notAfter?: LegalDate | undefined; caseId?: string | undefined } = {},
): LegalClock {
  const { zone } = calendar;
  const counted = lastDay(startedOn, rule.count, rule.rolls, calendar);
  const ruled = limits.notAfter !== undefined && limits.notAfter < counted ? limits.notAfter : counted;
  const dueOn = limits.given === undefined ? ruled : legalDateAt(plusMillis(limits.given, -1), zone);
  const caseId = limits.caseId ?? null;
  return {
    clockId: caseId === null ? rule.code : `${rule.code}/${caseId}`,
    caseId,
    what: rule.what,
    law: rule.law,
    side: rule.side,
    start: rule.start,
    startedOn,
    dueOn,
    dueAt: limits.given ?? endOfDay(dueOn, zone),
    zone,
    calendar: calendar.code,
    warnAt: warningOf(startedOn, dueOn, rule.warn, calendar),
    consequence: rule.consequence,
    role: rule.role,
    until: rule.until,
    confidence: rule.confidence,
  };
}

/** The rule that a clock was started by, by the code in its id. */
export const codeOf = (clockId: string): string => clockId.split('/')[0]!;
