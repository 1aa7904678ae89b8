import type { Tx } from '@tidewaiter/event-store';

export interface KeptOrder {
  key: string;
  body: string;
  /** true when this call stored it: nothing can have been sent before */
  fresh: boolean;
}

export interface OrderOwner {
  tenant: string;
  shipmentId: string;
  correlationId: string;
}

/** Orders to the bank, stored before the call. */
export const bankOrders = {
  /** Stores the order, or finds the one stored before: its bytes are the only ones that may ever go out under the key. */
  async keep(
    tx: Tx,
    order: { key: string; body: string; shipmentId: string; correlationId: string },
  ): Promise<KeptOrder> {
    const { rowCount } = await tx.query(
      'insert into bank_orders (tenant_id, key, shipment_id, correlation_id, body) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [tx.tenant, order.key, order.shipmentId, order.correlationId, order.body],
    );
    const { rows } = await tx.query<{ body: string }>(
      'select body from bank_orders where tenant_id = $1 and key = $2',
      [tx.tenant, order.key],
    );
    return { key: order.key, body: rows[0]!.body, fresh: rowCount === 1 };
  },

  /** Whose order a key is; across tenants, for what the bank pushes. */
  async owner(systemTx: Tx, key: string): Promise<OrderOwner | null> {
    const { rows } = await systemTx.query<OrderOwner>(
      'select tenant_id as tenant, shipment_id as "shipmentId", correlation_id as "correlationId" from bank_orders where key = $1',
      [key],
    );
    return rows[0] ?? null;
  },

  async noteReference(tx: Tx, shipmentId: string, reference: string): Promise<void> {
    await tx.query(
      `insert into shipment_references (tenant_id, shipment_id, reference) values ($1, $2, $3)
       on conflict (tenant_id, shipment_id) do update set reference = excluded.reference`,
      [tx.tenant, shipmentId, reference],
    );
  },

  async referenceOf(tx: Tx, shipmentId: string): Promise<string | null> {
    const { rows } = await tx.query<{ reference: string }>(
      'select reference from shipment_references where tenant_id = $1 and shipment_id = $2',
      [tx.tenant, shipmentId],
    );
    return rows[0]?.reference ?? null;
  },
};
