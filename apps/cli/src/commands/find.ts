import { ProblemError, type TidewaiterClient } from '@tidewaiter/client';
import {
  listDeclarations,
  listPayments,
  listShipments,
  listTasks,
  showDeclaration,
  showPayment,
  showShipment,
  type AnswerOf,
} from '@tidewaiter/contracts';
import { isUuid } from '@tidewaiter/kernel';
import { CommandFailed, EXIT } from '../output.js';
import type { Task } from '../usual-decision.js';

export type Shipment = AnswerOf<typeof showShipment>;
export type Declaration = AnswerOf<typeof showDeclaration>;
export type Payment = AnswerOf<typeof showPayment>;

/** A shipment by its id or reference. */
export async function findShipment(client: TidewaiterClient, name: string): Promise<Shipment> {
  if (isUuid(name)) return client.call(showShipment, { params: { shipmentId: name } });
  const { items } = await client.call(listShipments, { query: { reference: name, limit: 1 } });
  if (!items[0])
    throw new CommandFailed(`There is no shipment ${name}.`, EXIT.notFound, 'See `tidewaiter shipment list`.');
  return items[0];
}

/** What a name is the id of; else what stands under the shipment of that name. */
async function byIdOrShipment<T>(
  client: TidewaiterClient,
  name: string,
  one: (id: string) => Promise<T>,
  all: (shipmentId: string) => Promise<{ items: T[] }>,
): Promise<T[]> {
  if (isUuid(name)) {
    try {
      return [await one(name)];
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 404)) throw error;
    }
  }
  const { shipmentId } = await findShipment(client, name);
  return (await all(shipmentId)).items;
}

/** A declaration by its id; the newest of a shipment by the shipment's id or reference. */
export async function findDeclaration(client: TidewaiterClient, name: string): Promise<Declaration> {
  const found = await byIdOrShipment(
    client,
    name,
    (declarationId) => client.call(showDeclaration, { params: { declarationId } }),
    (shipmentId) => client.call(listDeclarations, { params: { shipmentId } }),
  );
  const newest = found.at(-1);
  if (newest) return newest;
  throw new CommandFailed(
    `${name} has no declaration yet.`,
    EXIT.notFound,
    `See what it waits for: tidewaiter shipment show ${name}`,
  );
}

/** A payment by its id; those of a shipment by the shipment's id or reference. */
export const findPayments = (client: TidewaiterClient, name: string): Promise<Payment[]> =>
  byIdOrShipment(
    client,
    name,
    (paymentId) => client.call(showPayment, { params: { paymentId } }),
    (shipmentId) => client.call(listPayments, { params: { shipmentId } }),
  );

/** Open tasks of a shipment, of some kinds. */
export async function openTasks(
  client: TidewaiterClient,
  shipment: string,
  kinds: readonly Task['kind'][],
): Promise<Task[]> {
  const { items } = await client.call(listTasks, { query: { shipment, status: 'open', limit: 200 } });
  return items.filter(({ kind }) => kinds.includes(kind));
}
