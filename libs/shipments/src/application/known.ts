import type { EventStore, Tx } from '@tidewaiter/event-store';
import { NotFound } from '@tidewaiter/kernel';
import { engagement, type Engagement } from '../domain/engagement.js';
import { importer, type Importer } from '../domain/importer.js';
import { shipment, type Shipment } from '../domain/shipment.js';

export type Known<S> = Exclude<S, { status: 'none' }>;
interface Loaded<S> {
  state: Known<S>;
  version: number;
}

const here = <S extends { status: string }>(loaded: { state: S; version: number }, what: string): Loaded<S> => {
  if (loaded.state.status === 'none') {
    throw new NotFound(`shipments.${what}.unknown`, `no such ${what}`, {
      advice: `Look at the list of ${what}s of your tenant.`,
    });
  }
  return loaded as Loaded<S>;
};

/** @throws NotFound `shipments.engagement.unknown`, also for one of another tenant */
export const knownEngagement = async (
  store: EventStore,
  tenant: string,
  id: string,
  tx?: Tx,
): Promise<Loaded<Engagement>> => here(await store.load(engagement, tenant, `engagement-${id}`, tx), 'engagement');

/** @throws NotFound `shipments.importer.unknown` */
export const knownImporter = async (
  store: EventStore,
  tenant: string,
  id: string,
  tx?: Tx,
): Promise<Loaded<Importer>> => here(await store.load(importer, tenant, `importer-${id}`, tx), 'importer');

/** @throws NotFound `shipments.shipment.unknown` */
export const knownShipment = async (
  store: EventStore,
  tenant: string,
  id: string,
  tx?: Tx,
): Promise<Loaded<Shipment>> => here(await store.load(shipment, tenant, `shipment-${id}`, tx), 'shipment');
