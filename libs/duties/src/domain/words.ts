import type { Exact } from '@tidewaiter/kernel';

const SHOWN_PLACES = 12;

/** A figure for the eye: no exponent, no trailing zeros, cut after 12 decimals with a mark. Never computed with again. */
export function plain(value: Exact): string {
  const text = value.toFixed();
  if (value.decimalPlaces() <= SHOWN_PLACES) return text;
  return `${value.toDecimalPlaces(SHOWN_PLACES, 1).toFixed(SHOWN_PLACES)}…`;
}

/** Arithmetic in words, put together only when somebody reads it: many an option is computed that nobody asks about. */
export type Words = () => string;
