import type { DutyComponent, PercentBase } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { convert, type Rates } from './fx.js';
import type { DeclaredQuantities } from './quantities.js';
import { unitOf } from './units.js';
import { plain } from './words.js';

type Term = DutyComponent['term'];
type Placeholder = Extract<Term, { kind: 'placeholder' }>['placeholder'];
type Specific = Extract<Term, { kind: 'specific' }>;

/** What an expression is evaluated on: the base of its charge in the currency of the assessment, and the line's quantities. */
export interface Grounds {
  base: Exact;
  currency: string;
  quantities: DeclaredQuantities;
  rates: Rates;
  /** place of the expression in the request, for errors */
  pointer: string;
  /** values that a percentage may name instead of the base; undefined: not known */
  named?: ((of: PercentBase) => Exact | undefined) | undefined;
  /** the agricultural component that the goods' Meursing code stands for; undefined: not known */
  meursing?: ((placeholder: Placeholder) => Specific | undefined) | undefined;
  /** false: no arithmetic in words */
  silent?: boolean | undefined;
  /** collects the rates used */
  fx?: Set<string> | undefined;
}
export type Evaluation =
  { kind: 'amount'; exact: Exact; words: string } | { kind: 'missing'; units: string[]; placeholders: string[] };

const missing = (units: readonly string[], placeholders: readonly string[] = []): Evaluation => ({
  kind: 'missing',
  units: [...units],
  placeholders: [...placeholders],
});

const NAMES: Record<PercentBase, string> = {
  customsValue: '',
  retailPrice: 'retail price ',
  customsValueAndDuty: 'value and duty ',
  cif: 'CIF value ',
  fob: 'FOB value ',
  freight: 'freight ',
};

function percent(term: Extract<Term, { kind: 'percent' }>, on: Grounds): Evaluation {
  let base: Exact | undefined = on.base;
  if (term.of === 'retailPrice') base = on.quantities.in('RET');
  else if (term.of !== 'customsValue') base = on.named?.(term.of);
  if (base === undefined) return missing([term.of === 'retailPrice' ? 'RET' : term.of]);
  const amount = base.times(term.rate).div(100);
  return {
    kind: 'amount',
    exact: amount,
    words: on.silent
      ? ''
      : `${term.rate} % of ${NAMES[term.of]}${plain(base)} ${on.currency} = ${plain(amount)} ${on.currency}`,
  };
}

/** Amount per product of quantities. It is converted after multiplying: a unit rate is never rounded. */
function specific(term: Specific, on: Grounds): Evaluation {
  let amount = exact(term.amount);
  let words = on.silent ? '' : `${term.amount} ${term.currency}`;
  const absent: string[] = [];
  for (const { quantity, unit } of term.per) {
    const declared = on.quantities.in(unit);
    if (declared === undefined) {
      absent.push(...on.quantities.missingFor(unit));
      continue;
    }
    amount = amount.times(declared);
    if (quantity !== '1') amount = amount.div(quantity);
    if (!on.silent) {
      const name = unitOf(unit)?.name ?? unit;
      words += ` × ${plain(declared)} ${name}${quantity === '1' ? '' : ` / ${quantity} ${name}`}`;
    }
  }
  if (absent.length > 0) return missing(absent);
  const converted = convert(amount, term.currency, on.currency, on.rates, on.pointer, on.fx);
  if (on.silent) return { kind: 'amount', exact: converted.exact, words: '' };
  words += ` = ${plain(amount)} ${term.currency}`;
  return {
    kind: 'amount',
    exact: converted.exact,
    words: converted.words === '' ? words : `${words}; ${converted.words}`,
  };
}

function ofTerm(term: Term, on: Grounds): Evaluation {
  if (term.kind === 'percent') return percent(term, on);
  if (term.kind === 'specific') return specific(term, on);
  const component = on.meursing?.(term.placeholder);
  if (!component) return missing([], [term.placeholder]);
  const outcome = specific(component, on);
  return outcome.kind === 'amount' && !on.silent
    ? { ...outcome, words: `${term.placeholder}: ${outcome.words}` }
    : outcome;
}

