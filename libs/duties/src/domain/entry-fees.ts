import type { AssessmentRequest, AssessmentResult } from '@tidewaiter/contracts';
import { exact, minorUnits, type Exact, type LegalDate } from '@tidewaiter/kernel';
import { inForce, type RuleBook } from './rule-book.js';
import { applyRounding, type RoundingRule } from './rounding.js';
import { plain } from './words.js';

type Fee = RuleBook['fees'][number];
export type EntryCharge = AssessmentResult['entryCharges'][number];

export interface EntryFees {
  charges: EntryCharge[];
  /** what the totals take of each charge */
  amounts: Exact[];
  /** sentences: why a fee that is due cannot be stated */
  unknown: string[];
  /** sentences: rules used that need a check */
  lowConfidence: string[];
  questions: string[];
  /** codes of the fees that could not be stated: a tax that counts them in cannot be either */
  unknownCodes: string[];
}

interface EntryGrounds {
  /** sums over the lines, by name; undefined: not known */
  named: (of: FeeBase) => Exact | undefined;
  /** the same over the lines that are not exempt by a preference claimed with proof */
  valueWithout: (of: FeeBase, exempt: readonly string[]) => Exact | undefined;
  lines: number;
  currency: string;
  on: LegalDate;
  entryType: AssessmentRequest['entryType'];
  transport: AssessmentRequest['transport'];
  rounding: (code: string) => RoundingRule;
}

type FeeBase = 'customsValue' | 'cif' | 'fob' | 'freight' | 'insurance' | 'inland';

type Outcome = { kind: 'amount'; exact: Exact; words: string; base: Exact } | { kind: 'unknown'; why: string };
type Limit = Extract<Fee['charge'], { kind: 'percent' }>['min'];

const spanOf = (limit: Exclude<Limit, null>): [Exact, Exact] =>
  typeof limit === 'string' ? [exact(limit), exact(limit)] : [exact(limit.between[0]), exact(limit.between[1])];

/** A limit that is only known to lie in a span decides nothing inside it, and everything outside. */
function withLimits(
  value: Exact,
  min: Limit,
  max: Limit,
  currency: string,
): { kind: 'amount'; exact: Exact; words: string } | { kind: 'unknown'; why: string } {
  if (min !== null) {
    const [low, high] = spanOf(min);
    if (value.lt(high)) {
      if (!low.eq(high))
        return {
          kind: 'unknown',
          why: `the minimum lies between ${plain(low)} and ${plain(high)} ${currency} and would decide`,
        };
      return { kind: 'amount', exact: low, words: `; at least ${plain(low)} ${currency}` };
    }
  }
  if (max !== null) {
    const [low, high] = spanOf(max);
    if (value.gt(low)) {
      if (!low.eq(high))
        return {
          kind: 'unknown',
          why: `the maximum lies between ${plain(low)} and ${plain(high)} ${currency} and would decide`,
        };
      return { kind: 'amount', exact: low, words: `; at most ${plain(low)} ${currency}` };
    }
  }
  return { kind: 'amount', exact: value, words: '' };
}

function feeOf(fee: Fee, grounds: EntryGrounds): Outcome {
  const { currency } = grounds;
  const { charge } = fee;
  if (charge.kind === 'unknown') return { kind: 'unknown', why: `${fee.code}: ${charge.why}` };
  const of = 'of' in charge ? (charge.of ?? 'customsValue') : 'customsValue';
  const whole = grounds.named(of);
  const exempt = fee.exemptPreferences ?? [];
  const base = exempt.length > 0 ? grounds.valueWithout(of, exempt) : whole;
  if (base === undefined || whole === undefined)
    return { kind: 'unknown', why: `${fee.code}: the ${of} it is counted on was not stated` };
  if (exempt.length > 0 && base.isZero() && !whole.isZero())
    return {
      kind: 'amount',
      exact: exact('0'),
      base,
      words: 'none: every line claims a preference that is exempt from it',
    };
  switch (charge.kind) {
    case 'flat':
      return { kind: 'amount', exact: exact(charge.amount), base, words: `flat ${charge.amount} ${currency}` };
    case 'bands': {
      const band = charge.bands.findLast(({ above }) => base.gt(above));
      const amount = exact(band?.amount ?? '0');
      return {
        kind: 'amount',
        exact: amount,
        base,
        words: `${plain(base)} ${currency} is ${band ? `above ${band.above}` : 'in the lowest band'}: ${plain(amount)} ${currency}`,
      };
    }
    case 'by-line': {
      let amount = exact(charge.flat);
      for (let line = 1; line <= grounds.lines; line += 1)
        amount = amount.plus(charge.lines.findLast(({ from }) => line >= from)?.amount ?? '0');
      return {
        kind: 'amount',
        exact: amount,
        base,
        words: `${charge.flat} ${currency} and the scale for ${grounds.lines} lines = ${plain(amount)} ${currency}`,
      };
    }
    case 'percent': {
      const value = base.times(charge.rate).div(100);
      const outcome = withLimits(value, charge.min, charge.max, currency);
      const words = `${charge.rate} % of ${of === 'customsValue' ? '' : `${of} `}${plain(base)} ${currency} = ${plain(value)} ${currency}`;
      if (outcome.kind === 'unknown') return { kind: 'unknown', why: `${fee.code}: ${words}; ${outcome.why}` };
      return { ...outcome, base, words: `${words}${outcome.words}` };
    }
  }
}

/**
 * Fees of the entry as a whole, by its date: the fiscal year picks the limits, both of its days included.
 *
 * @param grounds sums over the lines' values
 */
export function entryFees(book: RuleBook, grounds: EntryGrounds): EntryFees {
  const fees: EntryFees = { charges: [], amounts: [], unknown: [], lowConfidence: [], questions: [], unknownCodes: [] };
  for (const code of [...new Set(book.fees.map((fee) => fee.code))].sort()) {
    const family = book.fees.filter(
      (fee) => fee.code === code && (fee.entryType === null || fee.entryType === grounds.entryType),
    );
    const byTransport = family.some((fee) => fee.transport !== null);
    if (byTransport && grounds.transport === undefined) {
      fees.unknownCodes.push(code);
      fees.questions.push(`the mode of transport: ${code} depends on it`);
      continue;
    }
    const concerned = family.filter((fee) => fee.transport === null || fee.transport.includes(grounds.transport!));
    if (byTransport && concerned.length === 0) continue;
    const [fee] = inForce(concerned, grounds.on);
    if (!fee) {
      fees.unknownCodes.push(code);
      fees.unknown.push(
        `${code}: ${book.set} ${book.version} holds no rule for an entry of type ${grounds.entryType} on ${grounds.on}`,
      );
      continue;
    }
    const outcome = feeOf(fee, grounds);
    if (fee.confidence === 'low') fees.lowConfidence.push(`${code} on ${grounds.on}: ${fee.note ?? fee.law}`);
    if (outcome.kind === 'unknown') {
      fees.unknownCodes.push(code);
      fees.unknown.push(outcome.why);
      continue;
    }
    const rounding = grounds.rounding(fee.taxType);
    const amount = applyRounding(outcome.exact, rounding);
    fees.amounts.push(rounding.feedsRounded ? amount : outcome.exact);
    fees.charges.push({
      code,
      taxType: fee.taxType,
      base: outcome.base.toFixed(minorUnits(grounds.currency)),
      exact: outcome.exact.toFixed(),
      amount: amount.toFixed(minorUnits(grounds.currency)),
      arithmetic: outcome.words,
      rounding: rounding.words,
      legalBasis: fee.law,
    });
  }
  return fees;
}
