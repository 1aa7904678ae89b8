import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  listDocuments,
  showChecklist,
  showDocument,
  showFacts,
  showFindings,
} from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { NotFound, toInstant } from '@tidewaiter/kernel';
import { DATABASE, EVENT_STORE, type Database } from '@tidewaiter/platform';
import { checklist } from '../domain/index.js';
import {
  documentById,
  documentsOfShipment,
  factsOf,
  isKnown,
  versionsOf,
  type DocumentRow,
  type VersionRow,
} from '../postgres/documents.repository.js';
import { checklistStream } from './judging.js';

type DocumentView = AnswerOf<typeof showDocument>;

const viewOf = (row: DocumentRow, versions: readonly VersionRow[]): DocumentView => ({
  documentId: row.document_id,
  shipmentId: row.shipment_id,
  type: row.type as DocumentView['type'],
  state: row.state,
  says: row.says,
  versions: versions
    .filter((version) => version.document_id === row.document_id)
    .map((version) => ({
      version: version.version,
      sha256: version.sha256,
      size: Number(version.size),
      mediaType: version.media_type,
      name: version.name,
      receivedAt: toInstant(version.received_at.toISOString()),
      factsDigest: version.facts_digest,
    })),
  version: row.stream_version,
});

const unknownDocument = (): NotFound => new NotFound('documents.document.unknown', 'there is no such document');

/** What people and partners look at. Another tenant's paper looks exactly like one that does not exist. */
export class DocumentViews {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  list(tenant: string, shipmentId: string): Promise<AnswerOf<typeof listDocuments>> {
    return this.database.tenant(tenant, async (tx) => {
      await mustBeKnown(tx, shipmentId);
      const rows = await documentsOfShipment(tx, shipmentId);
      const versions = await versionsOf(
        tx,
        rows.map((row) => row.document_id),
      );
      return { items: rows.map((row) => viewOf(row, versions)) };
    });
  }

  document(tenant: string, documentId: string): Promise<DocumentView> {
    return this.database.tenant(tenant, async (tx) => {
      const row = await documentById(tx, documentId);
      if (!row) throw unknownDocument();
      return viewOf(row, await versionsOf(tx, [documentId]));
    });
  }

  version(tenant: string, documentId: string, n: number): Promise<VersionRow> {
    return this.database.tenant(tenant, async (tx) => {
      const version = (await versionsOf(tx, [documentId])).find((each) => each.version === n);
      if (!version) throw unknownDocument();
      return version;
    });
  }

  facts(tenant: string, documentId: string, n: number): Promise<AnswerOf<typeof showFacts>> {
    return this.database.tenant(tenant, async (tx) => {
      const kept = await factsOf(tx, documentId, n);
      if (kept)
        return {
          documentId,
          version: n,
          factsDigest: kept.digest,
          facts: JSON.parse(kept.facts) as Record<string, unknown>,
        };
      const version = (await versionsOf(tx, [documentId])).find((each) => each.version === n);
      if (!version) throw unknownDocument();
      throw new NotFound('documents.facts.none', 'nothing was read from this version', {
        advice: 'Look at the document: its state says why.',
      });
    });
  }

  async checklist(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showChecklist>> {
    const { state, version } = await this.checklistOf(tenant, shipmentId);
    if (state.status === 'none') return { shipmentId, state: 'not-derived', rows: null, requirements: [], version };
    return { shipmentId, state: state.status, rows: state.rows, requirements: state.requirements, version };
  }

  async findings(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showFindings>> {
    const { state } = await this.checklistOf(tenant, shipmentId);
    const checks = state.status === 'none' ? null : state.checks;
    return { findings: checks?.findings ?? [], cannotTell: checks?.cannotTell ?? [] };
  }

  private async checklistOf(tenant: string, shipmentId: string) {
    const loaded = await this.store.load(checklist, tenant, checklistStream(shipmentId));
    if (loaded.version === 0) await this.database.tenant(tenant, (tx) => mustBeKnown(tx, shipmentId));
    return loaded;
  }
}

async function mustBeKnown(tx: Tx, shipmentId: string): Promise<void> {
  if (!(await isKnown(tx, shipmentId))) throw new NotFound('documents.shipment.unknown', 'there is no such shipment');
}
