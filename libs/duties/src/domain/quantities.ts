import { exact, Invalid, type Exact } from '@tidewaiter/kernel';
import { roundTo } from './rounding.js';
import type { Rounding } from './rule-book.js';
import { unitOf } from './units.js';
import { plain } from './words.js';

/** Quantities of one line by base unit: one given in kilograms serves DTN and TNE as well. */
export interface DeclaredQuantities {
  /** the quantity in that unit; undefined when nothing that converts to it was given */
  in(unit: string): Exact | undefined;
}

/** A trillion kilograms, litres or pieces: more is a slip of the unit, not a cargo. */
const LARGEST = '1000000000000';

/**
 * @param pointer   place of the list, e.g. `/lines/0/quantities`
 * @param roundings of quantities by their base unit, where the law rounds them (Swiss gross mass: up to 100 g)
 * @throws Invalid `duties.unit.unknown`, `duties.quantity.contradicts` when two entries of one base differ, `duties.quantity.absurd`
 */
export function declaredQuantities(
  given: readonly { unit: string; value: string }[],
  pointer: string,
  roundings: readonly { unit: string; rounding: Rounding }[] = [],
): DeclaredQuantities {
  const bases = new Map<string, Exact>();
  given.forEach(({ unit: code, value }, index) => {
    const unit = unitOf(code);
    if (!unit) throw unknownUnit(code, `${pointer}/${index}/unit`);
    const inBase = exact(value).times(unit.factor);
    if (inBase.gt(LARGEST)) {
      throw new Invalid('duties.quantity.absurd', `${value} ${code} is more than one line of an entry can hold`, {
        advice: 'Check the unit: kilograms are often given where tonnes are meant.',
        places: [{ pointer: `${pointer}/${index}/value`, reason: `more than ${LARGEST} ${unit.base}` }],
      });
    }
    const before = bases.get(unit.base);
    if (before && !before.eq(inBase)) {
      throw new Invalid(
        'duties.quantity.contradicts',
        `two quantities in ${unit.base} differ: ${plain(before)} and ${plain(inBase)}`,
        {
          advice: 'State each quantity once; other units of the same kind are converted.',
          places: [{ pointer: `${pointer}/${index}`, reason: `${plain(before)} ${unit.base} was given before` }],
        },
      );
    }
    bases.set(unit.base, inBase);
  });
  const find = (code: string): Exact | undefined => {
    const unit = unitOf(code);
    if (!unit) return undefined;
    const declared = bases.get(unit.base);
    if (declared) {
      const rule = roundings.find((each) => each.unit === unit.base);
      return (rule ? roundTo(declared, rule.rounding) : declared).div(unit.factor);
    }
    const parts = unit.product?.of.map(find) ?? [undefined];
    if (parts.includes(undefined)) return undefined;
    return parts.reduce<Exact>((product, part) => product.times(part!), exact('1')).div(unit.product!.over);
  };
  return { in: find };
}

export const unknownUnit = (code: string, pointer: string): Invalid =>
  new Invalid('duties.unit.unknown', `the unit ${code} is not one this engine can compute with`, {
    advice: 'Use a unit of the tariff such as KGM, DTN, LTR, HLT, LPA, NAR, NPR.',
    places: [{ pointer, reason: `unknown unit ${code}` }],
  });

/** The same quantities in part: of two tonnes a quarter is half a tonne. Strength and content stay as they are. */
export const inPart = (whole: DeclaredQuantities, part: Exact): DeclaredQuantities => ({
  in: (unit) => (INTENSIVE.has(unit) ? whole.in(unit) : whole.in(unit)?.times(part)),
});
const INTENSIVE: ReadonlySet<string> = new Set(['ASV', 'BRX', 'SPR']);
