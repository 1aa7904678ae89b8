import { Inject } from '@nestjs/common';
import type { DecidedMoney, DecidedMoneyState, LedgerItem, Money, Wrote } from '@tidewaiter/contracts';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import { exact, legalDateAt, money, NotFound, Refused, type Exact } from '@tidewaiter/kernel';
import { CLOCK, EVENT_STORE, type Clock } from '@tidewaiter/platform';
import { booking, claimable, type BookingDecision } from '../domain/bookings.js';
import {
  chargeKey,
  decidedInterest,
  decidedItems,
  differenceOf,
  standingItems,
  type CaseBooking,
  type Difference,
} from '../domain/case-money.js';
import { interestOn, payableWithoutInterestUntil, type InterestRules } from '../domain/interest.js';
import { INTEREST, sumOf, type Entry } from '../domain/ledger.js';
import type { Payment } from '../domain/payment.js';
import type { LoadedRuleBook } from '../domain/rule-book.js';
import { assessmentRows } from '../postgres/assessments.js';
import { bookingRows } from '../postgres/billing.js';
import { ledgerOf, lockLedger } from '../postgres/ledger.projection.js';
import { paymentRows } from '../postgres/payments.js';
import { uuidOf } from './digest.js';
import { Paying, type PaymentState } from './paying.js';
import { RefundCredits } from './refund-credits.js';
import { INTEREST_RULES, RULE_BOOKS } from './rule-books.js';

type Made = Exclude<Payment, { status: 'none' }>;
type Opening = Extract<BookingDecision, { type: 'Open' }>['event'];
type Following = Extract<BookingDecision, { type: 'GoOn' }>['event'];

interface Known {
  bookings: (CaseBooking & { bookingId: string })[];
  payments: Made[];
  /** newest of the entry's own payments: whom it was paid to */
  before: Made | undefined;
  book: Entry[];
}

/** What a transfer can quote. @see Open Banking Read-Write API 3.1, RemittanceInformation */
const LONGEST_REFERENCE = 35;

/** A payment that the bank has, or may have, and nobody knows the end of. */
const isUnderWay = ({ status }: Made): boolean => ['approved', 'outcome-unknown', 'sent'].includes(status);

/**
 * Money that the authority decided about after the entry. What it decided last is what stands: the record is looked at, the difference
 * booked, and what is owed and not under way asked for. Nothing is remembered between two looks.
 */
