import { Decimal } from 'decimal.js';
import { Refused } from './errors.js';

/** Exact decimals of 40 significant digits; no binary floating point touches money, rates or quantities. */
export const Exact = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -40, toExpPos: 40 });
export type Exact = Decimal;

/** An amount with its currency (ISO 4217 alphabetic); the amount is a decimal string, never a number. */
export interface Money {
  amount: string;
  currency: string;
}

export type RoundingMode = 'half-up' | 'half-even' | 'down' | 'up';

const MODES: Record<RoundingMode, Decimal.Rounding> = {
  'half-up': Decimal.ROUND_HALF_UP,
  'half-even': Decimal.ROUND_HALF_EVEN,
  down: Decimal.ROUND_DOWN,
  up: Decimal.ROUND_UP,
};

const WITHOUT_MINOR_UNIT = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const THOUSANDTHS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** Decimal places of a currency's minor unit, two for most. @see ISO 4217, list one (CLF and UYW, units of account, have four) */
export function minorUnits(currency: string): number {
  if (WITHOUT_MINOR_UNIT.has(currency)) return 0;
  if (THOUSANDTHS.has(currency)) return 3;
  return currency === 'CLF' || currency === 'UYW' ? 4 : 2;
}

export const exact = (value: string | Decimal): Decimal => new Exact(value);

export const round = (value: Decimal, places: number, mode: RoundingMode = 'half-up'): Decimal =>
  value.toDecimalPlaces(places, MODES[mode]);

/** Prints an amount with all the decimals of its currency: `891.10`, `1200`. */
export const money = (value: Decimal | string, currency: string): Money => ({
  amount: (typeof value === 'string' ? exact(value) : value).toFixed(minorUnits(currency)),
  currency,
});

export const zero = (currency: string): Money => money('0', currency);

/** @throws Refused `kernel.money.mixed-currency` */
export function sum(amounts: readonly Money[], currency: string): Money {
  const total = amounts.reduce((acc, each) => {
    if (each.currency !== currency) {
      throw new Refused('kernel.money.mixed-currency', `cannot add ${each.currency} to ${currency}`);
    }
    return acc.plus(each.amount);
  }, exact('0'));
  return money(total, currency);
}

export const compare = (a: Money, b: Money): number => {
  if (a.currency !== b.currency) {
    throw new Refused('kernel.money.mixed-currency', `cannot compare ${a.currency} with ${b.currency}`);
  }
  return exact(a.amount).cmp(b.amount);
};

/**
 * Shares an amount out by weights so that the parts add up exactly (largest remainder; ties go to the earlier part).
 *
 * @param total   may be below zero; what is finer than its currency's minor unit is rounded half-up first
 * @param weights at least one; when they add up to zero the parts are equal
 * @returns same order as `weights`, in the currency's minor unit
 * @throws RangeError when there is nobody to share with
 */
export const shareOut = ({ amount, currency }: Money, weights: readonly string[]): Money[] =>
  shareOutTo(minorUnits(currency), amount, weights).map((part) => ({ amount: part, currency }));

/**
 * The same for any quantity, to a number of decimal places.
 *
 * @returns decimals with exactly `places` places, same order as `weights`
 * @throws RangeError when there is nobody to share with
 */
export function shareOutTo(places: number, amount: string, weights: readonly string[]): string[] {
  if (weights.length === 0) throw new RangeError('an amount cannot be shared out among nobody');
  const total = scaled(round(exact(amount), places), places);
  const decimals = weights.map(exact);
  const finest = Math.max(...decimals.map((weight) => weight.decimalPlaces()));
  const given = decimals.map((weight) => scaled(weight, finest));
  const added = given.reduce((acc, weight) => acc + weight, 0n);
  const parsed = added === 0n ? weights.map(() => 1n) : given;
  const whole = added === 0n ? BigInt(weights.length) : added;
  // Whole numbers of the minor unit: the division cuts towards zero, and what it leaves is exact.
  const parts = parsed.map((weight) => (total * weight) / whole);
  const cuts = parsed.map((weight) => magnitude((total * weight) % whole));
  const rest = parts.reduce((left, part) => left - part, total);
  const unit = rest < 0n ? -1n : 1n;
  const order = cuts
    .map((cut, index) => ({ index, cut }))
    .sort((x, y) => (x.cut === y.cut ? x.index - y.index : x.cut < y.cut ? 1 : -1));
  for (const { index } of order.slice(0, Number(rest * unit))) parts[index]! += unit;
  return parts.map((part) => printed(part, places));
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** A decimal as a whole number of its last place; it must have no more places than that. */
const scaled = (value: Decimal, places: number): bigint => BigInt(value.toFixed(places).replace('.', ''));

function printed(value: bigint, places: number): string {
  const digits = magnitude(value)
    .toString()
    .padStart(places + 1, '0');
  const split = digits.length - places;
  const sign = value < 0n ? '-' : '';
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, split)}.${digits.slice(split)}`;
}
