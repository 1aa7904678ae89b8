import { MEASURE_ROLES, type AssessmentRequest, type DutyComponent, type MeasureRole } from '@tidewaiter/contracts';
import { Invalid, type LegalDate } from '@tidewaiter/kernel';
import type { PlacedLine } from './customs-value.js';
import { parseExpression, printExpression } from './expression.js';
import { inForce, isInForce, type ChargeRule, type RuleBook, type RuleBookMeasure } from './rule-book.js';
import { unknownUnit, type DeclaredQuantities } from './quantities.js';
import { unitOf } from './units.js';

export interface Measure {
  id: string;
  role: MeasureRole;
  /** the tariff's own type, which decides what the charge is counted on where the rule book says so */
  type: string | null;
  /** country or group that it was made for */
  area: string | null;
  legalBasis: string;
  expression: string;
  components: DutyComponent[];
  /** place of the expression in the request, for errors in evaluating it; null: of the tariff, found by the line's commodity */
  pointer: string | null;
  /** what the declaration must name and support; null: nothing */
  claim: { preferenceCodes: RegExp; words: string; proofs: string[] | null } | null;
  additionalCode: string | null;
  /** of the tax, such as VATR; null: the standard rate */
  option: string | null;
  lowConfidence: string | null;
  conditions: GivenMeasure['conditions'];
  quotaStatus: GivenMeasure['quotaStatus'];
  quotaBalance: GivenMeasure['quotaBalance'];
  quotaOrderNumber: string | undefined;
  /** Northern Ireland: whose duty it is */
  tariff: 'GB' | 'EU' | undefined;
  meursingCode: string | undefined;
}

export interface MeasureQuestion {
  code: 'commodity' | 'additional-code' | 'basic-duty' | 'vat-option';
  asks: string;
  measures: string[];
  answers: string[];
}

export type Selection =
  | { kind: 'measures'; measures: Measure[] }
  | { kind: 'question'; question: MeasureQuestion }
  /** no rule stands for the commodity on the date */
  | { kind: 'none'; why: string };

type GivenMeasure = NonNullable<AssessmentRequest['lines'][number]['measures']>[number];

export const isAlternative = (role: MeasureRole): boolean =>
  role === 'basic-duty' || role === 'preference' || role === 'quota' || role === 'suspension';
export const alternativesOf = (measures: readonly Measure[]): Measure[] =>
  measures.filter(({ role }) => isAlternative(role));

/** Without conditions of its own, a given preference is claimed by a code of its family; a preference needs a proof too. */
function claimOfGiven(role: MeasureRole): Measure['claim'] {
  if (role === 'preference')
    return { preferenceCodes: /^[2-9]\d\d$/, words: 'a preference code (200 or above)', proofs: null };
  if (role === 'quota')
    return {
      preferenceCodes: /^\d2[0358]$/,
      words: 'a preference code of quotas (120, 123, 125, 128, 220, 320 …)',
      proofs: [],
    };
  if (role === 'suspension') return { preferenceCodes: /^11\d$/, words: 'preference code 110, 115 or 119', proofs: [] };
  return null;
}

function componentsOf(given: GivenMeasure, pointer: string): { components: DutyComponent[]; pointer: string } {
  if (given.components) {
    given.components.forEach(({ term }, index) => {
      if (term.kind !== 'specific') return;
      term.per.forEach(({ unit }, at) => {
        if (!unitOf(unit)) throw unknownUnit(unit, `${pointer}/components/${index}/term/per/${at}/unit`);
      });
    });
    return { components: given.components, pointer: `${pointer}/components` };
  }
  if (given.expression !== undefined) {
    return { components: parseExpression(given.expression, `${pointer}/expression`), pointer: `${pointer}/expression` };
  }
  throw new Invalid('duties.measure.no-expression', `measure ${given.id} has neither an expression nor components`, {
    advice: 'Give the text the tariff publishes, or its components.',
    places: [{ pointer, reason: 'expression or components expected' }],
  });
}

/** A measure without a type may name its charge by its id, as “pis” or “sws” do. */
const typeNamed = ({ id, role }: GivenMeasure, rules: readonly ChargeRule[]): string | null =>
  rules.find((rule) => rule.role === role && rule.type === id.toUpperCase())?.type ?? null;

