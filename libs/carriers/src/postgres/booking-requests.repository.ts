import type { Tx } from '@tidewaiter/event-store';
import { NotFound } from '@tidewaiter/kernel';
import type { BookingRequest } from '../adapters/carrier.js';

/** Names and addresses stay in this table: events carry references and quantities only. */
export const bookingRequests = {
  /** The first one of a booking stands. */
  async keep(tx: Tx, request: BookingRequest): Promise<void> {
    await tx.query(
      `insert into booking_requests (tenant_id, booking_id, request) values ($1, $2, $3) on conflict do nothing`,
      [tx.tenant, request.bookingId, JSON.stringify(request)],
    );
  },

  async of(tx: Tx, bookingId: string): Promise<BookingRequest> {
    const { rows } = await tx.query<{ request: BookingRequest }>(
      'select request from booking_requests where tenant_id = $1 and booking_id = $2',
      [tx.tenant, bookingId],
    );
    if (!rows[0]) throw new NotFound('carriers.booking.unknown', 'Nothing was asked under this id.');
    return rows[0].request;
  },
};
