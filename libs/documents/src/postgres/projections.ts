import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { canonicalJson } from '@tidewaiter/kernel';
import type { DocumentEvent } from '../domain/document.js';
import type { FileEvent } from '../domain/file.js';

type DocumentsEvent = FileEvent | DocumentEvent | { type: 'SlotFilled'; data: { documentId: string; version: number } };

async function document(tx: Tx, event: StoredEvent, says: DocumentsEvent): Promise<void> {
  const { tenant } = tx;
  switch (says.type) {
    case 'FileStored': {
      const { fileId, shipmentId, sha256, size, mediaType, name } = says.data;
      await tx.query(
        'insert into files (tenant_id, file_id, shipment_id, sha256, size, media_type, name) values ($1, $2, $3, $4, $5, $6, $7)',
        [tenant, fileId, shipmentId, sha256, size, mediaType, name],
      );
      return;
    }
    case 'FileRefused': {
      const { fileId, shipmentId, sha256, size, name, code } = says.data;
      await tx.query(
        'insert into files (tenant_id, file_id, shipment_id, sha256, size, name, refused_code) values ($1, $2, $3, $4, $5, $6, $7)',
        [tenant, fileId, shipmentId, sha256, size, name, code],
      );
      return;
    }
    case 'DocumentReceived':
    case 'DocumentVersionAdded': {
      const { documentId, shipmentId, version, fileId, sha256, type } = says.data;
      await tx.query(
        `insert into documents (tenant_id, document_id, shipment_id, type, state, current, received_at, stream_version)
         values ($1, $2, $3, $4, 'received', $5, $6, $7)
         on conflict (tenant_id, document_id) do update set state = 'received', refusal_code = null, refusal_place = null, says = null,
           current = excluded.current, received_at = excluded.received_at, stream_version = excluded.stream_version`,
        [tenant, documentId, shipmentId, type, version, event.time, event.version],
      );
      if ('carried' in says.data && says.data.carried) {
        await tx.query('update documents set carried = $3 where tenant_id = $1 and document_id = $2', [
          tenant,
          documentId,
          JSON.stringify(says.data.carried),
        ]);
      }
      await tx.query(
        'insert into versions (tenant_id, document_id, version, file_id, sha256, received_at) values ($1, $2, $3, $4, $5, $6)',
        [tenant, documentId, version, fileId, sha256, event.time],
      );
      return;
    }
    case 'DocumentRead': {
      const { documentId, version, factsDigest } = says.data;
      await tx.query(
        'update versions set facts_digest = $4 where tenant_id = $1 and document_id = $2 and version = $3',
        [tenant, documentId, version, factsDigest],
      );
      await tx.query(`update documents set state = 'read' where tenant_id = $1 and document_id = $2 and current = $3`, [
        tenant,
        documentId,
        version,
      ]);
      break;
    }
    case 'DocumentRejected': {
      const { documentId, version, code, place, says: why } = says.data;
      await tx.query(
        `update documents set state = 'rejected', refusal_code = $4, refusal_place = $5, says = $6 where tenant_id = $1 and document_id = $2 and current = $3`,
        [tenant, documentId, version, code, place, why],
      );
      break;
    }
    case 'LinesConfirmed': {
      const { documentId, version, factsDigest, lines } = says.data;
      const confirmed = canonicalJson({ version, factsDigest, lines });
      await tx.query('update documents set confirmed = $3 where tenant_id = $1 and document_id = $2', [
        tenant,
        documentId,
        confirmed,
      ]);
      break;
    }
    case 'SlotFilled': {
      const { documentId, version } = says.data;
      await tx.query(
        `update documents set state = 'accepted' where tenant_id = $1 and document_id = $2 and current = $3 and state = 'read'`,
        [tenant, documentId, version],
      );
      return;
    }
    case 'DuplicateNoticed':
      break;
  }
  await tx.query('update documents set stream_version = $3 where tenant_id = $1 and document_id = $2', [
    tenant,
    says.data.documentId,
    event.version,
  ]);
}

const KNOWN = new Set<string>([
  'FileStored',
  'FileRefused',
  'DocumentReceived',
  'DocumentVersionAdded',
  'DuplicateNoticed',
  'DocumentRead',
  'DocumentRejected',
  'LinesConfirmed',
  'SlotFilled',
] satisfies DocumentsEvent['type'][]);

/** Files, documents and versions as they stand now. */
export const papers: InlineProjection = {
  name: 'papers',
  tables: ['files', 'documents', 'versions'],
  async apply(tx, events) {
    for (const event of events)
      if (KNOWN.has(event.type)) await document(tx, event, event as unknown as DocumentsEvent);
  },
};
