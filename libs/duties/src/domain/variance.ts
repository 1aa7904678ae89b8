import type { AssessmentRequest, AssessmentResult, AssessmentVariance, VarianceCause } from '@tidewaiter/contracts';
import { canonicalJson, exact, Invalid, minorUnits, Refused, type Exact } from '@tidewaiter/kernel';
import { assess } from './assess.js';
import type { LoadedRuleBook } from './rule-book.js';

/** A stored assessment with the books it names. */
export interface Assessed {
  request: AssessmentRequest;
  result: AssessmentResult;
  books: readonly LoadedRuleBook[];
}

type RequestLine = AssessmentRequest['lines'][number];
type Result = AssessmentResult;

const ZERO = exact('0');
const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

/** Takes the members from `from`, those that it does not have included. */
function take<T extends object>(into: T, from: T, members: readonly (keyof T)[]): T {
  const rest = Object.fromEntries(Object.entries(into).filter(([member]) => !members.includes(member as keyof T)));
  const taken = Object.fromEntries(Object.entries(from).filter(([member]) => members.includes(member as keyof T)));
  return { ...rest, ...taken } as T;
}

/** Lines by number: those that only the later one has come in, those that only the earlier one has go. */
const linesOf = (before: AssessmentRequest, after: AssessmentRequest): AssessmentRequest => ({
  ...before,
  lines: after.lines.map((line) => before.lines.find(({ number }) => number === line.number) ?? line),
});

const onLines =
  (
    members: readonly (keyof RequestLine)[],
    ofEntry: readonly (keyof AssessmentRequest)[] = [],
  ): ((now: AssessmentRequest, after: AssessmentRequest) => AssessmentRequest) =>
  (now, after) => ({
    ...take(now, after, ofEntry),
    lines: now.lines.map((line) =>
      take(
        line,
        after.lines.find(({ number }) => number === line.number)!,
        members,
      ),
    ),
  });

type Step = (now: AssessmentRequest, after: AssessmentRequest) => AssessmentRequest;

/** One after the other, each on top of those before, so that their changes add up to the whole. What is left is the rate: day and rules. */
const STEPS: readonly (readonly [VarianceCause, Step])[] = [
  ['lines', linesOf],
  ['origin', onLines(['origin', 'preference'], ['origin'])],
  [
    'classification',
    onLines(['commodity', 'additionalCodes', 'exciseCode', 'vatOption', 'meursingCode', 'documents', 'measures']),
  ],
  ['value', onLines(['price', 'customsValue'], ['charges', 'incoterm'])],
  ['quantity', onLines(['quantities'])],
  ['fx', (now, after) => take(now, after, ['fx'])],
];

/** Rates of the earlier one, and of the later one for pairs that the earlier did not need: a price may have changed its currency. */
const withRatesOf = (request: AssessmentRequest, after: AssessmentRequest): AssessmentRequest => ({
  ...request,
  fx: [
    ...request.fx,
    ...after.fx.filter(
      (rate) => !request.fx.some(({ from, to }) => [from, to].includes(rate.from) && [from, to].includes(rate.to)),
    ),
  ],
});

const chosenOf = (result: Result, line: number) =>
  result.lines.find(({ number }) => number === line)?.options.find(({ chosen }) => chosen);

/** What is charged on a line; null: nothing stands for it. A line that is not there is charged nothing. */
function chargedOn(result: Result, line: number): Exact | null {
  if (!result.lines.some(({ number }) => number === line)) return ZERO;
  return chosenOf(result, line)?.charges.reduce((sum, { amount }) => sum.plus(amount), ZERO) ?? null;
}

const feesOf = (result: Result): Exact => result.entryCharges.reduce((sum, { amount }) => sum.plus(amount), ZERO);

function tryToAssess(request: AssessmentRequest, books: readonly LoadedRuleBook[]): Result | null {
  try {
    const result = assess(request, books);
    return result.totals === null ? null : result;
  } catch (error) {
    if (error instanceof Invalid) return null;
    throw error;
  }
}

const valueOf = (result: Result, line: number): string =>
  result.lines.find(({ number }) => number === line)?.customsValue?.amount ?? 'not known';
const ratesOf = ({ fx }: AssessmentRequest): string =>
  fx.map(({ from, to, rate }) => `${from}/${to} ${rate}`).join(', ') || 'none';
