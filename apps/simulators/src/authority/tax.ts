import { exact, round, shareOut, type Exact } from '@tidewaiter/kernel';
import type { Declared, DeclaredAmount, DeclaredItem } from './declared.js';
import { monthlyRate } from './rates.js';
import { CURRENCY, dutyRate, HARBOUR_FEE, hasPreference, PROCESSING_FEE, VAT, type Country } from './tariff.js';

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

/** Amounts this authority adds to the value (AK freight, AL insurance) and takes off it (BA, contained in the price). */
const ADDED = new Set(['AK', 'AL']);
const TAKEN_OFF = new Set(['BA']);

/** Where the fraction of a penny goes. */
const cut = (country: Country, value: Exact): Exact => round(value, 2, country === 'GB' ? 'down' : 'half-up');

function toNational(country: Country, { amount, currency }: DeclaredAmount, month: string): Exact {
  const rate = monthlyRate(country, currency ?? '', month);
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
    return [shares.map((share) => toNational(country, share, month).times(sign))];
  });
}

/** Customs value of each line, in the order of the items. GB and DE: CIF. US: FOB, whole dollars. */
export function customsValues(country: Country, declared: Declared, month: string): Exact[] {
  const shares = sharesOf(country, declared, month);
  return declared.items.map(({ price }, index) => {
    const own = price ? toNational(country, price, month) : NOTHING;
    const value = own.plus(sumOf(shares.map((each) => each[index]!)));
    return country === 'US' ? round(value, 0) : cut(country, value);
  });
}

function dutyOf(country: Country, item: DeclaredItem, value: Exact): Tax {
  const type = country === 'US' ? '056' : 'A00';
  const isPreferred = item.preference === '300' && hasPreference(country, item.origin ?? '');
  const rate = isPreferred ? ({ kind: 'percent', rate: '0' } as const) : dutyRate(country, item.commodity ?? '');
  if (!rate) throw new RangeError(`no duty rate for ${item.commodity} in ${country}`);
  const preference = item.preference;
  if (rate.kind === 'percent') {
    const amount = cut(country, value.times(rate.rate).div(100));
    return { type, base: { amount: value.toFixed(2) }, rate: rate.rate, preference, amount: amount.toFixed(2) };
  }
  const mass = exact(item.netMass ?? '0');
  const amount = cut(country, mass.times(rate.amount).div(rate.perKilograms));
  return { type, base: { kilograms: mass.toFixed() }, rate: rate.amount, preference, amount: amount.toFixed(2) };
}

function vatOf(country: Country, value: Exact, duty: string): Tax[] {
  const rate = VAT[country];
  if (rate === undefined) return [];
  const base = value.plus(duty);
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
export function computeTax(country: Country, declared: Declared, month: string): TaxCalculation {
  const values = customsValues(country, declared, month);
  const lines = declared.items.map((item, index): TaxLine => {
    const value = values[index]!;
    const duty = dutyOf(country, item, value);
    return { line: Number(item.sequence ?? index + 1), taxes: [duty, ...vatOf(country, value, duty.amount)] };
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
