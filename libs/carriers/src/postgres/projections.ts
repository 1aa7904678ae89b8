import type { CarriersEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';

type Recorded = CarriersEvent & Pick<StoredEvent, 'version' | 'time'>;

const projection = (name: string, apply: (tx: Tx, event: Recorded) => Promise<unknown>): InlineProjection => ({
  name,
  tables: [name],
  async apply(tx, events) {
    for (const event of events as readonly Recorded[]) await apply(tx, event);
  },
});

/** Bookings by shipment and by the carrier's reference, which is what its pushes are matched with. */
export const bookingsBoard = projection('bookings', async (tx, event) => {
  const becomes = (status: string) =>
    tx.query('update bookings set status = $3, version = $4 where tenant_id = $1 and booking_id = $2', [
      tx.tenant,
      event.data.bookingId,
      status,
      event.version,
    ]);
  const named = (carrierReference: string) =>
    tx.query('update bookings set carrier_reference = $3 where tenant_id = $1 and booking_id = $2', [
      tx.tenant,
      event.data.bookingId,
      carrierReference,
    ]);
  switch (event.type) {
    case 'BookingRequested': {
      const { bookingId, shipmentId, generation, account, adapter } = event.data;
      await tx.query(
        `insert into bookings (tenant_id, booking_id, shipment_id, generation, account, adapter, status, booked_at, version)
         values ($1, $2, $3, $4, $5, $6, 'requested', $7, $8)`,
        [tx.tenant, bookingId, shipmentId, generation, account, adapter, event.time, event.version],
      );
      break;
    }
    case 'BookingAcknowledged':
      await named(event.data.carrierReference);
      await tx.query(
        `update bookings set status = case when status = 'outcome-unknown' then 'requested' else status end, version = $3
         where tenant_id = $1 and booking_id = $2`,
        [tx.tenant, event.data.bookingId, event.version],
      );
      break;
    case 'BookingConfirmed':
      await named(event.data.carrierReference);
      await becomes('confirmed');
      break;
    case 'BookingDeclined':
      await becomes('declined');
      break;
    case 'BookingOutcomeUnknown':
      await becomes('outcome-unknown');
      break;
    default:
      break;
  }
});

/** Which bookings are said to have delivered without a proof yet: the work of the proof drain. */
export const deliveriesBoard = projection('deliveries', async (tx, event) => {
  if (event.type === 'GoodsDelivered') {
    await tx.query(
      `insert into deliveries (tenant_id, booking_id, shipment_id, proved) values ($1, $2, $3, false)
       on conflict (tenant_id, booking_id) do update set proved = false`,
      [tx.tenant, event.data.bookingId, event.data.shipmentId],
    );
  } else if (event.type === 'ProofOfDeliveryCaptured') {
    await tx.query('update deliveries set proved = true where tenant_id = $1 and booking_id = $2', [
      tx.tenant,
      event.data.bookingId,
    ]);
  }
});
