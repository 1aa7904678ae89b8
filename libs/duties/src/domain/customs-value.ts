import type { AssessmentRequest } from '@tidewaiter/contracts';
import { exact, Invalid, shareOut, type Exact } from '@tidewaiter/kernel';
import { convert } from './fx.js';
import type { RuleBook, Rounding } from './rule-book.js';
import { roundTo, roundingWords } from './rounding.js';
import { plain } from './words.js';

/** A line of the request with its place in it, kept when the lines are put in the order of their numbers. */
export interface PlacedLine {
  line: AssessmentRequest['lines'][number];
  pointer: string;
}

interface Priced {
  number: number;
  price: Price;
  pointer: string;
}

type Incoterm = NonNullable<AssessmentRequest['incoterm']>;
type Charge = 'freight' | 'insurance';
type Price = { amount: string; currency: string };

export interface LineValue {
  amount: Exact;
  trace: string[];
}

/** What must be known before a value can be given. */
export interface ValueQuestion {
  code: 'freight' | 'incoterm' | 'price';
  asks: string;
}

export interface Valuation {
  /** by line number; a line is absent when a question stands for it */
  values: Map<number, LineValue>;
  questions: Map<number, ValueQuestion[]>;
  /** insurance was not stated although it belongs to (or is in) the price's terms */
  insuranceUnstated: boolean;
}

/** What the seller's price holds already. DDP holds the duty too and must be solved for it; that is refused before. */
const IN_THE_PRICE: Record<Exclude<Incoterm, 'DDP'>, readonly Charge[]> = {
  EXW: [],
  FCA: [],
  FAS: [],
  FOB: [],
  CFR: ['freight'],
  CPT: ['freight'],
  CIF: ['freight', 'insurance'],
  CIP: ['freight', 'insurance'],
  DAP: ['freight', 'insurance'],
  DPU: ['freight', 'insurance'],
};

/** Whether a price under the Incoterm holds the charge already. */
export const priceHolds = (incoterm: Incoterm | undefined, charge: Charge): boolean =>
  incoterm === 'DDP' || (incoterm !== undefined && IN_THE_PRICE[incoterm].includes(charge));

interface Adjustment {
  charge: Charge;
  sign: 1 | -1;
  shares: Map<number, Price>;
}

export interface ValuationGrounds {
  basis: RuleBook['customsValue'][number]['basis'];
  currency: string;
  rounding: Rounding | null;
}

/** The charges that turn the price into the jurisdiction's base: added to reach CIF, taken out to reach FOB. */
function chargesToMove(
  basis: 'CIF' | 'FOB',
  incoterm: Exclude<Incoterm, 'DDP'>,
): readonly { charge: Charge; sign: 1 | -1 }[] {
  const all: readonly Charge[] = ['freight', 'insurance'];
  return basis === 'CIF'
    ? all.filter((charge) => !priceHolds(incoterm, charge)).map((charge) => ({ charge, sign: 1 }))
    : all.filter((charge) => priceHolds(incoterm, charge)).map((charge) => ({ charge, sign: -1 }));
}

/** Prices as weights; brought to one currency first when they are in several. */
function weightsOf(priced: readonly Priced[], rates: AssessmentRequest['fx'], currency: string): string[] {
  const single = new Set(priced.map(({ price }) => price.currency)).size === 1;
  return priced.map(({ price, pointer }) =>
    single
      ? price.amount
      : convert(exact(price.amount), price.currency, currency, rates, `${pointer}/price/currency`).exact.toFixed(),
  );
}

/** Shares in the charge's own currency and minor unit, so that they add up to the invoice's figure exactly. */
function share(charge: Price, priced: readonly Priced[], weights: readonly string[]): Map<number, Price> {
  const shares = shareOut(charge, weights);
  return new Map(priced.map(({ number }, index) => [number, shares[index]!]));
}

