import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EventStore } from '@tidewaiter/event-store';
import { Conflict, plusMillis, Unavailable } from '@tidewaiter/kernel';
import { CLOCK, DATABASE, EVENT_STORE, inSpan, LOG, type Clock, type Database, type Log } from '@tidewaiter/platform';
import { CARRIERS, type CarrierRegistry, type ProofFile } from '../adapters/carrier.js';
import { delivery } from '../domain/index.js';
import { proofRows, type Unproved } from '../postgres/proofs.repository.js';

export const PROOF_DRAIN = 'carriers.proofs';

const BATCH = 20;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 600_000;

/** Fetches the proof of what is said to be delivered, keeps its bytes, and records it by digest. */
@Injectable()
export class DeliveryProofs {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CARRIERS) private readonly carriers: CarrierRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Asks for what is due; answers how many proofs were captured. */
  async work(): Promise<number> {
    const due = await this.database.system((tx) => proofRows.due(tx, BATCH, this.clock()));
    let captured = 0;
    for (const each of due) {
      const done = await inSpan('fetch proof of delivery', {}, () => this.capture(each));
      if (done) captured += 1;
      else await this.askLater(each);
    }
    return captured;
  }

  private async capture({ tenant, shipmentId, bookingId, account, carrierReference }: Unproved): Promise<boolean> {
    const stream = `delivery-${shipmentId}`;
    const { version } = await this.store.load(delivery, tenant, stream);
    const file = await this.fetch(account, carrierReference, { tenant, shipmentId });
    if (!file) return false;
    const sha256 = createHash('sha256').update(file.bytes).digest('hex');
    const { mediaType, signedBy, bytes } = file;
    const at = this.clock();
    const cause = `proof/${sha256}`;
    const by = {
      tenant,
      subject: shipmentId,
      actor: `carrier:${account}`,
      correlationId: shipmentId,
      causationId: cause,
    };
    try {
      await this.store.transaction(tenant, async (tx) => {
        await proofRows.keep(tx, { shipmentId, sha256, mediaType, bytes });
        await proofRows.answered(tx, bookingId);
        await this.store.execute(
          delivery,
          stream,
          {
            type: 'CaptureProof',
            proof: { shipmentId, bookingId, sha256, mediaType, size: bytes.length, signedBy, at, level: 'evidenced' },
          },
          { ...by, commandId: `${cause}/${bookingId}/${version}` },
          // What was delivered while the carrier answered is not covered by its answer.
          { tx, expectedVersion: version },
        );
      });
    } catch (error) {
      if (error instanceof Conflict) return false;
      throw error;
    }
    return true;
  }

  private async fetch(
    account: string,
    carrierReference: string,
    of: { tenant: string; shipmentId: string },
  ): Promise<ProofFile | null> {
    try {
      return (await this.carriers.get(account)?.proof(carrierReference)) ?? null;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.log.warn('proof of delivery is not to be had yet', { ...of, code: error.code });
      return null;
    }
  }

  private askLater({ tenant, bookingId, tries }: Unproved): Promise<void> {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 20), LONGEST_WAIT_MS);
    return this.database.tenant(tenant, (tx) =>
      proofRows.askLater(tx, bookingId, tries + 1, plusMillis(this.clock(), wait)),
    );
  }
}
