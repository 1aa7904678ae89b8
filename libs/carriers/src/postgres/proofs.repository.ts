import type { Tx } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';

/** A booking that is said to have delivered, without evidence yet. */
export interface Unproved {
  tenant: string;
  shipmentId: string;
  bookingId: string;
  account: string;
  carrierReference: string;
  /** how often the carrier had none */
  tries: number;
}

export const proofRows = {
  /** Across tenants: runs as the context itself. */
  async due(tx: Tx, most: number, now: Instant): Promise<Unproved[]> {
    const { rows } = await tx.query<{
      tenant_id: string;
      shipment_id: string;
      booking_id: string;
      account: string;
      carrier_reference: string;
      tries: number;
    }>(
      `select d.tenant_id, d.shipment_id, d.booking_id, b.account, b.carrier_reference, coalesce(p.tries, 0) as tries
         from deliveries d
         join bookings b using (tenant_id, booking_id)
         left join proof_requests p using (tenant_id, booking_id)
        where not d.proved and b.carrier_reference is not null and coalesce(p.ask_at, '-infinity') <= $2
        order by p.ask_at nulls first limit $1`,
      [most, now],
    );
    return rows.map((row) => ({
      tenant: row.tenant_id,
      shipmentId: row.shipment_id,
      bookingId: row.booking_id,
      account: row.account,
      carrierReference: row.carrier_reference,
      tries: row.tries,
    }));
  },

  async askLater(tx: Tx, bookingId: string, tries: number, askAt: Instant): Promise<void> {
    await tx.query(
      `insert into proof_requests (tenant_id, booking_id, tries, ask_at) values ($1, $2, $3, $4)
       on conflict (tenant_id, booking_id) do update set tries = excluded.tries, ask_at = excluded.ask_at`,
      [tx.tenant, bookingId, tries, askAt],
    );
  },

  async answered(tx: Tx, bookingId: string): Promise<void> {
    await tx.query('delete from proof_requests where tenant_id = $1 and booking_id = $2', [tx.tenant, bookingId]);
  },

  /** The bytes under their digest, once. */
  async keep(tx: Tx, proof: { shipmentId: string; sha256: string; mediaType: string; bytes: Buffer }): Promise<void> {
    await tx.query(
      `insert into proofs (tenant_id, shipment_id, sha256, media_type, bytes) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [tx.tenant, proof.shipmentId, proof.sha256, proof.mediaType, proof.bytes],
    );
  },
};
