import type { AssessmentRequest, AssessmentResult, MeasureRole } from '@tidewaiter/contracts';
import { exact, Invalid, minorUnits, money, shareOut, type Exact, type LegalDate } from '@tidewaiter/kernel';
import { valueLines, type LineValue, type PlacedLine, type Valuation } from './customs-value.js';
import { entryFees, type EntryFees } from './entry-fees.js';
import { evaluate } from './evaluate.js';
import { convert } from './fx.js';
import { landedCost } from './landed-cost.js';
import { AT_RISK_PERCENT, routeToNorthernIreland, type Regime } from './northern-ireland.js';
import { alternativesOf, conditionsOf, isAlternative, needsOf, selectMeasures, type Measure } from './measures.js';
import { declaredQuantities, inPart, type DeclaredQuantities } from './quantities.js';
import { applyRounding, roundingWords, roundTo, type RoundingRule } from './rounding.js';
import { inForce, type ChargeRule, type LoadedRuleBook, type RuleBook } from './rule-book.js';
import { unitOf } from './units.js';
import { plain } from './words.js';

type ResultLine = AssessmentResult['lines'][number];
type Option = ResultLine['options'][number];
type Charge = Option['charges'][number];
type Question = ResultLine['questions'][number];
type Group = 'duty' | 'excise' | 'fee' | 'tax';

const GROUP: Record<MeasureRole, Group> = {
  'basic-duty': 'duty',
  preference: 'duty',
  quota: 'duty',
  suspension: 'duty',
  safeguard: 'duty',
  'additional-duty': 'duty',
  'anti-dumping': 'duty',
  countervailing: 'duty',
  excise: 'excise',
  fee: 'fee',
  vat: 'tax',
};

const ZERO = exact('0');

/** One question asked of the engine with the rules it may use. */
interface Case {
  request: AssessmentRequest;
  book: RuleBook;
  currency: string;
  /** null: figures are shown rounded, nothing inside is */
  rounding: RuleBook['rounding'][number] | null;
  display: RoundingRule;
  notices: Notices;
  chargeRules: readonly ChargeRule[];
  /** groups that a relief leaves uncollected, with its words */
  relieved: ReadonlyMap<Group, string>;
  /** duty by line that stands in place of the tariff's, with its law; null: the tariff's stands */
  flat: { byLine: ReadonlyMap<number, Exact>; law: string } | null;
  /** groups that are due but not payable with the entry */
  later: ReadonlySet<'duty' | 'excise' | 'tax'>;
}

/** Notices without repeats, in a fixed order. */
class Notices {
  private readonly found = new Map<string, { code: string; detail: string }>();

  add(code: string, detail: string): void {
    this.found.set(`${code} ${detail}`, { code, detail });
  }

  lowConfidence(what: string, rule: { confidence: string; note?: string | undefined; law: string }): void {
    if (rule.confidence === 'low') this.add('duties.rule.low-confidence', `${what}: ${rule.note ?? rule.law}`);
  }

  sorted(): { code: string; detail: string }[] {
    return [...this.found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
  }
}

/** What the entry's totals take of a charge; with `total`, its exact amount goes into a sum that is rounded for the entry. */
interface Owed {
  group: Group;
  code: string;
  amount: Exact;
  exact: Exact;
  total: ChargeRule['total'];
}

interface ComputedOption {
  option: Option;
  owed: Owed[];
  exactTotal: Exact;
  supported: boolean;
}

interface AssessedLine {
  line: ResultLine;
  chosen: ComputedOption | null;
  review: string | null;
}

const roundingOf = (on: Case, group: Group): RoundingRule => {
  if (on.rounding === null) return on.display;
  const rule = on.rounding[group];
  return { rule, feedsRounded: on.rounding.feeds === 'rounded', words: roundingWords(rule) };
};

const shown = (value: Exact, on: Case): string => value.toFixed(minorUnits(on.currency));

function unitQuestion(unit: string, measure: Measure): Question {
  const known = unitOf(unit);
  if (known) return { code: 'quantity', asks: `${known.asks} (unit ${unit})`, measures: [measure.id], answers: [] };
  const asks =
    unit === 'MEURSING'
      ? 'the Meursing code: it stands for the content of milk fat, milk protein, starch and sugar'
      : `the table's amount for ${unit}`;
  return { code: 'meursing', asks, measures: [measure.id], answers: [] };
}

interface Grounds {
  value: Exact;
  /** null: not stated */
  carriage: Exact | null;
  inland: Exact;
  /** this line's share of the entry's fees */
  fees: Exact;
  quantities: DeclaredQuantities;
}

/** What was charged on a line so far: in all, and by role and measure type, as handed on to the next base. */
class Charged {
  private readonly parts = new Map<string, Exact>();