const expressionsOf = (result: Result, line: number): string =>
  chosenOf(result, line)
    ?.charges.map(({ role, expression }) => `${role} ${expression}`)
    .join(', ') ?? 'nothing chosen';

interface At {
  request: AssessmentRequest;
  result: Result;
}

function says(cause: VarianceCause, line: number, before: At, after: At): string {
  const lineOf = ({ request }: At) => request.lines.find(({ number }) => number === line);
  const fromTo = (read: (at: At) => string): string => `${read(before)} → ${read(after)}`;
  switch (cause) {
    case 'lines':
      return lineOf(before) ? (lineOf(after) ? 'other lines came or went' : 'the line went') : 'the line came';
    case 'origin':
      return fromTo((at) => `${lineOf(at)?.origin ?? at.request.origin}${preferenceOf(lineOf(at))}`);
    case 'classification':
      return fromTo((at) => lineOf(at)?.commodity ?? 'none');
    case 'value':
      return fromTo(({ result }) => `${valueOf(result, line)} ${result.currency}`);
    case 'quantity':
      return fromTo((at) => quantitiesOf(lineOf(at)));
    case 'fx':
      return fromTo(({ request }) => ratesOf(request));
    case 'rate':
      return fromTo(({ request, result }) => `${expressionsOf(result, line)} (${request.lawDate})`);
  }
}

const quantitiesOf = (line: RequestLine | undefined): string =>
  line?.quantities.map(({ unit, value }) => `${value} ${unit}`).join(', ') || 'none';
const preferenceOf = (line: RequestLine | undefined): string =>
  line?.preference ? ` with preference ${line.preference.code}` : '';

/**
 * What changed between two assessments of the same goods, and what each change cost, line by line. The earlier request is turned
 * into the later one cause by cause (lines, origin, classification, value, quantity, exchange rates, at last day and rules) and
 * assessed at every step: the changes of a line add up to its difference exactly. Where a step alone cannot be assessed its
 * cause stands together with the next one's.
 *
 * @throws Refused `duties.variance.not-assessed`, `duties.variance.other-destination`
 */
export function variance(before: Assessed, after: Assessed): AssessmentVariance {
  if (before.result.totals === null || after.result.totals === null) {
    throw new Refused('duties.variance.not-assessed', 'one of the two assessments has open questions and no figures', {
      advice: 'Answer them and assess again.',
    });
  }
  if (before.request.destination !== after.request.destination) {
    throw new Refused('duties.variance.other-destination', 'the two assessments are of different destinations', {
      advice: 'Compare assessments of one destination: their currencies and laws are the same.',
    });
  }
  const { currency } = after.result;
  const shown = (value: Exact): string => value.toFixed(minorUnits(currency));
  const numbers = [...before.request.lines, ...after.request.lines].map(({ number }) => number);
  const lines = [...new Set(numbers)]
    .sort((a, b) => a - b)
    .map((line) => ({ line, changes: [] as AssessmentVariance['lines'][number]['changes'] }));

  let last: At = before;
  let pending: VarianceCause[] = [];
  const note = (causes: readonly VarianceCause[], next: At): void => {
    for (const { line, changes } of lines) {
      const difference = chargedOn(next.result, line)!.minus(chargedOn(last.result, line)!);
      if (difference.isZero()) continue;
      const told = causes.map((cause) => says(cause, line, last, next)).join('; ');
      changes.push({ causes: [...causes], amount: shown(difference), says: told });
    }
    [last, pending] = [next, []];
  };
  let now = withRatesOf(before.request, after.request);
  for (const [cause, step] of STEPS) {
    const request = step(now, after.request);
    if (same(request, now)) continue;
    now = request;
    pending.push(cause);
    const result = tryToAssess(request, before.books);
    if (result) note(pending, { request, result });
  }
  note([...pending, 'rate'], after);

  const difference = (a: Exact, b: Exact) => ({ before: shown(a), after: shown(b), change: shown(b.minus(a)) });
  const charged = ({ totals }: Result): Exact =>
    exact(totals!.duty).plus(totals!.excise).plus(totals!.fees).plus(totals!.tax);
  return {
    currency,
    lines: lines.map(({ line, changes }) => ({
      line,
      ...difference(chargedOn(before.result, line)!, chargedOn(after.result, line)!),
      changes,
    })),
    entryCharges: difference(feesOf(before.result), feesOf(after.result)),
    total: difference(charged(before.result), charged(after.result)),
  };
}
