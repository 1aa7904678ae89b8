import { Temporal } from 'temporal-polyfill';
import type { Instant } from './instant.js';

/** A date as law counts it, `YYYY-MM-DD`, in the authority's own time zone; never converted for the reader. */
export type LegalDate = string;

/** @param zone IANA time zone of the authority, e.g. `Europe/London` */
export const legalDateAt = (instant: Instant, zone: string): LegalDate =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();

export const plusDays = (date: LegalDate, days: number): LegalDate =>
  Temporal.PlainDate.from(date).add({ days }).toString();

/** Calendar months; the last day of a shorter month is kept (31 January + 1 month = 28 or 29 February). */
export const plusMonths = (date: LegalDate, months: number): LegalDate =>
  Temporal.PlainDate.from(date).add({ months }).toString();

/**
 * The instant of a local time that names no zone. An hour that does not exist is moved forward, of one that exists twice the first is taken.
 * @param local `YYYY-MM-DDTHH:MM:SS`
 * @returns null when there is no such time
 */
export function instantIn(local: string, zone: string): Instant | null {
  try {
    const time = Temporal.PlainDateTime.from(local, { overflow: 'reject' });
    return time.toZonedDateTime(zone).toInstant().toString({ fractionalSecondDigits: 6 });
  } catch {
    return null;
  }
}

/** The first instant after the date has ended in the zone: a deadline "by the end of that day". */
export const endOfDay = (date: LegalDate, zone: string): Instant => {
  const end = Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime(zone).toInstant();
  return end.toString({ fractionalSecondDigits: 6 });
};

/** The last date on which a deadline can still be met: an instant at midnight, as `endOfDay` gives it, closes the day before. */
export const lastDayFor = (deadline: Instant, zone: string): LegalDate =>
  Temporal.Instant.from(deadline).subtract({ microseconds: 1 }).toZonedDateTimeISO(zone).toPlainDate().toString();

/** @returns whether the text is a real calendar date in the form `YYYY-MM-DD` */
export function isLegalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}
