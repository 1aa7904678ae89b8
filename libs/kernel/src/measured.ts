import { exact, type Exact } from './money.js';

/** What is counted, and how much of it: a quantity in its unit and an amount in its currency alike. */
export const countOf = (
  measured: { value: string; unit: string } | { amount: string; currency: string },
): [count: Exact, of: string] =>
  'unit' in measured ? [exact(measured.value), measured.unit] : [exact(measured.amount), measured.currency];