function given(measures: readonly GivenMeasure[], pointer: string, rules: readonly ChargeRule[]): Measure[] {
  const seen = new Set<string>();
  return measures.map((measure, index) => {
    const place = `${pointer}/measures/${index}`;
    if (seen.has(measure.id)) {
      throw new Invalid('duties.measure.twice', `measure ${measure.id} is on the line twice`, {
        advice: 'Give each measure an id of its own: charges name it.',
        places: [{ pointer: `${place}/id`, reason: `${measure.id} was given before` }],
      });
    }
    seen.add(measure.id);
    const { components, pointer: place2 } = componentsOf(measure, place);
    checkActions(measure.conditions, place);
    return {
      id: measure.id,
      role: measure.role,
      type: measure.type ?? typeNamed(measure, rules),
      area: measure.area ?? null,
      legalBasis: measure.legalBasis ?? 'given with the request',
      expression: measure.expression ?? printExpression(components),
      components,
      pointer: place2,
      claim: claimOfGiven(measure.role),
      additionalCode: measure.additionalCode ?? measure.exciseCode ?? null,
      option: measure.option ?? null,
      lowConfidence: null,
      conditions: measure.conditions,
      quotaStatus: measure.quotaStatus,
      quotaBalance: measure.quotaBalance,
      quotaOrderNumber: measure.quotaOrderNumber,
      tariff: measure.tariff,
      meursingCode: measure.meursingCode,
    };
  });
}

const covers = (book: RuleBook, area: string, origin: string): boolean =>
  book.areas[area] === null || (book.areas[area]?.includes(origin) ?? false);

/** A rate of a tax for some goods (food) stands in place of the one for all goods. */
const isNearerRate = (nearer: RuleBookMeasure, row: RuleBookMeasure): boolean =>
  nearer.role === 'vat' && nearer.type === row.type && nearer.commodity.length > row.commodity.length;

function measureOf(row: RuleBookMeasure): Measure {
  const { claim } = row;
  return {
    id: row.id,
    role: row.role,
    type: row.type,
    area: row.area,
    legalBasis: row.law,
    expression: row.expression,
    components: parseExpression(row.expression),
    pointer: null,
    claim: claim
      ? {
          preferenceCodes: new RegExp(`^${claim.preferenceCode}$`),
          words: `preference code ${claim.preferenceCode}`,
          proofs: claim.proofs,
        }
      : null,
    additionalCode: row.additionalCode ?? null,
    option: row.option ?? null,
    lowConfidence: row.confidence === 'low' ? (row.note ?? row.law) : null,
    conditions: row.conditions,
    quotaStatus: row.quotaStatus,
    quotaBalance: undefined,
    quotaOrderNumber: row.quotaOrderNumber,
    tariff: row.tariff,
    meursingCode: undefined,
  };
}

const byKey = <R>(rows: readonly R[], keyOf: (row: R) => string): Map<string, R[]> => {
  const found = new Map<string, R[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const same = found.get(key);
    if (same) same.push(row);
    else found.set(key, [row]);
  }
  return found;
};

const MOST_REMEMBERED = 10_000;

/** Rows of a book by the code they stand at: what a line costs follows the length of its code, not the size of the tariff. */
class Shelf {
  private static readonly kept = new WeakMap<RuleBook, Shelf>();

  static of(book: RuleBook): Shelf {
    const kept = Shelf.kept.get(book) ?? new Shelf(book);
    Shelf.kept.set(book, kept);
    return kept;
  }

  private readonly codes: Map<string, RuleBook['commodities']>;
  private readonly rows: Map<string, RuleBookMeasure[]>;
  private readonly read = new Map<RuleBookMeasure, Measure>();
  private readonly selected = new Map<string, Selection>();

  private constructor(book: RuleBook) {
    this.codes = byKey(book.commodities, ({ code }) => code);
    this.rows = byKey(book.measures, ({ commodity }) => commodity);
  }

  knows(commodity: string, on: LegalDate): boolean {
    return this.above(this.codes, commodity).some((row) => isInForce(row, on));
  }

  measuresOf(commodity: string, on: LegalDate): RuleBookMeasure[] {
    return inForce(this.above(this.rows, commodity), on);
  }

  measure(row: RuleBookMeasure): Measure {
    const measure = this.read.get(row) ?? measureOf(row);
    this.read.set(row, measure);
    return measure;
  }

  /** What was selected before for the same goods, origin, day and answers is selected again: a book does not change. */
  remembered(key: string, select: () => Selection): Selection {
    const before = this.selected.get(key);
    if (before) return before;
    const selection = select();
    if (this.selected.size === MOST_REMEMBERED) this.selected.clear();
    this.selected.set(key, selection);
    return selection;
  }

