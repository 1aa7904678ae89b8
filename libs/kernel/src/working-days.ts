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

/** Dates as whole days since 1970-01-01: terms are counted over thousands of them. */
const DAY_MS = 86_400_000;
const numberOf = (date: LegalDate): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dateOf = (day: number): LegalDate => new Date(day * DAY_MS).toISOString().slice(0, 10);
const dayIn = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / DAY_MS;
/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): Weekday => ((((day + 3) % 7) + 7) % 7) + 1;

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
  const [month, day] = [Math.floor((h + l - 7 * m + 114) / 31), ((h + l - 7 * m + 114) % 31) + 1];
  return dateOf(dayIn(year, month, day));
}

function dayOf(on: HolidayOn, year: number): number {
  if ('easter' in on) return numberOf(easter(year)) + on.easter;
  if ('day' in on) return dayIn(year, on.month, on.day);
  if ('before' in on) {
    const limit = dayIn(year, on.month, on.before);
    return limit - ((weekdayOf(limit) - on.weekday + 7) % 7 || 7);
  }
  const first = dayIn(year, on.month, 1);
  if (on.nth > 0) return first + ((on.weekday - weekdayOf(first) + 7) % 7) + (on.nth - 1) * 7;
  const last = dayIn(year, on.month + 1, 1) - 1;
  return last - ((weekdayOf(last) - on.weekday + 7) % 7) + (on.nth + 1) * 7;
}

/** The working days of one authority, by its own law. Pure: the same data and date give the same answer. */
export class WorkingCalendar {
  private readonly years = new Map<number, ReadonlyMap<number, string>>();

  constructor(readonly data: CalendarData) {}

  get code(): string {
    return this.data.code;
  }

  get zone(): string {
    return this.data.zone;
  }

  /** Name of the holiday kept on the date; null when there is none. A weekend is no holiday. */
  holiday(date: LegalDate): string | null {
    return this.of(Number(date.slice(0, 4))).get(numberOf(date)) ?? null;
  }

  isWorkingDay(date: LegalDate): boolean {
    return this.works(numberOf(date));
  }

  /** The date itself when work is done on it, else the first such day after it. */
  onOrAfter(date: LegalDate): LegalDate {
    let day = numberOf(date);
    while (!this.works(day)) day += 1;
    return dateOf(day);
  }

  /**
   * The nth working day after a date; the date itself is not counted, worked or not. Negative n counts back.
   * @param n whole number; 0 is the date as it is
   */
  plusWorkingDays(date: LegalDate, n: number): LegalDate {
    const step = Math.sign(n);
    let day = numberOf(date);
    for (let left = Math.abs(n); left > 0;) {
      day += step;
      if (this.works(day)) left -= 1;
    }
    return dateOf(day);
  }

  /** The nth working day of the date's month, from 1. */
  nthOfMonth(date: LegalDate, n: number): LegalDate {
    return this.plusWorkingDays(dateOf(numberOf(`${date.slice(0, 7)}-01`) - 1), n);
  }

  /** Working days after `from` up to and including `to`; negative when `to` is earlier. */
  between(from: LegalDate, to: LegalDate): number {
    if (to < from) return -this.between(to, from);
    let count = 0;
    const last = numberOf(to);
    for (let day = numberOf(from) + 1; day <= last; day += 1) if (this.works(day)) count += 1;
    return count;
  }

  private works(day: number): boolean {
    return !this.rests(day) && !this.of(new Date(day * DAY_MS).getUTCFullYear()).has(day);
  }

  private rests(day: number): boolean {
    return this.data.weekend.includes(weekdayOf(day));
  }

  private of(year: number): ReadonlyMap<number, string> {
    const known = this.years.get(year);
    if (known) return known;
    const [from, to] = [dayIn(year, 1, 1), dayIn(year + 1, 1, 1)];
    // A holiday of January may be kept in December, and one of December in January.
    const near = [year - 1, year, year + 1].flatMap((each) => this.observed(each));
    const made = new Map(near.filter(([day]) => from <= day && day < to));
    this.years.set(year, made);
    return made;
  }

  private observed(year: number): [number, string][] {
    const not = new Set(this.data.not?.map(numberOf));
    const ruled = this.data.holidays
      .filter(({ from, to }) => (from ?? year) <= year && year <= (to ?? year))
      .map((rule) => ({ rule, day: dayOf(rule.on, year) }))
      .filter(({ day }) => !not.has(day))
      .sort((a, b) => a.day - b.day);
    const single = (this.data.days ?? []).filter(({ date }) => Number(date.slice(0, 4)) === year);
    const taken = new Map<number, string>(single.map(({ date, name }) => [numberOf(date), name]));
    for (const { rule, day } of ruled) if (!this.rests(day)) taken.set(day, rule.name);
    for (const { rule, day } of ruled) {
      if (!this.rests(day) || rule.observed === undefined) continue;
      if (rule.observed === 'nearest') taken.set(day + (weekdayOf(day) === 6 ? -1 : 1), rule.name);
      else {
        let instead = day + 1;
        while (this.rests(instead) || taken.has(instead)) instead += 1;
        taken.set(instead, rule.name);
      }
    }
    return [...taken];
  }
}
