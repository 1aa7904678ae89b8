import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { country, digest, instant, legalDate, money, uuid } from '../values.js';
import { caseKind, caseLine, clock, demand, LIQUIDATION_NOTICES } from './post-entry.values.js';

const entry = { declarationId: uuid, shipmentId: uuid };
const ofCase = { caseId: uuid, ...entry };
const says = z.string().min(3).max(500);

export const entryDated = defineEvent(
  'customs',
  'EntryDated',
  'The days from which law counts for an entry, each a date in the authority’s zone.',
  z.strictObject({
    ...entry,
    authority: z.string(),
    destination: country,
    dates: z.strictObject({
      registered: legalDate.optional(),
      entry: legalDate.optional(),
      release: legalDate.optional(),
      debt: legalDate.optional(),
      documents: legalDate.optional(),
    }),
    /** people who entered, confirmed or corrected a value of this entry: none of them stands behind a protest or claim on it */
    editors: z.array(z.string()),
  }),
);

export const clockStarted = defineEvent(
  'customs',
  'ClockStarted',
  'A term of law began to run.',
  z.strictObject({ ...entry, ...clock.shape }),
);

export const clockNearing = defineEvent(
  'customs',
  'ClockNearing',
  'A term in which we must act comes to its end.',
  z.strictObject({ ...entry, clockId: z.string(), dueOn: legalDate, dueAt: instant }),
);

export const clockExtended = defineEvent(
  'customs',
  'ClockExtended',
  'A term was lengthened on a ground that the law knows.',
  z.strictObject({
    ...entry,
    clockId: z.string(),
    ground: says,
    law: z.string(),
    dueOn: legalDate,
    dueAt: instant,
    warnAt: instant,
    by: z.string(),
  }),
);

export const clockMet = defineEvent(
  'customs',
  'ClockMet',
  'What a term was for has been done, or it has no object any more.',
  z.strictObject({ ...entry, clockId: z.string(), how: says, by: z.string() }),
);

export const clockRanOut = defineEvent(
  'customs',
  'ClockRanOut',
  'The last day of a term has passed.',
  z.strictObject({ ...entry, clockId: z.string(), dueOn: legalDate, dueAt: instant, consequence: z.string() }),
);

export const liquidationNoticed = defineEvent(
  'customs',
  'LiquidationNoticed',
  'The authority’s final computation of an entry: scheduled, moved, or made (19 USC 1500, 1504).',
  z.strictObject({
    ...entry,
    kind: z.enum(LIQUIDATION_NOTICES),
    /** day of the bulletin notice; for `scheduled` and `extended` the day it is then expected on */
    on: legalDate,
    change: z.enum(['none', 'increase', 'decrease']),
    difference: money.nullable(),
    demand: demand.optional(),
    says: z.string().max(500),
    by: z.string(),
  }),
);

export const caseOpened = defineEvent(
  'customs',
  'CaseOpened',
  'Something about an entry is open again; what was recorded before stays as it was.',
  z.strictObject({
    ...ofCase,
    kind: caseKind,
    /** as its paper is called: `CBP Form 28` */
    name: z.string(),
    origin: z.enum(['authority', 'us']),
    medium: z.enum(['message', 'mailbox', 'post', 'own-review', 'law']),
    /** the authority's number of it, when it has one */
    reference: z.string().max(70).nullable(),
    says,
    /** day of the notice; for ours, the day on which it was begun */
    noticeOn: legalDate,
    receivedOn: legalDate,
    /** the scan of a paper, as the documents context keeps it */
    documentId: uuid.nullable(),
    basis: z.strictObject({ voidanceId: uuid, citation: z.string() }).nullable(),
    lines: z.array(caseLine),
    claim: money.nullable(),
    by: z.string(),
  }),
);

export const caseActPrepared = defineEvent(
  'customs',
  'CaseActPrepared',
  'What is to go to the authority was prepared by one person; another approves exactly this.',
  z.strictObject({
    ...ofCase,
    n: z.int().positive(),
    act: z.string(),
    says: z.string().min(3).max(4000),
    documentIds: z.array(uuid),
    lines: z.array(caseLine),
    amount: money.nullable(),
    digest,
    by: z.string(),
  }),
);

export const caseActApproved = defineEvent(
  'customs',
  'CaseActApproved',
  'A second person approved what was prepared, by its digest.',
  z.strictObject({ ...ofCase, n: z.int().positive(), digest, by: z.string() }),
);

export const caseActFiled = defineEvent(
  'customs',
  'CaseActFiled',
  'The approved act went to the authority.',
  z.strictObject({
    ...ofCase,
    n: z.int().positive(),
    filedOn: legalDate,
    reference: z.string().max(70).nullable(),
    by: z.string(),
  }),
);

export const caseDecided = defineEvent(
  'customs',
  'CaseDecided',
  'The authority decided a case; money that follows from it is said by line.',
  z.strictObject({
    ...ofCase,
    outcome: z.enum(['granted', 'partly-granted', 'denied', 'upheld', 'settled']),
    decidedOn: legalDate,
    says,
    lines: z.array(caseLine),
    /** to come back to us, or owed by us */
    refund: money.nullable(),
    owed: money.nullable(),
    demand: demand.optional(),
    by: z.string(),
  }),
);

export const caseClosed = defineEvent(
  'customs',
  'CaseClosed',
  'Nothing of a case is left to do.',
  z.strictObject({ ...ofCase, reason: says, by: z.string() }),
);

export const caseReopened = defineEvent(
  'customs',
  'CaseReopened',
  'A closed case is open again on a new ground.',
  z.strictObject({ ...ofCase, ground: says, on: legalDate, by: z.string() }),
);

export type EntryEvent =
  | EventOf<typeof entryDated>
  | EventOf<typeof clockStarted>
  | EventOf<typeof clockNearing>
  | EventOf<typeof clockExtended>
  | EventOf<typeof clockMet>
  | EventOf<typeof clockRanOut>
  | EventOf<typeof liquidationNoticed>;

export type CaseEvent =
  | EventOf<typeof caseOpened>
  | EventOf<typeof caseActPrepared>
  | EventOf<typeof caseActApproved>
  | EventOf<typeof caseActFiled>
  | EventOf<typeof caseDecided>
  | EventOf<typeof caseClosed>
  | EventOf<typeof caseReopened>;

export type PostEntryEvent = EntryEvent | CaseEvent;
