import { exact, round, shareOut, type Exact } from '@tidewaiter/kernel';
import type { Declared, DeclaredAmount, DeclaredCharge, DeclaredItem } from './declared.js';
import { monthlyRate } from './rates.js';
import {
  CURRENCY,
  HARBOUR_FEE,
  hasPreference,
  measureOf,
  PROCEDURES,
  PROCESSING_FEE,
  VAT,
  type Country,
  type DutyRate,
  type Measure,
} from './tariff.js';

export interface Tax {
  type: string;
  /** what the rate was applied to: an amount of money, or kilograms */
  base: { amount: string } | { kilograms: string };
  /** percent, or money per unit of mass */
  rate: string;
  preference: string | null;
  amount: string;
}

export interface TaxLine {
  /** goods item; 0 holds the charges of the whole entry */
  line: number;
  taxes: Tax[];
}

export interface TaxCalculation {
  currency: string;
  lines: TaxLine[];
  total: string;
}

/**
 * Amounts this authority adds to the value (AK freight, AL insurance) and takes off it: what a price holds of carriage after the border
 * (BA), work after import (BB), duty and tax (BC), interest (BD), rights of reproduction (BE), buying commission (BF).
 */
const ADDED = new Set(['AK', 'AL']);
const TAKEN_OFF = new Set(['BA', 'BB', 'BC', 'BD', 'BE', 'BF']);

/** Where the fraction of a penny goes. */
const cut = (country: Country, value: Exact): Exact => round(value, 2, country === 'GB' ? 'down' : 'half-up');

/** The United Kingdom takes a rate that the contract of sale fixes; everybody else, and for any other currency, the month's. */
export const TAKES_CONTRACT_RATES: readonly Country[] = ['GB'];

function rateFor(country: Country, { exchange }: Declared, currency: string, month: string): Exact | null {
  const own = TAKES_CONTRACT_RATES.includes(country) && exchange.find((each) => each.currency === currency)?.rate;
  return own ? exact(own) : monthlyRate(country, currency, month);
}

function toNational(country: Country, declared: Declared, { amount, currency }: DeclaredAmount, month: string): Exact {
  const rate = rateFor(country, declared, currency ?? '', month);
  if (!rate) throw new RangeError(`no rate for ${currency} in ${month}`);
  return exact(amount).div(rate);
}

const NOTHING = exact('0');
const sumOf = (values: readonly Exact[]): Exact => values.reduce((sum, each) => sum.plus(each), NOTHING);

/** 1 added, -1 taken off, 0 without effect on the value. */
function signOf(country: Country, code: string | null): 1 | -1 | 0 {
  if (TAKEN_OFF.has(code ?? '')) return -1;
  return ADDED.has(code ?? '') && country !== 'US' ? 1 : 0;
}

/** What a charge adds to each line: shared out by price in its own currency, so that the shares add up to the charge. */
function sharesOf(country: Country, declared: Declared, month: string): Exact[][] {
  const weights = declared.items.map(({ price }) => price?.amount ?? '0');
  return declared.charges.flatMap(({ code, amount }) => {
    const sign = signOf(country, code);
    if (sign === 0 || !amount || weights.length === 0) return [];
    const shares = shareOut({ amount: amount.amount, currency: amount.currency ?? '' }, weights);
    return [shares.map((share) => toNational(country, declared, share, month).times(sign))];
  });
}

/** What a line's own charges add to it. */
function ownCharges(country: Country, declared: Declared, charges: readonly DeclaredCharge[], month: string): Exact {
  return sumOf(
    charges.map(({ code, amount }) => {
      const sign = signOf(country, code);
      return sign === 0 || !amount ? NOTHING : toNational(country, declared, amount, month).times(sign);
    }),
  );
}

/** Customs value of each line, in the order of the items. GB and DE: CIF. US: FOB, whole dollars. */
export function customsValues(country: Country, declared: Declared, month: string): Exact[] {
  const shares = sharesOf(country, declared, month);
  return declared.items.map(({ price, charges }, index) => {
    const own = price ? toNational(country, declared, price, month) : NOTHING;
    const value = own
      .plus(sumOf(shares.map((each) => each[index]!)))
      .plus(ownCharges(country, declared, charges, month));
    return country === 'US' ? round(value, 0) : cut(country, value);
  });
}

/** Kilograms that are left in a quota. */
export type QuotaLeft = (order: string) => string;
const NO_QUOTAS: QuotaLeft = () => '0';

/** The quota a line draws on: asked for by a preference of its kind, and with enough left for the whole line. */
export function quotaDrawn(item: DeclaredItem, measure: Measure | null, left: QuotaLeft): string | null {
  const order = item.taxes.find(({ quota }) => quota !== null)?.quota ?? null;
  if (!measure?.quota || order !== measure.quota.order || item.preference?.[1] !== '2') return null;
  return exact(left(order)).lessThan(item.netMass ?? '0') ? null : order;
}

