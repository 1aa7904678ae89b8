import { Inject } from '@nestjs/common';
import type { AnswerOf, BookingCommand, GrantedRefund, InputOf, listMoneyBookings } from '@tidewaiter/contracts';
import type { By, EventStore } from '@tidewaiter/event-store';
import { money, NotFound } from '@tidewaiter/kernel';
import { EVENT_STORE } from '@tidewaiter/platform';
import { booking, claimable, type BookingDecision, type BookingEvent } from '../domain/bookings.js';
import { itemsOf } from '../domain/refund.js';
import { bookingRows, type BookingRow } from '../postgres/billing.js';
import { ledgerOf, lockLedger } from '../postgres/ledger.projection.js';
import { uuidOf } from './digest.js';

type View = AnswerOf<typeof listMoneyBookings>['items'][number];
type OpeningCommand = Extract<BookingCommand, { shipmentId: string }>;
type Opening = Extract<BookingDecision, { type: 'Open' }>['event'];
type Following = Extract<BookingDecision, { type: 'GoOn' }>['event'];

/** What becomes of a debt after the entry: post-entry cases book it here, over HTTP or as a step of a workflow. */
export class Bookings {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @param by its subject is the shipment for a booking that opens; for one that goes on it is looked up */
  async book(by: By, command: BookingCommand): Promise<{ view: View; wrote: Record<string, number> }> {
    const items = command.items.map((item) => ({ ...item, amount: money(item.amount.amount, item.amount.currency) }));
    const isOpening = 'shipmentId' in command;
    const bookingId = isOpening ? uuidOf(`booking/${by.tenant}/${by.commandId}`) : command.bookingId;
    const stream = `money-${bookingId}`;
    const { wrote } = await this.store.transaction(by.tenant, async (tx) => {
      if (isOpening) {
        await lockLedger(tx, command.shipmentId);
        const book = await ledgerOf(tx, command.shipmentId);
        if (book.length === 0) {
          throw new NotFound('duties.booking.shipment-unknown', 'nothing was ever booked for this shipment', {
            advice: 'Name a shipment whose duties were assessed.',
          });
        }
        const decision = { type: 'Open' as const, event: openingOf(command, bookingId, items), paid: claimable(book) };
        return this.store.execute(
          booking,
          stream,
          decision,
          { ...by, subject: command.shipmentId },
          { tx, fingerprint: command },
        );
      }
      const row = await bookingRows.one(tx, bookingId);
      if (!row)
        throw new NotFound('duties.booking.unknown', 'no such booking', { advice: 'Look at GET /v1/ledger/bookings.' });
      const decision = { type: 'GoOn' as const, event: followingOf(command, row, items) };
      return this.store.execute(
        booking,
        stream,
        decision,
        { ...by, subject: row.shipmentId },
        { tx, fingerprint: command },
      );
    });
    const row = await this.store.transaction(by.tenant, (tx) => bookingRows.one(tx, bookingId));
    return { view: viewOf(row!), wrote };
  }

  /**
   * A granted refund, once a case: what was booked for the case by hand stands for it.
   *
   * @returns null when a person must say which charges come back
   */
  async bookGranted(
    by: By,
    granted: GrantedRefund,
  ): Promise<{ bookingId: string; settled: boolean; wrote: Record<string, number> } | null> {
    const { caseId, shipmentId, authority, law, says } = granted;
    const own = { ...by, subject: shipmentId, commandId: `case/${caseId}/refund` };
    const found = await this.store.transaction(by.tenant, async (tx) => {
      const booked = await bookingRows.list(tx, { shipmentId, caseId });
      const claim = booked.find(({ state }) => state.opened.type === 'RefundClaimBooked');
      return claim
        ? { bookingId: claim.id, settled: claim.state.open.length === 0 }
        : { items: itemsOf(claimable(await ledgerOf(tx, shipmentId)), granted) };
    });
    if (found.bookingId !== undefined) return { bookingId: found.bookingId, settled: found.settled, wrote: {} };
    if (!found.items) return null;
    const { view, wrote } = await this.book(own, {
      ...{ kind: 'refund-claim', shipmentId, caseId, authority, law, reason: says, claimBy: null },
      items: found.items,
    });
    return { bookingId: view.bookingId, settled: false, wrote };
  }

  /** All that is open of a claim came back. */
  async receive(
    by: By,
    { bookingId, receivedOn, reference }: { bookingId: string; receivedOn: string; reference: string },
  ): Promise<Record<string, number>> {
    const row = await this.store.transaction(by.tenant, (tx) => bookingRows.one(tx, bookingId));
    if (row?.state.open.length === 0) return {};
    const items = row?.state.open ?? [];
    return (await this.book(by, { kind: 'refund-received', bookingId, items, receivedOn, reference })).wrote;
  }

  async list(tenant: string, query: InputOf<typeof listMoneyBookings>['query']): Promise<View[]> {
    return (await this.store.transaction(tenant, (tx) => bookingRows.list(tx, query))).map(viewOf);
  }
}

type Items = BookingEvent['data']['items'];

function openingOf(command: OpeningCommand, bookingId: string, items: Items): Opening {
  const { kind, ...rest } = command;
  const data = { ...rest, bookingId, items };
  if (kind === 'additional-duty') return { type: 'AdditionalDutyBooked', data } as Opening;
  return { type: kind === 'refund-claim' ? 'RefundClaimBooked' : 'DepositLodged', data } as Opening;
}

const FOLLOWS = {
  'claim-reduced': 'RefundClaimReduced',
  'refund-received': 'RefundReceived',
  'deposit-returned': 'DepositReturned',
  'deposit-applied': 'DepositApplied',
} as const;

function followingOf(
  command: Exclude<BookingCommand, OpeningCommand>,
  { shipmentId, state }: BookingRow,
  items: Items,
): Following {
  const { kind, ...rest } = command;
  const { caseId, declarationId } = state.opened.data;
  // The case's own story hears of money that came.
  const of = kind === 'refund-received' && declarationId !== undefined ? { caseId, declarationId } : {};
  return { type: FOLLOWS[kind], data: { ...rest, ...of, shipmentId, items } } as Following;
}

const KINDS = {
  AdditionalDutyBooked: 'additional-duty',
  RefundClaimBooked: 'refund-claim',
  DepositLodged: 'deposit',
} as const;

function viewOf({ id, shipmentId, state, version }: BookingRow): View {
  const { type, data } = state.opened;
  const { caseId, authority, law, reason, items } = data;
  const by = 'dueOn' in data ? data.dueOn : data.claimBy;
  const head = { bookingId: id, shipmentId, kind: KINDS[type], caseId, authority, law, reason, by };
  return { ...head, booked: items, open: state.open, version };
}
