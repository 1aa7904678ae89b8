import { Inject } from '@nestjs/common';
import type { AnswerOf, showWatchers } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import { knownShipment } from './known.js';

type Watchers = AnswerOf<typeof showWatchers>;
type Row = Record<string, unknown> & { subject: string; name: string; since: Date };

/** Who watches which shipment. */
export class Watching {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws NotFound `shipments.shipment.unknown` */
  show(caller: CallerIdentity, shipmentId: string): Promise<Watchers> {
    return this.store.transaction(caller.tenant, (tx) => this.read(caller, shipmentId, tx));
  }

  /** @throws NotFound `shipments.shipment.unknown` */
  change(caller: CallerIdentity, shipmentId: string, watching: boolean): Promise<Watchers> {
    const { tenant, subject, name } = caller;
    return this.store.transaction(tenant, async (tx) => {
      await knownShipment(this.store, tenant, shipmentId, tx);
      if (watching)
        await tx.query(
          `insert into watchers (tenant_id, shipment_id, subject, name, since) values ($1, $2, $3, $4, $5) on conflict do nothing`,
          [tenant, shipmentId, subject, name, this.clock()],
        );
      else
        await tx.query('delete from watchers where tenant_id = $1 and shipment_id = $2 and subject = $3', [
          tenant,
          shipmentId,
          subject,
        ]);
      return this.read(caller, shipmentId, tx);
    });
  }

  private async read({ tenant, subject }: CallerIdentity, shipmentId: string, tx: Tx): Promise<Watchers> {
    await knownShipment(this.store, tenant, shipmentId, tx);
    const { rows } = await tx.query<Row>(
      'select subject, name, since from watchers where tenant_id = $1 and shipment_id = $2 order by since, subject',
      [tenant, shipmentId],
    );
    return {
      watching: rows.some((row) => row.subject === subject),
      watchers: rows.map(({ name, since }) => ({ name, since: since.toISOString() })),
    };
  }
}
