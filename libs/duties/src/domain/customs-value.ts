import type { AssessmentRequest } from '@tidewaiter/contracts';
import { exact, Invalid, minorUnits, shareOut, type Exact } from '@tidewaiter/kernel';
import { convert } from './fx.js';
import type { RuleBook, Rounding } from './rule-book.js';
import { roundingWords, roundTo } from './rounding.js';
import { plain, type Words } from './words.js';

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
type Carriage = 'freight' | 'insurance';
type Charge = keyof AssessmentRequest['charges'];
/** Article 8 of the WTO Valuation Agreement: in the value wherever the goods go, whatever the price's terms. */
const ADDITIONS = ['packing', 'commission', 'assists', 'royalties', 'proceeds'] as const;
/** Prices that hold the way up to a place beyond the border. */
const BEYOND_THE_BORDER: readonly Incoterm[] = ['CPT', 'CIP', 'DAP', 'DPU', 'DDP'];
type Price = { amount: string; currency: string };

export interface LineValue {
  amount: Exact;
  trace: string[];
  /** duty and tax that a duty-paid price holds: what the declaration takes off the price so that this value is left */
  contained?: Exact;
}

/** What must be known before a value can be given. */
export interface ValueQuestion {
  code: 'freight' | 'incoterm' | 'price';
  asks: string;
}

export interface Valuation {
  /** by line number; a line is absent when a question stands for it */
  values: Map<number, LineValue>;
  /** freight and insurance of each line in the currency of the assessment; null: the freight was not stated */
  carriage: () => Map<number, Exact> | null;
  /** transport after entry of each line; null: none was stated */
  inland: Map<number, Exact> | null;
  questions: Map<number, ValueQuestion[]>;
  /** lines whose price holds charges that cannot be computed yet; what is asked for them stands with the charges */
  unsolved: Set<number>;
  /** insurance was not stated although it belongs to (or is in) the price's terms */
  insuranceUnstated: boolean;
}

/** What the seller's price holds already. DDP holds the duty too and is solved for it. */
const IN_THE_PRICE: Record<Incoterm, readonly Carriage[]> = {
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
  DDP: ['freight', 'insurance'],
};

/** Whether a price under the Incoterm holds the charge already. */
export const priceHolds = (incoterm: Incoterm | undefined, charge: Carriage): boolean =>
  incoterm !== undefined && IN_THE_PRICE[incoterm].includes(charge);

interface Adjustment {
  charge: Charge;
  sign: 1 | -1;
  shares: Map<number, Price>;
}

export interface ValuationGrounds {
  basis: RuleBook['customsValue'][number]['basis'];
  currency: string;
  rounding: Rounding | null;
  explained: boolean;
  /** of a price that holds duty and tax too: the value that remains, with the trace; null: its charges cannot be computed yet */
  solve: (line: number, gross: LineValue) => [value: Exact, trace: string[]] | null;
}

const once = <T>(work: () => T): (() => T) => {
  let done: { value: T } | undefined;
  return () => (done ??= { value: work() }).value;
};

/** The charges that turn the price into the jurisdiction's base: added to reach CIF, taken out to reach FOB. */
function chargesToMove(basis: 'CIF' | 'FOB', incoterm: Incoterm): readonly { charge: Charge; sign: 1 | -1 }[] {
  const all: readonly Carriage[] = ['freight', 'insurance'];
  const way: { charge: Charge; sign: 1 | -1 }[] =
    basis === 'CIF'
      ? all.filter((charge) => !priceHolds(incoterm, charge)).map((charge) => ({ charge, sign: 1 }))
      : all.filter((charge) => priceHolds(incoterm, charge)).map((charge) => ({ charge, sign: -1 }));
  return [
    ...way,
    ...ADDITIONS.map((charge) => ({ charge, sign: 1 as const })),
    ...(BEYOND_THE_BORDER.includes(incoterm) ? [{ charge: 'inland' as const, sign: -1 as const }] : []),
  ];
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
  const trace: string[] = [];
  const tell = (words: Words): void => {
    if (grounds.explained) trace.push(words());
  };
  tell(() => `price ${line.price.amount} ${line.price.currency}`);
  const sums = new Map<string, Exact>([[line.price.currency, exact(line.price.amount)]]);
  for (const { charge, sign, shares } of moved) {
    const part = shares.get(line.number)!;
    sums.set(part.currency, (sums.get(part.currency) ?? exact('0')).plus(exact(part.amount).times(sign)));
    tell(
      () =>
        `share of ${charge} ${part.amount} ${part.currency} ${sign === 1 ? 'added: the price does not hold it' : 'taken out: the price holds it'} (${request.incoterm}, ${grounds.basis} basis)`,
    );
  }
  let total = exact('0');
  for (const [from, sum] of sums) {
    const pointer = from === line.price.currency ? `${line.pointer}/price/currency` : '/charges';
    const converted = convert(sum, from, grounds.currency, request.fx, pointer);
    total = total.plus(converted.exact);
    tell(converted.words ?? (() => `${plain(sum)} ${from}`));
  }
  if (total.isNegative()) {
    throw new Invalid('duties.value.negative', `the charges taken out of line ${line.number} are more than its price`, {
      advice: 'Check freight and insurance, or whether the Incoterm says that the price holds them.',
      places: [{ pointer: '/charges', reason: `the customs value of line ${line.number} would be below zero` }],
    });
  }
  return request.incoterm === 'DDP' ? { amount: total, trace } : rounded(total, trace, grounds);
}

