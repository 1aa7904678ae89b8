import type { DutiesEvent, LedgerItem, MoneyEvent } from '@tidewaiter/contracts';
import { exact, money, type Exact, type LegalDate, type Money } from '@tidewaiter/kernel';

/** Whose money it is; `unknown` where an event of an older release did not say it. */
export interface Owner {
  customer: string;
  importer: string;
}

/** One side of a posting. The entries of a posting balance; amounts are positive. */
export interface Entry extends Owner {
  /** groups entries that balance: `assessment/<id>`, `assessment/<id>/replaced`, `payment/<id>/sent` … */
  posting: string;
  account: string;
  side: 'debit' | 'credit';
  amount: Money;
  /** country of the authority; `unassessed` when a payment came before any assessment */
  authority: string;
  legalBasis: string;
  taxType: string;
  /** of the declaration; 0: the entry as a whole */
  line: number;
  /** day that it counts for; null: the day it was recorded */
  valueDate: LegalDate | null;
  says: string;
}

/** The sum of amounts of one currency. */
export const sumOf = (items: readonly { amount: Money }[]): Exact =>
  items.reduce((sum, { amount }) => sum.plus(amount.amount), exact('0'));

/** Kinds of accounts; those with an authority carry its country after a colon. */
export const ACCOUNTS = {
  /** what the customer owes the importer of record for duty and tax */
  receivable: 'customer-receivable',
  /** what the importer of record owes the authority of a country now */
  payable: (country: string) => `duty-payable:${country}`,
  /** due, but on the day of the account's statement */
  deferred: (country: string) => `duty-deferred:${country}`,
  /** due, but in the importer's own tax return: never paid from here */
  postponed: (country: string) => `tax-postponed:${country}`,
  /** orders given to the bank and not yet debited */
  clearing: 'bank:clearing',
  bank: 'bank:account',
  /** the bank account, as far as authorities paid back into it */
  refunds: 'bank:refunds',
  /** the bank account, as far as deposits left it */
  deposited: 'bank:deposits',
  refundable: (country: string) => `refund-receivable:${country}`,
  /** what the customer gets when the authority pays a claim */
  refundDue: 'customer-refund',
  deposit: (country: string) => `deposit:${country}`,
  interest: 'interest-cost',
  serviceReceivable: 'customer-receivable:service',
  serviceIncome: 'service-income',
  serviceVat: 'service-vat',
};

export type LedgerEvent = DutiesEvent | MoneyEvent;
type Of<T extends LedgerEvent['type']> = Extract<LedgerEvent, { type: T }>['data'];
type Facet = Omit<Entry, 'posting' | 'account' | 'side'>;

const UNKNOWN: Owner = { customer: 'unknown', importer: 'unknown' };
const DEMAND = 'the authority’s demand';
/** Tax type under which interest is booked. */
export const INTEREST = 'interest';

const pair = (posting: string, debit: string, credit: string, facet: Facet): Entry[] => [
  { posting, account: debit, side: 'debit', ...facet },
  { posting, account: credit, side: 'credit', ...facet },
];

const mirrored = (entries: readonly Entry[], posting: string, says: string, valueDate: LegalDate | null): Entry[] =>
  entries.map((entry) => ({
    ...entry,
    posting,
    side: entry.side === 'debit' ? 'credit' : 'debit',
    valueDate,
    says,
  }));

const ofPosting = (book: readonly Entry[], posting: string): Entry[] =>
  book.filter((entry) => entry.posting === posting);

const ownerOf = (book: readonly Entry[]): Owner => {
  const known = book.findLast(({ importer }) => importer !== UNKNOWN.importer);
  return known ? { customer: known.customer, importer: known.importer } : UNKNOWN;
};

const isZero = (amount: string): boolean => exact(amount).isZero();

/** What stands of the debt itself: the assessment not replaced since, and what the authority's figure changed of it. */
function standing(book: readonly Entry[]): { posting: string; entries: Entry[] }[] {
  const postings = [...new Set(book.map(({ posting }) => posting))];
  const gone = new Set(postings.filter((name) => name.endsWith('/replaced')));
  return postings
    .filter((name) => /^(assessment\/[^/]+|adjustment\/.+)$/.test(name) && !name.endsWith('/replaced'))
    .filter((name) => !gone.has(`${name}/replaced`))
    .map((posting) => ({ posting, entries: ofPosting(book, posting) }));
}

