import type { InvoiceLine, MoneyEvent } from '@tidewaiter/contracts';
import { exact, money, plusDays, Refused, type Decider, type LegalDate } from '@tidewaiter/kernel';
import type { Entry } from './ledger.js';

type Issued = Extract<MoneyEvent, { type: 'InvoiceIssued' }>;
export type Invoice = Issued['data'];
export type FeeTariff = Extract<MoneyEvent, { type: 'FeeTariffSet' }>['data'];
type FeeTariffSet = Extract<MoneyEvent, { type: 'FeeTariffSet' }>;

/** What an importer of record charges under one engagement, by day; stream `fees-<engagementId>`. */
export const feeTariff: Decider<FeeTariff[], { type: 'SetFees'; data: FeeTariff }, FeeTariffSet> = {
  initial: [],
  decide: (_state, { data }) => [{ type: 'FeeTariffSet', data }],
  evolve: (state, event) => [...state, event.data],
};

export const feesOn = (tariffs: readonly FeeTariff[], on: LegalDate): FeeTariff | undefined =>
  tariffs
    .filter(({ from }) => from <= on)
    .reduce<FeeTariff | undefined>(
      (best, each) => (best === undefined || each.from >= best.from ? each : best),
      undefined,
    );

/** One invoice or credit note, never changed once issued; stream `invoice-<invoiceId>`. */
export const invoice: Decider<Invoice | null, { type: 'Issue'; data: Invoice }, Issued> = {
  initial: null,
  decide: (state, { data }) => (state ? [] : [{ type: 'InvoiceIssued', data }]),
  evolve: (_state, event) => event.data,
};

type LineDraft = Omit<InvoiceLine, 'number'>;

/** Duty, tax and fees laid out for the customer, as the ledger has them: assessed by charge, with the authority's figure in it. */
export function laidOut(book: readonly Entry[], currency: string): LineDraft[] {
  const sums = new Map<string, { line: LineDraft; sum: ReturnType<typeof exact> }>();
  for (const { account, side, taxType, legalBasis, line, amount } of book) {
    if (account !== 'customer-receivable' || amount.currency !== currency) continue;
    const key = JSON.stringify([line, taxType, legalBasis]);
    const text = line === 0 ? `${taxType} of the entry` : `${taxType} of line ${line}`;
    const kind = taxType.startsWith('B') ? ('tax' as const) : line === 0 ? ('fee' as const) : ('duty' as const);
    const draft = { kind, text, taxType, legalBasis, amount: '0', vatPercent: '0', vatCategory: 'E' as const };
    const signed = side === 'debit' ? exact(amount.amount) : exact(amount.amount).neg();
    sums.set(key, { line: draft, sum: (sums.get(key)?.sum ?? exact('0')).plus(signed) });
  }
  return [...sums.values()]
    .filter(({ sum }) => !sum.isZero())
    .map(({ line, sum }) => ({ ...line, amount: money(sum, currency).amount }));
}

/**
 * The service by its tariff: per entry, per line of goods, and for laying money out.
 * @throws Refused `duties.invoice.fee-currency`
 */
export function serviceOf(fees: FeeTariff, disbursed: string, lines: number, currency: string): LineDraft[] {
  if (fees.currency !== currency) {
    throw new Refused(
      'duties.invoice.fee-currency',
      `the fee tariff is in ${fees.currency}, the entry in ${currency}`,
      {
        advice: `Set a fee tariff in ${currency} for this engagement.`,
      },
    );
  }
  const share = exact(disbursed).times(fees.disbursementPercent).div(100);
  const laying = exact(disbursed).isZero()
    ? exact('0')
    : share.lt(fees.disbursementMinimum)
      ? exact(fees.disbursementMinimum)
      : share;
  const vatCategory = exact(fees.vatPercent).isZero() ? ('Z' as const) : ('S' as const);
  const line = (text: string, amount: ReturnType<typeof exact>): LineDraft => ({
    kind: 'service',
    text,
    taxType: 'service',
    legalBasis: 'service agreement',
    amount: money(amount, currency).amount,
    vatPercent: fees.vatPercent,
    vatCategory,
  });
  return [
    line('Importer of record, per entry', exact(fees.perEntry)),
    line(`Lines of the entry: ${lines} × ${fees.perLine}`, exact(fees.perLine).times(lines)),
    line(
      `Laying out ${disbursed} ${currency}: ${fees.disbursementPercent} %, at least ${fees.disbursementMinimum}`,
      laying,
    ),
  ].filter(({ amount }) => !exact(amount).isZero());
}

/** VAT by rate and category: worked out on the sum, as an invoice's tax subtotals are. @see EN 16931, BR-CO-14, BR-S-09 */
export function vatOf(lines: readonly Pick<InvoiceLine, 'amount' | 'vatPercent' | 'vatCategory'>[], currency: string) {
  const groups = new Map<
    string,
    { category: InvoiceLine['vatCategory']; percent: string; taxable: ReturnType<typeof exact> }
  >();
  for (const { amount, vatPercent, vatCategory } of lines) {
    const key = `${vatCategory} ${vatPercent}`;
    const group = groups.get(key) ?? { category: vatCategory, percent: vatPercent, taxable: exact('0') };
    groups.set(key, { ...group, taxable: group.taxable.plus(amount) });
  }
  return [...groups.values()].map(({ category, percent, taxable }) => ({
    category,
    percent,
    taxable: money(taxable, currency).amount,
    tax: money(taxable.times(percent).div(100), currency).amount,
  }));
}

export function totalsOf(lines: readonly InvoiceLine[], currency: string): Invoice['totals'] {
  const net = lines.reduce((sum, { amount }) => sum.plus(amount), exact('0'));
  const vat = vatOf(lines, currency).reduce((sum, { tax }) => sum.plus(tax), exact('0'));
  const print = (value: typeof net): string => money(value, currency).amount;
  return { net: print(net), vat: print(vat), gross: print(net.plus(vat)) };
}

/** Puts lines, totals and dates together; numbers follow each other. */
export function drafted(
  head: Omit<Invoice, 'lines' | 'totals' | 'dueOn' | 'kind' | 'corrects' | 'reason'>,
  drafts: readonly LineDraft[],
  dueDays: number,
): Invoice {
  const lines = drafts.map((draft, index) => ({ number: index + 1, ...draft }));
  const { currency, issuedOn } = head;
  const dueOn = plusDays(issuedOn, dueDays);
  return { ...head, kind: 'invoice', corrects: null, reason: null, dueOn, lines, totals: totalsOf(lines, currency) };
}

/** Takes a whole invoice back. Its amounts are the invoice's own: a credit note is negative by its kind. */
export const creditNoteFor = (
  { lines, totals, invoiceId, number, ...rest }: Invoice,
  own: Pick<Invoice, 'invoiceId' | 'number' | 'sequence' | 'issuedOn'>,
  reason: string,
): Invoice => ({
  ...rest,
  ...own,
  kind: 'credit-note',
  corrects: { invoiceId, number },
  dueOn: own.issuedOn,
  lines,
  totals,
  reason,
});

/** Whether two sets of lines say the same, whatever their order. */
export const sameLines = (a: readonly LineDraft[], b: readonly LineDraft[]): boolean => {
  const said = (lines: readonly LineDraft[]): string =>
    JSON.stringify(
      lines.map(({ kind, taxType, legalBasis, amount, text }) => [kind, taxType, legalBasis, amount, text]).sort(),
    );
  return said(a) === said(b);
};
