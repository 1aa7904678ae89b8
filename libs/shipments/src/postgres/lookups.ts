import type { EventStore } from '@tidewaiter/event-store';
import type { ClearedHit } from '../domain/screening.js';

/** Whether a subject is a shipment or an engagement of the tenant; undefined when it is neither. */
export async function subjectKind(
  store: EventStore,
  tenant: string,
  id: string,
): Promise<'shipment' | 'engagement' | undefined> {
  const [found] = await store.query<{ kind: 'shipment' | 'engagement' }>(
    tenant,
    `select 'shipment' as kind from shipments where tenant_id = $1 and id = $2
     union all select 'engagement' from engagements where tenant_id = $1 and id = $2`,
    [tenant, id],
  );
  return found?.kind;
}

/**
 * Hits of a shipment that somebody in compliance found to be another, since its parties were last said: a changed party
 * is compared afresh.
 */
export async function clearedHits(store: EventStore, tenant: string, shipmentId: string): Promise<ClearedHit[]> {
  return store.query<ClearedHit & Record<string, string>>(
    tenant,
    `select hit->>'role' as role, hit->>'entry' as entry, made->>'by' as by, made->'decision'->>'reason' as reason
       from tasks t
       join shipments s on s.tenant_id = t.tenant_id and s.id = t.shipment_id
      cross join lateral jsonb_array_elements(t.state->'decisions') as made
      cross join lateral jsonb_array_elements(coalesce(made->'decision'->'clear', '[]')) as hit
      where t.tenant_id = $1 and t.shipment_id = $2 and t.kind = 'resolve-engagement' and made->>'at' > s.parties_at`,
    [tenant, shipmentId],
  );
}