function rateOf(country: Country, item: DeclaredItem, measure: Measure, left: QuotaLeft): DutyRate {
  const isRelieved = PROCEDURES[item.procedure ?? '']?.relief === true;
  const isPreferred = item.preference === '300' && hasPreference(country, item.origin ?? '');
  if (isRelieved || isPreferred) return { kind: 'percent', rate: '0' };
  if (quotaDrawn(item, measure, left) !== null) return { kind: 'percent', rate: measure.quota!.rate };
  return measure.duty;
}

function dutyOf(country: Country, item: DeclaredItem, value: Exact, left: QuotaLeft): Tax[] {
  const type = country === 'US' ? '056' : 'A00';
  const measure = measureOf(country, item.commodity ?? '');
  if (!measure) throw new RangeError(`no duty rate for ${item.commodity} in ${country}`);
  const rate = rateOf(country, item, measure, left);
  const preference = item.preference;
  const percentage = (of: string, percent: string): Tax => {
    const amount = cut(country, value.times(percent).div(100)).toFixed(2);
    return { type: of, base: { amount: value.toFixed(2) }, rate: percent, preference, amount };
  };
  const extra = measure.remedies?.[item.origin ?? ''];
  const remedies = extra === undefined ? [] : [percentage(country === 'US' ? '057' : 'A30', extra)];
  if (rate.kind === 'percent') return [percentage(type, rate.rate), ...remedies];
  const mass = exact(item.netMass ?? '0');
  const amount = cut(country, mass.times(rate.amount).div(rate.perKilograms)).toFixed(2);
  return [{ type, base: { kilograms: mass.toFixed() }, rate: rate.amount, preference, amount }, ...remedies];
}

function vatOf(country: Country, value: Exact, duties: readonly Tax[]): Tax[] {
  const rate = VAT[country];
  if (rate === undefined) return [];
  const base = value.plus(sumOf(duties.map(({ amount }) => exact(amount))));
  const amount = cut(country, base.times(rate).div(100)).toFixed(2);
  return [{ type: 'B00', base: { amount: base.toFixed(2) }, rate, preference: null, amount }];
}

function entryFees(country: Country, value: Exact, mode: string | null): TaxLine[] {
  if (country !== 'US') return [];
  const fee = (type: string, rate: string, amount: Exact): Tax => ({
    type,
    base: { amount: value.toFixed(2) },
    rate,
    preference: null,
    amount: amount.toFixed(2),
  });
  const share = (rate: string): Exact => cut(country, value.times(rate).div(100));
  const { least, most, rate } = PROCESSING_FEE;
  const raised = share(rate).lessThan(least) ? exact(least) : share(rate);
  const processing = fee('499', rate, raised.greaterThan(most) ? exact(most) : raised);
  const harbour = mode === '1' ? [fee('501', HARBOUR_FEE.rate, share(HARBOUR_FEE.rate))] : [];
  return [{ line: 0, taxes: [processing, ...harbour] }];
}

/**
 * Duty, tax and fees from the declared data alone.
 *
 * @param month `YYYY-MM` of acceptance: picks the rates of exchange
 * @throws RangeError when a currency or code is not known here; the rules refuse such a declaration before
 */
export function computeTax(
  country: Country,
  declared: Declared,
  month: string,
  left: QuotaLeft = NO_QUOTAS,
): TaxCalculation {
  const values = customsValues(country, declared, month);
  const lines = declared.items.map((item, index): TaxLine => {
    const value = values[index]!;
    const duties = dutyOf(country, item, value, left);
    const isRelieved = PROCEDURES[item.procedure ?? '']?.relief === true;
    const vat = isRelieved ? [] : vatOf(country, value, duties);
    return { line: Number(item.sequence ?? index + 1), taxes: [...duties, ...vat] };
  });
  return withTotal(CURRENCY[country], [...entryFees(country, sumOf(values), declared.mode), ...lines]);
}

const withTotal = (currency: string, lines: TaxLine[]): TaxCalculation => ({
  currency,
  lines,
  total: sumOf(lines.flatMap(({ taxes }) => taxes.map(({ amount }) => exact(amount)))).toFixed(2),
});

/** The calculation with one tax moved by an amount, as a script's `wrong` asks: the first tax of that type. */
export function falsified({ currency, lines }: TaxCalculation, wrong: { tax: string; by: string }): TaxCalculation {
  const at = lines.findIndex(({ taxes }) => taxes.some(({ type }) => type === wrong.tax));
  return withTotal(
    currency,
    lines.map((line, index) => {
      if (index !== at) return line;
      const first = line.taxes.findIndex(({ type }) => type === wrong.tax);
      const taxes = line.taxes.map((tax, n) =>
        n === first ? { ...tax, amount: exact(tax.amount).plus(wrong.by).toFixed(2) } : tax,
      );
      return { ...line, taxes };
    }),
  );
}
