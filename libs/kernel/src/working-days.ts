import { Temporal } from 'temporal-polyfill';
import type { LegalDate } from './legal-date.js';

/** ISO number of a weekday: 1 Monday to 7 Sunday. */
type Weekday = number;

/** The day of a yearly holiday: fixed, the nth weekday of a month (-1 the last), the last weekday before a day, or days from Easter Sunday. */
export type HolidayOn =
  | { month: number; day: number }
  | { month: number; weekday: Weekday; nth: number }
  | { month: number; weekday: Weekday; before: number }
  | { easter: number };

export interface HolidayRule {
  name: string;
  on: HolidayOn;
  /**
   * What becomes of one that falls on a weekend. `next`: the next day that is neither weekend nor holiday is free instead;
   * `nearest`: Saturday is kept on Friday, Sunday on Monday; none: it is lost.
   */
  observed?: 'next' | 'nearest';
  /** first and last year in which it is kept */
  from?: number;
  to?: number;
}

/** Working days of an authority as dated data: rules by year, and single days by proclamation. */
export interface CalendarData {
  code: string;
  /** IANA zone in which its days begin and end */
  zone: string;
  law: string;
  weekend: readonly Weekday[];
  holidays: readonly HolidayRule[];
  /** single days that are free beside the rules */
  days?: readonly { date: LegalDate; name: string }[];
  /** days on which a rule is not kept, moved by proclamation */
  not?: readonly LegalDate[];
}

/** Sunday of Easter in the Gregorian calendar (Butcher's algorithm). */
export function easter(year: number): LegalDate {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const day = ((h + l - 7 * m + 114) % 31) + 1;
  return Temporal.PlainDate.from({ year, month, day }).toString();
}

const plain = (date: LegalDate): Temporal.PlainDate => Temporal.PlainDate.from(date);

function dayOf(on: HolidayOn, year: number): Temporal.PlainDate {
  if ('easter' in on) return plain(easter(year)).add({ days: on.easter });
  if ('day' in on) return Temporal.PlainDate.from({ year, month: on.month, day: on.day });
  if ('before' in on) {
    const limit = Temporal.PlainDate.from({ year, month: on.month, day: on.before });
    return limit.subtract({ days: (limit.dayOfWeek - on.weekday + 7) % 7 || 7 });
  }
  const first = Temporal.PlainDate.from({ year, month: on.month, day: 1 });
  if (on.nth > 0) return first.add({ days: ((on.weekday - first.dayOfWeek + 7) % 7) + (on.nth - 1) * 7 });
  const last = first.add({ months: 1 }).subtract({ days: 1 });
  return last.subtract({ days: ((last.dayOfWeek - on.weekday + 7) % 7) + (-on.nth - 1) * 7 });
}

/** The working days of one authority, by its own law. Pure: the same data and date give the same answer. */
export class WorkingCalendar {
  private readonly years = new Map<number, ReadonlyMap<LegalDate, string>>();

  constructor(readonly data: CalendarData) {}

  get code(): string {
    return this.data.code;
  }

  get zone(): string {
    return this.data.zone;
  }

  /** Name of the holiday kept on the date; null when there is none. A weekend is no holiday. */
  holiday(date: LegalDate): string | null {
    return this.of(Number(date.slice(0, 4))).get(date) ?? null;
  }

  isWorkingDay(date: LegalDate): boolean {
    return !this.data.weekend.includes(plain(date).dayOfWeek) && this.holiday(date) === null;
  }

  /** The date itself when work is done on it, else the first such day after it. */
  onOrAfter(date: LegalDate): LegalDate {
    let day = plain(date);
    while (!this.isWorkingDay(day.toString())) day = day.add({ days: 1 });
    return day.toString();
  }

  /**
   * The nth working day after a date; the date itself is not counted, worked or not. Negative n counts back.
   * @param n whole number; 0 is the date as it is
   */
  plusWorkingDays(date: LegalDate, n: number): LegalDate {
    const step = Math.sign(n);
    let day = plain(date);
    for (let left = Math.abs(n); left > 0;) {
      day = day.add({ days: step });
      if (this.isWorkingDay(day.toString())) left -= 1;
    }
    return day.toString();
  }

  /** The nth working day of the date's month, from 1. */
  nthOfMonth(date: LegalDate, n: number): LegalDate {
    const before = plain(date).with({ day: 1 }).subtract({ days: 1 });
    return this.plusWorkingDays(before.toString(), n);
  }

  /** Working days after `from` up to and including `to`; negative when `to` is earlier. */
  between(from: LegalDate, to: LegalDate): number {
    if (to < from) return -this.between(to, from);
    let count = 0;
    for (let day = plain(from).add({ days: 1 }); day.toString() <= to; day = day.add({ days: 1 }))
      if (this.isWorkingDay(day.toString())) count += 1;
    return count;
  }

  private of(year: number): ReadonlyMap<LegalDate, string> {
    const known = this.years.get(year);
    if (known) return known;
    // A holiday of January may be kept in December, and one of December in January.
    const made = new Map(
      [year - 1, year, year + 1].flatMap((each) => this.observed(each)).filter(([date]) => +date.slice(0, 4) === year),
    );
    this.years.set(year, made);
    return made;
  }

  private observed(year: number): [LegalDate, string][] {
    const not = new Set(this.data.not ?? []);
    const ruled = this.data.holidays
      .filter(({ from, to }) => (from ?? year) <= year && year <= (to ?? year))
      .map((rule) => ({ rule, day: dayOf(rule.on, year) }))
      .filter(({ day }) => !not.has(day.toString()))
      .sort((a, b) => Temporal.PlainDate.compare(a.day, b.day));
    const single = (this.data.days ?? []).filter(({ date }) => +date.slice(0, 4) === year);
    const taken = new Map<LegalDate, string>(single.map(({ date, name }) => [date, name]));
    const weekend = (day: Temporal.PlainDate) => this.data.weekend.includes(day.dayOfWeek);
    for (const { rule, day } of ruled) if (!weekend(day)) taken.set(day.toString(), rule.name);
    for (const { rule, day } of ruled) {
      if (!weekend(day) || rule.observed === undefined) continue;
      if (rule.observed === 'nearest') taken.set(day.add({ days: day.dayOfWeek === 6 ? -1 : 1 }).toString(), rule.name);
      else {
        let instead = day.add({ days: 1 });
        while (weekend(instead) || taken.has(instead.toString())) instead = instead.add({ days: 1 });
        taken.set(instead.toString(), rule.name);
      }
    }
    return [...taken];
  }
}
