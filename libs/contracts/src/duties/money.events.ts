import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { country, currency, decimal, instant, legalDate, money, positive, uuid } from '../values.js';

const reason = z.string().min(3).max(500);

/** One charge of a debt; line 0 is the entry as a whole. */
export const ledgerItem = z
  .strictObject({
    line: z.int().nonnegative(),
    taxType: z.string().min(1).max(20).meta({ description: 'the authority’s own code: A00, B00, 499' }),
    legalBasis: z.string().min(1).max(300),
    amount: z.strictObject({ amount: positive, currency }),
  })
  .meta({ id: 'LedgerItem' });
export type LedgerItem = z.infer<typeof ledgerItem>;

/** The authority's figure beside ours, for one line and tax type. */
export const comparedLine = z
  .strictObject({
    line: z.int().nonnegative(),
    taxType: z.string(),
    legalBasis: z.string().nullable(),
    ours: decimal,
    theirs: decimal,
    difference: decimal.meta({ description: 'theirs less ours' }),
    verdict: z.enum(['equal', 'rounding', 'differs']),
    ourDerivation: z.string().max(2000).nullable(),
    theirBase: z.string().nullable().meta({ description: 'what the authority says it counted on' }),
  })
  .meta({ id: 'ComparedLine' });
export type ComparedLine = z.infer<typeof comparedLine>;

export const debtCompared = defineEvent(
  'duties',
  'DebtCompared',
  'The authority’s figure was held against ours, line by line and tax type.',
  z.strictObject({
    shipmentId: uuid,
    declarationId: uuid,
    declarationVersion: z.int().positive(),
    noticeId: z.string().max(200).meta({ description: 'the authority’s message that states the debt' }),
    mrn: z.string().max(35).nullable().meta({ description: 'the authority’s number of the entry' }),
    authority: country,
    notifiedOn: legalDate.meta({ description: 'in the authority’s zone; periods of payment begin here' }),
    assessmentId: uuid.nullable(),
    outcome: z.enum(['equal', 'rounding', 'tolerated', 'differs']),
    tolerance: z.string().nullable().meta({ description: 'the tenant’s, for the sum; null: none beside rounding' }),
    ours: money,
    theirs: money,
    lines: z.array(comparedLine),
  }),
);

export const debtAgreed = defineEvent(
  'duties',
  'DebtAgreed',
  'A person decided that the authority’s figure is paid although it differs from ours.',
  z.strictObject({
    shipmentId: uuid,
    declarationId: uuid,
    noticeId: z.string(),
    authority: country,
    by: z.string(),
    reason,
    currency,
    lines: z.array(comparedLine),
  }),
);

export const interestCharged = defineEvent(
  'duties',
  'InterestCharged',
  'Interest on a debt from the day it was due to the day it is to be paid.',
  z.strictObject({
    shipmentId: uuid,
    declarationId: uuid,
    paymentId: uuid.meta({ description: 'the returned payment whose debt bears it' }),
    authority: country,
    principal: money,
    from: legalDate,
    until: legalDate,
    amount: money,
    arithmetic: z.string().max(4000),
    law: z.string(),
    rulesVersion: z.string(),
  }),
);

/** What happens to a debt after the entry: bookings that a post-entry case makes. `caseId` is the case that asked for it. */
const booking = {
  bookingId: uuid,
  shipmentId: uuid,
  caseId: z.string().max(80).nullable(),
  authority: country,
  items: z.array(ledgerItem).min(1).max(1000),
  law: z.string().min(3).max(300),
  reason,
  decision: z
    .int()
    .positive()
    .optional()
    .meta({ description: 'which decision of the case it follows from, counted from 1; absent: booked by a person' }),
  declarationId: uuid.optional(),
};
const against = { bookingId: uuid, shipmentId: uuid, items: z.array(ledgerItem).min(1).max(1000) };

