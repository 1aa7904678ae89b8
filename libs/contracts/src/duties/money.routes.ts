import { z } from 'zod';
import { defineRoute, pageQuery } from '../define-route.js';
import { country, currency, instant, legalDate, money, nonNegative, positive, uuid } from '../values.js';
import { comparedLine } from './money.events.js';
import { ledgerEntry } from './routes.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;
const ourOwn = ['operator', 'approver', 'compliance', 'auditor', 'administrator'] as const;
const treasury = ['approver', 'compliance', 'administrator'] as const;
const reason = z.string().min(3).max(500);
const amounts = z
  .strictObject({
    assessed: z.string(),
    payableNow: z.string(),
    payableLater: z.string(),
    ordered: z.string().meta({ description: 'given to the bank, not yet debited' }),
    paid: z.string(),
    refundable: z.string(),
    refunded: z.string(),
    deposits: z.string(),
    interest: z.string(),
    service: z.string().meta({ description: 'our own fee with its VAT, invoiced' }),
  })
  .meta({
    id: 'LedgerAmounts',
    description: 'assessed + interest = payableNow + payableLater + ordered + paid, always',
  });

export const LEDGER_DIMENSIONS = ['customer', 'importer', 'authority', 'legalBasis', 'taxType'] as const;
export type LedgerDimension = (typeof LEDGER_DIMENSIONS)[number];
const filters = {
  customer: z.string().max(140).optional(),
  importer: z.string().max(40).optional(),
  authority: z.string().max(20).optional(),
  legalBasis: z.string().max(300).optional(),
  taxType: z.string().max(20).optional(),
};
const by = z
  .string()
  .default('authority')
  .transform((text) => [...new Set(text.split(','))])
  .pipe(z.array(z.enum(LEDGER_DIMENSIONS)).min(1));