const takenBack = (book: readonly Entry[], which: (posting: string) => boolean, says: string, on: LegalDate | null) =>
  standing(book)
    .filter(({ posting }) => which(posting))
    .flatMap(({ posting, entries }) => mirrored(entries, `${posting}/replaced`, says, on));

const creditOf = (later: { method: 'deferred' | 'postponed' } | undefined, country: string): string => {
  if (later === undefined) return ACCOUNTS.payable(country);
  return later.method === 'deferred' ? ACCOUNTS.deferred(country) : ACCOUNTS.postponed(country);
};

function assessed({ assessmentId, request, charges, lawDate, of }: Of<'DutyAssessed'>, book: readonly Entry[]) {
  const authority = String(request['destination']);
  const owner = of ? { customer: of.customer, importer: of.importerId } : ownerOf(book);
  const accrued = charges
    .filter(({ amount }) => !isZero(amount.amount))
    .flatMap(({ line, code, amount, legalBasis, later }) =>
      pair(`assessment/${assessmentId}`, ACCOUNTS.receivable, creditOf(later, authority), {
        ...owner,
        authority,
        amount,
        legalBasis,
        taxType: code,
        line,
        valueDate: lawDate,
        says: line === 0 ? `assessed ${code} of the entry` : `assessed ${code} of line ${line}`,
      }),
    );
  return [...takenBack(book, () => true, 'replaced by a newer assessment', lawDate), ...accrued];
}

/** The authority's figure where it stands against ours: only what differs, and on what is payable now. */
function adjusted(
  {
    declarationId,
    noticeId,
    authority,
    lines,
  }: Pick<Of<'DebtAgreed'>, 'declarationId' | 'noticeId' | 'authority' | 'lines'>,
  currency: string,
  book: readonly Entry[],
): Entry[] {
  const of = `adjustment/${declarationId}/`;
  const times = new Set(book.filter(({ posting }) => posting.startsWith(of)).map(({ posting }) => posting)).size;
  const changes = lines
    .filter(({ difference }) => !isZero(difference))
    .flatMap(({ line, taxType, legalBasis, difference }) => {
      const more = exact(difference).isPositive();
      const [debit, credit] = [ACCOUNTS.receivable, ACCOUNTS.payable(authority)];
      return pair(`${of}${noticeId}/${times}`, more ? debit : credit, more ? credit : debit, {
        ...ownerOf(book),
        authority,
        amount: money(exact(difference).abs(), currency),
        legalBasis: legalBasis ?? DEMAND,
        taxType,
        line,
        valueDate: null,
        says: `the authority’s figure for ${taxType}${line === 0 ? '' : ` of line ${line}`}`,
      });
    });
  return [...takenBack(book, (name) => name.startsWith(of), 'replaced by a newer notice', null), ...changes];
}

const total = (entries: readonly { amount: Money }[]): Exact =>
  entries.reduce((sum, { amount }) => sum.plus(amount.amount), exact('0'));

/** Owed now by line, tax type and legal basis: the standing debt without what is due later. */
function owedNow(book: readonly Entry[]): Facet[] {
  const sums = new Map<string, { facet: Facet; sum: Exact }>();
  for (const { entries } of standing(book)) {
    for (const { posting: _posting, account, side, ...facet } of entries) {
      if (!account.startsWith('duty-payable:')) continue;
      const key = [facet.line, facet.taxType, facet.legalBasis, facet.amount.currency].join('\u0000');
      const signed = side === 'credit' ? exact(facet.amount.amount) : exact(facet.amount.amount).neg();
      sums.set(key, { facet, sum: (sums.get(key)?.sum ?? exact('0')).plus(signed) });
    }
  }
  return [...sums.values()]
    .filter(({ sum }) => sum.isPositive() && !sum.isZero())
    .map(({ facet, sum }) => ({ ...facet, amount: money(sum, facet.amount.currency) }));
}

/**
 * What a payment pays off, by line, legal basis and tax type: what it says itself; else the standing debt when it is for exactly
 * its sum. A debt that the authority set otherwise is not spread by guess; it stays on one line and shows as a difference.
 */
