import { round, type Exact, type RoundingMode } from '@tidewaiter/kernel';
import type { Rounding } from './rule-book.js';

const MODE_WORDS: Record<RoundingMode, string> = {
  'half-up': 'rounded half up',
  'half-even': 'rounded half to even',
  down: 'cut',
  up: 'rounded up',
};

export const roundingWords = ({ mode, places, unit }: Rounding): string =>
  `${MODE_WORDS[mode]} to ${unit !== undefined ? `multiples of ${unit}` : places === 0 ? 'whole units' : `${places} decimals`}`;

export const roundTo = (value: Exact, { mode, places, unit }: Rounding): Exact =>
  unit === undefined ? round(value, places, mode) : round(value.div(unit), 0, mode).times(unit);

/** How a charge is brought to what is owed, and what it hands on to the next base. */
export interface RoundingRule {
  rule: Rounding;
  /** true: the next base takes the rounded amount */
  feedsRounded: boolean;
  words: string;
}

export const applyRounding = (value: Exact, { rule }: RoundingRule): Exact => roundTo(value, rule);