export class DecidedMoneyDesk {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Paying) private readonly paying: Paying,
    @Inject(RefundCredits) private readonly credits: RefundCredits,
    @Inject(INTEREST_RULES) private readonly rules: InterestRules,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async settle(of: By, decided: DecidedMoney): Promise<DecidedMoneyState> {
    const by = { ...of, subject: decided.shipmentId };
    const first = await this.known(by, decided);
    const underWay = first.payments.find(isUnderWay);
    // What is on its way can only be looked at when its end is known: until then it is neither paid nor owed.
    if (underWay) return { kind: 'on-its-way', paymentId: underWay.paymentId, wrote: {} };
    const wrote: Wrote = {};
    const unclear = await this.book(by, decided, wrote);
    const waiting = first.payments.find(({ status }) => status === 'needs-approval');
    const owed = await this.owed(by, decided, waiting, wrote);
    if (waiting && (unclear !== null || !same(waiting.amount, owed.total))) {
      const why = 'the authority has decided anew';
      await this.paying.void({ ...by, commandId: `${by.commandId}/void` }, waiting.paymentId, why);
    }
    if (unclear !== null) return { kind: 'unclear', about: 'charges', says: unclear, amount: netOf(decided), wrote };
    if (owed.total) {
      if (waiting && same(waiting.amount, owed.total))
        return approvalOf(await this.paying.state(by.tenant, waiting.paymentId), owed, wrote);
      return this.ask(by, decided, owed, wrote);
    }
    return this.claimed(by, decided, wrote);
  }

  /** What waits for the authority's money, without what has come already. */
  private async claimed(by: By, decided: DecidedMoney, wrote: Wrote): Promise<DecidedMoneyState> {
    const open = async () =>
      (await this.known(by, decided)).bookings.filter(
        ({ opened, open: left }) => opened.type === 'RefundClaimBooked' && left.length > 0,
      );
    for (const { bookingId } of await open())
      Object.assign(wrote, await this.credits.awaited(by, bookingId, decided.references));
    const claims = await open();
    if (claims.length === 0) return { kind: 'settled', wrote };
    const items = claims.flatMap((claim) => claim.open);
    const amount = money(sumOf(items), items[0]!.amount.currency);
    return { kind: 'claimed', bookingIds: claims.map(({ bookingId }) => bookingId), amount, wrote };
  }

  /** @returns what a person must say; null when the case stands as it was decided */
  private async book(by: By, decided: DecidedMoney, wrote: Wrote): Promise<string | null> {
    try {
      return await this.store.transaction(by.tenant, async (tx) => {
        await lockLedger(tx, decided.shipmentId);
        const known = await this.knownIn(tx, by, decided);
        const target = targetOf(this.rules, decided, known);
        if (target === null) {
          const stands = sumOf(standingItems(known.bookings).filter(({ taxType }) => taxType !== INTEREST));
          const isBooked = known.bookings.length > 0 && stands.eq(signedNet(decided));
          return isBooked ? null : 'The decision does not say to which of the charges that were paid it belongs.';
        }
        const open = known.bookings.flatMap((each) => (each.opened.type === 'RefundClaimBooked' ? each.open : []));
        const difference = differenceOf(target, known.bookings, settledItems(known.payments), open);
        await this.post(tx, by, decided, known, difference, wrote);
        return null;
      });
    } catch (error) {
      if (!(error instanceof Refused || error instanceof NotFound)) throw error;
      return `${error.message}.`;
    }
  }

  private async post(
    tx: Tx,
    by: By,
    decided: DecidedMoney,
    known: Known,
    { more, less, claimed, unclaimed }: Difference,
    wrote: Wrote,
  ): Promise<void> {
    const reason = decided.says;
    await this.takeOff(tx, by, known, less, 'AdditionalDutyReduced', reason, wrote);
    await this.takeOff(tx, by, known, unclaimed, 'RefundClaimReduced', reason, wrote);
    const times = known.bookings.length;
    const head = (name: string, items: LedgerItem[]) => {
      const { caseId, decision, shipmentId, declarationId, authority, law } = decided;
      const bookingId = uuidOf(`decided/${by.tenant}/${caseId}/${decision}/${name}/${times}`);
      return { bookingId, shipmentId, declarationId, caseId, decision, authority, items, law, reason };
    };
    if (more.length > 0) {
      const dueOn = this.payBy(decided);
      await this.open(tx, by, { type: 'AdditionalDutyBooked', data: { ...head('owed', more), dueOn } }, wrote);
    }
    if (claimed.length > 0) {
      await this.open(
        tx,
        by,
        { type: 'RefundClaimBooked', data: { ...head('claimed', claimed), claimBy: null } },
        wrote,
      );
    }
  }

  /** Takes items off the bookings that hold them, the oldest first. */
  private async takeOff(
    tx: Tx,
    by: By,
    { bookings }: Known,
    items: readonly LedgerItem[],
    type: 'AdditionalDutyReduced' | 'RefundClaimReduced',
    reason: string,
    wrote: Wrote,
  ): Promise<void> {
    const left = items.map((item) => ({ item, sum: exact(item.amount.amount) }));
    for (const { bookingId, opened, open, stands } of bookings) {
      const holds = opened.type === 'AdditionalDutyBooked' ? stands : open;
      const fits = opened.type === (type === 'AdditionalDutyReduced' ? 'AdditionalDutyBooked' : 'RefundClaimBooked');
      if (!fits) continue;
      const taken = left.flatMap((each) => {
        const held = holds.find((one) => isCharge(one, each.item))?.amount.amount ?? '0';
        const sum = each.sum.lt(held) ? each.sum : exact(held);
        if (!sum.gt(0)) return [];
        each.sum = each.sum.minus(sum);
        return [{ ...each.item, amount: money(sum, each.item.amount.currency) }];
      });
      if (taken.length === 0) continue;
      const event: Following = { type, data: { bookingId, shipmentId: by.subject, items: taken, reason } };
      const own = { ...by, commandId: `${by.commandId}/${type}/${bookingId}` };
      const done = await this.store.execute(booking, `money-${bookingId}`, { type: 'GoOn', event }, own, { tx });
      Object.assign(wrote, done.wrote);
    }
  }

  private async open(tx: Tx, by: By, event: Opening, wrote: Wrote): Promise<void> {
    const paid = event.type === 'RefundClaimBooked' ? claimable(await ledgerOf(tx, by.subject)) : [];
    const { bookingId } = event.data;
    const own = { ...by, commandId: `${by.commandId}/${bookingId}` };
    const done = await this.store.execute(booking, `money-${bookingId}`, { type: 'Open', event, paid }, own, { tx });
    Object.assign(wrote, done.wrote);
  }

  /** What of the case is owed and not paid, with interest for being late as far as nobody is asked to approve it already. */
  private async owed(by: By, decided: DecidedMoney, waiting: Made | undefined, wrote: Wrote): Promise<Owed> {
    const known = await this.known(by, decided);
    const unpaid = unpaidOf(known);
    if (unpaid.length === 0 || waiting) return owedOf(unpaid, known);
    const late = this.lateness(decided, unpaid, known);
    if (late === null) return owedOf(unpaid, known);
    await this.store.transaction(by.tenant, async (tx) => {
      await lockLedger(tx, decided.shipmentId);
      const { caseId, decision, shipmentId, declarationId, authority } = decided;
      const bookingId = uuidOf(`decided/${by.tenant}/${caseId}/late/${known.bookings.length}`);
      const head = { bookingId, shipmentId, declarationId, caseId, decision, authority, law: late.legalBasis };
      const reason = `interest for paying after ${this.payBy(decided)}`;
      const data = { ...head, items: [late], reason, dueOn: null, late: true };
      await this.open(tx, by, { type: 'AdditionalDutyBooked', data }, wrote);
    });
    const after = await this.known(by, decided);
    return owedOf(unpaidOf(after), after);
  }

  /** Interest from the day after the last day of payment until today, less what was charged for being late before. */
  private lateness(decided: DecidedMoney, unpaid: readonly LedgerItem[], { bookings }: Known): LedgerItem | null {
    const { authority } = decided;
    const payBy = this.payBy(decided);
    const sum = sumOf(unpaid.filter(({ taxType }) => taxType !== INTEREST));
    if (payBy === null || !sum.gt(0)) return null;
    const today = legalDateAt(this.clock(), this.zoneOf(authority));
    if (today <= payBy) return null;
    const { amount, law } = interestOn(this.rules, authority, money(sum, unpaid[0]!.amount.currency), payBy, today);
    const before = bookings.flatMap(({ opened, stands }) =>
      opened.type === 'AdditionalDutyBooked' && opened.data.late === true ? stands : [],
    );
    const left = exact(amount.amount).minus(sumOf(before));
    return left.gt(0) ? { line: 0, taxType: INTEREST, legalBasis: law, amount: money(left, amount.currency) } : null;
  }

  private async ask(by: By, decided: DecidedMoney, owed: Owed, wrote: Wrote): Promise<DecidedMoneyState> {
    const { payments, before } = await this.known(by, decided);
    const payee = decided.demand?.payee ?? before?.payee;
    const reference = decided.references.find((each) => each.length <= LONGEST_REFERENCE);
    if (!payee || reference === undefined) {
      const says = 'Neither the decision nor a payment of the entry says whom it is paid to.';
      return { kind: 'unclear', about: 'payee', says, amount: owed.total!, wrote };
    }
    const newest = await this.store.transaction(by.tenant, (tx) => assessmentRows.newestDigest(tx, decided.shipmentId));
    const generation = Math.max(0, ...payments.map((each) => each.generation)) + 1;
    const { caseId, declarationId, declarationVersion, editors, authority } = decided;
    const state = await this.paying.request(by, {
      ...{
        declarationId,
        declarationVersion,
        generation,
        amount: owed.total!,
        payee,
        reference,
        editors,
        authority,
        caseId,
      },
      assessmentDigest: before?.assessmentDigest ?? newest,
      settles: owed.items.map(({ line, taxType, legalBasis, amount }) => ({ line, taxType, legalBasis, amount })),
    });
    const all = { ...wrote, [state.stream]: state.version };
    if (state.payment.status === 'needs-approval') return approvalOf(state, owed, all);
    return { kind: 'on-its-way', paymentId: state.payment.paymentId, wrote: all };
  }

  /** Last day on which what was decided may be paid without interest; null where nothing is known of it. */
  private payBy({ demand, authority, decidedOn }: DecidedMoney): string | null {
    if (demand?.payBy !== undefined) return demand.payBy;
    const isKnown = this.rules.authorities.some(({ destinations }) => destinations.includes(authority));
    return isKnown ? payableWithoutInterestUntil(this.rules, authority, decidedOn) : null;
  }

  private known(by: By, decided: DecidedMoney): Promise<Known> {
    return this.store.transaction(by.tenant, (tx) => this.knownIn(tx, by, decided));
  }

  private async knownIn(tx: Tx, by: By, { caseId, shipmentId, declarationId }: DecidedMoney): Promise<Known> {
    const rows = await bookingRows.list(tx, { shipmentId, caseId });
    const bookings = await Promise.all(
      // Folded from the events: rows of an earlier release do not hold all of it.
      rows.map(async ({ id }) => {
        const { state } = await this.store.load(booking, by.tenant, `money-${id}`, tx);
        return { ...(state as CaseBooking), bookingId: id };
      }),
    );
    const made = await paymentRows.states(tx, shipmentId);
    return {
      bookings,
      payments: made.filter((each) => each.caseId === caseId),
      before: made.findLast((each) => each.declarationId === declarationId && each.caseId === undefined),
      book: await ledgerOf(tx, shipmentId),
    };
  }

  private zoneOf(destination: string): string {
    return this.books.find(({ book }) => book.destination === destination)?.book.zone ?? 'UTC';
  }
}

