import { exact, Invalid, type Exact } from '@tidewaiter/kernel';
import { factorsOf, unitOf } from './units.js';
import { plain } from './words.js';

/** Quantities of one line by base unit: one given in kilograms serves DTN and TNE as well. */
export interface DeclaredQuantities {
  /** the quantity in that unit; undefined when nothing that converts to it was given */
  in(unit: string): Exact | undefined;
  /** the units still to be asked for before that one is known */
  missingFor(unit: string): string[];
}

/** A trillion kilograms, litres or pieces: more is a slip of the unit, not a cargo. */
const LARGEST = '1000000000000';

/**
 * @param pointer place of the list, e.g. `/lines/0/quantities`
 * @throws Invalid `duties.unit.unknown`, `duties.quantity.contradicts` when two entries of one base differ, `duties.quantity.absurd`
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
  const direct = (code: string): Exact | undefined => {
    const unit = unitOf(code);
    return unit && bases.get(unit.base)?.div(unit.factor);
  };
  /** Pure alcohol follows from volume and strength: litres times % vol. */
  const pureAlcohol = (): Exact | undefined => {
    const litres = direct('LTR');
    const strength = direct('ASV');
    return litres && strength && litres.times(strength).div(100);
  };
  const within = (code: string): Exact | undefined =>
    direct(code) ?? (code === 'LPA' ? pureAlcohol() : undefined) ?? product(code);
  const product = (code: string): Exact | undefined => {
    const factors = factorsOf(code);
    if (!factors) return undefined;
    return factors.reduce<Exact | undefined>((so, factor) => {
      const each = within(factor);
      return so && each && so.times(each);
    }, exact('1'));
  };
  return {
    in: within,
    missingFor: (code) => {
      const factors = factorsOf(code);
      if (factors) return factors.filter((factor) => within(factor) === undefined);
      return within(code) === undefined ? [code] : [];
    },
  };
}

export const unknownUnit = (code: string, pointer: string): Invalid =>
  new Invalid('duties.unit.unknown', `the unit ${code} is not one this engine can compute with`, {
    advice: 'Use a unit of the tariff such as KGM, DTN, LTR, HLT, LPA, NAR, NPR.',
    places: [{ pointer, reason: `unknown unit ${code}` }],
  });
