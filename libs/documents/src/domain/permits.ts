import type { GoodsLine, Measured, PermitUse } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import type { PermitValues } from './facts.js';

/** A permit by document code and number: the same one whichever shipment's papers hold it. */
export const permitKey = ({ code, number }: Pick<PermitValues, 'code' | 'number'>): string => `${code} ${number}`;

/** Quantities and amounts alike: what is counted, and how much of it. */
export const countOf = (measured: Measured): [count: Exact, of: string] =>
  'unit' in measured ? [exact(measured.value), measured.unit] : [exact(measured.amount), measured.currency];

const like = (measured: Measured, count: Exact): Measured =>
  'unit' in measured ? { value: count.toFixed(), unit: measured.unit } : { ...measured, amount: count.toFixed() };

/** A line in what the permit counts: its price, its net mass, else its quantity, in whatever unit that is. */
function takenBy({ price, netMass, quantity }: GoodsLine, holds: Measured): Measured {
  if (!('unit' in holds)) return price;
  return holds.unit === 'KGM' ? { value: netMass, unit: 'KGM' } : { value: quantity.value, unit: quantity.unit };
}

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
