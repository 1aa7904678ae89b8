import type { AssessmentRequest, AssessmentResult } from '@tidewaiter/contracts';
import { exact, type Exact, type LegalDate } from '@tidewaiter/kernel';
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
  questions: { code: 'transport' | 'freight'; asks: string }[];
}

interface EntryGrounds {
  base: Exact;
  /** null: it was not stated */
  freight: Exact | null;
  lines: number;
  currency: string;
  on: LegalDate;
  entryType: AssessmentRequest['entryType'];
  transport: AssessmentRequest['transport'];
  rounding: RoundingRule;
}

type Outcome = { kind: 'amount'; exact: Exact; words: string } | { kind: 'unknown'; why: string };
type Bands = Extract<Fee['charge'], { kind: 'bands' }>['bands'];
type Limit = Extract<Fee['charge'], { kind: 'percent' }>['min'];

const spanOf = (limit: Exclude<Limit, null>): [Exact, Exact] =>
  typeof limit === 'string' ? [exact(limit), exact(limit)] : [exact(limit.between[0]), exact(limit.between[1])];

/** A limit that is only known to lie in a span decides nothing inside it, and everything outside. */
function withLimits(value: Exact, min: Limit, max: Limit, currency: string): Outcome {
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

function bandOf(bands: Bands, base: Exact, currency: string): Outcome {
  const band = bands.find(
    ({ upTo, below }) => (upTo === undefined || base.lte(upTo)) && (below === undefined || base.lt(below)),
  );
  if (!band) return { kind: 'unknown', why: `no band holds ${plain(base)} ${currency}` };
  return {
    kind: 'amount',
    exact: exact(band.amount),
    words: `band of ${plain(base)} ${currency}: ${band.amount} ${currency}`,
  };
}

function perLine(
  { entry, lines }: Extract<Fee['charge'], { kind: 'per-line' }>,
  count: number,
  currency: string,
): Outcome {
  const amounts = Array.from(
    { length: count },
    (_, index) => lines.find(({ upTo }) => upTo === null || index < upTo)?.amount ?? '0',
  );
  return {
    kind: 'amount',
    exact: amounts.reduce((sum, amount) => sum.plus(amount), exact(entry)),
    words: `${entry} and for ${count} lines ${amounts.join(' + ')} ${currency}`,
  };
}

function feeOf(fee: Fee, { base: customsValue, freight, lines, currency }: EntryGrounds): Outcome {
  if (fee.charge.kind === 'flat')
    return { kind: 'amount', exact: exact(fee.charge.amount), words: `flat ${fee.charge.amount} ${currency}` };
  if (fee.charge.kind === 'bands') return bandOf(fee.charge.bands, customsValue, currency);
  if (fee.charge.kind === 'per-line') return perLine(fee.charge, lines, currency);
  const base = fee.charge.of === 'freight' ? freight! : customsValue;
  const value = base.times(fee.charge.rate).div(100);
  const outcome = withLimits(value, fee.charge.min, fee.charge.max, currency);
  const words = `${fee.charge.rate} % of ${plain(base)} ${currency} = ${plain(value)} ${currency}`;
  if (outcome.kind === 'unknown') return { kind: 'unknown', why: `${fee.code}: ${words}; ${outcome.why}` };
  return { ...outcome, words: `${words}${outcome.words}` };
}

/**
 * Fees of the entry as a whole, by its date: the fiscal year picks the limits, both of its days included.
 *
 * @param grounds `base`: sum of the lines' customs values
 */
export function entryFees(book: RuleBook, grounds: EntryGrounds): EntryFees {
  const fees: EntryFees = { charges: [], amounts: [], unknown: [], lowConfidence: [], questions: [] };
  for (const code of [...new Set(book.fees.map((fee) => fee.code))].sort()) {
    const family = book.fees.filter(
      (fee) => fee.code === code && (fee.entryType === null || fee.entryType === grounds.entryType),
    );
    const byTransport = family.some((fee) => fee.transport !== null);
    if (byTransport && grounds.transport === undefined) {
      fees.questions.push({ code: 'transport', asks: `the mode of transport: ${code} depends on it` });
      continue;
    }
    const concerned = family.filter((fee) => fee.transport === null || fee.transport.includes(grounds.transport!));
    if (byTransport && concerned.length === 0) continue;
    const [fee] = inForce(concerned, grounds.on);
    if (!fee) {
      fees.unknown.push(
        `${code}: ${book.set} ${book.version} holds no rule for an entry of type ${grounds.entryType} on ${grounds.on}`,
      );
      continue;
    }
    if (fee.charge.kind === 'percent' && fee.charge.of === 'freight' && grounds.freight === null) {
      fees.questions.push({ code: 'freight', asks: `the freight: ${code} is counted on it; "0.00" if there was none` });
      continue;
    }
    const outcome = feeOf(fee, grounds);
    if (fee.confidence === 'low') fees.lowConfidence.push(`${code} on ${grounds.on}: ${fee.note ?? fee.law}`);
    if (outcome.kind === 'unknown') {
      fees.unknown.push(outcome.why);
      continue;
    }
    const amount = applyRounding(outcome.exact, grounds.rounding);
    fees.amounts.push(grounds.rounding.feedsRounded ? amount : outcome.exact);
    fees.charges.push({
      code,
      taxType: fee.taxType,
      base: grounds.base.toFixed(2),
      exact: outcome.exact.toFixed(),
      amount: amount.toFixed(2),
      arithmetic: outcome.words,
      rounding: grounds.rounding.words,
      legalBasis: fee.law,
    });
  }
  return fees;
}
