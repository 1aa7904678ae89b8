import type { CaseLine, LedgerItem } from '@tidewaiter/contracts';
import { exact, type Exact, type Money } from '@tidewaiter/kernel';
import { sumOf } from './ledger.js';

/** Customs duty: in the codes of the Union and the United Kingdom (Regulation (EU) 2015/2447, annex B, 14 03), and in the United States'. */
export const CUSTOMS_DUTY: ReadonlySet<string> = new Set(['A00', '056']);

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
  const back = new Map<string, { line: number; taxType: string | undefined; sum: Exact }>();
  for (const { line, taxType, difference } of lines) {
    if (!difference || !exact(difference.amount).lt(0)) continue;
    const key = `${line} ${taxType ?? ''}`;
    back.set(key, { line, taxType, sum: (back.get(key)?.sum ?? exact('0')).minus(difference.amount) });
  }
  const items: LedgerItem[] = [];
  for (const { line, taxType: named, sum } of back.values()) {
    const own = fitting.filter((each) => each.line === line && (named === undefined || each.taxType === named));
    const [charge, ...others] = own.length > 1 ? own.filter(({ taxType }) => CUSTOMS_DUTY.has(taxType)) : own;
    if (!charge || others.length > 0 || sum.gt(charge.amount.amount)) return null;
    items.push({ ...charge, amount: { ...charge.amount, amount: sum.toFixed(2) } });
  }
  return items.length > 0 && sumOf(items).eq(refund.amount) ? items : null;
}
