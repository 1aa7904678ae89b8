import { Inject } from '@nestjs/common';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import { canonicalJson, Invalid } from '@tidewaiter/kernel';
import { DATABASE, EVENT_STORE, LOG, type Database, type Log } from '@tidewaiter/platform';
import { document, partyKey, type Checklist, type DocumentCommand, type Facts } from '../domain/index.js';
import {
  dueReadings,
  keepFacts,
  lockInvoice,
  readingDone,
  readingFailed,
  type Awaited,
} from '../postgres/documents.repository.js';
import { readDocument } from '../reading/read.js';
import type { FolderStorage } from '../storage/folder.js';
import { digestOf } from './digests.js';
import { Gate } from './gate.js';
import { Judging } from './judging.js';
import { STORAGE } from './tokens.js';
import { inTurn } from './turns.js';

const ATTEMPTS = 5;
const documentStream = (documentId: string): string => `document-${documentId}`;

type Verdict = { kind: 'read'; facts: Facts } | { kind: 'rejected'; error: Invalid };

/** What became of a version: why it was rejected, if it was, and where the shipment's papers stand with it. */
export interface Outcome {
  rejected: Invalid | null;
  checklist: Checklist | null;
}

/** What the record says of facts in short. */
export const summaryOf = (
  facts: Facts,
): { lines: number; number: string | null; total: { amount: string; currency: string } | null } => {
  switch (facts.kind) {
    case 'invoice': {
      const { lines, number, totals, currency } = facts.values;
      const total = totals.total ?? totals.net ?? totals.lines;
      return { lines: lines.length, number, total: typeof total === 'string' ? { amount: total, currency } : null };
    }
    case 'packing-list':
      return { lines: facts.values.packages.length, number: null, total: null };
    case 'transport':
    case 'permit':
      return { lines: 0, number: facts.values.number, total: null };
    case 'paper':
      return { lines: 0, number: null, total: null };
  }
};

/** Turns stored versions into facts. Whatever stops in between, the version still waits and is read again. */
export class Reading {
  private readonly gate = new Gate(2);

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORAGE) private readonly storage: FolderStorage,
    @Inject(Judging) private readonly judging: Judging,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Works off what is due, across tenants; one failure does not keep the others waiting. */
  async work(): Promise<number> {
    const due = await this.database.system((tx) => dueReadings(tx, 10));
    for (const awaited of due) {
      try {
        await this.read(awaited);
      } catch (error) {
        await this.failed(awaited, error);
      }
    }
    return due.length;
  }

  /** Reads a version that waits for it; one that was read meanwhile stays as it is. */
  async read(awaited: Awaited): Promise<Outcome> {
    const verdict = await this.gate.through(async () => this.look(awaited));
    return this.conclude(awaited, verdict);
  }

  private async look({ tenant, type, mediaType, sha256 }: Awaited): Promise<Verdict> {
    const bytes = await this.storage.read(tenant, sha256);
    try {
      return { kind: 'read', facts: readDocument(type, mediaType, bytes) };
    } catch (error) {
      if (error instanceof Invalid) return { kind: 'rejected', error };
      throw error;
    }
  }

  private conclude(awaited: Awaited, verdict: Verdict): Promise<Outcome> {
    const { tenant, documentId, version, shipmentId, cause } = awaited;
    const by: By = {
      tenant,
      subject: shipmentId,
      commandId: `reading/${documentId}/${version}`,
      actor: 'system:documents',
      correlationId: shipmentId,
      causationId: cause,
    };
    return inTurn(this.store, tenant, shipmentId, async (tx) => {
      const command =
        verdict.kind === 'read' ? await this.keep(tx, awaited, verdict.facts) : rejection(version, verdict.error);
      await this.store.execute(document, documentStream(documentId), command, by, { tx });
      await readingDone(tx, documentId, version);
      const judged = await this.judging.judge(tx, shipmentId, { ...by, commandId: `${by.commandId}/judge` });
      return { rejected: verdict.kind === 'rejected' ? verdict.error : null, checklist: judged?.state ?? null };
    });
  }

  private async keep(tx: Tx, { documentId, version, shipmentId }: Awaited, facts: Facts): Promise<DocumentCommand> {
    const digest = digestOf(facts);
    const invoice =
      facts.kind === 'invoice' ? { seller: partyKey(facts.values.seller.name), number: facts.values.number } : null;
    if (invoice) await lockInvoice(tx, invoice.seller, invoice.number);
    await keepFacts(tx, {
      documentId,
      version,
      shipmentId,
      digest,
      facts: canonicalJson(facts),
      seller: invoice?.seller ?? null,
      number: invoice?.number ?? null,
    });
    return { type: 'RecordReading', version, outcome: { factsDigest: digest, ...summaryOf(facts) } };
  }

  /** Our own failure is tried again, later each time; after the last one a person is told instead of nobody. */
  private async failed(awaited: Awaited, error: unknown): Promise<void> {
    const { tenant, documentId, version, attempts } = awaited;
    this.log.warn('document not read', { documentId, version, attempt: attempts + 1, error });
    if (attempts + 1 < ATTEMPTS) {
      await this.database.tenant(tenant, (tx) => readingFailed(tx, documentId, version, 1000 * 4 ** attempts));
      return;
    }
    const gaveUp = new Invalid(
      'documents.reading.failed',
      'The document could not be read, five times: the fault is on our side.',
      {
        advice: 'Upload it again, in another form if there is one.',
      },
    );
    await this.conclude(awaited, { kind: 'rejected', error: gaveUp });
  }
}

const rejection = (version: number, error: Invalid): DocumentCommand => ({
  type: 'RecordRejection',
  version,
  outcome: { code: error.code, place: error.details.places?.[0]?.pointer ?? null, says: error.message },
});
