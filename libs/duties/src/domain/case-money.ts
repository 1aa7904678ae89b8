import type { CaseLine, DecidedMoney, LedgerItem } from '@tidewaiter/contracts';
import { exact, money, type Exact, type LegalDate, type Money } from '@tidewaiter/kernel';
import { claimable, type Booking } from './bookings.js';
import { interestOn, type InterestRules } from './interest.js';
import { INTEREST, sumOf, type Entry } from './ledger.js';
import { CUSTOMS_DUTY, itemsOf } from './refund.js';

export type CaseBooking = Exclude<Booking, { status: 'none' }>;

/** A charge with a sign: more than zero is owed to the authority, less comes back from it. */
export interface SignedItem extends Omit<LedgerItem, 'amount'> {
  amount: Money;
}

/** Where a decision names no charge, and the line has none or several of them. */
const UNALLOCATED = 'unallocated';

/** Names a charge: two items of one key are of one charge. */
export const chargeKey = ({ line, taxType, legalBasis, amount }: SignedItem): string =>
  JSON.stringify([line, taxType, legalBasis, amount.currency]);
const principal = <T extends SignedItem>(items: readonly T[]): T[] =>
  items.filter(({ taxType }) => taxType !== INTEREST);
const negated = (items: readonly SignedItem[]): SignedItem[] =>
  items.map((item) => ({ ...item, amount: money(exact(item.amount.amount).neg(), item.amount.currency) }));

/** What was charged for a line, under the newest basis of each tax type. */
function chargesOf(book: readonly Entry[], line: number, currency: string): { taxType: string; legalBasis: string }[] {
  const found = new Map<string, string>();
  for (const { account, line: of, taxType, legalBasis, amount } of book) {
    const isDebt = account.startsWith('duty-') || account.startsWith('tax-postponed:');
    if (isDebt && of === line && amount.currency === currency && taxType !== INTEREST) found.set(taxType, legalBasis);
  }
  return [...found].map(([taxType, legalBasis]) => ({ taxType, legalBasis }));
}

/** The charge of a line that a difference is of: the one it names, the only one, or that of customs duty. */
function chargeOf(book: readonly Entry[], { line, taxType }: CaseLine, law: string, currency: string) {
  const charges = chargesOf(book, line, currency);
  if (taxType !== undefined) return charges.find((each) => each.taxType === taxType) ?? { taxType, legalBasis: law };
  const [only, ...others] = charges.length > 1 ? charges.filter((each) => CUSTOMS_DUTY.has(each.taxType)) : charges;
  return only && others.length === 0 ? only : { taxType: UNALLOCATED, legalBasis: law };
}

type Decided = Pick<DecidedMoney, 'owed' | 'refund' | 'lines' | 'citation' | 'law' | 'allPaid'>;

/**
 * Which charges a decision makes owed, or has come back. What is owed is never left out: what the decision does not spread over charges is
 * booked under the law of the case. What comes back is never guessed.
 *
 * @param book of the shipment, without what was claimed in this case
 * @returns null when a person must say which charges come back
 */
export function decidedItems(decided: Decided, book: readonly Entry[]): SignedItem[] | null {
  const { lines, law, citation } = decided;
  if (decided.allPaid) return negated(claimable(book));
  const currency = (decided.owed ?? decided.refund)?.currency;
  if (currency === undefined) return [];
  const net = exact(decided.owed?.amount ?? '0').minus(decided.refund?.amount ?? '0');
  const stated = lines.flatMap((line) =>
    line.difference?.currency === currency ? [{ ...line, difference: line.difference }] : [],
  );
  const owed = stated
    .filter(({ difference }) => exact(difference.amount).gt(0))
    .map((line): SignedItem => ({ line: line.line, ...chargeOf(book, line, law, currency), amount: line.difference }));
  const rest = net.minus(sumOf(owed));
  if (rest.gt(0)) return [...owed, { line: 0, taxType: UNALLOCATED, legalBasis: law, amount: money(rest, currency) }];
  if (rest.isZero()) return owed;
  const back = itemsOf(claimable(book), { refund: money(rest.neg(), currency), citation, lines });
  return back && [...owed, ...negated(back)];
}

/**
 * Interest on what is owed from the day of the debt until the day of the decision: as the authority states it, else as the law of its
 * country has it.
 */
