import { DOCUMENT_TYPES, type CarriedFrom, type Situation, type Wrote } from '@tidewaiter/contracts';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import { canonicalJson } from '@tidewaiter/kernel';
import { idFor } from '@tidewaiter/platform';
import { carriedFacts, document } from '../domain/index.js';
import { documentById, fileOf, keepFacts, papersOfShipment, situationOf } from '../postgres/documents.repository.js';
import { digestOf } from './digests.js';
import { summaryOf } from './reading.js';

/** Papers of a split shipment serve its parts: the same bytes under a document of the part's own, with what of them it takes. Once each. */
export async function carryPapers(store: EventStore, tx: Tx, situation: Situation, by: By): Promise<Wrote> {
  const { part, shipmentId } = situation;
  const whole = part && (await situationOf(tx, part.of));
  if (!part || !whole) return {};
  const { papers } = await papersOfShipment(tx, part.of);
  const wrote: Wrote = {};
  for (const paper of papers) {
    const documentId = idFor('carried', tx.tenant, `${shipmentId}/${paper.documentId}`);
    if (await documentById(tx, documentId)) continue;
    const { fileId, ...file } = await fileOf(tx, paper.documentId, paper.version);
    const facts = carriedFacts(paper, papers, situation, whole, file);
    if (!facts) continue;
    const carried: CarriedFrom = {
      ...{ shipmentId: part.of, documentId: paper.documentId, version: paper.version, covers: part.lines },
    };
    const own = { ...by, commandId: `${by.commandId}/carry/${documentId}` };
    const stream = `document-${documentId}`;
    const documentType = paper.type as (typeof DOCUMENT_TYPES)[number];
    await store.execute(
      document,
      stream,
      { type: 'ReceiveDocument', documentId, shipmentId, fileId, sha256: paper.sha256, documentType, carried },
      own,
      { tx },
    );
    const digest = digestOf(facts);
    // The number is the whole's: another part that has the same is no second use of it.
    await keepFacts(tx, {
      ...{ documentId, version: 1, shipmentId, digest, facts: canonicalJson(facts), seller: null, number: null },
    });
    const outcome = { factsDigest: digest, ...summaryOf(facts) };
    const read = { ...own, commandId: `${own.commandId}/read` };
    const done = await store.execute(document, stream, { type: 'RecordReading', version: 1, outcome }, read, { tx });
    Object.assign(wrote, done.wrote);
  }
  return wrote;
}
