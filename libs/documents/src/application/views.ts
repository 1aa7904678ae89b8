import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  listDocuments,
  showChecklist,
  showDocument,
  showFacts,
  showFindings,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound, toInstant } from '@tidewaiter/kernel';
import { EVENT_STORE } from '@tidewaiter/platform';
import { checklist, isAcceptable } from '../domain/index.js';
import {
  documentById,
  documentsOfShipment,
  factsOf,
  isKnown,
  readsOf,
  versionsOf,
  type DocumentRow,
  type Reads,
  type VersionRow,
} from '../postgres/documents.repository.js';
import { digestOf } from './digests.js';
import { checklistStream } from './judging.js';

type DocumentView = AnswerOf<typeof showDocument>;

const viewOf = (row: DocumentRow, versions: readonly VersionRow[]): DocumentView => ({
  documentId: row.document_id,
  shipmentId: row.shipment_id,
  type: row.type as DocumentView['type'],
  state: row.state,
  says: row.says,
  carried: row.carried,
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
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async list(tenant: string, shipmentId: string): Promise<AnswerOf<typeof listDocuments>> {
    const reads = readsOf(this.store, tenant);
    await mustBeKnown(reads, shipmentId);
    const rows = await documentsOfShipment(reads, shipmentId);
    const ids = rows.map((row) => row.document_id);
    const versions = await versionsOf(reads, ids);
    return { items: rows.map((row) => viewOf(row, versions)) };
  }

  async document(tenant: string, documentId: string): Promise<DocumentView> {
    const reads = readsOf(this.store, tenant);
    const row = await documentById(reads, documentId);
    if (!row) throw unknownDocument();
    return viewOf(row, await versionsOf(reads, [documentId]));
  }

  async version(tenant: string, documentId: string, n: number): Promise<VersionRow & { shipmentId: string }> {
    const reads = readsOf(this.store, tenant);
    const document = await documentById(reads, documentId);
    const version = (await versionsOf(reads, [documentId])).find((each) => each.version === n);
    if (!document || !version) throw unknownDocument();
    return { ...version, shipmentId: document.shipment_id };
  }

  async facts(tenant: string, documentId: string, n: number): Promise<AnswerOf<typeof showFacts>> {
    await this.version(tenant, documentId, n);
    const kept = await factsOf(readsOf(this.store, tenant), documentId, n);
    if (!kept) {
      throw new NotFound('documents.facts.none', 'nothing was read from this version', {
        advice: 'Look at the document: its state says why.',
      });
    }
    const facts = JSON.parse(kept.facts) as Record<string, unknown>;
    return { documentId, version: n, factsDigest: kept.digest, facts };
  }

  async checklist(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showChecklist>> {
    const { state, version } = await this.checklistOf(tenant, shipmentId);
    if (state.status === 'none') return { shipmentId, state: 'not-derived', rows: null, requirements: [], version };
    return { shipmentId, state: state.status, rows: state.rows, requirements: state.requirements, version };
  }

  async findings(tenant: string, shipmentId: string): Promise<AnswerOf<typeof showFindings>> {
    const { state } = await this.checklistOf(tenant, shipmentId);
    if (state.status === 'none' || !state.checks) return { findings: [], cannotTell: [] };
    const { findings, cannotTell } = state.checks;
    return {
      cannotTell,
      findings: findings.map((finding) => {
        const digest = digestOf(finding);
        return {
          ...finding,
          digest,
          acceptable: isAcceptable(finding),
          proposed: state.proposed[digest] ?? null,
          accepted: state.accepted[digest] ?? null,
        };
      }),
    };
  }

  private async checklistOf(tenant: string, shipmentId: string) {
    const loaded = await this.store.load(checklist, tenant, checklistStream(shipmentId));
    if (loaded.version === 0) await mustBeKnown(readsOf(this.store, tenant), shipmentId);
    return loaded;
  }
}

async function mustBeKnown(reads: Reads, shipmentId: string): Promise<void> {
  if (!(await isKnown(reads, shipmentId)))
    throw new NotFound('documents.shipment.unknown', 'there is no such shipment');
}
