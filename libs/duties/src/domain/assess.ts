import type { AssessmentRequest, AssessmentResult, MeasureRole } from '@tidewaiter/contracts';
import { exact, Invalid, minorUnits, type Exact, type LegalDate } from '@tidewaiter/kernel';
import { valueLines, type PlacedLine, type Valuation } from './customs-value.js';
import { entryFees, type EntryFees } from './entry-fees.js';
import { evaluate } from './evaluate.js';
import { landedCost } from './landed-cost.js';
import { alternativesOf, needsOf, selectMeasures, type Measure } from './measures.js';
import { declaredQuantities, type DeclaredQuantities } from './quantities.js';
import { applyRounding, roundingWords, type RoundingRule } from './rounding.js';
import { inForce, type LoadedRuleBook, type RuleBook } from './rule-book.js';
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

interface ComputedOption {
  option: Option;
  /** what the entry's totals take from it, already rounded as owed */
  byGroup: Record<Group, Exact>;
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

const unitQuestion = (unit: string, measure: Measure): Question => ({
  code: 'quantity',
  asks: `${unitOf(unit)!.asks} (unit ${unit})`,
  measures: [measure.id],
  answers: [],
});

interface Grounds {
  value: Exact;
  quantities: DeclaredQuantities;
}

/** The charges of one alternative: itself, what is added to it, and the tax on the sum. */
function computeOption(
  on: Case,
  line: PlacedLine['line'],
  basis: Measure | null,
  others: readonly Measure[],
  grounds: Grounds,
): ComputedOption | Question[] {
  const charges: Charge[] = [];
  const questions: Question[] = [];
  const byGroup: Record<Group, Exact> = { duty: ZERO, excise: ZERO, fee: ZERO, tax: ZERO };
  let total = ZERO;
  let exactTotal = ZERO;
  let carried = grounds.value;
  for (const measure of [...(basis ? [basis] : []), ...others]) {
    const group = GROUP[measure.role];
    const base = group === 'tax' ? carried : grounds.value;
    const outcome = evaluate(measure.components, {
      ...grounds,
      base,
      currency: on.currency,
      rates: on.request.fx,
      pointer: measure.pointer,
    });
    if (outcome.kind === 'missing') {
      questions.push(...outcome.units.map((unit) => unitQuestion(unit, measure)));
      continue;
    }
    const rounding = roundingOf(on, group);
    const amount = applyRounding(outcome.exact, rounding);
    charges.push({
      measure: measure.id,
      role: measure.role,
      code: on.book.taxTypes[measure.role] ?? measure.role,
      legalBasis: measure.legalBasis,
      expression: measure.expression,
      base: shown(base, on),
      exact: outcome.exact.toFixed(),
      amount: shown(amount, on),
      arithmetic: group === 'tax' ? `${baseWords(on, grounds.value, charges)}; ${outcome.words}` : outcome.words,
      rounding: rounding.words,
    });
    const owed = rounding.feedsRounded ? amount : outcome.exact;
    if (group !== 'tax') carried = carried.plus(owed);
    byGroup[group] = byGroup[group].plus(owed);
    total = total.plus(owed);
    exactTotal = exactTotal.plus(outcome.exact);
  }
  if (questions.length > 0) return questions;
  const needs = basis ? needsOf(basis, line) : [];
  return {
    option: {
      basis: basis?.id ?? 'none',
      chosen: false,
      needs,
      charges,
      total: shown(applyRounding(total, on.display), on),
      exactTotal: exactTotal.toFixed(),
    },
    byGroup,
    exactTotal: total,
    supported: needs.length === 0,
  };
}

const baseWords = (on: Case, value: Exact, charges: readonly Charge[]): string =>
  charges.length === 0
    ? `base: customs value ${plain(value)} ${on.currency}`
    : `base: customs value ${plain(value)} + ${charges.map(({ code, amount, exact: full }) => `${on.rounding?.feeds === 'rounded' ? amount : full} (${code})`).join(' + ')} ${on.currency}`;

/** The cheapest that the papers support; of equals the third country duty, which needs no proof. */
function choose(options: readonly ComputedOption[]): ComputedOption | null {
  return options.reduce<ComputedOption | null>(
    (best, next) => (next.supported && (best === null || next.exactTotal.lt(best.exactTotal)) ? next : best),
    null,
  );
}

function assessLine(on: Case, placed: PlacedLine, valuation: Valuation): AssessedLine {
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
    customsValue: value ? { amount: shown(value.amount, on), currency: on.currency, trace: value.trace } : null,
    options: [],
    questions,
  };
  const quantities = declaredQuantities(line.quantities, `${pointer}/quantities`);
  const selection = selectMeasures(book, placed, line.origin ?? request.origin, request.lawDate);
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
  const grounds: Grounds = { value: value.amount, quantities };
  const computed: ComputedOption[] = [];
  let blocked = false;
  for (const basis of alternatives.length > 0 ? alternatives : [null]) {
    const outcome = computeOption(on, line, basis, others, grounds);
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
  const sum = (group: Group): Exact => assessed.reduce((total, { chosen }) => total.plus(chosen!.byGroup[group]), ZERO);
  const totals = {
    duty: sum('duty'),
    excise: sum('excise'),
    fees: fees.amounts.reduce((a, b) => a.plus(b), sum('fee')),
    tax: sum('tax'),
  };
  const charged = totals.duty.plus(totals.excise).plus(totals.fees).plus(totals.tax);
  const print = (value: Exact): string => shown(applyRounding(value, on.display), on);
  const cost = landedCost({ request: on.request, currency: on.currency, basis, lines, valuation, charged });
  return {
    duty: print(totals.duty),
    excise: print(totals.excise),
    fees: print(totals.fees),
    tax: print(totals.tax),
    payableNow: print(charged),
    payableLater: print(ZERO),
    landedCost: cost === null ? null : print(cost),
  };
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
    rules: [{ set: book.set, version: book.version, digest }],
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
  const on: Case = {
    request,
    book,
    currency,
    rounding: request.rounding === 'authority' ? policy : null,
    display: { rule: display, feedsRounded: false, words: `not rounded inside; shown ${roundingWords(display)}` },
    notices,
  };
  notices.lowConfidence('customs value', basis);
  if (on.rounding) notices.lowConfidence('rounding', policy);
  for (const gap of inForce(book.gaps, request.lawDate)) notices.add('duties.rule.incomplete', gap.says);

  const valuation = valueLines(request, lines, {
    basis: basis.basis,
    currency,
    rounding: on.rounding?.customsValue ?? null,
  });
  if (valuation.insuranceUnstated)
    notices.add('duties.value.insurance-unstated', 'No insurance was stated: none was taken into the value.');
  const assessed = lines.map((line) => assessLine(on, line, valuation));

  const valued = lines.every(({ line }) => valuation.values.has(line.number));
  const entryValue = [...valuation.values.values()].reduce((sum, { amount }) => sum.plus(amount), ZERO);
  const fees: EntryFees = valued
    ? entryFees(book, {
        named: (of) => (of === 'customsValue' ? entryValue : undefined),
        valueWithout: (of) => (of === 'customsValue' ? entryValue : undefined),
        lines: lines.length,
        currency,
        on: request.entryDate ?? request.lawDate,
        entryType: request.entryType,
        transport: request.transport,
        rounding: () => roundingOf(on, 'fee'),
      })
    : { charges: [], amounts: [], unknown: [], lowConfidence: [], questions: [], unknownCodes: [] };
  for (const why of fees.lowConfidence) notices.add('duties.rule.low-confidence', why);
  for (const why of fees.unknown) notices.add('duties.fee.undecided', why);
  for (const asks of fees.questions)
    assessed[0]!.line.questions.push({
      code: 'transport',
      asks,
      measures: [],
      answers: ['ocean', 'air', 'road', 'rail', 'post', 'inland-waterway'],
    });
  if (valued) {
    for (const relief of inForce(book.reliefs, request.lawDate)) {
      if (entryValue.lte(relief.upTo)) notices.add('duties.relief.not-applied', relief.says);
    }
  }

  const needsReview = fees.unknown.length > 0 || assessed.some(({ review }) => review !== null);
  const open = fees.questions.length > 0 || assessed.some(({ chosen }) => chosen === null);
  const status = needsReview ? 'NEEDS_REVIEW' : open ? 'QUESTIONS' : 'ASSESSED';
  return {
    ...head,
    status,
    lines: assessed.map(({ line }) => line),
    entryCharges: fees.charges,
    totals: status === 'ASSESSED' ? totalsOf(on, basis.basis, lines, assessed, valuation, fees) : null,
    notices: notices.sorted(),
  };
}
