import { takenBy, type GoodsLine, type Measured, type PermitUse } from '@tidewaiter/contracts';
import { countOf, exact, type Exact } from '@tidewaiter/kernel';
import type { PermitValues } from './facts.js';

/** A permit by document code and number: the same one whichever shipment's papers hold it. */
export const permitKey = ({ code, number }: Pick<PermitValues, 'code' | 'number'>): string => `${code} ${number}`;

const like = (measured: Measured, count: Exact): Measured =>
  'unit' in measured ? { value: count.toFixed(), unit: measured.unit } : { ...measured, amount: count.toFixed() };

/**
 * What the lines of a shipment take of a permit. A line whose unit is not the permit's is stated in its own: nothing is converted by
 * guess, and the check before filing refuses it.
 *
 * @param elsewhere what other shipments of the tenant take of it, in the permit's own unit
 */
export function permitUse(values: PermitValues, lines: readonly GoodsLine[], elsewhere: string): PermitUse {
  const { code, number, holds, commodities } = values;
  const rest = countOf(holds)[0].minus(elsewhere);
  const draws = lines
    .filter(({ commodity }) => commodities.some((each) => commodity.startsWith(each)))
    .map((line) => ({ line: line.number, taken: takenBy(line, holds) }));
  return { code, number, holds, left: like(holds, rest.isNegative() ? exact('0') : rest), draws };
}

/** What a shipment takes of a permit in the permit's own unit. */
export const drawnOf = ({ holds, draws }: PermitUse): string => {
  const [, unit] = countOf(holds);
  return draws
    .map(({ taken }) => countOf(taken))
    .reduce((sum, [count, of]) => (of === unit ? sum.plus(count) : sum), exact('0'))
    .toFixed();
};