function paidOff({ amount, settles, interest }: Of<'PaymentSent'>, book: readonly Entry[]): Facet[] {
  const owed = owedNow(book);
  const blank: Facet = {
    ...ownerOf(book),
    authority: book.findLast(({ account }) => account.startsWith('duty-payable:'))?.authority ?? 'unassessed',
    amount,
    legalBasis: DEMAND,
    taxType: 'unallocated',
    line: 0,
    valueDate: null,
    says: '',
  };
  if (settles) {
    const named = settles
      .filter((each) => !isZero(each.amount.amount))
      .map((each): Facet => {
        const same = owed.find(({ line, taxType }) => line === each.line && taxType === each.taxType);
        return { ...blank, ...each, legalBasis: each.legalBasis ?? same?.legalBasis ?? DEMAND };
      });
    const charged = book.find(({ taxType, side }) => taxType === INTEREST && side === 'credit');
    return interest && !isZero(interest.amount)
      ? [...named, { ...blank, amount: interest, taxType: INTEREST, legalBasis: charged?.legalBasis ?? DEMAND }]
      : named;
  }
  const fits = owed.length > 0 && owed.every((each) => each.amount.currency === amount.currency);
  return fits && total(owed).eq(amount.amount) ? owed : [blank];
}

function ordered(data: Of<'PaymentSent'>, book: readonly Entry[]): Entry[] {
  return paidOff(data, book).flatMap((facet) =>
    pair(`payment/${data.paymentId}/sent`, ACCOUNTS.payable(facet.authority), ACCOUNTS.clearing, {
      ...facet,
      valueDate: null,
      says: 'ordered at the bank',
    }),
  );
}

function settled({ paymentId, settledAt }: Of<'PaymentSettled'>, book: readonly Entry[]): Entry[] {
  return ofPosting(book, `payment/${paymentId}/sent`)
    .filter(({ side }) => side === 'credit')
    .flatMap(({ posting: _posting, account: _account, side: _side, ...facet }) =>
      pair(`payment/${paymentId}/settled`, ACCOUNTS.clearing, ACCOUNTS.bank, {
        ...facet,
        valueDate: settledAt.slice(0, 10),
        says: 'debited by the bank',
      }),
    );
}

/** Pairs for the items of a booking after the entry. */
function booked(
  step: string,
  items: readonly LedgerItem[],
  debit: string,
  credit: string,
  facet: Pick<Facet, 'authority' | 'valueDate' | 'says'>,
  owner: Owner,
): Entry[] {
  return items.flatMap(({ line, taxType, legalBasis, amount }) =>
    pair(step, debit, credit, { ...owner, ...facet, line, taxType, legalBasis, amount }),
  );
}

/** Interest is the importer's own cost; duty and tax are the customer's. */
const byCost = (items: readonly LedgerItem[], post: (of: LedgerItem[], cost: string) => Entry[]): Entry[] => [
  ...post(
    items.filter(({ taxType }) => taxType !== INTEREST),
    ACCOUNTS.receivable,
  ),
  ...post(
    items.filter(({ taxType }) => taxType === INTEREST),
    ACCOUNTS.interest,
  ),
];

const authorityOf = (book: readonly Entry[], bookingId: string): string =>
  book.find(({ posting }) => posting.startsWith(`booking/${bookingId}`))?.authority ?? 'unassessed';

