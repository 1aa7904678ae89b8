import type { AssessmentRequest } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { priceHolds, type PlacedLine, type Valuation } from './customs-value.js';
import { convert } from './fx.js';

interface Landing {
  request: AssessmentRequest;
  currency: string;
  basis: 'CIF' | 'FOB';
  lines: readonly PlacedLine[];
  valuation: Valuation;
  /** duty, excise, fees and tax together */
  charged: Exact;
}

/**
 * What it costs to have the goods here: prices, the carriage and insurance that the prices do not hold, and all charges.
 *
 * @returns in the currency of the assessment, not rounded; null where a line states a FOB customs value instead of a price,
 *          for that leaves the carriage out
 */
export function landedCost({ request, currency, basis, lines, valuation, charged }: Landing): Exact | null {
  const priced = lines.filter(({ line }) => !line.customsValue);
  if (priced.length < lines.length && basis === 'FOB') return null;
  // what is in one currency is added before it is converted
  const sums = new Map<string, { sum: Exact; pointer: string }>();
  const add = (amount: Exact, of: string, pointer: string): void => {
    const before = sums.get(of);
    sums.set(of, before ? { ...before, sum: before.sum.plus(amount) } : { sum: amount, pointer });
  };
  for (const { line, pointer } of lines) {
    if (line.customsValue) add(valuation.values.get(line.number)!.amount, currency, pointer);
    else add(exact(line.price!.amount), line.price!.currency, `${pointer}/price/currency`);
  }
  // a price delivered duty paid holds carriage and charges too
  const paidBeside = request.incoterm !== 'DDP';
  for (const charge of paidBeside && priced.length > 0 ? (['freight', 'insurance'] as const) : []) {
    const paid = request.charges[charge];
    if (paid && !priceHolds(request.incoterm, charge))
      add(exact(paid.amount), paid.currency, `/charges/${charge}/currency`);
  }
  return [...sums].reduce(
    (total, [of, { sum, pointer }]) => total.plus(convert(sum, of, currency, request.fx, pointer).exact),
    paidBeside ? charged : exact('0'),
  );
}
