import type { LedgerItem, MoneyEvent } from '@tidewaiter/contracts';
import { exact, money, NotFound, Refused, type Decider, type Exact } from '@tidewaiter/kernel';
import type { Entry } from './ledger.js';

export type BookingEvent = Extract<
  MoneyEvent,
  {
    type:
      | 'AdditionalDutyBooked'
      | 'AdditionalDutyReduced'
      | 'RefundClaimBooked'
      | 'RefundClaimReduced'
      | 'RefundReceived'
      | 'DepositLodged'
      | 'DepositReturned'
      | 'DepositApplied';
  }
>;
type Opening = Extract<BookingEvent, { type: 'AdditionalDutyBooked' | 'RefundClaimBooked' | 'DepositLodged' }>;
type Following = Exclude<BookingEvent, Opening>;

/** One booking after the entry; stream `money-<bookingId>`. */
export type Booking =
  | { status: 'none' }
  | {
      status: 'booked';
      opened: Opening;
      /** what is left of it, by charge; nothing is ever left of additional duty: that is the ledger's payable */
      open: LedgerItem[];
      /** what of it still holds, by charge: booked, less what was taken back by a later decision or denied */
      stands: LedgerItem[];
    };

const keyOf = ({ line, taxType, legalBasis, amount }: LedgerItem): string =>
  JSON.stringify([line, taxType, legalBasis, amount.currency]);

const nameOf = ({ line, taxType }: LedgerItem): string => `${taxType}${line === 0 ? '' : ` of line ${line}`}`;

const added = (items: readonly LedgerItem[]): Map<string, { item: LedgerItem; sum: Exact }> => {
  const sums = new Map<string, { item: LedgerItem; sum: Exact }>();
  for (const item of items) {
    const before = sums.get(keyOf(item))?.sum ?? exact('0');
    sums.set(keyOf(item), { item, sum: before.plus(item.amount.amount) });
  }
  return sums;
};

function less(open: readonly LedgerItem[], taken: readonly LedgerItem[]): LedgerItem[] {
  const gone = added(taken);
  return [...added(open).values()]
    .map(({ item, sum }) => ({ item, left: sum.minus(gone.get(keyOf(item))?.sum ?? '0') }))
    .filter(({ left }) => left.gt(0))
    .map(({ item, left }) => ({ ...item, amount: money(left, item.amount.currency) }));
}

const OPENS: Readonly<Record<Following['type'], Opening['type']>> = {
  AdditionalDutyReduced: 'AdditionalDutyBooked',
  RefundClaimReduced: 'RefundClaimBooked',
  RefundReceived: 'RefundClaimBooked',
  DepositReturned: 'DepositLodged',
  DepositApplied: 'DepositLodged',
};

/**
 * What was paid of each charge and neither claimed nor refunded yet: only that can be claimed back.
 *
 * @param book of the shipment
 */
export function claimable(book: readonly Entry[]): LedgerItem[] {
  const sums = new Map<string, { item: LedgerItem; sum: Exact }>();
  for (const { account, side, line, taxType, legalBasis, amount } of book) {
    // Paid leaves the bank as a credit; a claim stands as a debit until it is refunded, which is a debit of the bank.
    const counts = account === 'bank:account' || account === 'bank:refunds' || account.startsWith('refund-receivable:');
    if (!counts) continue;
    const item = { line, taxType, legalBasis, amount };
    const signed = side === 'credit' ? exact(amount.amount) : exact(amount.amount).neg();
    sums.set(keyOf(item), { item, sum: (sums.get(keyOf(item))?.sum ?? exact('0')).plus(signed) });
  }
  return [...sums.values()]
    .filter(({ sum }) => sum.gt(0))
    .map(({ item, sum }) => ({ ...item, amount: money(sum, item.amount.currency) }));
}

function checkClaim(items: readonly LedgerItem[], paid: readonly LedgerItem[]): void {
  const there = added(paid);
  for (const [key, { item, sum }] of added(items)) {
    const most = there.get(key)?.sum ?? exact('0');
    if (sum.lte(most)) continue;
    throw new Refused(
      'duties.booking.not-paid',
      `${sum.toFixed()} ${item.amount.currency} of ${nameOf(item)} cannot be claimed: ${most.toFixed()} were paid under “${item.legalBasis}” and are not claimed yet`,
      { advice: 'Claim what was paid, charge by charge, under the legal basis that the ledger names.', facts: { key } },
    );
  }
}

export type BookingDecision =
  { type: 'Open'; event: Opening; paid: readonly LedgerItem[] } | { type: 'GoOn'; event: Following };

export const booking: Decider<Booking, BookingDecision, BookingEvent> = {
  initial: { status: 'none' },
  decide(state, command) {
    if (command.type === 'Open') {
      if (state.status !== 'none') return [];
      if (command.event.type === 'RefundClaimBooked') checkClaim(command.event.data.items, command.paid);
      return [command.event];
    }
    const { event } = command;
    if (state.status === 'none') throw new NotFound('duties.booking.unknown', 'no such booking');
    if (state.opened.type !== OPENS[event.type]) {
      throw new Refused('duties.booking.kind', `a booking of ${state.opened.type} cannot go on with ${event.type}`, {
        advice: 'Name a booking of the fitting kind.',
      });
    }
    const open = added(event.type === 'AdditionalDutyReduced' ? state.stands : state.open);
    for (const [key, { item, sum }] of added(event.data.items)) {
      const left = open.get(key)?.sum ?? exact('0');
      if (sum.gt(left)) {
        throw new Refused(
          'duties.booking.too-much',
          `${sum.toFixed()} ${item.amount.currency} of ${nameOf(item)} are more than the ${left.toFixed()} that are open`,
          { advice: 'Book at most what is open; for more, open another booking.', facts: { key } },
        );
      }
    }
    return [event];
  },
  evolve(state, event) {
    switch (event.type) {
      case 'AdditionalDutyBooked':
        return { status: 'booked', opened: event, open: [], stands: event.data.items };
      case 'RefundClaimBooked':
      case 'DepositLodged':
        return { status: 'booked', opened: event, open: event.data.items, stands: event.data.items };
      case 'AdditionalDutyReduced':
        return state.status === 'none' ? state : { ...state, stands: less(state.stands, event.data.items) };
      case 'RefundClaimReduced':
        if (state.status === 'none') return state;
        return { ...state, open: less(state.open, event.data.items), stands: less(state.stands, event.data.items) };
      default:
        return state.status === 'none' ? state : { ...state, open: less(state.open, event.data.items) };
    }
  },
};
