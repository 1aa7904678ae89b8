import type { AuditEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';

type DossierEvent = Extract<AuditEvent, { data: { shipmentId: string } }>;

const columnsOf = (event: DossierEvent): Record<string, unknown> => {
  switch (event.type) {
    case 'DossierSealed':
      return {
        events: event.data.events,
        tree_size: event.data.treeSize,
        root_hash: event.data.rootHash,
        checkpoint: event.data.checkpoint,
      };
    case 'RetentionClockSet':
      return {
        jurisdiction: event.data.jurisdiction,
        law: event.data.law,
        retain_until: event.data.until,
        approvals: 0,
      };
    case 'LegalHoldPlaced':
      return { hold_matter: event.data.matter, hold_by: event.data.by };
    case 'LegalHoldLifted':
      return { hold_matter: null, hold_by: null };
    case 'PersonalDataErased':
      return { erased: true };
    default:
      return {};
  }
};

async function apply(tx: Tx, event: StoredEvent): Promise<void> {
  if (event.type === 'DisposalApproved') {
    const { shipmentId } = (event as unknown as DossierEvent).data;
    await tx.query('update dossiers set approvals = approvals + 1 where tenant_id = $1 and shipment_id = $2', [
      event.tenant,
      shipmentId,
    ]);
    return;
  }
  const fact = event as unknown as DossierEvent;
  const changes = Object.entries(columnsOf(fact));
  if (changes.length === 0) return;
  const names = changes.map(([name]) => name);
  await tx.query(
    `insert into dossiers (tenant_id, shipment_id, ${names.join(', ')}) values ($1, $2, ${names.map((_, i) => `$${i + 3}`).join(', ')})
     on conflict (tenant_id, shipment_id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [event.tenant, fact.data.shipmentId, ...changes.map(([, value]) => value)],
  );
}

/** One row per dossier: what is sealed, until when it is kept, who holds it. */
export const dossiersProjection: InlineProjection = {
  name: 'dossiers',
  tables: ['dossiers'],
  async apply(tx, events) {
    for (const event of events) if (event.stream.startsWith('dossier-')) await apply(tx, event);
  },
};