  constructor(
    private readonly grounds: Grounds,
    private readonly carriageAsked: () => void,
  ) {}

  add(names: readonly (string | null)[], amount: Exact): void {
    for (const name of names) if (name !== null) this.parts.set(name, this.of(name).plus(amount));
  }

  of(name: string): Exact {
    if (name === 'customs-value') return this.grounds.value;
    if (name === 'entry-fees') return this.grounds.fees;
    if (name === 'inland') return this.grounds.inland;
    if (name === 'carriage') {
      if (this.grounds.carriage === null) this.carriageAsked();
      return this.grounds.carriage ?? ZERO;
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

/** A tax inside its own base: of the base b it takes t, so of what is paid in the end it takes t × b / (b − t). */
const grossedUp = (base: Exact, tax: Exact): Exact => (tax.isZero() ? tax : tax.times(base).div(base.minus(tax)));

/** The charges of one alternative: itself, what is added to it, and the taxes on the sum. */
function computeOption(
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
    words: string,
    rule: ChargeRule | undefined,
  ): void => {
    const relief = on.relieved.get(group);
    const due = relief === undefined ? full : ZERO;
    const rounding = withAmountRule(on, group, rule);
    const amount = applyRounding(due, rounding);
    charges.push({
      ...charge,
      base: shown(base, on),
      exact: due.toFixed(),
      amount: shown(amount, on),
      arithmetic: relief === undefined ? words : `${words}; not collected: ${relief}`,
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
    if (condition.kind === 'not') {
      if (measure !== basis) continue;
      needs.push(...condition.needs);
    }
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
    const components = (condition.kind === 'applies' && condition.components) || measure.components;
    const outcome = evaluate(components, {
      ...grounds,
      base,
      currency: on.currency,
      rates: on.request.fx,
      meursing: {
        code: line.meursingCode ?? measure.meursingCode,
        areas: [line.origin ?? on.request.origin, ...(measure.area === null ? [] : [measure.area])],
        table: on.request.meursingTable ?? [],
      },
      pointer: measure.pointer,
    });
    if (outcome.kind === 'missing') {
      questions.push(...outcome.units.map((unit) => unitQuestion(unit, measure)));
      continue;
    }
    const full = rule?.inside ? grossedUp(base, outcome.exact) : outcome.exact;
    const words = [
      ...(rule
        ? [`base: ${rule.of.map((name) => `${name} ${plain(charged.of(name))}`).join(' + ')} ${on.currency}`]
        : []),
      ...(rule?.base && on.rounding !== null ? [`${roundingWords(rule.base)}: ${plain(base)}`] : []),
      ...(!rule && group === 'tax' ? [baseWords(on, grounds, charges)] : []),
      outcome.words,
      ...(condition.kind === 'applies' && condition.words !== null ? [condition.words] : []),
      ...(rule?.inside ? [`inside its own base: ${plain(full)} ${on.currency}`] : []),
    ];
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
      words.join('; '),
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
        `${plain(partBase)} ${on.currency} × ${times} / ${by}`,
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
  const total = owed.reduce((sum, { amount }) => sum.plus(amount), ZERO);
  return {
    option: {
      basis: basis?.id ?? 'none',
      chosen: false,
      needs,
      charges,
      total: shown(applyRounding(total, on.display), on),
      exactTotal: owed.reduce((sum, { exact: full }) => sum.plus(full), ZERO).toFixed(),
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
function computeSplit(
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
      carriage: grounds.carriage && of(grounds.carriage),
      inland: of(grounds.inland),
      fees: of(grounds.fees),
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
          arithmetic: `${words}; ${charge.arithmetic}`,
        })),
        ...outside.option.charges.map((charge) => ({
          ...charge,
          part: 'out-of-quota' as const,
          arithmetic: `${words}; ${charge.arithmetic}`,
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
function choose(options: readonly ComputedOption[]): ComputedOption | null {
  return options.reduce<ComputedOption | null>(
    (best, next) => (next.supported && (best === null || next.exactTotal.lt(best.exactTotal)) ? next : best),
    null,
  );
}

const dutyOf = ({ chosen }: AssessedLine): Exact | null =>
  chosen && chosen.owed.filter(({ group }) => group === 'duty').reduce((sum, { amount }) => sum.plus(amount), ZERO);

const underRegime =
  (regime: Regime) =>
  ({ role, tariff }: Measure): boolean =>
    GROUP[role] !== 'duty' || (regime !== 'none' && (tariff ?? 'EU') === regime);

/** A line to Northern Ireland: routed first, and where the duties must be compared, assessed under both. */
function assessRouted(on: Case, placed: PlacedLine, valuation: Valuation, fees: Exact): AssessedLine {
  const { line } = placed;
  const routing = routeToNorthernIreland(
    line.origin ?? on.request.origin,
    on.book.areas['1013'] ?? [],
    on.request.northernIreland ?? {},
  );
  const under = (regime: Regime): AssessedLine => assessLine(on, placed, valuation, fees, underRegime(regime));
  const decided = (assessed: AssessedLine, regime: Regime, rule: string): AssessedLine => {
    on.notices.add(
      'duties.northern-ireland.routed',
      `line ${line.number}: ${regime === 'none' ? 'no duty' : `duty of ${regime}`}: ${rule}`,
    );
    return { ...assessed, line: { ...assessed.line, regime } };
  };
  if (routing.kind === 'question') {
    const { line: open } = under('none');
    const question = {
      code: 'northern-ireland',
      asks: `what decides whose duty is due: ${routing.flags.join(', ')}`,
      measures: [],
      answers: routing.flags,
    };
    return { line: { ...open, options: [], questions: [question] }, chosen: null, review: null };
  }
  if (routing.kind === 'regime') return decided(under(routing.regime), routing.regime, routing.rule);
  const [british, european] = [under('GB'), under('EU')];
  const [gb, eu] = [dutyOf(british), dutyOf(european)];
  const value = valuation.values.get(line.number)?.amount;
  if (gb === null || eu === null || value === undefined) return gb === null ? british : european;
  const most = value.times(AT_RISK_PERCENT).div(100);
  const difference = gb.minus(eu).abs();
  const close = difference.lte(most);
  return decided(
    close ? british : european,
    close ? 'GB' : 'EU',
    `${routing.rule}: they differ by ${plain(difference)}, ${AT_RISK_PERCENT} % of the value is ${plain(most)}`,
  );
}

function assessLine(
  on: Case,
  placed: PlacedLine,
  valuation: Valuation,
  fees: Exact,
  concerns?: (measure: Measure) => boolean,
): AssessedLine {
  const { line, pointer } = placed;
  const { request, book } = on;
  const value = valuation.values.get(line.number);
  const questions: Question[] = (valuation.questions.get(line.number) ?? []).map(({ code, asks }) => ({
    code,
    asks,
    measures: [],
    answers: [],
  }));
  const result: ResultLine = {
    number: line.number,
    customsValue:
      value && !valuation.unsolved.has(line.number)
        ? { amount: shown(value.amount, on), currency: on.currency, trace: value.trace }
        : null,
    options: [],
    questions,
  };
  const quantities = declaredQuantities(
    line.quantities,
    `${pointer}/quantities`,
    inForce(book.quantities, request.lawDate),
  );
  const selection = selectMeasures(book, placed, line.origin ?? request.origin, request.lawDate, concerns);
  if (selection.kind === 'none') {
    on.notices.add('duties.rule.none', `line ${line.number}: ${selection.why}`);
    return { line: result, chosen: null, review: selection.why };
  }
  if (selection.kind === 'question') {
    questions.push(selection.question);
    return { line: result, chosen: null, review: null };
  }
  if (!value) return { line: result, chosen: null, review: null };

  const { measures } = selection;
  for (const measure of measures) {
    if (measure.lowConfidence !== null)
      on.notices.add('duties.rule.low-confidence', `measure ${measure.id}: ${measure.lowConfidence}`);
  }
  const alternatives = alternativesOf(measures);
  const others = measures.filter((measure) => !alternatives.includes(measure));
  const carriage = valuation.carriage?.get(line.number) ?? null;
  const inland = valuation.inland?.get(line.number) ?? ZERO;
  const grounds: Grounds = { value: value.amount, carriage, inland, fees, quantities };
  const computed: ComputedOption[] = [];
  let blocked = false;
  for (const basis of alternatives.length > 0 ? alternatives : [null]) {
    const split =
      basis?.role === 'quota' && basis.quotaStatus !== 'exhausted'
        ? computeSplit(
            on,
            line,
            basis,
            measures.find(({ role }) => role === 'basic-duty'),
            others,
            grounds,
          )
        : null;
    const outcome = split ?? computeOption(on, line, basis, others, grounds);
    if (basis?.quotaStatus === 'critical')
      on.notices.add(
        'duties.quota.critical',
        `line ${line.number}: quota ${basis.quotaOrderNumber ?? basis.id} is critical, security may be taken for the difference`,
      );
    if (Array.isArray(outcome)) {
      questions.push(
        ...outcome.filter(
          (question) =>
            !questions.some((asked) => asked.asks === question.asks && asked.measures[0] === question.measures[0]),
        ),
      );
      blocked ||= basis === null || needsOf(basis, line).length === 0;
    } else computed.push(outcome);
  }
  const chosen = blocked ? null : choose(computed);
  if (chosen) chosen.option.chosen = true;
  else if (!blocked && computed.length > 0) {
    questions.push({
      code: 'support',
      asks: 'what supports one of the options: none of them stands without',
      measures: computed.map(({ option }) => option.basis),
      answers: computed.flatMap(({ option }) => option.needs),
    });
  }
  result.options = computed.map(({ option }) => option);
  return { line: result, chosen, review: null };
}

function bookFor(request: AssessmentRequest, books: readonly LoadedRuleBook[]): LoadedRuleBook {
  const found = books.find(({ book }) => book.destination === request.destination);
  if (found) return found;
  throw new Invalid('duties.destination.unknown', `no rule book stands for ${request.destination}`, {
    advice: `Destinations with rules: ${books
      .map(({ book }) => book.destination)
      .sort()
      .join(', ')}.`,
    places: [{ pointer: '/destination', reason: `${request.destination} has no rules here` }],
  });
}

function placedLines(request: AssessmentRequest): PlacedLine[] {
  const placed = request.lines.map((line, index): PlacedLine => ({ line, pointer: `/lines/${index}` }));
  const seen = new Set<number>();
  for (const { line, pointer } of placed) {
    if (seen.has(line.number)) {
      throw new Invalid('duties.line.twice', `line ${line.number} is there twice`, {
        advice: 'Number the lines of one entry apart.',
        places: [{ pointer: `${pointer}/number`, reason: `line ${line.number} was given before` }],
      });
    }
    seen.add(line.number);
  }
  return placed.sort((a, b) => a.line.number - b.line.number);
}

function totalsOf(
  on: Case,
  basis: 'CIF' | 'FOB',
  lines: readonly PlacedLine[],
  assessed: readonly AssessedLine[],
  valuation: Valuation,
  fees: EntryFees,
): NonNullable<AssessmentResult['totals']> {
  const owed = assessed.flatMap(({ chosen }) => chosen!.owed);
  const sum = (group: Group): Exact => {
    const mine = owed.filter((each) => each.group === group);
    const rounded = new Map(mine.flatMap(({ code, total }) => (total ? [[code, total] as const] : [])));
    const alone = mine.filter(({ code }) => !rounded.has(code)).reduce((total, { amount }) => total.plus(amount), ZERO);
    return [...rounded].reduce(
      (total, [code, rule]) =>
        total.plus(
          roundTo(
            mine.filter((each) => each.code === code).reduce((all, each) => all.plus(each.exact), ZERO),
            rule,
          ),
        ),
      alone,
    );
  };
  const totals = {
    duty: sum('duty'),
    excise: sum('excise'),
    fees: fees.amounts.reduce((a, b) => a.plus(b), sum('fee')),
    tax: sum('tax'),
  };
  const charged = totals.duty.plus(totals.excise).plus(totals.fees).plus(totals.tax);
  const later = [...on.later].reduce((sum, group) => sum.plus(totals[group]), ZERO);
  const print = (value: Exact): string => shown(applyRounding(value, on.display), on);
  const cost = landedCost({ request: on.request, currency: on.currency, basis, lines, valuation, charged });
  return {
    duty: print(totals.duty),
    excise: print(totals.excise),
    fees: print(totals.fees),
    tax: print(totals.tax),
    payableNow: print(charged.minus(later)),
    payableLater: print(later),
    landedCost: cost === null ? null : print(cost),
  };
}

/** Solving goes on until the value with its charges is the price to this part of a minor unit. */
const CLOSE = exact('0.000000000001');
const MOST_STEPS = 60;

/**
 * Customs value inside a price that holds duty and tax: the value v for which v and the charges of the option that would be
 * chosen are the price. The charges grow with v in straight pieces, so secants meet the price; entry fees are not in it.
 */
function takenOutOf(on: Case, placed: PlacedLine, gross: LineValue): [Exact, string[]] | null {
  const withCharges = (value: Exact): Exact | null => {
    const valuation: Valuation = {
      values: new Map([[placed.line.number, { amount: value, trace: [] }]]),
      carriage: new Map([[placed.line.number, ZERO]]),
      inland: null,
      questions: new Map(),
      unsolved: new Set(),
      insuranceUnstated: false,
    };
    const { chosen } = assessLine(on, placed, valuation, ZERO);
    return chosen && value.plus(chosen.exactTotal);
  };
  const price = gross.amount;
  let [low, high] = [ZERO, price];
  let [atLow, atHigh] = [withCharges(low), withCharges(high)];
  if (atLow === null || atHigh === null) return null;
  if (atLow.gt(price)) {
    throw new Invalid('duties.value.negative', `the charges on line ${placed.line.number} are more than its price`, {
      advice: 'Check the price, the quantities, and whether the price holds duty and tax.',
      places: [
        { pointer: `${placed.pointer}/price`, reason: 'the customs value inside the price would be below zero' },
      ],
    });
  }
  let value = high;
  for (let step = 0; step < MOST_STEPS && !atHigh.minus(atLow).isZero(); step += 1) {
    value = low.plus(price.minus(atLow).times(high.minus(low)).div(atHigh.minus(atLow)));
    const at = withCharges(value)!;
    if (at.minus(price).abs().lt(CLOSE)) break;
    if (at.lt(price)) [low, atLow] = [value, at];
    else [high, atHigh] = [value, at];
  }
  return [
    value,
    [...gross.trace, `the price holds duty and tax (DDP): ${plain(value)} and its charges are ${plain(price)}`],
  ];
}

/** The first line of a subheading bears its flat duty; further lines of it bear none. */
function flatBySubheading({ lines }: AssessmentRequest, amount: string, law: string): NonNullable<Case['flat']> {
  const seen = new Set<string>();
  const byLine = new Map<number, Exact>();
  for (const { number, commodity } of [...lines].sort((a, b) => a.number - b.number)) {
    const subheading = commodity.slice(0, 6);
    byLine.set(number, seen.has(subheading) ? ZERO : exact(amount));
    seen.add(subheading);
  }
  return { byLine, law };
}

/** Reliefs of small consignments: applied where claimed, else named in a notice. */
function reliefsOf(
  book: RuleBook,
  request: AssessmentRequest,
  value: Exact,
  notices: Notices,
): Pick<Case, 'relieved' | 'flat'> {
  const relieved = new Map<Group, string>();
  let flat: Case['flat'] = null;
  for (const relief of inForce(book.reliefs, request.lawDate)) {
    const reaches =
      (relief.origins?.includes(request.origin) ?? true) &&
      !(relief.otherOrigins?.includes(request.origin) ?? false) &&
      (relief.transport === undefined ||
        (request.transport !== undefined && relief.transport.includes(request.transport))) &&
      !request.lines.some(({ commodity }) => relief.exceptCommodities?.some((code) => commodity.startsWith(code)));
    if (!reaches) continue;
    const foreign = relief.currency !== undefined && relief.currency !== book.currency;
    const known =
      !foreign ||
      request.fx.some(({ from, to }) => [from, to].includes(relief.currency!) && [from, to].includes(book.currency));
    if (!known) {
      notices.add('duties.relief.not-applied', `${relief.says} (no rate of ${relief.currency} was given to compare)`);
      continue;
    }
    const limit = foreign
      ? convert(exact(relief.upTo), relief.currency!, book.currency, request.fx, '/fx').exact
      : exact(relief.upTo);
    if (value.gt(limit)) continue;
    const claimed = request.reliefs?.includes(relief.code) ?? false;
    if (!claimed || !(relief.relieves || relief.flatDuty)) {
      notices.add('duties.relief.not-applied', `${relief.says} Not claimed (${relief.code}): computed in full.`);
      continue;
    }
    notices.lowConfidence('relief', relief);
    notices.add('duties.relief.applied', relief.says);
    for (const group of relief.relieves ?? []) relieved.set(group, relief.says);
    if (relief.flatDuty !== undefined) flat = flatBySubheading(request, relief.flatDuty, relief.law);
  }
  return { relieved, flat };
}

function laterOf(book: RuleBook, request: AssessmentRequest, notices: Notices): Set<'duty' | 'excise' | 'tax'> {
  const later = new Set<'duty' | 'excise' | 'tax'>();
  for (const [group, kind] of [
    ['tax', request.payment?.vat],
    ['duty', request.payment?.duty],
    ['excise', request.payment?.duty],
  ] as const) {
    if (kind === undefined) continue;
    const rule = inForce(book.deferrals, request.lawDate).find(
      (each) => each.kind === kind && each.covers.includes(group),
    );
    if (!rule) {
      notices.add(
        'duties.deferral.unknown',
        `${book.set} ${book.version} holds no rule by which ${group} is ${kind} on ${request.lawDate}`,
      );
      continue;
    }
    later.add(group);
    notices.add('duties.deferral.applied', rule.says);
    notices.lowConfidence('payment', rule);
  }
  return later;
}

const one = <R extends { from: LegalDate; to: LegalDate | null }>(rows: readonly R[], on: LegalDate): R | null =>
  inForce(rows, on)[0] ?? null;

/**
 * What is due on an entry, why, and what would be possible. Pure: the same request and the same rule books give the same
 * result, byte for byte in canonical JSON; the order of lines and of given measures does not matter.
 *
 * Amounts are in the destination's currency. Too little knowledge gives questions, no rule gives `NEEDS_REVIEW`; then
 * `totals` is null. It is never a guess and never a zero that means "unknown".
 *
 * @param request checked by the contract's schema
 * @param books   at most one for each destination
 * @param assessmentId of a stored assessment; null for a preview
 * @throws Invalid with the place: `duties.destination.unknown`, `duties.line.twice`, `duties.currency.no-rate`, `duties.unit.unknown`,
 *         `duties.quantity.contradicts`, `duties.expression.unreadable`, `duties.measure.no-expression`, `duties.measure.twice`,
 *         `duties.incoterm.not-served`, `duties.value.negative`
 */
export function assess(
  request: AssessmentRequest,
  books: readonly LoadedRuleBook[],
  assessmentId: string | null = null,
): AssessmentResult {
  const { book, digest } = bookFor(request, books);
  const lines = placedLines(request);
  const { currency } = book;
  const notices = new Notices();
  const head = {
    assessmentId,
    destination: request.destination,
    currency,
    lawDate: request.lawDate,
    rules: [{ set: book.set, version: book.version, digest }, ...book.shared],
  };
  const basis = one(book.customsValue, request.lawDate);
  const policy = one(book.rounding, request.lawDate);
  if (!basis || !policy) {
    notices.add(
      'duties.rule.none',
      `${book.set} ${book.version} holds no rule of customs value and rounding on ${request.lawDate}`,
    );
    const empty = lines.map(({ line }) => ({ number: line.number, customsValue: null, options: [], questions: [] }));
    return { ...head, status: 'NEEDS_REVIEW', lines: empty, entryCharges: [], totals: null, notices: notices.sorted() };
  }
  const display = { mode: 'half-up' as const, places: minorUnits(currency) };
  const blank = {
    request,
    book,
    currency,
    notices: new Notices(),
    chargeRules: inForce(book.charges, request.lawDate),
  };
  const valuation = valueLines(request, lines, {
    basis: basis.basis,
    currency,
    rounding: request.rounding === 'authority' ? policy.customsValue : null,
    solve: (number, gross) => {
      const unrounded: Case = {
        ...blank,
        rounding: null,
        display: { rule: display, feedsRounded: false, words: '' },
        relieved: new Map(),
        flat: null,
        later: new Set(),
      };
      return takenOutOf(
        unrounded,
        lines.find(({ line }) => line.number === number)!,
        gross,
      );
    },
  });
  const valued = lines.every(({ line }) => valuation.values.has(line.number)) && valuation.unsolved.size === 0;
  const entryValue = [...valuation.values.values()].reduce((sum, { amount }) => sum.plus(amount), ZERO);
  const on: Case = {
    request,
    book,
    currency,
    rounding: request.rounding === 'authority' ? policy : null,
    display: { rule: display, feedsRounded: false, words: `not rounded inside; shown ${roundingWords(display)}` },
    notices,
    chargeRules: inForce(book.charges, request.lawDate),
    ...(valued ? reliefsOf(book, request, entryValue, notices) : { relieved: new Map(), flat: null }),
    later: laterOf(book, request, notices),
  };
  notices.lowConfidence('customs value', basis);
  if (on.rounding) notices.lowConfidence('rounding', policy);
  for (const each of on.chargeRules) notices.lowConfidence(`base of ${each.code}`, each);
  for (const gap of inForce(book.gaps, request.lawDate)) notices.add('duties.rule.incomplete', gap.says);
  if (valuation.insuranceUnstated)
    notices.add('duties.value.insurance-unstated', 'No insurance was stated: none was taken into the value.');

  const fees: EntryFees =
    valued && !on.relieved.has('fee')
      ? entryFees(book, {
          base: entryValue,
          freight: request.charges.freight
            ? convert(
                exact(request.charges.freight.amount),
                request.charges.freight.currency,
                currency,
                request.fx,
                '/charges/freight/currency',
              ).exact
            : null,
          lines: lines.length,
          currency,
          on: request.entryDate ?? request.lawDate,
          entryType: request.entryType,
          transport: request.transport,
          rounding: roundingOf(on, 'fee'),
        })
      : { charges: [], amounts: [], unknown: [], lowConfidence: [], questions: [] };
  const feeShares = shareOut(
    money(
      fees.amounts.reduce((a, b) => a.plus(b), ZERO),
      currency,
    ),
    lines.map(({ line }) => valuation.values.get(line.number)?.amount.toFixed() ?? '0'),
  );
  const toNorthernIreland = request.destination === 'XI';
  const assessed = lines.map((line, index) =>
    (toNorthernIreland ? assessRouted : assessLine)(on, line, valuation, exact(feeShares[index]!.amount)),
  );
  for (const why of fees.lowConfidence) notices.add('duties.rule.low-confidence', why);
  for (const why of fees.unknown) notices.add('duties.fee.undecided', why);
  for (const { code, asks } of fees.questions)
    assessed[0]!.line.questions.push({
      code,
      asks,
      measures: [],
      answers: code === 'transport' ? ['ocean', 'air', 'road', 'rail', 'post', 'inland-waterway'] : [],
    });
  const needsReview = fees.unknown.length > 0 || assessed.some(({ review }) => review !== null);
  const open = fees.questions.length > 0 || assessed.some(({ chosen }) => chosen === null);
  const status = needsReview ? 'NEEDS_REVIEW' : open ? 'QUESTIONS' : 'ASSESSED';
  const regimes = new Set(assessed.map(({ line }) => line.regime));
  return {
    ...head,
    status,
    ...(toNorthernIreland ? { regime: regimes.size === 1 ? ([...regimes][0] ?? null) : null } : {}),
    lines: assessed.map(({ line }) => line),
    entryCharges: fees.charges,
    totals: status === 'ASSESSED' ? totalsOf(on, basis.basis, lines, assessed, valuation, fees) : null,
    notices: notices.sorted(),
  };
}
