import { Inject } from '@nestjs/common';
import { PRESENT_SECONDS, type AnswerOf, type tellPresence } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import { knownShipment } from './known.js';

type Other = Record<string, unknown> & { name: string; part: string; editing: boolean; since: Date };

/** Who has which shipment open: told by those who have, forgotten when they say so no more. */
export class Presence {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws NotFound `shipments.shipment.unknown` */
  tell(
    { tenant, subject, name }: CallerIdentity,
    shipmentId: string,
    { part, editing }: { part: string; editing: boolean },
  ): Promise<AnswerOf<typeof tellPresence>> {
    const now = this.clock();
    return this.store.transaction(tenant, async (tx) => {
      await knownShipment(this.store, tenant, shipmentId, tx);
      await tx.query(
        `delete from presence where tenant_id = $1 and shipment_id = $2 and seen < $3::timestamptz - make_interval(secs => $4)`,
        [tenant, shipmentId, now, PRESENT_SECONDS],
      );
      await tx.query(
        `insert into presence (tenant_id, shipment_id, subject, name, part, editing, since, seen) values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (tenant_id, shipment_id, subject)
           do update set name = excluded.name, part = excluded.part, editing = excluded.editing, seen = excluded.seen`,
        [tenant, shipmentId, subject, name, part, editing, now],
      );
      const { rows } = await tx.query<Other>(
        `select name, part, editing, since from presence where tenant_id = $1 and shipment_id = $2 and subject <> $3 order by since, subject`,
        [tenant, shipmentId, subject],
      );
      return { others: rows.map(({ since, ...other }) => ({ ...other, since: since.toISOString() })) };
    });
  }
}
