import type { Tx } from '@tidewaiter/event-store';
import type { Money } from '@tidewaiter/kernel';

/** The shipments for which something is held, with the MRN of those that the authority has registered. */
export async function holders(
  tx: Tx,
  shipmentIds: readonly string[],
): Promise<Map<string, { reference: string; mrn: string | null }>> {
  const { rows } = await tx.query<{ id: string; reference: string; mrn: string | null }>(
    `select s.id, s.reference, b.mrn from shipments s left join board b on b.tenant_id = s.tenant_id and b.shipment_id = s.id
      where s.tenant_id = $1 and s.id = any($2)`,
    [tx.tenant, shipmentIds],
  );
  return new Map(rows.map(({ id, reference, mrn }) => [id, { reference, mrn }]));
}

/** Shipments of an importer in a destination that wait for a larger guarantee, the longest waiting first. */
export async function refused(
  tx: Tx,
  { importerId, destination }: { importerId: string; destination: string },
): Promise<{ shipmentId: string; reference: string; taskId: string; needed: Money }[]> {
  const { rows } = await tx.query<{ shipment_id: string; reference: string; task_id: string; needed: Money }>(
    `select s.id as shipment_id, s.reference, t.id as task_id, t.state->'about'->'amount' as needed
       from tasks t join shipments s on s.tenant_id = t.tenant_id and s.id = t.shipment_id
      where t.tenant_id = $1 and t.status = 'open' and t.kind = 'raise-guarantee'
        and s.state->'importer'->>'importerId' = $2 and s.state->>'destination' = $3
      order by t.position`,
    [tx.tenant, importerId, destination],
  );
  return rows.map(({ shipment_id: shipmentId, reference, task_id: taskId, needed }) => ({
    shipmentId,
    reference,
    taskId,
    needed,
  }));
}
