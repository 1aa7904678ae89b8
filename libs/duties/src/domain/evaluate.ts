import type { AssessmentRequest, DutyComponent } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { convert, type Rates } from './fx.js';
import type { DeclaredQuantities } from './quantities.js';
import { unitOf } from './units.js';
import { plain, type Words } from './words.js';

/** What an expression is evaluated on: the line's customs value in the currency of the assessment, and its quantities. */
export interface Grounds {
  base: Exact;
  currency: string;
  quantities: DeclaredQuantities;
  rates: Rates;
  /** the code of the goods' composition and the table that its placeholders are read in, the nearest area first */
  meursing?: {
    code: string | undefined;
    areas: readonly string[];
    table: NonNullable<AssessmentRequest['meursingTable']>;
  };
  /** place of the expression in the request, for errors */
  pointer: string;
}

export type Evaluation = { kind: 'amount'; exact: Exact; words: Words } | { kind: 'missing'; units: string[] };

/** The area of every country. */
const ERGA_OMNES = '1011';

type Term = DutyComponent['term'];

function percent(term: Extract<Term, { kind: 'percent' }>, on: Grounds): Evaluation {
  if (term.of === 'retailPrice') {
    const retail = on.quantities.in('RET');
    if (retail === undefined) return { kind: 'missing', units: ['RET'] };
    const part = retail.times(term.rate).div(100);
    return {
      kind: 'amount',
      exact: part,
      words: () => `${term.rate} % of the retail price ${plain(retail)} ${on.currency} = ${plain(part)} ${on.currency}`,
    };
  }
  const amount = on.base.times(term.rate).div(100);
  return {
    kind: 'amount',
    exact: amount,
    words: () => `${term.rate} % of ${plain(on.base)} ${on.currency} = ${plain(amount)} ${on.currency}`,
  };
}

/** Of a product its parts are asked for, save where it is asked for by itself (a volume of pure alcohol). */
const partsMissing = (unit: string, quantities: DeclaredQuantities): string[] => {
  const parts = unitOf(unit)?.product;
  if (!parts || parts.over !== '1') return [unit];
  return parts.of.filter((part) => quantities.in(part) === undefined).flatMap((part) => partsMissing(part, quantities));
};

/** Amount per product of quantities. It is converted after multiplying: a unit rate is never rounded. */
function specific(term: Extract<Term, { kind: 'specific' }>, on: Grounds): Evaluation {
  let amount = exact(term.amount);
  const factors: Words[] = [];
  const missing: string[] = [];
  for (const { quantity, unit } of term.per) {
    const declared = on.quantities.in(unit);
    if (declared === undefined) {
      missing.push(...partsMissing(unit, on.quantities));
      continue;
    }
    amount = amount.times(declared).div(quantity);
    factors.push(() => {
      const name = unitOf(unit)?.name ?? unit;
      return ` × ${plain(declared)} ${name}${quantity === '1' ? '' : ` / ${quantity} ${name}`}`;
    });
  }
  if (missing.length > 0) return { kind: 'missing', units: missing };
  const product = amount;
  const converted = convert(amount, term.currency, on.currency, on.rates, on.pointer);
  return {
    kind: 'amount',
    exact: converted.exact,
    words: () => {
      const told = `${term.amount} ${term.currency}${factors.map((factor) => factor()).join('')}`;
      const after = converted.words ? `; ${converted.words()}` : '';
      return `${told} = ${plain(product)} ${term.currency}${after}`;
    },
  };
}

