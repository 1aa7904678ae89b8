import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EventStore } from '@tidewaiter/event-store';
import { Unavailable } from '@tidewaiter/kernel';
import { CLOCK, DATABASE, EVENT_STORE, LOG, type Clock, type Database, type Log } from '@tidewaiter/platform';
import { CARRIERS, type CarrierRegistry } from '../adapters/carrier.js';
import { delivery } from '../domain/index.js';

export const PROOF_DRAIN = 'carriers.proofs';

interface Unproved {
  tenant_id: string;
  shipment_id: string;
  booking_id: string;
  account: string;
  carrier_reference: string;
}

/** Fetches the proof of what was claimed as delivered, keeps its bytes, and records it by digest. */
@Injectable()
export class DeliveryProofs {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CARRIERS) private readonly carriers: CarrierRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async work(): Promise<number> {
    const { rows } = await this.database.system((tx) =>
      tx.query<Unproved>(
        `select d.tenant_id, d.shipment_id, d.booking_id, b.account, b.carrier_reference
           from deliveries d join bookings b using (tenant_id, booking_id)
          where d.claimed and not d.proved and b.carrier_reference is not null limit 20`,
      ),
    );
    let captured = 0;
    for (const row of rows) captured += (await this.capture(row)) ? 1 : 0;
    return captured;
  }

  private async capture(row: Unproved): Promise<boolean> {
    const { tenant_id: tenant, shipment_id: shipmentId, booking_id: bookingId } = row;
    let proof;
    try {
      proof = await this.carriers.get(row.account)?.proof(row.carrier_reference);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.log.warn('proof of delivery is not to be had yet', { tenant, shipmentId, code: error.code });
      return false;
    }
    if (!proof) return false;
    const sha256 = createHash('sha256').update(proof.bytes).digest('hex');
    await this.store.transaction(tenant, async (tx) => {
      await tx.query(
        `insert into proofs (tenant_id, shipment_id, sha256, media_type, bytes) values ($1, $2, $3, $4, $5) on conflict do nothing`,
        [tenant, shipmentId, sha256, proof.mediaType, proof.bytes],
      );
      await this.store.execute(
        delivery,
        `delivery-${shipmentId}`,
        {
          type: 'CaptureProof',
          bookingId,
          proof: { sha256, mediaType: proof.mediaType, size: proof.bytes.length, signedBy: proof.signedBy, at: this.clock(), level: 'evidenced' },
        },
        { tenant, subject: shipmentId, commandId: `proof/${sha256}`, actor: `carrier:${row.account}`, correlationId: shipmentId, causationId: `proof/${sha256}` },
        { tx },
      );
    });
    return true;
  }
}