  /** What stands at the code and at each beginning of it. */
  private above<R>(rows: Map<string, R[]>, commodity: string): R[] {
    const found: R[] = [];
    for (let length = 0; length <= commodity.length; length += 1)
      found.push(...(rows.get(commodity.slice(0, length)) ?? []));
    return found;
  }
}

function stored(book: RuleBook, { line }: PlacedLine, origin: string, on: LegalDate): Selection {
  const { commodity } = line;
  const shelf = Shelf.of(book);
  if (!shelf.knows(commodity, on)) {
    const below = inForce(book.commodities, on).filter(({ code }) => code.startsWith(commodity));
    if (below.length > 0) {
      return {
        kind: 'question',
        question: {
          code: 'commodity',
          asks: `which code below ${commodity} the goods belong to: this one is not declarable`,
          measures: [],
          answers: below.map(({ code, description }) => `${code} ${description}`),
        },
      };
    }
    return { kind: 'none', why: `${book.set} ${book.version} holds no commodity ${commodity} on ${on}` };
  }
  const rows = shelf.measuresOf(commodity, on).filter(({ area }) => covers(book, area, origin));
  const measures = rows
    .filter((row) => row.role !== 'vat' || !rows.some((other) => isNearerRate(other, row)))
    .map((row) => shelf.measure(row));
  if (!measures.some(({ role }) => role === 'basic-duty')) {
    return { kind: 'none', why: `${book.set} ${book.version} holds no third country duty for ${commodity} on ${on}` };
  }
  return { kind: 'measures', measures };
}

/** What the line answers to the question which of several measures of one role is its own. */
const statedCodes = ({ additionalCodes, exciseCode }: PlacedLine['line']): string[] => [
  ...additionalCodes,
  // the tariff writes X419, the declaration's tax type is 419
  ...(exciseCode === undefined
    ? []
    : [exciseCode, exciseCode.startsWith('X') ? exciseCode.slice(1) : `X${exciseCode}`]),
];

/** The answer that none of the codes is the line's own. */
const NO_CODE = 'none';
/** Name of the option without a code of its own. */
const STANDARD = 'VAT';

/** Taxes that differ by option apply by the one the line answers with. */
function byVatOption(measures: readonly Measure[], { vatOption, additionalCodes }: PlacedLine['line']): Selection {
  const taxes = measures.filter(({ role }) => role === 'vat');
  if (taxes.every(({ option }) => option === null)) return { kind: 'measures', measures: [...measures] };
  const stated = vatOption === undefined ? additionalCodes : [vatOption];
  const chosen = taxes.filter(({ option }) => stated.includes(option ?? STANDARD));
  if (chosen.length > 0)
    return { kind: 'measures', measures: measures.filter((each) => each.role !== 'vat' || chosen.includes(each)) };
  return {
    kind: 'question',
    question: {
      code: 'vat-option',
      asks: 'which rate of the tax the goods fall under (vatOption)',
      measures: taxes.map(({ id }) => id),
      answers: taxes.map(({ option }) => option ?? STANDARD),
    },
  };
}

/** Measures that differ by additional code apply by the one the line names; none named is a question, not a choice. */
function byAdditionalCode(measures: readonly Measure[], stated: readonly string[]): Selection {
  const applying = measures.filter(({ additionalCode }) => additionalCode === null || stated.includes(additionalCode));
  const open = MEASURE_ROLES.map((role) => measures.filter((measure) => measure.role === role)).find(
    (sameRole) =>
      !stated.includes(NO_CODE) &&
      sameRole.some(({ additionalCode }) => additionalCode !== null) &&
      !sameRole.some((measure) => applying.includes(measure)),
  );
  if (open) {
    return {
      kind: 'question',
      question: {
        code: 'additional-code',
        asks: 'the additional code: it decides which of these measures applies',
        measures: open.map(({ id }) => id),
        answers: [...open.map(({ additionalCode }) => additionalCode!), NO_CODE],
      },
    };
  }
  const basic = applying.filter(({ role }) => role === 'basic-duty');
  if (basic.length > 1) {
    return {
      kind: 'question',
      question: {
        code: 'basic-duty',
        asks: 'which third country duty applies: there are several',
        measures: basic.map(({ id }) => id),
        answers: basic.map(({ id }) => id),
      },
    };
  }
  return { kind: 'measures', measures: applying };
}

/** By role, then in the order in which the rule book names the charges (each counted on the ones before), then by id. */
const order = (measure: Measure, rules: readonly ChargeRule[]): string => {
  const named = rules.findIndex(({ role, type }) => role === measure.role && type === measure.type);
  return [MEASURE_ROLES.indexOf(measure.role), named < 0 ? rules.length : named]
    .map((position) => String(position).padStart(3, '0'))
    .concat(measure.id)
    .join(' ');
};

