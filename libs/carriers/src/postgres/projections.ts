import type { CarriersEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent } from '@tidewaiter/event-store';

type Recorded = CarriersEvent & Pick<StoredEvent, 'version'>;

const STATUS: Record<string, string> = {
  BookingConfirmed: 'confirmed',
  BookingDeclined: 'declined',
  BookingOutcomeUnknown: 'outcome-unknown',
};

/** Bookings by their references, for those who ask and for matching what carriers push. */
export const bookingsBoard: InlineProjection = {
  name: 'bookings',
  tables: ['bookings'],
  async apply(tx, events) {
    for (const event of events as readonly StoredEvent[] as readonly Recorded[]) {
      if (event.type === 'BookingRequested') {
        const { bookingId, shipmentId, generation, account, adapter, reference } = event.data;
        await tx.query(
          `insert into bookings (tenant_id, booking_id, shipment_id, generation, account, adapter, reference, status, version)
           values ($1, $2, $3, $4, $5, $6, $7, 'requested', $8)`,
          [tx.tenant, bookingId, shipmentId, generation, account, adapter, reference, event.version],
        );
      } else if (event.type === 'BookingAcknowledged' || event.type === 'BookingConfirmed') {
        await tx.query(
          `update bookings set carrier_reference = $3, version = $4,
             status = case when $5 = 'BookingConfirmed' then 'confirmed' when status = 'outcome-unknown' then 'requested' else status end
           where tenant_id = $1 and booking_id = $2`,
          [tx.tenant, event.data.bookingId, event.data.carrierReference, event.version, event.type],
        );
      } else if (event.type in STATUS) {
        await tx.query(`update bookings set status = $3, version = $4 where tenant_id = $1 and booking_id = $2`, [
          tx.tenant,
          event.data.bookingId,
          STATUS[event.type],
          event.version,
        ]);
      }
    }
  },
};

/** Which deliveries are claimed but not yet proved: the work of the proof drain. */
export const deliveriesBoard: InlineProjection = {
  name: 'deliveries',
  tables: ['deliveries'],
  async apply(tx, events) {
    for (const event of events as readonly StoredEvent[] as readonly Recorded[]) {
      switch (event.type) {
        case 'DeliveryOpened':
          await tx.query(
            `insert into deliveries (tenant_id, shipment_id, booking_id) values ($1, $2, $3)
             on conflict (tenant_id, shipment_id) do update set booking_id = excluded.booking_id, claimed = false, proved = false`,
            [tx.tenant, event.data.shipmentId, event.data.bookingId],
          );
          break;
        case 'GoodsDelivered':
          await tx.query(`update deliveries set claimed = true, proved = false where tenant_id = $1 and shipment_id = $2`, [tx.tenant, event.data.shipmentId]);
          break;
        case 'ProofOfDeliveryCaptured':
          await tx.query(`update deliveries set proved = true where tenant_id = $1 and shipment_id = $2`, [tx.tenant, event.data.shipmentId]);
          break;
        case 'ShipmentDelivered':
          await tx.query(`update deliveries set delivered = true where tenant_id = $1 and shipment_id = $2`, [tx.tenant, event.data.shipmentId]);
          break;
        default:
          break;
      }
    }
  },
};
