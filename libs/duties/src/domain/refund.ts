import type { CaseLine, LedgerItem } from '@tidewaiter/contracts';
import { exact, type Exact, type Money } from '@tidewaiter/kernel';

/** Customs duty in the Union's and the United Kingdom's codes of tax types (Regulation (EU) 2015/2447, annex B, 14 03). */
const CUSTOMS_DUTY = 'A00';

const sumOf = (items: readonly LedgerItem[]): Exact =>
  items.reduce((sum, { amount }) => sum.plus(amount.amount), exact('0'));

/**
 * The charges that a granted refund gives back. Nothing is guessed: the basis that fell names them, or the line has but one charge, or one
 * of customs duty, which is what differences of a line are of.
 *
 * @param paid what was paid and may still be claimed, charge by charge
 * @param granted differences of its lines are negative where duty comes back
 * @returns null when a person must say which charges they are
 */
export function itemsOf(
  paid: readonly LedgerItem[],
  granted: { refund: Money; citation: string | null; lines: readonly CaseLine[] },
): LedgerItem[] | null {
  const { refund, citation, lines } = granted;
  const fitting = paid.filter(
    ({ amount, legalBasis }) =>
      amount.currency === refund.currency && (citation === null || legalBasis.includes(citation)),
  );
  if (fitting.length > 0 && sumOf(fitting).eq(refund.amount) && (citation !== null || fitting.length === 1))
    return fitting;
  const back = new Map<number, Exact>();
  for (const { line, difference } of lines) {
    if (!difference || !exact(difference.amount).lt(0)) continue;
    back.set(line, (back.get(line) ?? exact('0')).minus(difference.amount));
  }
  const items: LedgerItem[] = [];
  for (const [line, sum] of back) {
    const own = fitting.filter((each) => each.line === line);
    const [charge, ...others] = own.length > 1 ? own.filter(({ taxType }) => taxType === CUSTOMS_DUTY) : own;
    if (!charge || others.length > 0 || sum.gt(charge.amount.amount)) return null;
    items.push({ ...charge, amount: { ...charge.amount, amount: sum.toFixed(2) } });
  }
  return items.length > 0 && sumOf(items).eq(refund.amount) ? items : null;
}
