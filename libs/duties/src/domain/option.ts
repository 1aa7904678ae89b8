import type { DutyComponent, MeasureRole } from '@tidewaiter/contracts';
import { exact, minorUnits, type Exact } from '@tidewaiter/kernel';
import {
  GROUP,
  roundingOf,
  shown,
  ZERO,
  type Case,
  type Charge,
  type Group,
  type Option,
  type Question,
} from './case.js';
import type { PlacedLine } from './customs-value.js';
import { evaluate } from './evaluate.js';
import { conditionsOf, isAlternative, needsOf, type Measure } from './measures.js';
import { inPart, type DeclaredQuantities } from './quantities.js';
import { applyRounding, roundingWords, roundTo, type RoundingRule } from './rounding.js';
import type { ChargeRule } from './rule-book.js';
import { unitOf } from './units.js';
import { plain, type Words } from './words.js';

/** What the entry's totals take of a charge; with `total`, its exact amount goes into a sum that is rounded for the entry. */
export interface Owed {
  group: Group;
  code: string;
  amount: Exact;
  exact: Exact;
  total: ChargeRule['total'];
}

export interface ComputedOption {
  option: Option;
  owed: Owed[];
  exactTotal: Exact;
  supported: boolean;
}

function unitQuestion(unit: string, measure: Measure): Question {
  const known = unitOf(unit);
  if (known) return { code: 'quantity', asks: `${known.asks} (unit ${unit})`, measures: [measure.id], answers: [] };
  const asks =
    unit === 'MEURSING'
      ? 'the Meursing code: it stands for the content of milk fat, milk protein, starch and sugar'
      : `the table's amount for ${unit}`;
  return { code: 'meursing', asks, measures: [measure.id], answers: [] };
}

export interface Grounds {
  value: Exact;
  /** null: not stated */
  carriage: () => Exact | null;
  inland: Exact;
  /** this line's share of the entry's fees */
  fees: Exact;
  quantities: DeclaredQuantities;
  /** place of the line's commodity in the request */
  pointer: string;
}

/** What was charged on a line so far: in all, and by role and measure type, as handed on to the next base. */
class Charged {
  private readonly parts = new Map<string, Exact>();

  constructor(
    private readonly grounds: Grounds,
    private readonly carriageAsked: () => void,
  ) {}

  add(names: readonly (string | null)[], amount: Exact): void {
    for (const name of names) {
      if (name === null) continue;
      const before = this.parts.get(name);
      this.parts.set(name, before ? before.plus(amount) : amount);
    }
  }

  of(name: string): Exact {
    if (name === 'customs-value') return this.grounds.value;
    if (name === 'entry-fees') return this.grounds.fees;
    if (name === 'inland') return this.grounds.inland;
    if (name === 'carriage') {
      const carriage = this.grounds.carriage();
      if (carriage === null) this.carriageAsked();
      return carriage ?? ZERO;
    }
    return this.parts.get(name) ?? ZERO;
  }
}

const ruleFor = (on: Case, role: MeasureRole, type: string | null): ChargeRule | undefined =>
  on.chargeRules.find((rule) => rule.role === role && rule.type === type && rule.share === undefined) ??
  on.chargeRules.find((rule) => rule.role === role && rule.type === null && rule.share === undefined);

const withAmountRule = (on: Case, group: Group, rule: ChargeRule | undefined): RoundingRule => {
  const policy = roundingOf(on, group);
  return rule?.amount && on.rounding !== null
    ? { ...policy, rule: rule.amount, words: roundingWords(rule.amount) }
    : policy;
};

/** Japan's ten percent are 7.8 of the national tax and a share of it for the prefectures: the national part is what is counted. */
function ownRate(components: readonly DutyComponent[], rule: ChargeRule | undefined): readonly DutyComponent[] {
  const [first] = components;
  if (!rule?.rates || components.length > 1 || first?.term.kind !== 'percent') return components;
  const { term } = first;
  const own = Object.entries(rule.rates).find(([known]) => exact(known).eq(term.rate))?.[1];
  return own === undefined ? components : [{ op: first.op, term: { ...term, rate: own } }];
}

/** A tax inside its own base: of the base b it takes t, so of what is paid in the end it takes t × b / (b − t). */
const grossedUp = (base: Exact, tax: Exact): Exact => (tax.isZero() ? tax : tax.times(base).div(base.minus(tax)));