function rounded(value: Exact, trace: string[], { rounding, currency, explained }: ValuationGrounds): LineValue {
  if (rounding === null) return { amount: value, trace };
  const amount = roundTo(value, rounding);
  if (!explained) return { amount, trace };
  return { amount, trace: [...trace, `${roundingWords(rounding)}: ${plain(amount)} ${currency}`] };
}

/**
 * The value inside of a duty-paid price, with what is taken off for it. That is rounded the way the value is, but never to less than a
 * minor unit: price less deduction, brought to a value as the authority does it, is the value to the penny.
 */
function withContained(gross: Exact, value: LineValue, { rounding, currency }: ValuationGrounds): LineValue {
  const contained = gross.minus(value.amount);
  if (rounding === null) return { ...value, contained };
  return { ...value, contained: roundTo(contained, { mode: rounding.mode, places: minorUnits(currency) }) };
}

/** What each line bears of some charges, by price or stated value, whether the customs value holds them or not; null: the first was not stated. */
function sharesOf(
  request: AssessmentRequest,
  lines: readonly PlacedLine[],
  currency: string,
  [first, ...others]: (Price | undefined)[],
): Map<number, Exact> | null {
  if (first === undefined) return null;
  const worth = lines.flatMap(({ line, pointer }): Priced[] => {
    const price = line.customsValue ?? line.price;
    return price ? [{ number: line.number, price, pointer }] : [];
  });
  if (worth.length < lines.length) return null;
  const weights = weightsOf(worth, request.fx, currency);
  const shares = [first, ...others.filter((other) => other !== undefined)].map((charge) =>
    share(charge, worth, weights),
  );
  return new Map(
    worth.map(({ number }) => [
      number,
      shares.reduce((sum, each) => {
        const part = each.get(number)!;
        return sum.plus(convert(exact(part.amount), part.currency, currency, request.fx, '/charges').exact);
      }, exact('0')),
    ]),
  );
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
    grounds.explained
      ? [`stated: ${value.amount} ${value.currency}`, ...(converted.words ? [converted.words()] : [])]
      : [],
    grounds,
  );
}

/**
 * Customs value of every line in the currency of the assessment: price, with freight and insurance brought in (CIF) or taken
 * out (FOB) as the Incoterm has left them, shared out by price so that the shares add up.
 *
 * @param lines   in the order of their numbers, so that the order of the request does not move a remainder
 * @param grounds `rounding` null: nothing is rounded
 * @throws Invalid `duties.currency.no-rate`, `duties.value.negative`
 * @see WTO Valuation Agreement, Articles 1 and 8; basis by jurisdiction in the rule book
 */
export function valueLines(
  request: AssessmentRequest,
  lines: readonly PlacedLine[],
  grounds: ValuationGrounds,
): Valuation {
  const valuation: Valuation = {
    values: new Map(),
    carriage: once(() =>
      sharesOf(request, lines, grounds.currency, [request.charges.freight, request.charges.insurance]),
    ),
    inland: sharesOf(request, lines, grounds.currency, [request.charges.inland]),
    questions: new Map(),
    unsolved: new Set(),
    insuranceUnstated: false,
  };
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
  for (const line of priced) {
    const value = valueOfLine(request, line, moved, grounds);
    const solved = request.incoterm === 'DDP' ? grounds.solve(line.number, value) : null;
    if (request.incoterm === 'DDP' && solved === null) valuation.unsolved.add(line.number);
    valuation.values.set(
      line.number,
      solved ? withContained(value.amount, rounded(...solved, grounds), grounds) : value,
    );
  }
  return valuation;
}
