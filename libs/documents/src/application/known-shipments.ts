import type { StoredEvent, Tx } from '@tidewaiter/event-store';
import { keepDraws, noteShipment } from '../postgres/documents.repository.js';

/** Hears which shipments there are, so that papers are taken for those alone, and which were called off. */
export class KnownShipments {
  async handle(events: readonly StoredEvent[], tx: Tx): Promise<void> {
    for (const event of events) await this.hear(event, tx);
  }

  private async hear(event: StoredEvent, tx: Tx): Promise<void> {
    const { type } = event as { type: string };
    const data = event.data as { shipmentId?: string; outcome?: string };
    if (data.shipmentId === undefined) return;
    if (type === 'ShipmentOpened') await noteShipment(tx, data.shipmentId, false);
    // What was split goes on in its parts, and its papers with them.
    if (type === 'ShipmentClosed' && data.outcome !== 'delivered' && data.outcome !== 'split')
      await noteShipment(tx, data.shipmentId, true);
    // Each part writes off a permit what it took of the whole.
    if (type === 'ShipmentClosed' && data.outcome === 'split') await keepDraws(tx, data.shipmentId, []);
  }
}