export const showLedgerBalances = defineRoute('duties', 'showLedgerBalances', 'GET /v1/ledger/balances', {
  summary: 'Money with authorities by customer, importer, authority, legal basis or tax type, now or as of a day',
  access: ourOwn,
  query: z.strictObject({
    by: by.meta({ description: 'dimensions, parted by commas, e.g. `authority,legalBasis`' }),
    ...filters,
    asOf: legalDate.optional().meta({ description: 'the end of this day, by value date; left out: everything booked' }),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  answer: z.strictObject({
    asOf: legalDate.nullable(),
    items: z.array(
      z.strictObject({
        of: z.partialRecord(z.enum(LEDGER_DIMENSIONS), z.string()),
        currency: z.string(),
        amounts,
      }),
    ),
    more: z.boolean().meta({ description: 'there are more groups than `limit`: filter' }),
  }),
});

export const listLedgerAccounts = defineRoute('duties', 'listLedgerAccounts', 'GET /v1/ledger/accounts', {
  summary: 'Trial balance: every account with its turnover; debits equal credits in each currency',
  access: ourOwn,
  query: z.strictObject({ ...filters, asOf: legalDate.optional() }),
  answer: z.strictObject({
    asOf: legalDate.nullable(),
    accounts: z.array(z.strictObject({ account: z.string(), debit: money, credit: money, balance: money })),
    balanced: z.boolean(),
  }),
});

export const showAccountStatement = defineRoute('duties', 'showAccountStatement', 'GET /v1/ledger/statement', {
  summary: 'One account between two days: opening balance, its entries, closing balance',
  access: ourOwn,
  query: z.strictObject({
    account: z.string().min(1).max(80),
    currency,
    from: legalDate,
    to: legalDate,
    ...filters,
    ...pageQuery,
  }),
  answer: z.strictObject({
    account: z.string(),
    from: legalDate,
    to: legalDate,
    opening: money.meta({ description: 'debit less credit at the end of the day before `from`' }),
    closing: money,
    items: z.array(ledgerEntry.extend({ shipmentId: uuid, balance: money.meta({ description: 'after this entry' }) })),
    next: z.string().nullable(),
  }),
  problems: ['duties.cursor.invalid', 'duties.ledger.span'],
});

const chargeMoney = z.strictObject({
  line: z.int(),
  taxType: z.string(),
  legalBasis: z.string(),
  currency: z.string(),
  amounts,
});
export const showShipmentMoney = defineRoute('duties', 'showShipmentMoney', 'GET /v1/shipments/{shipmentId}/money', {
  summary: 'A shipment’s money by charge: ours, the authority’s, what is due when, paid, at risk, refundable',
  access: readers,
  params: z.strictObject({ shipmentId: uuid }),
  answer: z.strictObject({
    shipmentId: uuid,
    charges: z.array(chargeMoney),
    totals: z.array(z.strictObject({ currency: z.string(), amounts })),
    later: z.array(
      z.strictObject({
        taxType: z.string(),
        method: z.enum(['deferred', 'postponed']),
        amount: money,
        dueOn: legalDate.nullable(),
        law: z.string(),
      }),
    ),
    comparisons: z.array(
      z.strictObject({
        declarationId: uuid,
        noticeId: z.string(),
        outcome: z.enum(['equal', 'rounding', 'tolerated', 'differs']),
        agreedBy: z.string().nullable(),
        ours: money,
        theirs: money,
        lines: z.array(comparedLine),
      }),
    ),
    releaseAtRisk: z
      .strictObject({ since: instant.nullable(), says: z.string() })
      .nullable()
      .meta({ description: 'a payment that the release stood on was returned' }),
    balanced: z.boolean(),
  }),
});

const delegationView = z
  .strictObject({
    delegationId: uuid,
    from: z.string(),
    to: z.string(),
    validFrom: legalDate,
    validTo: legalDate,
    reason: z.string(),
    ended: z.boolean(),
  })
  .meta({ id: 'ApprovalDelegation' });
const limitRow = z.strictObject({
  country: country.nullable().default(null),
  currency,
  autoUpTo: nonNegative,
  oneUpTo: nonNegative,
  tolerance: nonNegative.nullable().default(null).meta({
    description: 'difference from the authority’s sum that needs no person; null: only rounding (0.01 per tax line)',
  }),
  seniors: z.array(z.string().startsWith('user:')).max(20).default([]),
});
export const setApprovalLimits = defineRoute('duties', 'setApprovalLimits', 'POST /v1/payments/limits', {
  summary: 'Limits of approval of the tenant by country and currency, from a day on',
  access: treasury,
  body: z.strictObject({ from: legalDate, limits: z.array(limitRow).min(1).max(100) }),
  answer: z.strictObject({ limitsId: uuid, from: legalDate, version: z.int() }),
  problems: ['duties.limits.order', 'duties.limits.past', 'duties.limits.twice'],
});
export const showApprovalLimits = defineRoute('duties', 'showApprovalLimits', 'GET /v1/payments/limits', {
  summary: 'Limits of approval that stand on a day, and where they come from',
  access: ourOwn,
  query: z.strictObject({ date: legalDate.optional() }),
  answer: z.strictObject({
    date: legalDate,
    limits: z.array(limitRow.extend({ from: legalDate, version: z.string() })),
  }),
});
export const delegateApproval = defineRoute('duties', 'delegateApproval', 'POST /v1/payments/delegations', {
  summary: 'Lend one’s own place among the approvers to another person until a day',
  access: ['approver'],
  body: z.strictObject({
    to: z.string().startsWith('user:').max(140),
    validFrom: legalDate,
    validTo: legalDate,
    reason,
  }),
  answer: delegationView,
  problems: ['duties.delegation.self', 'duties.delegation.dates', 'duties.delegation.too-long'],
});
export const listDelegations = defineRoute('duties', 'listDelegations', 'GET /v1/payments/delegations', {
  summary: 'Delegations of approvals',
  access: ourOwn,
  answer: z.strictObject({ items: z.array(delegationView) }),
});
export const endDelegation = defineRoute(
  'duties',
  'endDelegation',
  'POST /v1/payments/delegations/{delegationId}/end',
  {
    summary: 'Take a delegation back before its day',
    access: treasury,
    params: z.strictObject({ delegationId: uuid }),
    status: 200,
    answer: delegationView,
    problems: ['duties.delegation.unknown'],
  },
);

export const previewInterest = defineRoute('duties', 'previewInterest', 'POST /v1/interest/preview', {
  summary: 'Interest on a late debt by the authority’s dated rates, with its arithmetic and law; nothing is stored',
  access: readers,
  body: z.strictObject({
    destination: country,
    principal: z.strictObject({ amount: positive, currency }),
    from: legalDate.meta({ description: 'the last day on which the debt could be paid without interest' }),
    until: legalDate.meta({ description: 'the day of payment' }),
  }),
  status: 200,
  idempotent: false,
  answer: z.strictObject({
    amount: money,
    days: z.int(),
    spans: z.array(
      z.strictObject({
        from: legalDate,
        until: legalDate,
        days: z.int(),
        rate: z.string(),
        exact: z.string(),
        source: z.string(),
      }),
    ),
    arithmetic: z.string(),
    law: z.string(),
    rulesVersion: z.string(),
  }),
  problems: ['duties.interest.unknown-authority', 'duties.interest.no-rate', 'duties.interest.dates'],
});
