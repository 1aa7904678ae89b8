import type { Tx } from '@tidewaiter/event-store';
import { plusMillis, toInstant, type Instant } from '@tidewaiter/kernel';
import type { BookingRequest } from '../adapters/carrier.js';

/** A push as it came. */
export interface Push {
  id: string;
  account: string;
  bytes: Buffer;
  receivedAt: Instant;
  /** how often it was looked at, this time included */
  tries: number;
}

/** Whose an event is. */
export interface Owner {
  tenant: string;
  bookingId: string;
  shipmentId: string;
  bookedAt: Instant;
  request: Pick<BookingRequest, 'situation'>;
}

export type Settled = { state: 'done' | 'unreadable' | 'unmatched'; reason: string | null };

/** Pushes and how far their reading is. They belong to no tenant: these statements run as the context itself. */
export const inbox = {
  /** @returns false for a copy of what is there already */
  async store(tx: Tx, push: { account: string; sha256: string; bytes: Buffer; receivedAt: Instant }): Promise<boolean> {
    const { rowCount } = await tx.query(
      `insert into inbound_messages (account, sha256, bytes, received_at, look_at) values ($1, $2, $3, $4, $4)
       on conflict do nothing`,
      [push.account, push.sha256, push.bytes, push.receivedAt],
    );
    return rowCount === 1;
  },

  /** Takes what is due for a while, oldest first: whoever dies over it leaves it to the next one. */
  async claim(tx: Tx, most: number, now: Instant, leaseMs: number): Promise<Push[]> {
    const { rows } = await tx.query<{ id: string; account: string; bytes: Buffer; received_at: Date; tries: number }>(
      `with due as (
         select id from inbound_messages where tenant_id = '' and state in ('waiting', 'held') and look_at <= $2
         order by id limit $1 for update skip locked
       ), taken as (
         update inbound_messages m set look_at = $3, tries = tries + 1 from due
          where m.tenant_id = '' and m.id = due.id returning m.id, m.account, m.bytes, m.received_at, m.tries
       )
       select * from taken order by id`,
      [most, now, plusMillis(now, leaseMs)],
    );
    return rows.map(({ received_at, ...row }) => ({ ...row, receivedAt: toInstant(received_at.toISOString()) }));
  },

  async settle(tx: Tx, id: string, { state, reason }: Settled): Promise<void> {
    await tx.query(
      `update inbound_messages set state = $2, reason = $3, waits_for = '{}' where tenant_id = '' and id = $1`,
      [id, state, reason],
    );
  },

  /** Looked at again at the time named, or when one of the references becomes known. */
  async hold(tx: Tx, id: string, waitsFor: readonly string[], reason: string, lookAt: Instant): Promise<void> {
    await tx.query(
      `update inbound_messages set state = 'held', reason = $2, waits_for = $3, look_at = $4 where tenant_id = '' and id = $1`,
      [id, reason, waitsFor, lookAt],
    );
  },

  async putBack(tx: Tx, id: string, reason: string, lookAt: Instant): Promise<void> {
    await tx.query(`update inbound_messages set reason = $2, look_at = $3 where tenant_id = '' and id = $1`, [
      id,
      reason,
      lookAt,
    ]);
  },

  /** A reference became known: what waits for it is due at once. */
  async wake(tx: Tx, account: string, carrierReference: string, now: Instant): Promise<void> {
    await tx.query(
      `update inbound_messages set look_at = $3
        where tenant_id = '' and state = 'held' and account = $1 and waits_for @> array[$2] and look_at > $3`,
      [account, carrierReference, now],
    );
  },

  /** Bookings by the carrier's references; one that leads to two bookings leads to none. */
  async owners(tx: Tx, account: string, references: readonly string[]): Promise<Map<string, Owner>> {
    const { rows } = await tx.query<{
      carrier_reference: string;
      tenant_id: string;
      booking_id: string;
      shipment_id: string;
      booked_at: Date;
      request: Owner['request'];
    }>(
      `select b.carrier_reference, b.tenant_id, b.booking_id, b.shipment_id, b.booked_at, r.request
         from bookings b join booking_requests r using (tenant_id, booking_id)
        where b.account = $1 and b.carrier_reference = any($2)`,
      [account, references],
    );
    const owners = new Map<string, Owner>();
    for (const row of rows) {
      if (rows.filter((each) => each.carrier_reference === row.carrier_reference).length > 1) continue;
      owners.set(row.carrier_reference, {
        tenant: row.tenant_id,
        bookingId: row.booking_id,
        shipmentId: row.shipment_id,
        bookedAt: toInstant(row.booked_at.toISOString()),
        request: row.request,
      });
    }
    return owners;
  },
};
