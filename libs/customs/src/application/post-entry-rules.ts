import { readFileSync } from 'node:fs';
import { CASE_KINDS, CLOCK_ENDS, CLOCK_SIDES, CLOCK_STARTS, country, legalDate, ROLES } from '@tidewaiter/contracts';
import { WorkingCalendar, type CalendarData } from '@tidewaiter/kernel';
import { z } from 'zod';
import type { CaseRule, ClockRule, Terms } from '../domain/index.js';

const month = z.int().min(1).max(12);
const weekday = z.int().min(1).max(7);
const day = z.int().min(1).max(31);
const calendars = z.array(
  z.strictObject({
    code: z.string().min(2).max(4),
    zone: z.string(),
    law: z.string().min(5),
    weekend: z.array(weekday).min(1),
    holidays: z.array(
      z.strictObject({
        name: z.string(),
        on: z.union([
          z.strictObject({ month, day }),
          z.strictObject({ month, weekday, nth: z.int().min(-5).max(5) }),
          z.strictObject({ month, weekday, before: day }),
          z.strictObject({ easter: z.int() }),
        ]),
        observed: z.enum(['next', 'nearest']).optional(),
        from: z.int().optional(),
        to: z.int().optional(),
      }),
    ),
    days: z.array(z.strictObject({ date: legalDate, name: z.string() })).optional(),
    not: z.array(legalDate).optional(),
  }),
);

const confidence = z.enum(['high', 'medium', 'low']);
const positive = z.int().positive();
const clockRules = z.array(
  z.strictObject({
    code: z.string().regex(/^[a-z]{2}-[a-z0-9-]+$/),
    destinations: z.array(country).min(1),
    validFrom: legalDate,
    validTo: legalDate.nullable(),
    what: z.string(),
    law: z.string().min(5),
    side: z.enum(CLOCK_SIDES),
    start: z.enum(CLOCK_STARTS),
    cases: z.array(z.enum(CASE_KINDS)).min(1).optional(),
    count: z.union([
      z.strictObject({ days: positive }),
      z.strictObject({ workingDays: positive }),
      z.strictObject({ months: positive }),
    ]),
    rolls: z.boolean(),
    warn: z.int().nonnegative(),
    notAfter: z.strictObject({ clock: z.string(), days: z.int() }).optional(),
    until: z.enum(CLOCK_ENDS).nullable(),
    consequence: z.string().min(5),
    role: z.enum(ROLES),
    extension: z.strictObject({ law: z.string().min(5) }).optional(),
    confidence,
  }),
);

const caseRules = z.array(
  z.strictObject({
    kind: z.enum(CASE_KINDS),
    destinations: z.array(country).min(1),
    name: z.string(),
    law: z.string().min(5),
    origin: z.enum(['authority', 'us']),
    openers: z.array(z.enum(ROLES)).min(1),
    preparer: z.enum(ROLES),
    approver: z.enum(ROLES),
    act: z.string(),
    apart: z.boolean(),
    within: z.array(z.string()).min(1).optional(),
    needs: z.enum(['liquidated', 'not-liquidated']).optional(),
    excludes: z.array(z.enum(CASE_KINDS)).optional(),
    rejected: z.string().min(5).optional(),
  }),
);

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../data/${file}`, import.meta.url), 'utf8')) as unknown;

/** Calendars, terms and kinds of cases of every destination, as dated data. */
export class PostEntryRules {
  private readonly calendars: ReadonlyMap<string, WorkingCalendar>;

  constructor(
    calendars: readonly CalendarData[],
    private readonly clocks: readonly ClockRule[],
    private readonly cases: readonly CaseRule[],
  ) {
    this.calendars = new Map(calendars.map((data) => [data.code, new WorkingCalendar(data)]));
    const without = clocks.flatMap(({ destinations }) => destinations).find((each) => !this.calendars.has(each));
    if (without) throw new Error(`terms are given for ${without}, which has no calendar of working days`);
  }

  /** @param zone of the authority, for a destination whose holidays are not known: no term of law counts there yet */
  terms(destination: string, zone: string): Terms {
    const calendar =
      this.calendars.get(destination) ??
      new WorkingCalendar({ code: destination, zone, law: 'weekends alone', weekend: [6, 7], holidays: [] });
    return { rules: this.clocks.filter(({ destinations }) => destinations.includes(destination)), calendar };
  }

  /** What a kind of case is in a destination; undefined where it is not known. */
  caseRule(kind: CaseRule['kind'], destination: string): CaseRule | undefined {
    return this.cases.find((rule) => rule.kind === kind && rule.destinations.includes(destination));
  }

  /** The claim for duty on goods that were refused and left again or were destroyed; undefined where law gives none that is known here. */
  rejectedGoods(destination: string): CaseRule | undefined {
    return this.cases.find(
      ({ rejected, destinations }) => rejected !== undefined && destinations.includes(destination),
    );
  }

  calendar(code: string): WorkingCalendar | undefined {
    return this.calendars.get(code);
  }
}

/** Reads the rules that come with the package; a file that does not fit its schema stops the start. */
export const readPostEntryRules = (): PostEntryRules =>
  new PostEntryRules(
    calendars.parse(read('calendars.json')),
    clockRules.parse(read('legal-clocks.json')),
    caseRules.parse(read('post-entry-cases.json')),
  );
