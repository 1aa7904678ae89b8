import { Inject } from '@nestjs/common';
import { PRESENT_SECONDS, type AnswerOf, type tellPresence } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import { knownShipment } from './known.js';

type Other = Record<string, unknown> & { name: string; part: string; editing: boolean; since: Date };

/** Of every shipment: one that nobody opens again would keep its last visitors. A row that another call has hold of is left to it. */
const forget = (tx: Tx, tenant: string, gone: string) =>
  tx.query(
    `delete from presence where tenant_id = $1 and (shipment_id, subject) in (
       select shipment_id, subject from presence where tenant_id = $1 and seen < $2 for update skip locked)`,
    [tenant, gone],
  );

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
      const gone = new Date(Date.parse(now) - PRESENT_SECONDS * 1000).toISOString();
      await tx.query(
        `insert into presence (tenant_id, shipment_id, subject, name, part, editing, since, seen) values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (tenant_id, shipment_id, subject)
           do update set name = excluded.name, part = excluded.part, editing = excluded.editing, seen = excluded.seen,
             since = case when presence.seen < $8 then excluded.since else presence.since end`,
        [tenant, shipmentId, subject, name, part, editing, now, gone],
      );
      await forget(tx, tenant, gone);
      const { rows } = await tx.query<Other>(
        `select name, part, editing, since from presence
         where tenant_id = $1 and shipment_id = $2 and subject <> $3 and seen >= $4
         order by since, subject`,
        [tenant, shipmentId, subject, gone],
      );
      return { others: rows.map(({ since, ...other }) => ({ ...other, since: since.toISOString() })) };
    });
  }
}