const standsOn = ({ validFrom, validTo }: GivenMeasure, on: LegalDate): boolean =>
  isInForce({ from: validFrom ?? on, to: validTo ?? null }, on);

/**
 * Measures of a line on a date: those given with it, else those of the rule book for its commodity (children inherit) and
 * origin. In the order of their roles, then of their ids, so that the order in which they were given does not matter.
 *
 * @param concerns leaves out what a regime does not collect
 * @throws Invalid `duties.measure.no-expression`, `duties.measure.twice`, `duties.expression.unreadable`, `duties.unit.unknown`
 */
export function selectMeasures(
  book: RuleBook,
  line: PlacedLine,
  origin: string,
  on: LegalDate,
  concerns?: (measure: Measure) => boolean,
): Selection {
  const { commodity, measures, vatOption = '' } = line.line;
  const stated = statedCodes(line.line);
  const answered = (found: Selection): Selection =>
    found.kind === 'measures' ? byAnswers(found.measures, line.line, stated, inForce(book.charges, on)) : found;
  if (measures) {
    const out = new Set(measures.filter((each) => !standsOn(each, on)).map(({ id }) => id));
    const found = given(measures, line.pointer, inForce(book.charges, on)).filter(({ id }) => !out.has(id));
    return answered({ kind: 'measures', measures: concerns ? found.filter(concerns) : found });
  }
  if (!concerns) {
    const key = [commodity, origin, on, vatOption, ...stated].join(' ');
    return Shelf.of(book).remembered(key, () => answered(stored(book, line, origin, on)));
  }
  const found = stored(book, line, origin, on);
  return answered(found.kind === 'measures' ? { kind: 'measures', measures: found.measures.filter(concerns) } : found);
}

