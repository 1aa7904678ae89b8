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

const MINOR_UNITS: Record<string, number> = { BHD: 3, CLP: 0, ISK: 0, JPY: 0, KRW: 0, KWD: 3, OMR: 3, TND: 3, VND: 0 };

/** Decimal places of a currency's minor unit (ISO 4217); two where the table has no entry. */
export const minorUnits = (currency: string): number => MINOR_UNITS[currency] ?? 2;

export const exact = (value: string | Decimal): Decimal => new Exact(value);

export const round = (value: Decimal, places: number, mode: RoundingMode = 'half-up'): Decimal =>
  value.toDecimalPlaces(places, MODES[mode]);

/** Prints an amount with all the decimals of its currency: `891.10`, `1200`. */
export const money = (value: Decimal | string, currency: string): Money => ({
  amount: exact(value).toFixed(Math.max(minorUnits(currency), 0)),
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
 * @param weights at least one; when all are zero the parts are equal
 * @returns same order as `weights`, in the currency's minor unit
 */
export function shareOut(total: Money, weights: readonly string[]): Money[] {
  const places = minorUnits(total.currency);
  const unit = exact('1').div(exact('10').pow(places));
  const sumOfWeights = weights.reduce((acc, weight) => acc.plus(weight), exact('0'));
  const shares = weights.map((weight) =>
    sumOfWeights.isZero() ? exact(total.amount).div(weights.length) : exact(total.amount).times(weight).div(sumOfWeights),
  );
  const floors = shares.map((share) => round(share, places, 'down'));
  let left = exact(total.amount)
    .minus(floors.reduce((acc, part) => acc.plus(part), exact('0')))
    .div(unit)
    .round()
    .toNumber();
  const order = shares
    .map((share, index) => ({ index, rest: share.minus(floors[index]!).abs() }))
    .sort((a, b) => b.rest.cmp(a.rest) || a.index - b.index);
  const step = left < 0 ? unit.neg() : unit;
  left = Math.abs(left);
  for (const { index } of order) {
    if (left === 0) break;
    floors[index] = floors[index]!.plus(step);
    left -= 1;
  }
  return floors.map((part) => money(part, total.currency));
}