export const additionalDutyBooked = defineEvent(
  'duties',
  'AdditionalDutyBooked',
  'A correction or an act of the authority made more payable.',
  z.strictObject({
    ...booking,
    dueOn: legalDate.nullable(),
    late: z.boolean().optional().meta({ description: 'interest for paying late: no part of what was decided' }),
  }),
);
export const additionalDutyReduced = defineEvent(
  'duties',
  'AdditionalDutyReduced',
  'The authority decided anew: a part of what had become payable, and was not paid yet, is not owed.',
  z.strictObject({ ...against, reason }),
);
export const refundClaimBooked = defineEvent(
  'duties',
  'RefundClaimBooked',
  'What was paid may be claimed back: refundable, not yet refunded.',
  z.strictObject({ ...booking, claimBy: legalDate.nullable() }),
);
export const refundClaimReduced = defineEvent(
  'duties',
  'RefundClaimReduced',
  'The authority denied, or we withdrew, a part or all of a claim.',
  z.strictObject({ ...against, reason }),
);
export const refundReceived = defineEvent(
  'duties',
  'RefundReceived',
  'The authority paid a part or all of a claim.',
  z.strictObject({
    ...against,
    receivedOn: legalDate,
    reference: z.string().max(70),
    declarationId: uuid.optional(),
    caseId: z.string().max(80).nullable().optional(),
  }),
);
export const depositLodged = defineEvent(
  'duties',
  'DepositLodged',
  'Money was given to the authority as security: no duty yet.',
  z.strictObject({ ...booking, lodgedOn: legalDate, reference: z.string().max(70), claimBy: legalDate.nullable() }),
);
export const depositReturned = defineEvent(
  'duties',
  'DepositReturned',
  'The authority gave a deposit back.',
  z.strictObject({ ...against, returnedOn: legalDate, reference: z.string().max(70) }),
);
export const depositApplied = defineEvent(
  'duties',
  'DepositApplied',
  'The authority took a deposit as duty.',
  z.strictObject({ ...against, reason }),
);

export const STATEMENT_KINDS = ['gb-deferment', 'us-daily', 'us-periodic-monthly'] as const;

/** One line of a statement as the authority prints it. */
export const statementLine = z
  .strictObject({
    number: z.int().positive(),
    reference: z.string().min(1).max(35).meta({ description: 'MRN, entry number or the reference to be quoted' }),
    taxType: z.string().min(1).max(20),
    amount: z.strictObject({ amount: decimal, currency }),
    enteredOn: legalDate,
  })
  .meta({ id: 'StatementLine' });
export type StatementLine = z.infer<typeof statementLine>;

export const statementDifference = z
  .strictObject({
    n: z.int().positive(),
    kind: z.enum(['not-ours', 'missing', 'amount']),
    reference: z.string(),
    taxType: z.string(),
    shipmentId: uuid.nullable(),
    stated: money.nullable(),
    ours: money.nullable(),
    says: z.string(),
  })
  .meta({ id: 'StatementDifference' });
export type StatementDifference = z.infer<typeof statementDifference>;

export const statementReconciled = defineEvent(
  'duties',
  'StatementReconciled',
  'A periodic statement of the authority was held against the declarations that it bills.',
  z.strictObject({
    statementId: uuid,
    authority: country,
    account: z.string().max(35),
    kind: z.enum(STATEMENT_KINDS),
    number: z.string().max(35),
    from: legalDate,
    to: legalDate,
    dueOn: legalDate,
    law: z.string(),
    total: money,
    lines: z.array(statementLine),
    matched: z.array(
      z.strictObject({ number: z.int().positive(), shipmentId: uuid, taxType: z.string(), amount: money }),
    ),
    differences: z.array(statementDifference),
  }),
);
export const statementDifferenceSettled = defineEvent(
  'duties',
  'StatementDifferenceSettled',
  'A person said what becomes of a difference between statement and declarations.',
  z.strictObject({
    statementId: uuid,
    n: z.int().positive(),
    decision: z.enum(['accept', 'dispute']),
    by: z.string(),
    reason,
  }),
);
export const statementPaid = defineEvent(
  'duties',
  'StatementPaid',
  'The authority collected, or was paid, the statement’s sum for one shipment’s deferred charges.',
  z.strictObject({
    statementId: uuid,
    shipmentId: uuid,
    authority: country,
    items: z.array(z.strictObject({ taxType: z.string(), amount: money })).min(1),
    paidOn: legalDate,
    reference: z.string().max(70),
  }),
);