function afterEntry(event: MoneyEvent, book: readonly Entry[]): Entry[] {
  const owner = ownerOf(book);
  const { refundDue, receivable, deposited, refunds, bank } = ACCOUNTS;
  /** each step of a booking is a posting of its own, also when one kind comes twice */
  const stepOf = (bookingId: string, name: string): string => {
    const before = new Set(
      book.map(({ posting }) => posting).filter((posting) => posting.startsWith(`booking/${bookingId}`)),
    );
    return `booking/${bookingId}/${name}/${before.size}`;
  };
  switch (event.type) {
    case 'AdditionalDutyBooked': {
      const { bookingId, items, authority, reason: says } = event.data;
      const facet = { authority, valueDate: null, says };
      const step = stepOf(bookingId, 'owed');
      return byCost(items, (of, cost) => booked(step, of, cost, ACCOUNTS.payable(authority), facet, owner));
    }
    case 'AdditionalDutyReduced': {
      const { bookingId, items, reason: says } = event.data;
      const authority = authorityOf(book, bookingId);
      const facet = { authority, valueDate: null, says };
      const step = stepOf(bookingId, 'reduced');
      return byCost(items, (of, cost) => booked(step, of, ACCOUNTS.payable(authority), cost, facet, owner));
    }
    case 'RefundClaimBooked': {
      const { bookingId, items, authority, reason: says } = event.data;
      const facet = { authority, valueDate: null, says };
      return booked(stepOf(bookingId, 'claimed'), items, ACCOUNTS.refundable(authority), refundDue, facet, owner);
    }
    case 'RefundClaimReduced': {
      const { bookingId, items, reason: says } = event.data;
      const authority = authorityOf(book, bookingId);
      const facet = { authority, valueDate: null, says };
      return booked(stepOf(bookingId, 'reduced'), items, refundDue, ACCOUNTS.refundable(authority), facet, owner);
    }
    case 'RefundReceived': {
      const { bookingId, items, receivedOn, reference } = event.data;
      const authority = authorityOf(book, bookingId);
      const facet = { authority, valueDate: receivedOn, says: `refunded under ${reference}` };
      return booked(stepOf(bookingId, 'received'), items, refunds, ACCOUNTS.refundable(authority), facet, owner);
    }
    case 'DepositLodged': {
      const { bookingId, items, authority, lodgedOn, reference } = event.data;
      const facet = { authority, valueDate: lodgedOn, says: `deposit under ${reference}` };
      return booked(stepOf(bookingId, 'lodged'), items, ACCOUNTS.deposit(authority), deposited, facet, owner);
    }
    case 'DepositReturned': {
      const { bookingId, items, returnedOn, reference } = event.data;
      const authority = authorityOf(book, bookingId);
      const facet = { authority, valueDate: returnedOn, says: `deposit returned under ${reference}` };
      return booked(stepOf(bookingId, 'returned'), items, deposited, ACCOUNTS.deposit(authority), facet, owner);
    }
    case 'DepositApplied': {
      const { bookingId, items, reason: says } = event.data;
      const authority = authorityOf(book, bookingId);
      const facet = { authority, valueDate: null, says };
      const step = stepOf(bookingId, 'applied');
      return [
        ...booked(step, items, receivable, ACCOUNTS.payable(authority), facet, owner),
        ...booked(step, items, ACCOUNTS.payable(authority), ACCOUNTS.deposit(authority), facet, owner),
      ];
    }
    case 'InterestCharged': {
      const { paymentId, authority, amount, law, until } = event.data;
      if (isZero(amount.amount)) return [];
      const facet = { ...owner, authority, amount, legalBasis: law, taxType: INTEREST, line: 0 };
      const says = `interest until ${until}`;
      const step = `interest/${paymentId}/${until}`;
      return pair(step, ACCOUNTS.interest, ACCOUNTS.payable(authority), { ...facet, valueDate: until, says });
    }
    case 'StatementPaid': {
      const { statementId, shipmentId, authority, items, paidOn, reference } = event.data;
      return items.flatMap(({ taxType, amount }) => {
        const same = book.findLast(
          (entry) => entry.taxType === taxType && entry.account === ACCOUNTS.deferred(authority),
        );
        const facet = {
          ...owner,
          authority,
          amount,
          legalBasis: same?.legalBasis ?? DEMAND,
          taxType,
          line: same?.line ?? 0,
        };
        const says = `collected with statement under ${reference}`;
        const step = `statement/${statementId}/${shipmentId}`;
        return pair(step, ACCOUNTS.deferred(authority), bank, { ...facet, valueDate: paidOn, says });
      });
    }
    case 'InvoiceIssued':
      return invoiced(event.data);
    default:
      return [];
  }
}

