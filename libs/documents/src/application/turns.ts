import type { EventStore, Tx } from '@tidewaiter/event-store';
import { lockShipment } from '../postgres/documents.repository.js';

const last = new Map<string, Promise<unknown>>();

/**
 * A transaction that has the papers of a shipment to itself. Those of one process queue here, without a connection: as waiters
 * on the lock in the database they would hold all connections, and nobody would be left to finish.
 */
export function inTurn<T>(
  store: EventStore,
  tenant: string,
  shipmentId: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const key = `${tenant} ${shipmentId}`;
  const run = (): Promise<T> =>
    store.transaction(tenant, async (tx) => {
      await lockShipment(tx, shipmentId);
      return work(tx);
    });
  const mine = (last.get(key) ?? Promise.resolve()).then(run, run);
  last.set(key, mine);
  const leave = (): void => {
    if (last.get(key) === mine) last.delete(key);
  };
  mine.then(leave, leave);
  return mine;
}
