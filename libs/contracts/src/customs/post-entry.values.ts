import { z } from 'zod';
import { instant, legalDate, money, uuid } from '../values.js';

/** What may still happen to an entry after it was made; each is a case with legal clocks of its own. */
export const CASE_KINDS = [
  'authority-query',
  'notice-of-action',
  'redelivery',
  'correction',
  'protest',
  'disclosure',
  'refund',
  'drawback',
  'petition',
] as const;
export const caseKind = z.enum(CASE_KINDS);
export type CaseKind = z.infer<typeof caseKind>;

export const CASE_STATUSES = ['open', 'prepared', 'approved', 'filed', 'decided', 'closed'] as const;
export const caseStatus = z.enum(CASE_STATUSES);
export type CaseStatus = z.infer<typeof caseStatus>;

export const LIQUIDATION_NOTICES = [
  'scheduled',
  'extended',
  'suspended',
  'suspension-lifted',
  'liquidated',
  'deemed',
  'reliquidated',
  'unset',
] as const;

/** What starts a legal clock. `case` is the day of the notice that opened a case. */
export const CLOCK_STARTS = [
  'registered',
  'entry',
  'release',
  'debt',
  'documents',
  'liquidation',
  'case',
  'decision',
] as const;
export type ClockStart = (typeof CLOCK_STARTS)[number];

/** `duty`: we must act; `right`: ours to use or to lose; `authority`: theirs, and our risk until it ends. */
export const CLOCK_SIDES = ['duty', 'right', 'authority'] as const;

/** Facts on record that meet a clock by themselves. */
export const CLOCK_ENDS = ['cleared', 'accepted', 'documents-settled', 'liquidation', 'filed'] as const;
export type ClockEnd = (typeof CLOCK_ENDS)[number];

/** One line of an entry as a notice, correction or claim would have it. Figures and codes are text as the paper says them. */
export const caseLine = z
  .strictObject({
    line: z.int().positive(),
    field: z.enum(['commodity', 'value', 'origin', 'quantity', 'preference', 'rate', 'other']),
    was: z.string().max(80),
    becomes: z.string().max(80),
    /** difference of duty: positive is owed by us, negative is to come back */
    difference: money.nullable(),
    taxType: z.string().min(1).max(20).optional().meta({
      description: 'the charge that differs, by the authority’s own code; without it the customs duty of the line',
    }),
  })
  .meta({ id: 'CaseLine' });
export type CaseLine = z.infer<typeof caseLine>;

export const clock = z
  .strictObject({
    /** `us-psc`, or with the case it belongs to: `us-protest-answer/<case id>` */
    clockId: z.string().max(120),
    caseId: uuid.nullable(),
    what: z.string(),
    law: z.string(),
    side: z.enum(CLOCK_SIDES),
    start: z.enum(CLOCK_STARTS),
    startedOn: legalDate,
    /** last day, in the authority's zone */
    dueOn: legalDate,
    /** first instant after it */
    dueAt: instant,
    zone: z.string(),
    calendar: z.string().meta({ description: 'Code of the working-day calendar that was used' }),
    /** from here on somebody is told, when it is ours to act */
    warnAt: instant,
    consequence: z.string().meta({ description: 'What happens when it runs out' }),
    role: z.string(),
    until: z
      .enum(CLOCK_ENDS)
      .nullable()
      .meta({ description: 'The fact that meets it; null when only a person can say so' }),
    confidence: z.enum(['high', 'medium', 'low']),
  })
  .meta({ id: 'LegalClock' });
export type LegalClock = z.infer<typeof clock>;

/** How the authority wants what it decided to be paid. What it leaves out is known from the entry's own payment, or from law. */
export const demand = z
  .strictObject({
    reference: z.string().min(1).max(35).meta({ description: 'what a transfer must quote, theirs or ours' }),
    payee: z.strictObject({ name: z.string().min(1).max(140), account: z.string().min(1).max(34) }).optional(),
    payBy: legalDate.optional().meta({ description: 'last day without interest for being late' }),
    interest: money.optional().meta({ description: 'that it asks on top of what is owed, as it states it' }),
  })
  .meta({ id: 'Demand' });
export type Demand = z.infer<typeof demand>;
