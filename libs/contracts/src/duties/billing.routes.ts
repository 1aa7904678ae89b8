import { z } from 'zod';
import { defineRoute, pageOf, pageQuery } from '../define-route.js';
import { country, currency, legalDate, money, nonNegative, price, uuid } from '../values.js';
import { invoiceLine, ledgerItem, STATEMENT_KINDS, statementDifference, statementLine } from './money.events.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;
const ourOwn = ['operator', 'approver', 'compliance', 'auditor', 'administrator'] as const;
const reason = z.string().min(3).max(500);

const statementView = z
  .strictObject({
    statementId: uuid,
    authority: country,
    account: z.string(),
    kind: z.enum(STATEMENT_KINDS),
    number: z.string(),
    from: legalDate,
    to: legalDate,
    dueOn: legalDate,
    law: z.string(),
    total: money,
    status: z.enum(['reconciled', 'differs', 'settled', 'paid']),
    lines: z.array(statementLine),
    matched: z.int(),
    differences: z.array(
      statementDifference.extend({
        decision: z.enum(['accept', 'dispute']).nullable(),
        by: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
    version: z.int(),
  })
  .meta({ id: 'Statement' });
export const receiveStatement = defineRoute('duties', 'receiveStatement', 'POST /v1/statements', {
  summary: 'A periodic statement of the authority, held against the declarations that it bills',
  description:
    'Every line is looked up by its reference (MRN or entry number) and tax type; what is not ours, missing or of another amount becomes a difference for a person.',
  access: ['operator', 'approver', 'compliance'],
  body: z.strictObject({
    authority: country,
    account: z.string().regex(/^[A-Z0-9]{4,35}$/),
    kind: z.enum(STATEMENT_KINDS),
    number: z.string().min(1).max(35),
    from: legalDate,
    to: legalDate,
    total: price,
    lines: z.array(statementLine).min(1).max(10_000),
  }),
  answer: statementView,
  problems: ['duties.statement.sum', 'duties.statement.dates', 'duties.statement.kind', 'duties.statement.currency'],
});
export const listStatements = defineRoute('duties', 'listStatements', 'GET /v1/statements', {
  summary: 'Periodic statements, newest first',
  access: ourOwn,
  query: z.strictObject({ ...pageQuery }),
  answer: pageOf(statementView.omit({ lines: true })),
});
export const showStatement = defineRoute('duties', 'showStatement', 'GET /v1/statements/{statementId}', {
  summary: 'One statement with its differences',
  access: ourOwn,
  params: z.strictObject({ statementId: uuid }),
  answer: statementView,
});
export const settleStatementDifference = defineRoute(
  'duties',
  'settleStatementDifference',
  'POST /v1/statements/{statementId}/differences/{n}',
  {
    summary: 'Accept or dispute one difference of a statement',
    access: ['approver', 'compliance'],
    params: z.strictObject({ statementId: uuid, n: z.coerce.number().int().positive() }),
    body: z.strictObject({ decision: z.enum(['accept', 'dispute']), reason }),
    status: 200,
    answer: statementView,
    problems: [
      'duties.statement.unknown',
      'duties.statement.difference-unknown',
      'duties.statement.difference-settled',
    ],
  },
);
export const payStatement = defineRoute('duties', 'payStatement', 'POST /v1/statements/{statementId}/payment', {
  summary: 'The authority collected the statement: what was payable later is paid',
  access: ['approver'],
  params: z.strictObject({ statementId: uuid }),
  body: z.strictObject({ paidOn: legalDate, reference: z.string().min(1).max(70) }),
  status: 200,
  answer: statementView,
  problems: ['duties.statement.unknown', 'duties.statement.differences-open', 'duties.statement.paid'],
});

const feeTariffView = z
  .strictObject({
    engagementId: uuid,
    from: legalDate,
    currency,
    perEntry: nonNegative,
    perLine: nonNegative,
    disbursementPercent: nonNegative,
    disbursementMinimum: nonNegative,
    vatPercent: nonNegative,
  })
  .meta({ id: 'FeeTariff' });
export const setFeeTariff = defineRoute('duties', 'setFeeTariff', 'POST /v1/fee-tariffs/{engagementId}', {
  summary: 'What the importer of record charges for its service under an engagement, from a day on',
  access: ['operator', 'administrator'],
  params: z.strictObject({ engagementId: uuid }),
  body: feeTariffView.omit({ engagementId: true }),
  answer: feeTariffView,
});
export const showFeeTariff = defineRoute('duties', 'showFeeTariff', 'GET /v1/fee-tariffs/{engagementId}', {
  summary: 'Fee tariffs of an engagement by day',
  access: readers,
  params: z.strictObject({ engagementId: uuid }),
  answer: z.strictObject({ items: z.array(feeTariffView) }),
});

export const invoiceView = z
  .strictObject({
    invoiceId: uuid,
    shipmentId: uuid,
    kind: z.enum(['invoice', 'credit-note']),
    number: z.string(),
    corrects: z.strictObject({ invoiceId: uuid, number: z.string() }).nullable(),
    correctedBy: z.string().nullable(),
    importerId: uuid,
    seller: z.string(),
    customer: z.string(),
    authority: country,
    reference: z.string(),
    issuedOn: legalDate,
    dueOn: legalDate,
    currency,
    lines: z.array(invoiceLine),
    totals: z.strictObject({ net: z.string(), vat: z.string(), gross: z.string() }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Invoice' });
export const issueInvoice = defineRoute('duties', 'issueInvoice', 'POST /v1/shipments/{shipmentId}/invoices', {
  summary: 'Invoice duties, taxes and the service of a shipment to its customer',
  description:
    'When duties changed since the last invoice, that one is taken back by a credit note and a new one issued.',
  access: ['operator', 'approver'],
  params: z.strictObject({ shipmentId: uuid }),
  body: z.strictObject({ dueDays: z.int().min(0).max(180).default(14) }),
  answer: z.strictObject({ items: z.array(invoiceView) }),
  problems: [
    'duties.invoice.nothing-assessed',
    'duties.invoice.no-owner',
    'duties.invoice.unchanged',
    'duties.invoice.no-fees',
  ],
});
export const listInvoices = defineRoute('duties', 'listInvoices', 'GET /v1/shipments/{shipmentId}/invoices', {
  summary: 'Invoices and credit notes of a shipment, in their order',
  access: readers,
  params: z.strictObject({ shipmentId: uuid }),
  answer: z.strictObject({ items: z.array(invoiceView) }),
});
export const showInvoice = defineRoute('duties', 'showInvoice', 'GET /v1/invoices/{invoiceId}', {
  summary: 'One invoice; `format` chooses JSON, PDF or UBL 2.1 XML',
  access: readers,
  params: z.strictObject({ invoiceId: uuid }),
  query: z.strictObject({ format: z.enum(['json', 'pdf', 'xml']).default('json') }),
  answer: invoiceView,
});

const onItems = { items: z.array(ledgerItem).min(1).max(1000) };
const opening = {
  ...onItems,
  shipmentId: uuid,
  caseId: z.string().max(80).nullable().default(null),
  authority: country,
  law: z.string().min(3).max(300),
  reason,
};
const following = { ...onItems, bookingId: uuid };
/** A booking after the entry: the first three open one, the others go on with it by its `bookingId`. */
export const bookingCommand = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('additional-duty'), ...opening, dueOn: legalDate.nullable().default(null) }),
    z.strictObject({ kind: z.literal('refund-claim'), ...opening, claimBy: legalDate.nullable().default(null) }),
    z.strictObject({
      kind: z.literal('deposit'),
      ...opening,
      lodgedOn: legalDate,
      reference: z.string().min(1).max(70),
      claimBy: legalDate.nullable().default(null),
    }),
    z.strictObject({ kind: z.literal('claim-reduced'), ...following, reason }),
    z.strictObject({
      kind: z.literal('refund-received'),
      ...following,
      receivedOn: legalDate,
      reference: z.string().min(1).max(70),
    }),
    z.strictObject({
      kind: z.literal('deposit-returned'),
      ...following,
      returnedOn: legalDate,
      reference: z.string().min(1).max(70),
    }),
    z.strictObject({ kind: z.literal('deposit-applied'), ...following, reason }),
  ])
  .meta({ id: 'BookingCommand' });
export type BookingCommand = z.infer<typeof bookingCommand>;

export const moneyBookingView = z
  .strictObject({
    bookingId: uuid,
    shipmentId: uuid,
    kind: z.enum(['additional-duty', 'refund-claim', 'deposit']),
    caseId: z.string().nullable(),
    authority: country,
    law: z.string(),
    reason: z.string(),
    by: legalDate.nullable().meta({ description: 'additional duty: due on; claim and deposit: to be claimed by' }),
    booked: z.array(ledgerItem),
    open: z.array(ledgerItem).meta({ description: 'not yet refunded, returned, applied or denied' }),
    version: z.int(),
  })
  .meta({ id: 'LedgerBooking' });
export const bookMoney = defineRoute('duties', 'bookMoney', 'POST /v1/ledger/bookings', {
  summary: 'Book what becomes of a debt after the entry: more due, a claim, a deposit, and how they end',
  access: ['compliance', 'approver'],
  body: bookingCommand,
  answer: moneyBookingView,
  problems: [
    'duties.booking.unknown',
    'duties.booking.too-much',
    'duties.booking.kind',
    'duties.booking.not-paid',
    'duties.booking.shipment-unknown',
  ],
});
export const listMoneyBookings = defineRoute('duties', 'listMoneyBookings', 'GET /v1/ledger/bookings', {
  summary: 'Bookings after the entry; those still open first to be claimed come first',
  access: ourOwn,
  query: z.strictObject({
    shipmentId: uuid.optional(),
    caseId: z.string().max(80).optional(),
    open: z.stringbool().optional(),
  }),
  answer: z.strictObject({ items: z.array(moneyBookingView) }),
});
