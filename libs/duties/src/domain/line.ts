import type { Exact } from '@tidewaiter/kernel';
import { GROUP, shown, ZERO, type Case, type Question, type ResultLine } from './case.js';
import type { PlacedLine, Valuation } from './customs-value.js';
import { alternativesOf, needsOf, selectMeasures, type Measure } from './measures.js';
import { AT_RISK_PERCENT, routeToNorthernIreland, type Regime } from './northern-ireland.js';
import { choose, computeOption, computeSplit, type ComputedOption, type Grounds } from './option.js';
import { declaredQuantities } from './quantities.js';
import { inForce } from './rule-book.js';
import { plain } from './words.js';

export interface AssessedLine {
  line: ResultLine;
  chosen: ComputedOption | null;
  review: string | null;
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
  const under = (regime: Regime): AssessedLine => assessUnrouted(on, placed, valuation, fees, underRegime(regime));
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

function assessUnrouted(
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
        ? {
            amount: shown(value.amount, on),
            currency: on.currency,
            trace: value.trace,
            ...(value.contained ? { contained: shown(value.contained, on) } : {}),
          }
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
  const carriage = (): Exact | null => valuation.carriage()?.get(line.number) ?? null;
  const inland = valuation.inland?.get(line.number) ?? ZERO;
  const grounds: Grounds = { value: value.amount, carriage, inland, fees, quantities, pointer: `${pointer}/commodity` };
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

/** What is due on one line, its options and what is asked for it. */
export const assessLine = (on: Case, placed: PlacedLine, valuation: Valuation, fees: Exact): AssessedLine =>
  on.request.destination === 'XI'
    ? assessRouted(on, placed, valuation, fees)
    : assessUnrouted(on, placed, valuation, fees);