export function decidedInterest(
  rules: InterestRules,
  {
    demand,
    debtOn,
    decidedOn,
    authority,
    law,
  }: Pick<DecidedMoney, 'demand' | 'debtOn' | 'decidedOn' | 'authority' | 'law'>,
  items: readonly SignedItem[],
): SignedItem[] {
  if (demand?.interest) {
    const item = { line: 0, taxType: INTEREST, legalBasis: law, amount: demand.interest };
    return exact(demand.interest.amount).isZero() ? [] : [item];
  }
  const rule = rules.authorities.find(({ destinations }) => destinations.includes(authority))?.afterRelease;
  if (!rule || debtOn === null || debtOn < earliestRate(rules, authority)) return [];
  const bears = items.filter(({ taxType }) => !rule.taxTypes || rule.taxTypes.includes(taxType));
  const sum = sumOf(bears);
  if (!sum.gt(0)) return [];
  const worked = interestOn(rules, authority, money(sum, bears[0]!.amount.currency), debtOn, decidedOn);
  if (exact(worked.amount.amount).isZero()) return [];
  return [{ line: 0, taxType: INTEREST, legalBasis: rule.law, amount: worked.amount }];
}

/** First day of which a rate is known: for older debts the authority states the interest. */
const earliestRate = (rules: InterestRules, authority: string): LegalDate =>
  rules.authorities.find(({ destinations }) => destinations.includes(authority))!.rates[0]!.from;

/** What was booked for a case, as it stands: owed with its sign, claims against it. Interest for being late is no part of the decision. */
export const standingItems = (bookings: readonly CaseBooking[]): SignedItem[] =>
  bookings.flatMap(({ opened, stands }) => {
    if (opened.type === 'AdditionalDutyBooked') return opened.data.late === true ? [] : stands;
    return opened.type === 'RefundClaimBooked' ? negated(stands) : [];
  });

export interface Difference {
  /** becomes owed */
  more: LedgerItem[];
  /** is taken off what is owed and not paid */
  less: LedgerItem[];
  /** becomes claimed back */
  claimed: LedgerItem[];
  /** is taken off what is claimed and has not come */
  unclaimed: LedgerItem[];
}

/**
 * What is to be booked so that a case stands as it was decided last: only the difference to what stands. What a person booked for the case
 * for the same sum stays as it is.
 *
 * @param paid  of what was owed in the case, by charge: it can only come back
 * @param open  of what was claimed in the case and has not come, by charge
 */
export function differenceOf(
  target: readonly SignedItem[],
  bookings: readonly CaseBooking[],
  paid: readonly LedgerItem[],
  open: readonly LedgerItem[],
): Difference {
  const stands = standingItems(bookings);
  const byHand = bookings.some(({ opened }) => opened.data.decision === undefined && opened.type !== 'DepositLodged');
  const isBooked = byHand && sumOf(principal(target)).eq(sumOf(principal(stands)));
  const sums = new Map<string, { item: SignedItem; sum: Exact }>();
  const add = (items: readonly SignedItem[], sign: 1 | -1): void => {
    for (const item of items) {
      if (isBooked && item.taxType !== INTEREST) continue;
      const sum = sums.get(chargeKey(item))?.sum ?? exact('0');
      sums.set(chargeKey(item), { item, sum: sum.plus(exact(item.amount.amount).times(sign)) });
    }
  };
  add(target, 1);
  add(stands, -1);
  const difference: Difference = { more: [], less: [], claimed: [], unclaimed: [] };
  const owedNow = new Map<string, Exact>();
  for (const item of bookings.flatMap((each) => (each.opened.type === 'AdditionalDutyBooked' ? each.stands : [])))
    owedNow.set(chargeKey(item), (owedNow.get(chargeKey(item)) ?? exact('0')).plus(item.amount.amount));
  const sumAt = (items: readonly LedgerItem[], key: string): Exact =>
    sumOf(items.filter((each) => chargeKey(each) === key));
  const put = (into: LedgerItem[], item: SignedItem, sum: Exact): void => {
    if (sum.gt(0)) into.push({ ...item, amount: money(sum, item.amount.currency) });
  };
  for (const [key, { item, sum }] of sums) {
    if (sum.gt(0)) {
      const back = lesser(sum, sumAt(open, key));
      put(difference.unclaimed, item, back);
      put(difference.more, item, sum.minus(back));
    } else if (sum.lt(0)) {
      const unpaid = (owedNow.get(key) ?? exact('0')).minus(sumAt(paid, key));
      const off = lesser(sum.neg(), unpaid.lt(0) ? exact('0') : unpaid);
      put(difference.less, item, off);
      put(difference.claimed, item, sum.neg().minus(off));
    }
  }
  return difference;
}

const lesser = (a: Exact, b: Exact): Exact => (a.lt(b) ? a : b);