interface Owed {
  /** null when nothing is */
  total: Money | null;
  items: LedgerItem[];
  /** the bank returned the payment before */
  returned: boolean;
}

const isCharge = (a: LedgerItem, b: LedgerItem): boolean => chargeKey(a) === chargeKey(b);

const same = (a: Money, b: Money | null): boolean =>
  b !== null && a.currency === b.currency && exact(a.amount).eq(b.amount);

const signedNet = ({ owed, refund }: DecidedMoney): Exact => exact(owed?.amount ?? '0').minus(refund?.amount ?? '0');
const netOf = (decided: DecidedMoney): Money => {
  const { owed, refund } = decided;
  return money(signedNet(decided).abs(), (owed ?? refund)!.currency);
};

/** What payments of the case paid, or are about to pay, by charge. */
const settledItems = (payments: readonly Made[]): LedgerItem[] =>
  payments
    .filter((each) => each.status === 'settled' || isUnderWay(each))
    .flatMap(({ settles = [] }) => settles.map((item) => ({ ...item, legalBasis: item.legalBasis ?? '' })));

function unpaidOf({ bookings, payments }: Known): LedgerItem[] {
  const paid = settledItems(payments);
  const owed = bookings.flatMap(({ opened, stands }) => (opened.type === 'AdditionalDutyBooked' ? stands : []));
  const seen: LedgerItem[] = [];
  for (const item of owed) {
    if (seen.some((each) => isCharge(each, item))) continue;
    const of = (items: readonly LedgerItem[]) => sumOf(items.filter((each) => isCharge(each, item)));
    seen.push({ ...item, amount: money(of(owed).minus(of(paid)), item.amount.currency) });
  }
  return seen.filter(({ amount }) => exact(amount.amount).gt(0));
}

