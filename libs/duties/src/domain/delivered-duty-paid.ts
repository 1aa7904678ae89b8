import { exact, Invalid, type Exact } from '@tidewaiter/kernel';
import { ZERO, type Case } from './case.js';
import type { LineValue, PlacedLine, Valuation } from './customs-value.js';
import { assessLine } from './line.js';
import { plain } from './words.js';

/** Solving goes on until the value with its charges is the price to this part of a minor unit. */
const CLOSE = exact('0.000000000001');
const MOST_STEPS = 60;

/**
 * Customs value inside a price that holds duty and tax: the value v for which v and the charges of the option that would be
 * chosen are the price. The charges grow with v in straight pieces, so secants meet the price; entry fees are not in it.
 */
export function takenOutOf(on: Case, placed: PlacedLine, gross: LineValue): [Exact, string[]] | null {
  const withCharges = (value: Exact): Exact | null => {
    const valuation: Valuation = {
      values: new Map([[placed.line.number, { amount: value, trace: [] }]]),
      carriage: () => new Map([[placed.line.number, ZERO]]),
      inland: null,
      questions: new Map(),
      unsolved: new Set(),
      insuranceUnstated: false,
    };
    const { chosen } = assessLine(on, placed, valuation, ZERO);
    return chosen && value.plus(chosen.exactTotal);
  };
  const price = gross.amount;
  let [low, high] = [ZERO, price];
  let [atLow, atHigh] = [withCharges(low), withCharges(high)];
  if (atLow === null || atHigh === null) return null;
  if (atLow.gt(price)) {
    throw new Invalid('duties.value.negative', `the charges on line ${placed.line.number} are more than its price`, {
      advice: 'Check the price, the quantities, and whether the price holds duty and tax.',
      places: [
        { pointer: `${placed.pointer}/price`, reason: 'the customs value inside the price would be below zero' },
      ],
    });
  }
  let value = high;
  for (let step = 0; step < MOST_STEPS && !atHigh.minus(atLow).isZero(); step += 1) {
    value = low.plus(price.minus(atLow).times(high.minus(low)).div(atHigh.minus(atLow)));
    const at = withCharges(value)!;
    if (at.minus(price).abs().lt(CLOSE)) break;
    if (at.lt(price)) [low, atLow] = [value, at];
    else [high, atHigh] = [value, at];
  }
  return [
    value,
    [...gross.trace, `the price holds duty and tax (DDP): ${plain(value)} and its charges are ${plain(price)}`],
  ];
}
