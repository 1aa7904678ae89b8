import { Inject } from '@nestjs/common';
import type { EventStore } from '@tidewaiter/event-store';
import { EVENT_STORE, type StreamRow } from '@tidewaiter/platform';

type Row = Record<string, unknown> & {
  position: string;
  type: string;
  shipment_id: string;
  stream: string;
  version: number;
  time: string;
};

/** Says what changed on the board, in the order in which the board took it in: never before the board shows it. */
export class BoardFeed {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @param after only entries with a greater position; at most `limit` */
  async read(tenant: string, after: string, limit: number): Promise<StreamRow[]> {
    const rows = await this.store.query<Row>(
      tenant,
      `select position, type, shipment_id, stream, version, time from timeline
        where tenant_id = $1 and position > $2 order by position limit $3`,
      [tenant, after, limit],
    );
    return rows.map(({ position, type, shipment_id: shipmentId, stream, version, time }) => ({
      position,
      type: 'change',
      body: JSON.stringify({ position, type, subject: shipmentId, shipmentId, stream, version, time }),
    }));
  }
}