/** Only the service is news to the ledger: duty and tax were receivable since they were assessed. */
function invoiced(data: Of<'InvoiceIssued'>): Entry[] {
  const { invoiceId, kind, customer, importerId, authority, currency, issuedOn, number, lines, totals } = data;
  const net = lines.filter((line) => line.kind === 'service').reduce((sum, line) => sum.plus(line.amount), exact('0'));
  const { serviceReceivable, serviceIncome, serviceVat } = ACCOUNTS;
  const facet = {
    ...{ customer, importer: importerId, authority, legalBasis: 'service agreement', taxType: 'service', line: 0 },
    ...{ valueDate: issuedOn, says: `${kind} ${number}` },
  };
  const posting = `invoice/${invoiceId}`;
  const entries = [
    { account: serviceIncome, sum: net },
    { account: serviceVat, sum: exact(totals.vat) },
  ].flatMap(({ account, sum }) =>
    sum.isZero() ? [] : pair(posting, serviceReceivable, account, { ...facet, amount: money(sum.abs(), currency) }),
  );
  return kind === 'invoice' ? entries : mirrored(entries, posting, facet.says, issuedOn);
}

/**
 * The entries that an event leads to. Pure; together with the events before it, it gives the whole ledger of a shipment again.
 *
 * @param book entries of the same shipment so far, in order
 * @returns balanced by posting and currency; none for events that move no money
 */
export function post(event: LedgerEvent, book: readonly Entry[]): Entry[] {
  switch (event.type) {
    case 'DutyAssessed':
      return assessed(event.data, book);
    case 'DebtCompared':
      // A figure that differs is booked when a person has agreed to it, never before.
      return event.data.outcome === 'differs' ? [] : adjusted(event.data, event.data.theirs.currency, book);
    case 'DebtAgreed':
      return adjusted(event.data, event.data.currency, book);
    case 'PaymentSent':
      return ordered(event.data, book);
    case 'PaymentSettled':
      return settled(event.data, book);
    case 'PaymentBounced': {
      const { paymentId, returnedOn } = event.data;
      const made = book.filter(({ posting }) => posting.startsWith(`payment/${paymentId}/`));
      const on = returnedOn?.slice(0, 10) ?? null;
      return mirrored(made, `payment/${paymentId}/returned`, 'returned by the bank: the debt is open again', on);
    }
    default:
      return afterEntry(event as MoneyEvent, book);
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
export function balances(entries: readonly Pick<Entry, 'account' | 'side' | 'amount'>[]): Balance[] {
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

/** What people ask a ledger of customs money; each is one sum over accounts, so that they always add up. */
export const MEASURES = [
  'assessed',
  'payableNow',
  'payableLater',
  'ordered',
  'paid',
  'refundable',
  'refunded',
  'deposits',
  'interest',
  'service',
] as const;
export type Measure = (typeof MEASURES)[number];
export type Measures = Record<Measure, string>;

/** For an account's balance (debit less credit): which measures it counts in, and with which sign. */
function measuresOf(account: string): [Measure, 1 | -1][] {
  const [kind] = account.split(':');
  if (account === ACCOUNTS.bank) return [['paid', -1]];
  if (account === ACCOUNTS.clearing) return [['ordered', -1]];
  if (account === ACCOUNTS.refunds) return [['refunded', 1]];
  if (account === ACCOUNTS.deposited) return [['paid', -1]];
  if (account === ACCOUNTS.receivable) return [['assessed', 1]];
  if (account === ACCOUNTS.serviceReceivable) return [['service', 1]];
  if (account === ACCOUNTS.interest) return [['interest', 1]];
  if (kind === 'duty-payable') return [['payableNow', -1]];
  if (kind === 'duty-deferred' || kind === 'tax-postponed') return [['payableLater', -1]];
  if (kind === 'refund-receivable') return [['refundable', 1]];
  // What left the bank as a deposit and is none any more was taken as duty: then it counts as paid.
  if (kind === 'deposit')
    return [
      ['deposits', 1],
      ['paid', -1],
    ];
  return [];
}

/**
 * Assessed, payable now and later, ordered, paid, refundable, refunded, deposits from balances of one currency.
 * `assessed + interest = payableNow + payableLater + ordered + paid` holds whatever was posted.
 */
export function measured(rows: readonly { account: string; balance: string }[], currency: string): Measures {
  const sums = Object.fromEntries(MEASURES.map((name) => [name, exact('0')])) as Record<Measure, Exact>;
  for (const { account, balance } of rows) {
    for (const [name, sign] of measuresOf(account)) sums[name] = sums[name].plus(exact(balance).times(sign));
  }
  return Object.fromEntries(MEASURES.map((name) => [name, money(sums[name], currency).amount])) as Measures;
}
