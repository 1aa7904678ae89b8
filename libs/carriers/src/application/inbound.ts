import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { By, EventStore } from '@tidewaiter/event-store';
import { Invalid, TidewaiterError, type Instant } from '@tidewaiter/kernel';
import { alarms, DATABASE, EVENT_STORE, LOG, Unauthenticated, type Database, type Log } from '@tidewaiter/platform';
import { CARRIERS, type CarrierAdapter, type CarrierRegistry, type Translation } from '../adapters/carrier.js';
import { booking, delivery, tracking } from '../domain/index.js';

export const INBOUND_DRAIN = 'carriers.inbound';

/** Messages that match nothing are looked at again for this long. */
const HELD_FOR = '30 days';
const LOOK_AGAIN = '2 seconds';

interface Row {
  id: string;
  account: string;
  bytes: Buffer;
  received_at: Date;
}

interface Matched {
  tenant: string;
  bookingId: string;
  shipmentId: string;
}

/** What carriers push: stored as it came, answered, then translated; any order, any number of copies, gives the same state. */
@Injectable()
export class CarrierInbound {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CARRIERS) private readonly carriers: CarrierRegistry,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Checks the signature over the raw body and keeps the bytes. @throws Unauthenticated; Invalid when it is too large */
  async take(account: string, signature: string | undefined, body: Buffer): Promise<void> {
    const adapter = this.carriers.get(account);
    // An unknown account and a wrong signature look alike from outside.
    if (!adapter?.verify(signature, body)) throw new Unauthenticated('carriers.signature.invalid', 'The signature over the body is missing or wrong.');
    if (body.length > 1024 * 1024) throw new Invalid('carriers.message.too-large', 'A push may have 1 MB.');
    await this.database.system((tx) =>
      tx.query(`insert into inbound_messages (account, sha256, bytes) values ($1, $2, $3) on conflict do nothing`, [
        account,
        createHash('sha256').update(body).digest('hex'),
        body,
      ]),
    );
  }

  /** Reads what waits, oldest first; answers how many messages found their end. */
  async work(): Promise<number> {
    const rows = await this.database.system(async (tx) => {
      const found = await tx.query<Row>(
        `select id, account, bytes, received_at from inbound_messages
          where state = 'waiting' or (state = 'unmatched' and looked_at < now() - interval '${LOOK_AGAIN}' and received_at > now() - interval '${HELD_FOR}')
          order by id limit 50`,
      );
      return found.rows;
    });
    for (const row of rows) await this.read(row);
    return rows.length;
  }

  private async read(row: Row): Promise<void> {
    const adapter = this.carriers.get(row.account);
    const parts = adapter?.split(row.bytes) ?? { unreadable: 'the account has no adapter any more' };
    if ('unreadable' in parts) {
      this.log.warn('carrier message cannot be read', { messageId: row.id, account: row.account });
      alarms.labels('carriers.message.unreadable').inc();
      return this.settle(row.id, 'unreadable', parts.unreadable);
    }
    let unmatched: string | null = null;
    for (const raw of parts.events) {
      const translation = adapter!.translate(raw);
      const matched = await this.match(row.account, translation);
      if (!matched) unmatched = translation.kind === 'milestone' ? `no booking ${translation.carrierReference ?? translation.reference ?? 'named'}` : translation.says;
      else await this.record(adapter!, row, translation, matched);
    }
    await this.settle(row.id, unmatched === null ? 'done' : 'unmatched', unmatched);
  }

  private settle(id: string, state: 'done' | 'unmatched' | 'unreadable', reason: string | null): Promise<void> {
    return this.database.system(async (tx) => {
      await tx.query(`update inbound_messages set state = $2, reason = $3, looked_at = now() where tenant_id = '' and id = $1`, [id, state, reason]);
    });
  }

  /** By the carrier's own reference; two tenants cannot be told apart by anything weaker. */
  private async match(account: string, translation: Translation): Promise<Matched | null> {
    if (translation.kind !== 'milestone' || translation.carrierReference === null) return null;
    const found = await this.database.system((tx) =>
      tx.query<{ tenant_id: string; booking_id: string; shipment_id: string }>(
        `select tenant_id, booking_id, shipment_id from bookings where account = $1 and carrier_reference = $2 limit 2`,
        [account, translation.carrierReference],
      ),
    );
    if (found.rows.length !== 1) return null;
    const row = found.rows[0]!;
    return { tenant: row.tenant_id, bookingId: row.booking_id, shipmentId: row.shipment_id };
  }

  private async record(adapter: CarrierAdapter, row: Row, translation: Translation, matched: Matched): Promise<void> {
    if (translation.kind !== 'milestone') return;
    const { tenant, bookingId, shipmentId } = matched;
    const digest = createHash('sha256').update(`${row.account}\n${translation.messageId}\n${translation.reportedAt}`).digest('hex').slice(0, 40);
    const by = (part: string): By => ({
      tenant,
      subject: shipmentId,
      commandId: `message/${digest}/${part}`,
      actor: `carrier:${row.account}`,
      correlationId: shipmentId,
      causationId: `message/${digest}`,
    });
    const { carrierReference, milestone, at, reportedAt, delivered, messageId, classifier, place, where } = translation;
    const receivedAt: Instant = row.received_at.toISOString().replace('Z', '000Z');
    const recorded = await this.store.execute(
      tracking,
      `tracking-${shipmentId}`,
      {
        type: 'RecordMilestone',
        receivedAt,
        milestone: {
          shipmentId,
          bookingId,
          messageId: `${adapter.id}:${messageId}`,
          milestone,
          class: translation.class,
          where,
          classifier,
          at,
          reportedAt,
          place,
          quantity: delivered?.[0] ? { value: delivered[0].value, unit: delivered[0].unit } : null,
        },
      },
      by('track'),
    );
    if (recorded.events.some((event) => event.type === 'MilestoneParked')) return;
    if (milestone === 'booking-confirmed') {
      await this.store.execute(booking, `booking-${bookingId}`, { type: 'RecordConfirmation', carrierReference: carrierReference! }, by('confirm'));
    } else if (milestone === 'booking-declined') {
      await this.store.execute(booking, `booking-${bookingId}`, { type: 'RecordDecline', says: translation.says ?? 'The carrier declined the booking.' }, by('decline'));
    } else if (milestone === 'delivered' && classifier === 'actual') {
      await this.recordDelivered(tenant, shipmentId, bookingId, delivered, at, messageId, by);
    }
  }

  private async recordDelivered(
    tenant: string,
    shipmentId: string,
    bookingId: string,
    quantities: { line: number; value: string; unit: string }[] | null,
    at: Instant,
    messageId: string,
    by: (part: string) => By,
  ): Promise<void> {
    try {
      // One event id moves quantities once, also when a later version of it comes.
      const commandId = `message/${createHash('sha256').update(`${bookingId}\n${messageId}`).digest('hex').slice(0, 40)}/deliver`;
      await this.store.execute(delivery, `delivery-${shipmentId}`, { type: 'RecordDelivered', bookingId, quantities, at }, { ...by('deliver'), commandId });
    } catch (error) {
      if (!(error instanceof TidewaiterError)) throw error;
      this.log.info('carrier’s claim of delivery does not fit what was released', { tenant, shipmentId, code: error.code });
      await this.store.execute(
        tracking,
        `tracking-${shipmentId}`,
        { type: 'ParkMessage', shipmentId, bookingId, messageId: `${messageId}/delivered`, code: error.code, says: error.message },
        by('park'),
      );
    }
  }
}
