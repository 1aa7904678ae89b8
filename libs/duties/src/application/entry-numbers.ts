import type { StoredEvent, Tx } from '@tidewaiter/event-store';
import type { ConsumerHandler } from '@tidewaiter/platform';

/** Learns from customs which number an authority gave to a shipment's entry. */
export class EntryNumbers implements ConsumerHandler {
  async handle(events: readonly StoredEvent[], tx: Tx): Promise<void> {
    const numbers = new Map<string, string>();
    for (const { data } of events) {
      const { mrn, shipmentId } = data as { mrn?: unknown; shipmentId?: unknown };
      if (typeof mrn === 'string' && typeof shipmentId === 'string') numbers.set(mrn, shipmentId);
    }
    if (numbers.size === 0) return;
    await tx.query(
      `insert into entry_numbers (tenant_id, number, shipment_id) select $1, number, shipment
       from unnest($2::text[], $3::uuid[]) as n (number, shipment) order by number on conflict do nothing`,
      [tx.tenant, [...numbers.keys()], [...numbers.values()]],
    );
  }
}
