import type { TidewaiterClient } from '@tidewaiter/client';
import { listShipments, showShipment, type AnswerOf } from '@tidewaiter/contracts';
import { isUuid } from '@tidewaiter/kernel';
import { CommandFailed, EXIT } from '../output.js';

/** A shipment by its id or reference. */
export async function findShipment(client: TidewaiterClient, name: string): Promise<AnswerOf<typeof showShipment>> {
  if (isUuid(name)) return client.call(showShipment, { params: { shipmentId: name } });
  const { items } = await client.call(listShipments, { query: { reference: name, limit: 1 } });
  if (!items[0])
    throw new CommandFailed(`There is no shipment ${name}.`, EXIT.notFound, 'See `tidewaiter shipment list`.');
  return items[0];
}