/** The cell of the table that the code of the goods' composition stands for; never zero for one that is not there. */
function placeholder({ placeholder: name }: Extract<Term, { kind: 'placeholder' }>, on: Grounds): Evaluation {
  const code = on.meursing?.code;
  if (code === undefined) return { kind: 'missing', units: ['MEURSING'] };
  const cells = on.meursing!.table.filter((row) => row.meursingCode === code && row.placeholder === name);
  const areas = [...on.meursing!.areas, ERGA_OMNES];
  const cell = areas.flatMap((area) => cells.filter((row) => row.area === area))[0];
  if (!cell) return { kind: 'missing', units: [`${name} of ${code}`] };
  const outcome = specific({ kind: 'specific', amount: cell.amount, currency: cell.currency, per: cell.per }, on);
  return outcome.kind === 'missing'
    ? outcome
    : { ...outcome, words: () => `${name} of code ${code}: ${outcome.words()}` };
}

function ofTerm(term: Term, on: Grounds): Evaluation {
  switch (term.kind) {
    case 'percent':
      return percent(term, on);
    case 'specific':
      return specific(term, on);
    case 'placeholder':
      return placeholder(term, on);
  }
}

function combine(op: DutyComponent['op'], left: Evaluation, right: Evaluation, currency: string): Evaluation {
  if (left.kind === 'missing' || right.kind === 'missing') {
    return { kind: 'missing', units: [left, right].flatMap((side) => (side.kind === 'missing' ? side.units : [])) };
  }
  const result = (value: Exact, words: Words): Evaluation => ({
    kind: 'amount',
    exact: value,
    words: () => `${words()} = ${plain(value)} ${currency}`,
  });
  switch (op) {
    case 'add':
      return result(left.exact.plus(right.exact), () => `(${left.words()}) + (${right.words()})`);
    case 'subtract':
      return result(left.exact.minus(right.exact), () => `(${left.words()}) − (${right.words()})`);
    case 'floor':
      return result(
        left.exact.gte(right.exact) ? left.exact : right.exact,
        () => `at least (${right.words()}), else (${left.words()})`,
      );
    case 'cap':
      return result(
        left.exact.lte(right.exact) ? left.exact : right.exact,
        () => `at most (${right.words()}), else (${left.words()})`,
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
    return combine(bound.op, grouped(components.slice(0, split), on), right, on.currency);
  }
  const [first, ...rest] = components;
  return rest.reduce((left, { op, term }) => combine(op, left, ofTerm(term, on), on.currency), ofTerm(first!.term, on));
}

/** The small producer's discount counts on what the full rate beside it counts on: % vol per hectolitre, or pure alcohol. */
function discountsNamed(components: readonly DutyComponent[]): readonly DutyComponent[] {
  const units = components.flatMap(({ term }) => (term.kind === 'specific' ? term.per.map(({ unit }) => unit) : []));
  const counted = units.some((unit) => ['ASV', 'ASVX', 'LPA', 'SPQ'].includes(unit));
  const isDiscount = (unit: string, per: readonly unknown[]): boolean =>
    unit === 'SPQ' || (unit === 'SPR' && per.length === 1 && counted);
  const named = units.some((unit) => unit === 'ASV' || unit === 'ASVX') ? 'SPQLTR' : 'SPQLPA';
  return components.map(({ op, term }) =>
    term.kind === 'specific'
      ? {
          op,
          term: {
            ...term,
            per: term.per.map((each) => (isDiscount(each.unit, term.per) ? { ...each, unit: named } : each)),
          },
        }
      : { op, term },
  );
}

/**
 * What an expression asks on these grounds, exact. A charge is never below zero: a subtraction that would make it so ends at zero.
 *
 * @param components at least one; the first one's operator is not read
 * @returns the amount with its arithmetic, or the units that are missing
 * @throws Invalid `duties.currency.no-rate`
 */
export function evaluate(components: readonly DutyComponent[], on: Grounds): Evaluation {
  const outcome = grouped(discountsNamed(components), on);
  if (outcome.kind === 'missing') return { kind: 'missing', units: [...new Set(outcome.units)].sort() };
  if (!outcome.exact.isNegative()) return outcome;
  return { kind: 'amount', exact: exact('0'), words: () => `${outcome.words()}; a charge is never below zero: 0` };
}
