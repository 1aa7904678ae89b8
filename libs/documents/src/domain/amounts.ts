import { exact, minorUnits, type Exact } from '@tidewaiter/kernel';
import { inOwnCurrency, type Amount } from './facts.js';

/** Sum of amounts of one document; null when one of them is in another currency, so that no sum can be told. */
export function total(amounts: readonly (Amount | undefined)[]): Exact | null {
  let result = exact('0');
  for (const amount of amounts) {
    const own = amount === undefined ? '0' : inOwnCurrency(amount);
    if (own === null) return null;
    result = result.plus(own);
  }
  return result;
}

/** M of the checks: two minor units of the currency. */
export const twoMinorUnits = (currency: string): Exact => exact('2').div(exact('10').pow(minorUnits(currency)));

/** Decimals that a number was printed with. */
export const decimalsOf = (printed: string): number => (printed.split('.')[1] ?? '').length;

export const shown = (amount: Amount): string =>
  typeof amount === 'string' ? amount : `${amount.amount} ${amount.currency}`;
