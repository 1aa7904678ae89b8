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
  const inCurrency = (paid: { amount: string; currency: string }, pointer: string): Exact =>
    convert(exact(paid.amount), paid.currency, currency, request.fx, pointer).exact;
  const goods = lines.map(({ line, pointer }) =>
    line.customsValue
      ? valuation.values.get(line.number)!.amount
      : inCurrency(line.price!, `${pointer}/price/currency`),
  );
  // a price delivered duty paid holds the charges too
  if (request.incoterm === 'DDP') return [...goods].reduce((sum, each) => sum.plus(each), exact('0'));
  const beside = (['freight', 'insurance'] as const).flatMap((charge) => {
    const amount = request.charges[charge];
    const counts = amount !== undefined && priced.length > 0 && !priceHolds(request.incoterm, charge);
    return counts ? [inCurrency(amount, `/charges/${charge}/currency`)] : [];
  });
  return [...goods, ...beside].reduce((sum, each) => sum.plus(each), charged);
}
