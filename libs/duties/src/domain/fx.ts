import type { AssessmentRequest } from '@tidewaiter/contracts';
import { exact, Invalid, type Exact } from '@tidewaiter/kernel';
import { plain, type Words } from './words.js';

export type Rates = AssessmentRequest['fx'];

export interface Converted {
  exact: Exact;
  /** the arithmetic; null when there was nothing to convert */
  words: Words | null;
}

/**
 * Converts at the rates given, without rounding. A rate serves both ways: published customs rates say foreign units for
 * one unit of the jurisdiction's currency, and dividing by them is exact where an inverted rate would be rounded.
 *
 * @throws Invalid `duties.currency.no-rate`, never a neighbouring month's or a cross rate
 */
export function convert(amount: Exact, from: string, to: string, rates: Rates, pointer: string): Converted {
  if (from === to) return { exact: amount, words: null };
  const direct = rates.find((rate) => rate.from === from && rate.to === to);
  if (direct) {
    const result = amount.times(direct.rate);
    return {
      exact: result,
      words: () => `${plain(amount)} ${from} × ${direct.rate} (${direct.source}) = ${plain(result)} ${to}`,
    };
  }
  const inverse = rates.find((rate) => rate.from === to && rate.to === from);
  if (inverse) {
    const result = amount.div(exact(inverse.rate));
    return {
      exact: result,
      words: () =>
        `${plain(amount)} ${from} ÷ ${inverse.rate} ${from} per ${to} (${inverse.source}) = ${plain(result)} ${to}`,
    };
  }
  throw new Invalid('duties.currency.no-rate', `no rate between ${from} and ${to} was given`, {
    advice: `Give the customs rate of the month in fx: { "from": "${to}", "to": "${from}", "rate": … }.`,
    places: [{ pointer, reason: `${from} cannot be converted to ${to}` }],
  });
}
