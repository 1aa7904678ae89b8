import type { Finding } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { decimalsOf, shown, total, twoMinorUnits } from '../amounts.js';
import { inOwnCurrency, papersOf, type Amount, type InvoiceFacts, type InvoiceLine, type Paper } from '../facts.js';
import { compared, invoiceSubject, together, type Check, type CheckResult } from './check.js';

const FIX = ['Ask the seller for a corrected invoice and upload it as a new version.'];

/**
 * Quantity x price / base - allowances + charges against the line's net. Two minor units are rounding; so is what the printed
 * decimals of the price can explain (quantity / base x half of its last digit).
 */
function lineFinding(paper: Paper<InvoiceFacts>, line: InvoiceLine, index: number): Finding | string | null {
  const { number, currency } = paper.facts.values;
  const field = `invoice.line-arithmetic: line ${line.number} of invoice ${number}`;
  if (line.unitPrice === undefined) return `${field} has no price`;
  const price = inOwnCurrency(line.unitPrice);
  const net = inOwnCurrency(line.net);
  const allowances = total(line.allowances ?? []);
  const charges = total(line.charges ?? []);
  if (price === null || net === null || allowances === null || charges === null) return `${field} is in two currencies`;
  const units = exact(line.quantity.value).div(line.priceBase ?? '1');
  const worked = units.times(price).minus(allowances).plus(charges);
  const difference = worked.minus(net).abs();
  const explained = units.abs().times(exact('0.5').div(exact('10').pow(decimalsOf(price))));
  const rounding = twoMinorUnits(currency);
  const tolerance = explained.gt(rounding) ? explained : rounding;
  if (difference.lte(tolerance)) return null;
  return {
    kind: 'invoice.line-arithmetic',
    outcome: 'blocks-filing',
    subject: invoiceSubject(number, line.number),
    compared: [
      compared(paper.documentId, `/lines/${index}/net`, shown(line.net)),
      compared(paper.documentId, `/lines/${index}/quantity/value`, line.quantity.value),
      compared(paper.documentId, `/lines/${index}/unitPrice`, shown(line.unitPrice)),
    ],
    difference: difference.toFixed(),
    tolerance: tolerance.toFixed(),
    says: `Line ${line.number}: ${line.quantity.value} at ${price} make ${worked.toFixed()} ${currency}, the invoice says ${net}.`,
    fix: FIX,
  };
}

const sorted = (told: (Finding | string | null)[]): CheckResult => ({
  findings: told.filter((each): each is Finding => each !== null && typeof each === 'object'),
  cannotTell: told.filter((each): each is string => typeof each === 'string'),
});

export const lineArithmetic: Check = ({ papers }) =>
  together(
    papersOf(papers, 'invoice').map((paper) =>
      sorted(paper.facts.values.lines.map((line, index) => lineFinding(paper, line, index))),
    ),
  );

interface Stated {
  name: string;
  pointer: string;
  stated: Amount | undefined;
  worked: Exact | null;
  from: string;
}

function statedTotals({ lines, totals, charges, allowances }: InvoiceFacts['values']): Stated[] {
  const ofLines = total(lines.map((line) => line.net));
  const ofCharges = total(charges.map((charge) => charge.amount));
  const ofAllowances = total(allowances.map((allowance) => allowance.amount));
  const net = ofLines && ofCharges && ofAllowances ? ofLines.minus(ofAllowances).plus(ofCharges) : null;
  const tax = total([totals.tax]);
  const gross = net && tax ? net.plus(tax) : null;
  const prepaid = total([totals.prepaid]);
  const rounding = total([totals.rounding]);
  const payable = gross && prepaid && rounding ? gross.minus(prepaid).plus(rounding) : null;
  return [
    { name: 'sum of lines', pointer: '/totals/lines', stated: totals.lines, worked: ofLines, from: 'the lines' },
    {
      name: 'sum of allowances',
      pointer: '/totals/allowances',
      stated: totals.allowances,
      worked: ofAllowances,
      from: 'the allowances',
    },
    {
      name: 'sum of charges',
      pointer: '/totals/charges',
      stated: totals.charges,
      worked: ofCharges,
      from: 'the charges',
    },
    {
      name: 'net total',
      pointer: '/totals/net',
      stated: totals.net,
      worked: net,
      from: 'lines less allowances plus charges',
    },
    { name: 'total with tax', pointer: '/totals/total', stated: totals.total, worked: gross, from: 'net plus tax' },
    {
      name: 'amount payable',
      pointer: '/totals/payable',
      stated: totals.payable,
      worked: payable,
      from: 'total less what was prepaid',
    },
  ];
}