/** The charges of one alternative: itself, what is added to it, and the taxes on the sum. */
export function computeOption(
  on: Case,
  line: PlacedLine['line'],
  basis: Measure | null,
  others: readonly Measure[],
  grounds: Grounds,
): ComputedOption | Question[] {
  const charges: Charge[] = [];
  const questions: Question[] = [];
  const owed: Owed[] = [];
  let carried = grounds.value;
  const asked = new Set<string>();
  const charged = new Charged(grounds, () => asked.add('carriage'));
  const put = (
    charge: Pick<Charge, 'measure' | 'role' | 'code' | 'legalBasis' | 'expression'>,
    names: readonly (string | null)[],
    group: Group,
    base: Exact,
    full: Exact,
    words: Words,
    rule: ChargeRule | undefined,
  ): void => {
    const relief = on.relieved.get(group);
    const due = relief === undefined ? full : ZERO;
    const rounding = withAmountRule(on, group, rule);
    const amount = applyRounding(due, rounding);
    // written out: copying an object and adding to it costs a multiple, and this is done for every charge
    charges.push({
      measure: charge.measure,
      role: charge.role,
      code: charge.code,
      legalBasis: charge.legalBasis,
      expression: charge.expression,
      base: shown(base, on),
      exact: due.toFixed(),
      amount: shown(amount, on),
      arithmetic: on.explained ? `${words()}${relief === undefined ? '' : `; not collected: ${relief}`}` : '',
      rounding: rounding.words,
    });
    const handed = rounding.feedsRounded ? amount : due;
    if (group !== 'tax') carried = carried.plus(handed);
    charged.add(names, handed);
    owed.push({
      group,
      code: charge.code,
      amount: handed,
      exact: due,
      total: on.rounding === null ? undefined : rule?.total,
    });
  };
  const needs = basis ? needsOf(basis, line) : [];
  const flat = on.flat?.byLine.get(line.number);
  for (const measure of [...(basis ? [basis] : []), ...others]) {
    // a quota's own rate stands in place of the safeguard
    if (basis?.role === 'quota' && measure.role === 'safeguard') continue;
    const condition = conditionsOf(measure, line, grounds.quantities);
    if (condition.kind === 'missing') {
      questions.push(unitQuestion(condition.unit, measure));
      continue;
    }
    if (condition.kind === 'open') {
      if (measure === basis && measure.role !== 'basic-duty')
        needs.push(`document ${condition.documents.join(' or ')}`);
      else {
        questions.push({
          code: 'document',
          asks: 'which of these documents the goods have (documents; an empty list says none): a condition depends on it',
          measures: [measure.id],
          answers: [...condition.documents, 'none'],
        });
        continue;
      }
    }
    if (condition.kind === 'not') {
      if (condition.stops)
        on.notices.add(
          'duties.condition.stops',
          `line ${line.number}: measure ${measure.id} stops the declaration: ${condition.words}`,
        );
      if (measure === basis || condition.stops) needs.push(...condition.needs);
      if (measure !== basis) continue;
    }
    // a charge that is a share of another is counted with it, whether it is stated or not
    if (on.chargeRules.some(({ role, type, share }) => share && role === measure.role && type === measure.type))
      continue;
    const group = GROUP[measure.role];
    if (flat !== undefined && group === 'duty') {
      if (measure !== basis) continue;
      put(
        {
          measure: measure.id,
          role: measure.role,
          code: on.book.taxTypes[measure.role] ?? measure.role,
          legalBasis: on.flat!.law,
          expression: 'flat',
        },
        ['basic-duty', measure.type],
        group,
        grounds.value,
        flat,
        () =>
          flat.isZero()
            ? 'the subheading bears its flat duty on another line'
            : `flat ${plain(flat)} ${on.currency} for the subheading, instead of the tariff`,
        undefined,
      );
      continue;
    }
    const rule = ruleFor(on, measure.role, measure.type);
    const whole = rule
      ? rule.of.reduce((sum, name) => sum.plus(charged.of(name)), ZERO)
      : group === 'tax'
        ? carried.plus(grounds.inland)
        : grounds.value;
    const base = rule?.base && on.rounding !== null ? roundTo(whole, rule.base) : whole;
    const components = ownRate((condition.kind === 'applies' && condition.components) || measure.components, rule);
    const outcome = evaluate(components, {
      base,
      quantities: grounds.quantities,
      currency: on.currency,
      rates: on.request.fx,
      meursing: {
        code: line.meursingCode ?? measure.meursingCode,
        areas: [line.origin ?? on.request.origin, ...(measure.area === null ? [] : [measure.area])],
        table: on.request.meursingTable ?? [],
      },
      pointer: measure.pointer ?? grounds.pointer,
    });
    if (outcome.kind === 'missing') {
      questions.push(...outcome.units.map((unit) => unitQuestion(unit, measure)));
      continue;
    }
    const full = rule?.inside ? grossedUp(base, outcome.exact) : outcome.exact;
    const words = (): string =>
      [
        ...(rule
          ? [
              `base: ${rule.of
                .filter((name) => name === 'customs-value' || !charged.of(name).isZero())
                .map((name) => `${name} ${plain(charged.of(name))}`)
                .join(' + ')} ${on.currency}`,
            ]
          : []),
        ...(rule?.base && on.rounding !== null ? [`${roundingWords(rule.base)}: ${plain(base)}`] : []),
        ...(!rule && group === 'tax' ? [baseWords(on, grounds, charges)] : []),
        outcome.words(),
        ...(condition.kind === 'applies' && condition.words !== null ? [condition.words] : []),
        ...(rule?.inside ? [`inside its own base: ${plain(full)} ${on.currency}`] : []),
      ].join('; ');
    put(
      {
        measure: measure.id,
        role: measure.role,
        code: rule?.code ?? on.book.taxTypes[measure.role] ?? measure.role,
        legalBasis: measure.legalBasis,
        expression: measure.expression,
      },
      [isAlternative(measure.role) ? 'basic-duty' : measure.role, measure.type],
      group,
      base,
      full,
      words,
      rule,
    );
    for (const part of on.chargeRules.filter(
      ({ share, of }) => share !== undefined && (of[0] === measure.type || of[0] === measure.role),
    )) {
      const { times, by } = part.share!;
      const whole = charged.of(part.of[0]!);
      const partBase = part.base && on.rounding !== null ? roundTo(whole, part.base) : whole;
      put(
        {
          measure: `${part.code} of ${measure.id}`,
          role: part.role,
          code: part.code,
          legalBasis: part.law,
          expression: `${times} / ${by}`,
        },
        [part.type],
        GROUP[part.role],
        partBase,
        partBase.times(times).div(by),
        () => `${plain(partBase)} ${on.currency} × ${times} / ${by}`,
        part,
      );
    }
  }
  if (asked.has('carriage'))
    questions.push({
      code: 'freight',
      asks: 'freight and insurance: a tax is counted on them; "0.00" if there were none',
      measures: [],
      answers: [],
    });
  if (questions.length > 0) return questions;
  let [total, exactTotal] = [ZERO, ZERO];
  for (const each of owed) {
    total = total.plus(each.amount);
    exactTotal = exactTotal.plus(each.exact);
  }
  return {
    option: {
      basis: basis?.id ?? 'none',
      chosen: false,
      needs,
      charges,
      total: shown(applyRounding(total, on.display), on),
      exactTotal: exactTotal.toFixed(),
    },
    owed,
    exactTotal: total,
    supported: needs.length === 0,
  };
}

