import { exact, Invalid, type Exact } from '@tidewaiter/kernel';
import { unitOf } from './units.js';
import { plain } from './words.js';

/** Quantities of one line by base unit: one given in kilograms serves DTN and TNE as well. */
export interface DeclaredQuantities {
  /** the quantity in that unit; undefined when nothing that converts to it was given */
  in(unit: string): Exact | undefined;
}

/**
 * @param pointer place of the list, e.g. `/lines/0/quantities`
 * @throws Invalid `duties.unit.unknown`, `duties.quantity.contradicts` when two entries of one base differ
 */
export function declaredQuantities(
  given: readonly { unit: string; value: string }[],
  pointer: string,
): DeclaredQuantities {
  const bases = new Map<string, Exact>();
  given.forEach(({ unit: code, value }, index) => {
    const unit = unitOf(code);
    if (!unit) throw unknownUnit(code, `${pointer}/${index}/unit`);
    const inBase = exact(value).times(unit.factor);
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
  return {
    in(code) {
      const unit = unitOf(code);
      return unit && bases.get(unit.base)?.div(unit.factor);
    },
  };
}

export const unknownUnit = (code: string, pointer: string): Invalid =>
  new Invalid('duties.unit.unknown', `the unit ${code} is not one this engine can compute with`, {
    advice: 'Use a unit of the tariff such as KGM, DTN, LTR, HLT, LPA, NAR, NPR.',
    places: [{ pointer, reason: `unknown unit ${code}` }],
  });