function owedOf(items: LedgerItem[], { payments }: Known): Owed {
  const total = items.length === 0 ? null : money(sumOf(items), items[0]!.amount.currency);
  return { total, items, returned: payments.at(-1)?.status === 'bounced' };
}

/** @returns null when a person must say which charges come back */
function targetOf(rules: InterestRules, decided: DecidedMoney, { bookings, book }: Known) {
  const own = new Set(
    bookings.flatMap(({ opened, bookingId }) => (opened.type === 'RefundClaimBooked' ? [bookingId] : [])),
  );
  const isOwn = ({ posting }: Entry): boolean => own.has(posting.split('/')[1] ?? '');
  const items = decidedItems(
    decided,
    book.filter((entry) => !isOwn(entry)),
  );
  return items && [...items, ...decidedInterest(rules, decided, items)];
}

function approvalOf({ payment }: PaymentState, { items, returned }: Owed, wrote: Wrote): DecidedMoneyState {
  const { paymentId, digest, approvalsNeeded, approvals, amount, payee, reference } = payment;
  const interest = items.filter(({ taxType }) => taxType === INTEREST);
  return {
    ...{
      kind: 'approve',
      paymentId,
      digest,
      needed: approvalsNeeded,
      given: approvals.length,
      amount,
      payee,
      reference,
    },
    interest: interest.length === 0 ? null : money(sumOf(interest), amount.currency),
    returned,
    wrote,
  };
}