/** Those of the measures that the line's answers leave, in order; or what must be asked. */
function byAnswers(
  measures: readonly Measure[],
  line: PlacedLine['line'],
  stated: readonly string[],
  rules: readonly ChargeRule[],
): Selection {
  const coded = byAdditionalCode(measures, stated);
  if (coded.kind !== 'measures') return coded;
  const selected = byVatOption(coded.measures, line);
  if (selected.kind !== 'measures') return selected;
  const sorted = selected.measures
    .map((measure) => ({ measure, key: order(measure, rules) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { kind: 'measures', measures: sorted.map(({ measure }) => measure) };
}

/** What the line would still have to name or hold before the measure may be used; empty when it is supported. */
export function needsOf(measure: Measure, line: PlacedLine['line']): string[] {
  const { claim } = measure;
  const needs: string[] = measure.quotaStatus === 'exhausted' ? ['a quota that is not exhausted'] : [];
  if (!claim) return needs;
  const code = line.preference?.code;
  const papers = [...papersOn(line)];
  const anyProofCounts = claim.proofs === null;
  // a measure that names the document it wants by condition asks for that one, and for no other proof
  const named = (measure.conditions ?? []).flatMap(({ document, action }) =>
    document && APPLIES.has(action) ? [document] : [],
  );
  const proved = anyProofCounts
    ? named.length > 0 || line.preference?.proof !== undefined
    : claim.proofs!.length === 0 || claim.proofs!.some((proof) => papers.includes(proof));
  // papers on the line support a stored preference even when no code was claimed yet; another code claims something else
  const supportedByPapers =
    (proved && !anyProofCounts && claim.proofs!.length > 0) || named.some((document) => papers.includes(document));
  if (code === undefined ? !supportedByPapers : !claim.preferenceCodes.test(code)) needs.push(claim.words);
  if (!proved) needs.push(anyProofCounts ? 'a proof of origin' : `document ${claim.proofs!.join(' or ')}`);
  return needs;
}

const ABSENT: ReadonlySet<string> = new Set(['absent', 'none']);

/** Documents that the goods have; one whose status says that it is absent was asked for and is not there. */
function papersOn({ documents = [], preference }: PlacedLine['line']): Set<string> {
  const held = documents.filter(({ status }) => status === undefined || !ABSENT.has(status.toLowerCase()));
  return new Set([...held.map(({ code }) => code), ...(preference?.proof ? [preference.proof.document] : [])]);
}

/** The declaration is not taken at all. */
const STOPS = '08';
const APPLIES = new Set(['01', '24', '25', '26', '27', '28', '29', '34', '36']);
const DOES_NOT = new Set(['04', '05', '06', '07', '08', '09', '10', '16', '30']);

/** @throws Invalid `duties.condition.action-unknown`: whether the measure applies would be a guess */
function checkActions(conditions: Measure['conditions'], pointer: string): void {
  conditions?.forEach(({ action }, index) => {
    if (APPLIES.has(action) || DOES_NOT.has(action)) return;
    throw new Invalid('duties.condition.action-unknown', `the action code ${action} of a condition is not known`, {
      advice: 'Known: 01, 24 to 29, 34 and 36 (the measure applies), 04 to 10, 16 and 30 (it does not).',
      places: [{ pointer: `${pointer}/conditions/${index}/action`, reason: `unknown action ${action}` }],
    });
  });
}

export type ConditionOutcome =
  | { kind: 'applies'; components: DutyComponent[] | null; words: string | null }
  /** `stops`: the declaration is not taken without what is needed, whatever else is due */
  | { kind: 'not'; needs: string[]; stops: boolean; words: string }
  | { kind: 'missing'; unit: string }
  /** nobody was asked yet which of these documents the goods have */
  | { kind: 'open'; documents: string[] };

/**
 * Whether the measure's conditions let it apply to the line. Of each condition code the first that is met decides, and every code
 * must let it apply: that is what the tariff has several codes for. Three states are kept apart: a line without `documents` was not asked,
 * one whose `documents` lack the code was asked and has it not, and present. Components of a document go before those of a threshold.
 */
export function conditionsOf(
  measure: Measure,
  line: PlacedLine['line'],
  quantities: DeclaredQuantities,
): ConditionOutcome {
  if (!measure.conditions) return { kind: 'applies', components: null, words: null };
  const papers = papersOn(line);
  const unasked: string[] = [];
  const deciding: Condition[] = [];
  const needs: string[] = [];
  const refusals: string[] = [];
  let stops = false;
  for (const code of new Set(measure.conditions.map((condition) => condition.code))) {
    const sameCode = measure.conditions.filter((condition) => condition.code === code);
    const first = firstMet(sameCode, papers, quantities);
    if (first !== undefined && 'unknown' in first) return { kind: 'missing', unit: first.unknown };
    const wanted = sameCode.flatMap(({ document }) => document ?? []);
    if (line.documents === undefined && wanted.length > 0 && !first?.document && !first?.threshold) {
      unasked.push(...wanted);
      continue;
    }
    if (first && APPLIES.has(first.action)) {
      deciding.push(first);
      continue;
    }
    stops ||= first?.action === STOPS;
    refusals.push(`condition ${code}: ${first ? `${wordsOf(first)}, action ${first.action}` : 'none of it is met'}`);
    needs.push(
      ...sameCode
        .filter(({ document, action }) => document && APPLIES.has(action))
        .map(({ document }) => `document ${document}`),
    );
  }
  if (refusals.length > 0) return { kind: 'not', needs, stops, words: refusals.join('; ') };
  if (unasked.length > 0) return { kind: 'open', documents: [...new Set(unasked)] };
  const [chosen] = [...deciding.filter(({ document }) => document), ...deciding].filter(({ components }) => components);
  return {
    kind: 'applies',
    components: chosen?.components ?? null,
    words: deciding.map((each) => `condition ${each.code}: ${wordsOf(each)}, action ${each.action}`).join('; '),
  };
}

function firstMet(
  conditions: readonly Condition[],
  papers: ReadonlySet<string>,
  quantities: DeclaredQuantities,
): Condition | { unknown: string } | undefined {
  for (const condition of conditions) {
    const met = isMet(condition, papers, quantities);
    if (met === 'unknown') return { unknown: condition.threshold!.unit };
    if (met) return condition;
  }
  return undefined;
}

type Condition = NonNullable<Measure['conditions']>[number];

const wordsOf = ({ document, threshold }: Condition): string =>
  threshold
    ? `${threshold.operator} ${threshold.value} ${threshold.unit}`
    : document
      ? `document ${document}`
      : 'none of its documents';

function isMet(
  { document, threshold }: Condition,
  papers: ReadonlySet<string>,
  quantities: DeclaredQuantities,
): boolean | 'unknown' {
  if (!threshold) return document ? papers.has(document) : true;
  const declared = quantities.in(threshold.unit);
  if (declared === undefined) return 'unknown';
  const side = declared.cmp(threshold.value);
  return {
    '<': side < 0,
    '=<': side <= 0,
    '<=': side <= 0,
    '=': side === 0,
    '=>': side >= 0,
    '>=': side >= 0,
    '>': side > 0,
  }[threshold.operator];
}