const baseWords = (on: Case, { value, inland }: Grounds, charges: readonly Charge[]): string =>
  [
    `base: customs value ${plain(value)}`,
    ...charges.map(({ code, amount, exact: full }) => `${on.rounding?.feeds === 'rounded' ? amount : full} (${code})`),
    ...(inland.isZero() ? [] : [`${plain(inland)} (transport after entry)`]),
  ].join(' + ') + ` ${on.currency}`;

/**
 * A quota that holds less than the line declares: the line is split, each part taxed at its own rate, the parts' values adding up.
 * Null when the quota holds it all, or nothing is known of its balance.
 */
export function computeSplit(
  on: Case,
  line: PlacedLine['line'],
  quota: Measure,
  thirdCountry: Measure | undefined,
  others: readonly Measure[],
  grounds: Grounds,
): ComputedOption | Question[] | null {
  if (!quota.quotaBalance || !thirdCountry) return null;
  const { unit, value: balance } = quota.quotaBalance;
  const declared = grounds.quantities.in(unit);
  if (declared === undefined) return [unitQuestion(unit, quota)];
  if (declared.lte(balance)) return null;
  const within = exact(balance).div(declared);
  const valueWithin =
    on.rounding === null ? grounds.value.times(within) : roundTo(grounds.value.times(within), on.rounding.customsValue);
  const share = (whole: Exact): Exact => exact(whole.times(within).toFixed(minorUnits(on.currency)));
  const part = (isWithin: boolean): Grounds => {
    const of = (whole: Exact): Exact => (isWithin ? share(whole) : whole.minus(share(whole)));
    return {
      value: isWithin ? valueWithin : grounds.value.minus(valueWithin),
      carriage: () => {
        const carriage = grounds.carriage();
        return carriage && of(carriage);
      },
      inland: of(grounds.inland),
      fees: of(grounds.fees),
      pointer: grounds.pointer,
      quantities: inPart(grounds.quantities, isWithin ? within : exact('1').minus(within)),
    };
  };
  const inside = computeOption(on, line, quota, others, part(true));
  const outside = computeOption(on, line, thirdCountry, others, part(false));
  if (Array.isArray(inside)) return inside;
  if (Array.isArray(outside)) return outside;
  const words = `of ${plain(declared)} ${unit} the quota holds ${plain(exact(balance))}`;
  const total = inside.exactTotal.plus(outside.exactTotal);
  return {
    option: {
      ...inside.option,
      charges: [
        ...inside.option.charges.map((charge) => ({
          ...charge,
          part: 'in-quota' as const,
          arithmetic: on.explained ? `${words}; ${charge.arithmetic}` : '',
        })),
        ...outside.option.charges.map((charge) => ({
          ...charge,
          part: 'out-of-quota' as const,
          arithmetic: on.explained ? `${words}; ${charge.arithmetic}` : '',
        })),
      ],
      total: shown(applyRounding(total, on.display), on),
      exactTotal: exact(inside.option.exactTotal).plus(outside.option.exactTotal).toFixed(),
    },
    owed: [...inside.owed, ...outside.owed],
    exactTotal: total,
    supported: inside.supported,
  };
}

/** The cheapest that the papers support; of equals the third country duty, which needs no proof. */
export function choose(options: readonly ComputedOption[]): ComputedOption | null {
  return options.reduce<ComputedOption | null>(
    (best, next) => (next.supported && (best === null || next.exactTotal.lt(best.exactTotal)) ? next : best),
    null,
  );
}