function combine(op: DutyComponent['op'], left: Evaluation, right: Evaluation, on: Grounds): Evaluation {
  if (left.kind === 'missing' || right.kind === 'missing') {
    const sides = [left, right].flatMap((side) => (side.kind === 'missing' ? [side] : []));
    return missing(
      sides.flatMap(({ units }) => units),
      sides.flatMap(({ placeholders }) => placeholders),
    );
  }
  const result = (value: Exact, words: () => string): Evaluation => ({
    kind: 'amount',
    exact: value,
    words: on.silent ? '' : `${words()} = ${plain(value)} ${on.currency}`,
  });
  switch (op) {
    case 'add':
      return result(left.exact.plus(right.exact), () => `(${left.words}) + (${right.words})`);
    case 'subtract':
      return result(left.exact.minus(right.exact), () => `(${left.words}) − (${right.words})`);
    case 'floor':
      return result(
        left.exact.gte(right.exact) ? left.exact : right.exact,
        () => `at least (${right.words}), else (${left.words})`,
      );
    case 'cap':
      return result(
        left.exact.lte(right.exact) ? left.exact : right.exact,
        () => `at most (${right.words}), else (${left.words})`,
      );
  }
}

/**
 * Splits at the last MIN or MAX; all that stands to its right, later plus and minus terms included, is its right operand.
 * A left fold would subtract from the whole instead.
 */
function grouped(components: readonly DutyComponent[], on: Grounds): Evaluation {
  const split = components.findLastIndex(({ op }, index) => index > 0 && (op === 'floor' || op === 'cap'));
  if (split > 0) {
    const bound = components[split]!;
    const right = grouped([{ op: 'add', term: bound.term }, ...components.slice(split + 1)], on);
    return combine(bound.op, grouped(components.slice(0, split), on), right, on);
  }
  const [first, ...rest] = components;
  return rest.reduce((left, { op, term }) => combine(op, left, ofTerm(term, on), on), ofTerm(first!.term, on));
}

const ALCOHOL = new Set(['LPA', 'ASV', 'HLT', 'LTR', 'ASVX']);

/** Small producer relief is a discount per unit of alcohol: which unit, its sibling says (per LPA, or per % vol and hl). */
function withRelief(components: readonly DutyComponent[]): readonly DutyComponent[] {
  const bare = ({ term }: DutyComponent): boolean =>
    term.kind === 'specific' &&
    term.per.some(({ unit }) => unit === 'SPR' || unit === 'SPQ') &&
    !term.per.some(({ unit }) => ALCOHOL.has(unit));
  if (!components.some(bare)) return components;
  const sibling = components.flatMap(({ term }) =>
    term.kind === 'specific' && term.per.some(({ unit }) => ALCOHOL.has(unit)) ? [term] : [],
  )[0];
  if (!sibling) return components;
  const alcohol = sibling.per.filter(({ unit }) => ALCOHOL.has(unit));
  return components.map((component) =>
    bare(component) && component.term.kind === 'specific'
      ? { op: component.op, term: { ...component.term, per: [...component.term.per, ...alcohol] } }
      : component,
  );
}

/**
 * What an expression asks on these grounds, exact. A charge is never below zero: a subtraction that would make it so ends at zero.
 *
 * @param components at least one; the first one's operator is not read
 * @returns the amount with its arithmetic, or the units and Meursing placeholders that are missing
 * @throws Invalid `duties.currency.no-rate`
 */
export function evaluate(components: readonly DutyComponent[], on: Grounds): Evaluation {
  const outcome = grouped(withRelief(components), on);
  if (outcome.kind === 'missing') {
    return missing([...new Set(outcome.units)].sort(), [...new Set(outcome.placeholders)].sort());
  }
  if (!outcome.exact.isNegative() || outcome.exact.isZero()) return outcome;
  return {
    kind: 'amount',
    exact: exact('0'),
    words: on.silent ? '' : `${outcome.words}; a charge is never below zero: 0`,
  };
}
