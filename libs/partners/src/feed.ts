import { Inject } from '@nestjs/common';
import type { StoredEvent, Tx } from '@tidewaiter/event-store';
import {
  Bell,
  CLOCK,
  DATABASE,
  drainToken,
  type Clock,
  type Database,
  type Nudge,
  type StreamRow,
} from '@tidewaiter/platform';
import { WEBHOOKS } from './application/courier.js';
import { fanOut } from './application/lanes.js';
import { feedEntryOf } from './cloud-event.js';

/** Takes the events of all topics into the tenant's feed, each under the next position, and into the lanes of its endpoints. */
export class FeedWriter {
  constructor(
    @Inject(Bell) private readonly bell: Bell,
    @Inject(drainToken(WEBHOOKS)) private readonly webhooks: Nudge,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async handle(events: readonly StoredEvent[], tx: Tx): Promise<void> {
    const entries = events.map(feedEntryOf).filter((entry) => entry !== null);
    if (entries.length === 0) return;
    // One writer at a time: a transaction may bring events of several tenants, and two of them would otherwise wait for each
    // other's heads. The head's row keeps the order of positions even without the lock.
    const { rows } = await tx.query<{ position: string }>(
      `with turn as materialized (select pg_advisory_xact_lock(hashtextextended('partners.feed', 0))),
       head as (
         insert into feed_heads (tenant_id, position) select $1, $2 from turn
         on conflict (tenant_id) do update set position = feed_heads.position + $2 returning position
       )
       insert into feed (tenant_id, position, event_id, subject, shipment_id, type, body)
       select $1, head.position - $2 + e.n, e.event_id, e.subject, e.shipment_id, e.type, e.body
       from head, unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[])
         with ordinality as e (event_id, subject, shipment_id, type, body, n)
       returning position`,
      [
        tx.tenant,
        entries.length,
        entries.map(({ eventId }) => eventId),
        entries.map(({ subject }) => subject),
        entries.map(({ shipmentId }) => shipmentId),
        entries.map(({ type }) => type),
        entries.map(({ body }) => body),
      ],
    );
    const first = rows.map(({ position }) => BigInt(position)).reduce((one, other) => (one < other ? one : other));
    const [from, to] = [String(first), String(first + BigInt(rows.length) - 1n)];
    const lanes = await fanOut(tx, { from, to, endpoint: null, type: null, shipment: null }, this.clock());
    tx.afterCommit?.(() => {
      this.bell.ring(tx.tenant);
      if (lanes.length > 0) this.webhooks.nudge();
    });
  }
}

/** What a reader asks for; left out: everything. */
export interface FeedFilter {
  shipment?: string | undefined;
  /** `<context>.<Name>` or `<context>.*` */
  type?: string | undefined;
}

/** Reads a tenant's feed in the order of positions. */
export class FeedReader {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Position of the newest entry, "0" in an empty feed. */
  async head(tenant: string): Promise<string> {
    const rows = await this.database.ask<{ position: string }>(
      tenant,
      `select position from feed_heads where tenant_id = $1`,
      [tenant],
    );
    return rows[0]?.position ?? '0';
  }

  /**
   * Entries with a greater position, at most `limit`. Those of another type are among them without their body: nobody looks at them twice.
   */
  async read(tenant: string, after: string, { shipment, type }: FeedFilter, limit: number): Promise<StreamRow[]> {
    return this.database.ask<Row>(
      tenant,
      `select position, type,
              case when $4::text is null or split_part(type, '.', 2) || '.' || split_part(type, '.', 3) = $4
                     or split_part(type, '.', 2) || '.*' = $4
                   then body end as body
         from feed where tenant_id = $1 and position > $2 and ($3::uuid is null or shipment_id = $3) order by position limit $5`,
      [tenant, after, shipment ?? null, type ?? null, limit],
    );
  }
}

type Row = StreamRow & Record<string, unknown>;