/** Adds what is in one currency before converting, so that the trace reads as the declaration is written. */
function valueOfLine(
  request: AssessmentRequest,
  line: Priced,
  moved: readonly Adjustment[],
  grounds: ValuationGrounds,
): LineValue {
  const trace = [`price ${line.price.amount} ${line.price.currency}`];
  const sums = new Map<string, Exact>([[line.price.currency, exact(line.price.amount)]]);
  for (const { charge, sign, shares } of moved) {
    const part = shares.get(line.number)!;
    sums.set(part.currency, (sums.get(part.currency) ?? exact('0')).plus(exact(part.amount).times(sign)));
    trace.push(
      `share of ${charge} ${part.amount} ${part.currency} ${sign === 1 ? 'added: the price does not hold it' : 'taken out: the price holds it'} (${request.incoterm}, ${grounds.basis} basis)`,
    );
  }
  let total = exact('0');
  for (const [from, sum] of sums) {
    const pointer = from === line.price.currency ? `${line.pointer}/price/currency` : '/charges';
    const converted = convert(sum, from, grounds.currency, request.fx, pointer);
    total = total.plus(converted.exact);
    trace.push(converted.words === '' ? `${plain(sum)} ${from}` : converted.words);
  }
  if (total.isNegative()) {
    throw new Invalid('duties.value.negative', `the charges taken out of line ${line.number} are more than its price`, {
      advice: 'Check freight and insurance, or whether the Incoterm says that the price holds them.',
      places: [{ pointer: '/charges', reason: `the customs value of line ${line.number} would be below zero` }],
    });
  }
  return rounded(total, trace, grounds);
}

function rounded(value: Exact, trace: string[], { rounding, currency }: ValuationGrounds): LineValue {
  if (rounding === null) return { amount: value, trace };
  const amount = roundTo(value, rounding);
  return { amount, trace: [...trace, `${roundingWords(rounding)}: ${plain(amount)} ${currency}`] };
}

function stated(value: Price, pointer: string, rates: AssessmentRequest['fx'], grounds: ValuationGrounds): LineValue {
  const converted = convert(
    exact(value.amount),
    value.currency,
    grounds.currency,
    rates,
    `${pointer}/customsValue/currency`,
  );
  return rounded(
    converted.exact,
    [`stated: ${value.amount} ${value.currency}`, ...(converted.words === '' ? [] : [converted.words])],
    grounds,
  );
}

/**
 * Customs value of every line in the currency of the assessment: price, with freight and insurance brought in (CIF) or taken
 * out (FOB) as the Incoterm has left them, shared out by price so that the shares add up.
 *
 * @param lines   in the order of their numbers, so that the order of the request does not move a remainder
 * @param grounds `rounding` null: nothing is rounded
 * @throws Invalid `duties.currency.no-rate`, `duties.value.negative`, `duties.incoterm.not-served` (DDP)
 * @see WTO Valuation Agreement, Articles 1 and 8; basis by jurisdiction in the rule book
 */
export function valueLines(
  request: AssessmentRequest,
  lines: readonly PlacedLine[],
  grounds: ValuationGrounds,
): Valuation {
  const valuation: Valuation = { values: new Map(), questions: new Map(), insuranceUnstated: false };
  const priced: Priced[] = [];
  for (const { line, pointer } of lines) {
    if (line.customsValue) valuation.values.set(line.number, stated(line.customsValue, pointer, request.fx, grounds));
    else if (line.price) priced.push({ number: line.number, price: line.price, pointer });
    else valuation.questions.set(line.number, [{ code: 'price', asks: 'the price of the line, or its customs value' }]);
  }
  if (priced.length === 0) return valuation;

  const ask = (question: ValueQuestion): Valuation => {
    for (const line of priced) valuation.questions.set(line.number, [question]);
    return valuation;
  };
  if (request.incoterm === undefined)
    return ask({ code: 'incoterm', asks: 'the Incoterm: it says whether the price holds freight and insurance' });
  if (request.incoterm === 'DDP') {
    throw new Invalid(
      'duties.incoterm.not-served',
      'a DDP price holds the duty and tax themselves, and is not solved for them yet',
      {
        advice: 'State the customs value of each line, or a price under another Incoterm.',
        places: [{ pointer: '/incoterm', reason: 'DDP is not served' }],
      },
    );
  }
  const toMove = chargesToMove(grounds.basis, request.incoterm);
  if (toMove.some(({ charge }) => charge === 'freight') && request.charges.freight === undefined) {
    return ask({
      code: 'freight',
      asks:
        grounds.basis === 'CIF'
          ? `the freight to the border: a ${request.incoterm} price does not hold it and it belongs to the value; "0.00" if there was none`
          : `the international freight in the price: a ${request.incoterm} price holds it and it does not belong to the value; "0.00" if it cannot be shown`,
    });
  }
  valuation.insuranceUnstated =
    toMove.some(({ charge }) => charge === 'insurance') && request.charges.insurance === undefined;

  const weights = weightsOf(priced, request.fx, grounds.currency);
  const moved = toMove.flatMap(({ charge, sign }): Adjustment[] => {
    const amount = request.charges[charge];
    return amount === undefined ? [] : [{ charge, sign, shares: share(amount, priced, weights) }];
  });
  for (const line of priced) valuation.values.set(line.number, valueOfLine(request, line, moved, grounds));
  return valuation;
}
