import type { DutiesEvent } from '@tidewaiter/contracts';
import { exact, money, type Exact, type Money } from '@tidewaiter/kernel';

/** One side of a posting. The entries of a posting balance; amounts are positive. */
export interface Entry {
  /** groups entries that balance: `assessment/<id>`, `assessment/<id>/replaced`, `payment/<id>/sent` … */
  posting: string;
  account: string;
  side: 'debit' | 'credit';
  amount: Money;
  legalBasis: string;
  taxType: string;
  says: string;
}

export const ACCOUNTS = {
  /** what the customer owes the importer of record */
  receivable: 'customer-receivable',
  /** what the importer of record owes the authority of a country */
  payable: (country: string) => `duty-payable:${country}`,
  /** orders given to the bank and not yet debited */
  clearing: 'bank:clearing',
  bank: 'bank:account',
};

type Facet = Pick<Entry, 'amount' | 'legalBasis' | 'taxType' | 'says'>;

const pair = (posting: string, debit: string, credit: string, facet: Facet): Entry[] => [
  { posting, account: debit, side: 'debit', ...facet },
  { posting, account: credit, side: 'credit', ...facet },
];

const mirrored = (entries: readonly Entry[], posting: string, says: string): Entry[] =>
  entries.map((entry) => ({ ...entry, posting, side: entry.side === 'debit' ? 'credit' : 'debit', says }));

const ofPosting = (book: readonly Entry[], posting: string): Entry[] =>
  book.filter((entry) => entry.posting === posting);

/** The assessment that stands: posted and not replaced since. */
function standing(book: readonly Entry[]): { posting: string; entries: Entry[] } | null {
  const isStanding = (name: string): boolean =>
    /^assessment\/[^/]+$/.test(name) && !book.some(({ posting }) => posting === `${name}/replaced`);
  const posting = book.findLast(({ posting: name }) => isStanding(name))?.posting;
  return posting === undefined ? null : { posting, entries: ofPosting(book, posting) };
}

function assessed(
  { assessmentId, request, charges }: Extract<DutiesEvent, { type: 'DutyAssessed' }>['data'],
  book: readonly Entry[],
): Entry[] {
  const before = standing(book);
  const replaced = before
    ? mirrored(before.entries, `${before.posting}/replaced`, 'replaced by a newer assessment')
    : [];
  const account = ACCOUNTS.payable(String(request.destination));
  const accrued = charges
    .filter(({ amount }) => !exact(amount.amount).isZero())
    .flatMap(({ line, code, amount, legalBasis }) =>
      pair(`assessment/${assessmentId}`, ACCOUNTS.receivable, account, {
        amount,
        legalBasis,
        taxType: code,
        says: line === 0 ? `assessed ${code} of the entry` : `assessed ${code} of line ${line}`,
      }),
    );
  return [...replaced, ...accrued];
}

const total = (entries: readonly Entry[]): Exact =>
  entries.reduce((sum, { amount }) => sum.plus(amount.amount), exact('0'));

/**
 * What a payment pays off, by legal basis and tax type: the standing assessment's charges when it is for exactly their sum. A
 * debt that the authority set otherwise is not spread by guess; it stays on one line and shows as a difference.
 */
function paidOff(amount: Money, book: readonly Entry[]): { account: string; facets: Omit<Facet, 'says'>[] } {
  const owed = (standing(book)?.entries ?? []).filter(({ side }) => side === 'credit');
  const account = owed[0]?.account ?? ACCOUNTS.payable('unassessed');
  if (
    owed.length > 0 &&
    owed.every((entry) => entry.amount.currency === amount.currency) &&
    total(owed).eq(amount.amount)
  ) {
    return {
      account,
      facets: owed.map(({ amount: part, legalBasis, taxType }) => ({ amount: part, legalBasis, taxType })),
    };
  }
  return { account, facets: [{ amount, legalBasis: 'the authority’s demand', taxType: 'unallocated' }] };
}

/**
 * The entries that an event leads to. Pure; together with the events before it, it gives the whole ledger of a shipment again.
 *
 * @param book entries of the same shipment so far, in order
 * @returns balanced by posting and currency; none for events that move no money
 */
export function post(event: DutiesEvent, book: readonly Entry[]): Entry[] {
  switch (event.type) {
    case 'DutyAssessed':
      return assessed(event.data, book);
    case 'PaymentSent': {
      const { account, facets } = paidOff(event.data.amount, book);
      return facets.flatMap((facet) =>
        pair(`payment/${event.data.paymentId}/sent`, account, ACCOUNTS.clearing, {
          ...facet,
          says: 'ordered at the bank',
        }),
      );
    }
    case 'PaymentSettled':
      return ofPosting(book, `payment/${event.data.paymentId}/sent`)
        .filter(({ side }) => side === 'credit')
        .flatMap(({ amount, legalBasis, taxType }) =>
          pair(`payment/${event.data.paymentId}/settled`, ACCOUNTS.clearing, ACCOUNTS.bank, {
            amount,
            legalBasis,
            taxType,
            says: 'debited by the bank',
          }),
        );
    case 'PaymentBounced': {
      const made = book.filter(({ posting }) => posting.startsWith(`payment/${event.data.paymentId}/`));
      return mirrored(made, `payment/${event.data.paymentId}/returned`, 'returned by the bank: the debt is open again');
    }
    default:
      return [];
  }
}

export interface Balance {
  account: string;
  debit: Money;
  credit: Money;
  /** debit less credit */
  balance: Money;
}

/** Balances by account and currency, in the order of their names. */
export function balances(entries: readonly Entry[]): Balance[] {
  const sums = new Map<string, { account: string; currency: string; debit: Exact; credit: Exact }>();
  for (const { account, side, amount } of entries) {
    const key = `${account} ${amount.currency}`;
    const sum = sums.get(key) ?? { account, currency: amount.currency, debit: exact('0'), credit: exact('0') };
    sums.set(key, { ...sum, [side]: sum[side].plus(amount.amount) });
  }
  return [...sums.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { account, currency, debit, credit }]) => ({
      account,
      debit: money(debit, currency),
      credit: money(credit, currency),
      balance: money(debit.minus(credit), currency),
    }));
}

/** Debits equal credits in every posting and currency. */
export function isBalanced(entries: readonly Entry[]): boolean {
  const sums = new Map<string, Exact>();
  for (const { posting, side, amount } of entries) {
    const key = `${posting} ${amount.currency}`;
    const signed = side === 'debit' ? exact(amount.amount) : exact(amount.amount).neg();
    sums.set(key, (sums.get(key) ?? exact('0')).plus(signed));
  }
  return [...sums.values()].every((sum) => sum.isZero());
}
