import { exact, round, type Exact, type RoundingMode } from '@tidewaiter/kernel';
import type { Rounding } from './rule-book.js';

const MODE_WORDS: Record<RoundingMode, string> = {
  'half-up': 'rounded half up',
  'half-even': 'rounded half to even',
  down: 'cut',
  up: 'rounded up',
};

export const roundingWords = ({ mode, places }: Rounding): string =>
  `${MODE_WORDS[mode]} to ${places === 0 ? 'whole units' : places > 0 ? `${places} decimals` : exact('10').pow(-places).toFixed()}`;

/** Negative places round to tens, hundreds, thousands. */
export function roundTo(value: Exact, { mode, places }: Rounding): Exact {
  if (places >= 0) return round(value, places, mode);
  const step = exact('10').pow(-places);
  return round(value.div(step), 0, mode).times(step);
}

/** How a charge is brought to what is owed, and what it hands on to the next base. */
export interface RoundingRule {
  rule: Rounding;
  /** true: the next base takes the rounded amount */
  feedsRounded: boolean;
  words: string;
}

export const applyRounding = (value: Exact, { rule }: RoundingRule): Exact => roundTo(value, rule);