/** Every stated total against what it should add up to: exact, because the values come from structured data. */
export const totalMismatch: Check = ({ papers }) =>
  together(
    papersOf(papers, 'invoice').map((paper) => {
      const { number, currency } = paper.facts.values;
      return sorted(
        statedTotals(paper.facts.values).map(({ name, pointer, stated, worked, from }) => {
          if (stated === undefined) return null;
          const own = inOwnCurrency(stated);
          if (own === null || worked === null)
            return `invoice.total-mismatch: the ${name} of invoice ${number} is in two currencies`;
          if (worked.eq(own)) return null;
          return {
            kind: 'invoice.total-mismatch',
            outcome: 'blocks-filing' as const,
            subject: `${invoiceSubject(number)}, ${name}`,
            compared: [compared(paper.documentId, pointer, own)],
            difference: worked.minus(own).abs().toFixed(),
            tolerance: '0',
            says: `The ${name} says ${own} ${currency}, ${from} make ${worked.toFixed()}.`,
            fix: FIX,
          };
        }),
      );
    }),
  );

function foreignAmounts(values: InvoiceFacts['values']): { pointer: string; amount: Exclude<Amount, string> }[] {
  const found: { pointer: string; amount: Exclude<Amount, string> }[] = [];
  const look = (pointer: string, amount: Amount | undefined) => {
    if (amount !== undefined && typeof amount !== 'string') found.push({ pointer, amount });
  };
  values.lines.forEach((line, index) => {
    look(`/lines/${index}/net`, line.net);
    look(`/lines/${index}/unitPrice`, line.unitPrice);
    line.allowances?.forEach((amount, at) => look(`/lines/${index}/allowances/${at}`, amount));
    line.charges?.forEach((amount, at) => look(`/lines/${index}/charges/${at}`, amount));
  });
  values.charges.forEach((charge, index) => look(`/charges/${index}/amount`, charge.amount));
  values.allowances.forEach((allowance, index) => look(`/allowances/${index}/amount`, allowance.amount));
  for (const [name, amount] of Object.entries(values.totals)) look(`/totals/${name}`, amount);
  return found;
}

/** Amounts in a second currency: one finding for each invoice, with every such amount; two invoices in two currencies as well. */
export const currencyMixed: Check = ({ papers }) => {
  const invoices = papersOf(papers, 'invoice');
  const findings = invoices.flatMap((paper): Finding[] => {
    const { number, currency } = paper.facts.values;
    const foreign = foreignAmounts(paper.facts.values);
    if (foreign.length === 0) return [];
    return [
      {
        kind: 'invoice.currency-mixed',
        outcome: 'blocks-filing',
        subject: invoiceSubject(number),
        compared: [
          compared(paper.documentId, '/currency', currency),
          ...foreign.map(({ pointer, amount }) => compared(paper.documentId, pointer, shown(amount))),
        ],
        says: `Invoice ${number} is in ${currency}, and ${foreign.length === 1 ? 'one amount is' : `${foreign.length} amounts are`} in ${[...new Set(foreign.map((each) => each.amount.currency))].sort().join(', ')}, without a rate.`,
        fix: FIX,
      },
    ];
  });
  const currencies = [...new Set(invoices.map((paper) => paper.facts.values.currency))].sort();
  if (currencies.length > 1) {
    findings.push({
      kind: 'invoice.currency-mixed',
      outcome: 'blocks-filing',
      subject: 'all invoices',
      compared: invoices.map((paper) => compared(paper.documentId, '/currency', paper.facts.values.currency)),
      says: `The invoices of this shipment are in ${currencies.join(' and ')}.`,
      fix: ['Ask the seller for invoices in one currency.'],
    });
  }
  return { findings, cannotTell: [] };
};
