import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { country, digest, legalDate, money, uuid } from '../values.js';

/** What of a debt a payment pays, by line and tax type. */
const settledItem = z.strictObject({
  line: z.int().nonnegative(),
  taxType: z.string(),
  amount: money,
  legalBasis: z.string().optional().meta({ description: 'where the debt itself does not tell it' }),
});
/** A debt after the entry is paid apart from that of the entry. */
const ofCase = z.string().max(80).optional().meta({ description: 'post-entry case whose debt it pays' });

const ruleRef = z.strictObject({ set: z.string(), version: z.string(), digest });

/** Tax types by the authority's own code: A00 duty, B00 VAT; US: 056 duty, 499 MPF, 501 HMF; DE: A00, B00. */
const charge = z.strictObject({
  line: z.int().nonnegative().meta({ description: '0: a charge of the whole entry' }),
  code: z.string(),
  role: z.string(),
  amount: money,
  legalBasis: z.string(),
  arithmetic: z.string().max(2000).optional().meta({ description: 'how the amount was worked out, in words' }),
  later: z
    .strictObject({ method: z.enum(['deferred', 'postponed']), dueOn: legalDate.nullable(), law: z.string() })
    .optional()
    .meta({
      description: 'due, but not with the entry: by account and day, or (postponed) in the importer’s own tax return',
    }),
});

/** Whose money it is: the dimensions of the ledger beside authority, legal basis and tax type. */
const moneyOf = z.strictObject({
  customer: z.string().max(140),
  importerId: uuid,
  importerName: z.string().max(140).optional(),
  engagementId: uuid,
});

export const dutyAssessed = defineEvent(
  'duties',
  'DutyAssessed',
  'Duty, tax and fees were worked out for every line; `request` and the rules named reproduce `result` byte for byte.',
  z.strictObject({
    assessmentId: uuid,
    shipmentId: uuid,
    n: z.int().positive(),
    lawDate: legalDate,
    currency: z.string(),
    request: z.record(z.string(), z.unknown()),
    resultDigest: digest,
    rules: z.array(ruleRef).min(1),
    charges: z.array(charge),
    contained: z
      .array(z.strictObject({ line: z.int(), amount: money }))
      .optional()
      .meta({ description: 'duty and tax inside of a duty-paid price: taken off it in the declaration' }),
    totals: z.strictObject({
      duty: z.string(),
      excise: z.string(),
      fees: z.string(),
      tax: z.string(),
      payableNow: z.string(),
      payableLater: z.string(),
      landedCost: z.string(),
    }),
    of: moneyOf.optional().meta({ description: 'customer, importer and engagement that the money belongs to' }),
  }),
);

export const assessmentNeedsReview = defineEvent(
  'duties',
  'AssessmentNeedsReview',
  'Too little is known to assess, or no rule stands for the date: a person must look.',
  z.strictObject({
    assessmentId: uuid,
    shipmentId: uuid,
    n: z.int().positive(),
    questions: z.array(z.string()),
    request: z.record(z.string(), z.unknown()),
  }),
);

export const paymentRequested = defineEvent(
  'duties',
  'PaymentRequested',
  'A debt to the authority is to be paid; the digest binds amount, currency, payee, reference, declaration version and assessment.',
  z.strictObject({
    paymentId: uuid,
    shipmentId: uuid,
    declarationId: uuid,
    declarationVersion: z.int().positive(),
    generation: z.int().positive(),
    amount: money,
    payee: z.strictObject({ name: z.string(), account: z.string() }),
    reference: z.string(),
    digest,
    assessmentDigest: digest,
    approvalsNeeded: z.int().nonnegative(),
    editors: z.array(z.string()),
    requestedBy: z.string(),
    authority: country.optional(),
    policyVersion: z.string().optional().meta({ description: 'approval limits that the number of approvals follows' }),
    rulesDigest: digest.optional().meta({ description: 'over the rule versions of the assessment paid' }),
    seniors: z
      .array(z.string())
      .optional()
      .meta({ description: 'persons of whom one must be among two approvers, in person or by delegation' }),
    interest: money.optional().meta({ description: 'part of the amount: interest since the debt fell due' }),
    settles: z.array(settledItem).optional().meta({
      description: 'what of the debt it pays, by line and tax type; with the interest it adds up to the amount',
    }),
    caseId: ofCase,
  }),
);

export const paymentApproved = defineEvent(
  'duties',
  'PaymentApproved',
  'One person approved exactly what the digest names.',
  z.strictObject({
    paymentId: uuid,
    shipmentId: uuid,
    digest,
    by: z.string(),
    given: z.int().positive(),
    needed: z.int().positive(),
    onBehalfOf: z.string().optional().meta({ description: 'who delegated to this person, with an end date' }),
  }),
);

export const paymentApprovalRefused = defineEvent(
  'duties',
  'PaymentApprovalRefused',
  'Somebody who may not tried to approve: own work, own request, a second time, or what is no longer current.',
  z.strictObject({
    paymentId: uuid,
    shipmentId: uuid,
    digest: z.string().meta({ description: 'what the person meant to approve' }),
    by: z.string(),
    code: z.string(),
    says: z.string(),
  }),
);

export const paymentVoided = defineEvent(
  'duties',
  'PaymentVoided',
  'The debt, payee or version changed before the order went out: every approval of it is void.',
  z.strictObject({ paymentId: uuid, shipmentId: uuid, digest, amount: money, approvals: z.int(), reason: z.string() }),
);

export const paymentSent = defineEvent(
  'duties',
  'PaymentSent',
  'The bank has the order, under our idempotency key.',
  z.strictObject({
    paymentId: uuid,
    shipmentId: uuid,
    amount: money,
    key: z.string(),
    bankReference: z.string(),
    settles: z.array(settledItem).optional(),
    interest: money.optional(),
  }),
);

export const paymentOutcomeUnknown = defineEvent(
  'duties',
  'PaymentOutcomeUnknown',
  'The bank did not answer: it is asked by our key before anything is sent again.',
  z.strictObject({ paymentId: uuid, shipmentId: uuid, key: z.string(), says: z.string() }),
);

export const paymentSettled = defineEvent(
  'duties',
  'PaymentSettled',
  'The bank has debited the account.',
  z.strictObject({
    paymentId: uuid,
    shipmentId: uuid,
    amount: money,
    bankReference: z.string(),
    settledAt: z.string(),
    declarationId: uuid.optional(),
    caseId: ofCase,
  }),
  { happenedAt: '/settledAt' },
);

export const paymentBounced = defineEvent(
  'duties',
  'PaymentBounced',
  'The bank returned the payment: the debt is open again and needs a fresh approval.',
  z.strictObject({
    paymentId: uuid,
    shipmentId: uuid,
    amount: money,
    reason: z.string(),
    returnedOn: z.string().optional().meta({ description: 'instant of the return by the bank' }),
    afterSettlement: z.boolean().optional().meta({ description: 'it had been debited before: the release is at risk' }),
    declarationId: uuid.optional(),
    caseId: ofCase,
  }),
);

export type DutiesEvent =
  | EventOf<typeof dutyAssessed>
  | EventOf<typeof assessmentNeedsReview>
  | EventOf<typeof paymentRequested>
  | EventOf<typeof paymentApproved>
  | EventOf<typeof paymentApprovalRefused>
  | EventOf<typeof paymentVoided>
  | EventOf<typeof paymentSent>
  | EventOf<typeof paymentOutcomeUnknown>
  | EventOf<typeof paymentSettled>
  | EventOf<typeof paymentBounced>;