export const approvalLimitsSet = defineEvent(
  'duties',
  'ApprovalLimitsSet',
  'A tenant set its own limits of approval and its tolerance; they stand from a day on.',
  z.strictObject({
    limitsId: uuid,
    by: z.string(),
    from: legalDate,
    limits: z.array(
      z.strictObject({
        country: country.nullable().meta({ description: 'null: every country' }),
        currency,
        autoUpTo: decimal,
        oneUpTo: decimal,
        tolerance: decimal.nullable(),
        seniors: z.array(z.string()),
      }),
    ),
  }),
);
export const approvalDelegated = defineEvent(
  'duties',
  'ApprovalDelegated',
  'An approver lends their place among the approvers to another person until a day.',
  z.strictObject({
    delegationId: uuid,
    from: z.string(),
    to: z.string(),
    validFrom: legalDate,
    validTo: legalDate,
    reason,
  }),
);
export const delegationEnded = defineEvent(
  'duties',
  'DelegationEnded',
  'A delegation was taken back before its day.',
  z.strictObject({ delegationId: uuid, by: z.string(), endedAt: instant }),
);

export const feeTariffSet = defineEvent(
  'duties',
  'FeeTariffSet',
  'What the importer of record charges for its service under one engagement, from a day on.',
  z.strictObject({
    engagementId: uuid,
    from: legalDate,
    currency,
    perEntry: decimal,
    perLine: decimal,
    disbursementPercent: decimal.meta({ description: 'of duty and tax laid out for the customer' }),
    disbursementMinimum: decimal,
    vatPercent: decimal.meta({ description: 'VAT on the service, not on the duty laid out' }),
    by: z.string(),
  }),
);

export const invoiceLine = z
  .strictObject({
    number: z.int().positive(),
    kind: z.enum(['duty', 'tax', 'fee', 'interest', 'service']),
    text: z.string().max(300),
    taxType: z.string(),
    legalBasis: z.string(),
    amount: decimal,
    vatPercent: decimal,
    vatCategory: z
      .enum(['E', 'S', 'Z'])
      .meta({ description: 'UNCL5305: laid out for the customer (exempt), standard, zero' }),
  })
  .meta({ id: 'InvoiceLine' });
export type InvoiceLine = z.infer<typeof invoiceLine>;

export const invoiceIssued = defineEvent(
  'duties',
  'InvoiceIssued',
  'The customer’s invoice for duties, taxes and service, or a credit note that takes one back; numbered without a gap.',
  z.strictObject({
    invoiceId: uuid,
    shipmentId: uuid,
    kind: z.enum(['invoice', 'credit-note']),
    series: z.string(),
    sequence: z.int().positive(),
    number: z.string().max(35),
    corrects: z.strictObject({ invoiceId: uuid, number: z.string() }).nullable(),
    engagementId: uuid,
    importerId: uuid,
    customer: z.string(),
    seller: z.string(),
    authority: country,
    reference: z.string(),
    issuedOn: legalDate,
    dueOn: legalDate,
    currency,
    lines: z.array(invoiceLine).min(1),
    totals: z.strictObject({ net: decimal, vat: decimal, gross: decimal }),
    reason: z.string().nullable(),
  }),
);

export type MoneyEvent =
  | EventOf<typeof debtCompared>
  | EventOf<typeof debtAgreed>
  | EventOf<typeof interestCharged>
  | EventOf<typeof additionalDutyBooked>
  | EventOf<typeof additionalDutyReduced>
  | EventOf<typeof refundClaimBooked>
  | EventOf<typeof refundClaimReduced>
  | EventOf<typeof refundReceived>
  | EventOf<typeof depositLodged>
  | EventOf<typeof depositReturned>
  | EventOf<typeof depositApplied>
  | EventOf<typeof statementReconciled>
  | EventOf<typeof statementDifferenceSettled>
  | EventOf<typeof statementPaid>
  | EventOf<typeof approvalLimitsSet>
  | EventOf<typeof approvalDelegated>
  | EventOf<typeof delegationEnded>
  | EventOf<typeof feeTariffSet>
  | EventOf<typeof invoiceIssued>;
