import { plusDays, plusMonths, type LegalDate } from '@tidewaiter/kernel';
import { z } from 'zod';
import { inForce } from './rule-book.js';

const due = z.union([
  z.strictObject({
    day: z.int().min(1).max(28),
    of: z.literal('next-month'),
    otherwise: z.enum(['next-working-day', 'same-day']),
  }),
  z.strictObject({ workingDay: z.int().min(1).max(20), of: z.literal('next-month') }),
]);

/** When charges on an account are collected, by destination and day, with the law. */
export const settlementTermsSchema = z.strictObject({
  version: z.string(),
  terms: z
    .array(
      z.strictObject({
        destinations: z.array(z.string().length(2)).min(1),
        statement: z.string().nullable(),
        due,
        calendar: z.string(),
        from: z.iso.date(),
        to: z.iso.date().nullable(),
        law: z.string(),
        confidence: z.enum(['high', 'medium', 'low']),
      }),
    )
    .min(1),
  daily: z.strictObject({
    statement: z.string(),
    destination: z.string().length(2),
    workingDays: z.int().positive(),
    calendar: z.string(),
    law: z.string(),
  }),
  calendars: z.record(z.string(), z.strictObject({ source: z.string(), holidays: z.array(z.iso.date()) })),
});
export type SettlementTerms = z.infer<typeof settlementTermsSchema>;

const weekday = (date: LegalDate): number => new Date(`${date}T00:00:00Z`).getUTCDay();

export const isWorkingDay = ({ calendars }: SettlementTerms, calendar: string, date: LegalDate): boolean =>
  weekday(date) % 6 !== 0 && !(calendars[calendar]?.holidays ?? []).includes(date);

/** The n-th working day after `date`; with n = 0 the date itself or the first working day after it. */
export function workingDayAfter(terms: SettlementTerms, calendar: string, date: LegalDate, n: number): LegalDate {
  let day = date;
  while (n === 0 && !isWorkingDay(terms, calendar, day)) day = plusDays(day, 1);
  for (let left = n; left > 0;) {
    day = plusDays(day, 1);
    if (isWorkingDay(terms, calendar, day)) left -= 1;
  }
  return day;
}

/**
 * The day on which what was entered on `lawDate` and put on an account is collected.
 *
 * @returns null where no term is known for the destination on the day
 */
export function collectedOn(
  terms: SettlementTerms,
  destination: string,
  lawDate: LegalDate,
): { dueOn: LegalDate; law: string; statement: string | null } | null {
  const term = inForce(terms.terms, lawDate).find(({ destinations }) => destinations.includes(destination));
  if (!term) return null;
  const { law, statement, calendar } = term;
  const firstOfNext = `${plusMonths(lawDate, 1).slice(0, 7)}-01`;
  if ('workingDay' in term.due) {
    const before = plusDays(firstOfNext, -1);
    return { dueOn: workingDayAfter(terms, calendar, before, term.due.workingDay), law, statement };
  }
  const day = plusDays(firstOfNext, term.due.day - 1);
  const dueOn = term.due.otherwise === 'next-working-day' ? workingDayAfter(terms, calendar, day, 0) : day;
  return { dueOn, law, statement };
}

/** The day on which an entry on a daily statement is due. */
export const dailyDueOn = (terms: SettlementTerms, enteredOn: LegalDate): LegalDate =>
  workingDayAfter(terms, terms.daily.calendar, enteredOn, terms.daily.workingDays);
