import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Situation, Step } from '@tidewaiter/contracts';
import type { EventStore, StoredEvent } from '@tidewaiter/event-store';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { newId, now } from '@tidewaiter/kernel';
import { createDatabase, type CallerIdentity, type Database, type Log } from '@tidewaiter/platform';
import { Differences } from '../application/differences.js';
import { DocumentsActivitiesService } from '../application/documents.activities.js';
import { Judging } from '../application/judging.js';
import { KnownShipments } from '../application/known-shipments.js';
import { Reading } from '../application/reading.js';
import { readRequirementRows } from '../application/requirement-rows.js';
import { Uploads, type Part, type Uploaded } from '../application/uploads.js';
import { DocumentViews } from '../application/views.js';
import { papers } from '../postgres/projections.js';
import { FolderStorage } from '../storage/folder.js';
import { Pieces } from '../storage/pieces.js';
import { UploadsInPieces } from '../application/uploads-in-pieces.js';
import { fixture } from './files.js';
import { aSituation } from './papers.js';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, child: () => silent };

export interface Sent {
  bytes: Buffer;
  type: string;
  name?: string;
  declared?: string;
  supersedes?: string;
}

const limits = { file: 25_000_000, structured: 10_000_000 };

const TYPES: Record<string, string> = {
  'invoice.xml': 'commercial-invoice',
  'packing-list.csv': 'packing-list',
  'waybill.json': 'sea-waybill',
  'mandate.pdf': 'mandate',
};

/** The whole context on a database of its own and a folder of its own, without HTTP, workflow and bus. */
export class DocumentsRoom {
  readonly folder = mkdtempSync(join(tmpdir(), 'documents-room-'));
  readonly storage = new FolderStorage(this.folder);
  readonly store: EventStore;
  readonly base: Database;
  readonly reading: Reading;
  readonly uploads: Uploads;
  readonly pieces = new Pieces(this.folder);
  readonly inPieces: UploadsInPieces;
  readonly views: DocumentViews;
  readonly differences: Differences;
  readonly activities: DocumentsActivitiesService;
  readonly known = new KnownShipments();

  private constructor(readonly database: TestDatabase) {
    this.store = database.store({ inline: [papers] });
    this.base = createDatabase(database.pool('documents_app'), database.pool('documents_system', 2));
    const rows = readRequirementRows(readFileSync(new URL('../../data/requirements.json', import.meta.url), 'utf8'));
    const judging = new Judging(this.store);
    this.reading = new Reading(this.store, this.base, this.storage, judging, silent);
    this.uploads = this.uploadsWith(this.reading);
    this.inPieces = new UploadsInPieces(this.pieces, limits, this.uploads);
    this.views = new DocumentViews(this.store);
    this.differences = new Differences(this.store, this.base, judging, this.views);
    this.activities = new DocumentsActivitiesService(this.store, judging, rows, now, this.storage);
  }

  static async open(): Promise<DocumentsRoom> {
    return new DocumentsRoom(await TestDatabase.create('documents', new URL('../../migrations/', import.meta.url)));
  }

  uploadsWith(reading: Pick<Reading, 'read'>): Uploads {
    return new Uploads(this.store, this.storage, limits, reading as Reading);
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.database.drop();
  }

  caller(tenant = 'acme'): CallerIdentity {
    return { tenant, subject: 'olga', actor: 'user:olga', roles: ['operator'], name: 'Olga' };
  }

  /** A shipment that this context has heard of. */
  async shipment(tenant = 'acme'): Promise<string> {
    const shipmentId = newId();
    await this.hear(tenant, 'ShipmentOpened', { shipmentId });
    return shipmentId;
  }

  hear(tenant: string, type: string, data: Record<string, unknown>): Promise<void> {
    return this.base.tenant(tenant, (tx) => this.known.handle([{ type, data } as StoredEvent], tx));
  }

  upload(
    shipmentId: string,
    sent: Sent,
    options: { tenant?: string; key?: string; uploads?: Uploads } = {},
  ): Promise<Uploaded> {
    async function* parts(): AsyncGenerator<Part> {
      yield { type: 'field', fieldname: 'type', value: sent.type };
      if (sent.supersedes) yield { type: 'field', fieldname: 'supersedes', value: sent.supersedes };
      yield {
        type: 'file',
        fieldname: 'file',
        filename: sent.name ?? 'paper',
        mimetype: sent.declared ?? 'application/octet-stream',
        file: inChunks(sent.bytes),
      };
    }
    const { tenant = 'acme', key = newId(), uploads = this.uploads } = options;
    return uploads.accept(parts(), this.caller(tenant), shipmentId, `http/uploadDocument/${key}`);
  }

  /** Papers of a consignment of ours, those named. */
  async papers(
    shipmentId: string,
    country: string,
    names: (keyof typeof TYPES)[],
    tenant = 'acme',
  ): Promise<Uploaded[]> {
    const answers: Uploaded[] = [];
    for (const name of names)
      answers.push(
        await this.upload(
          shipmentId,
          { bytes: fixture(`${country}/${name}`, shipmentId.slice(-8)), type: TYPES[name]!, name },
          { tenant },
        ),
      );
    return answers;
  }

  situation(country: string, shipmentId: string, changes: Partial<Situation> = {}): Situation {
    const body = JSON.parse(fixture(`${country}/consignment.json`).toString('utf8')) as Partial<Situation>;
    return { ...aSituation(), shipmentId, destination: country.toUpperCase(), lines: [], ...body, ...changes };
  }

  step(shipmentId: string, name: string, tenant = 'acme'): Step {
    return {
      tenant,
      subject: shipmentId,
      commandId: `shipment/${shipmentId}/${name}`,
      correlationId: shipmentId,
      causationId: 'test',
      actor: 'system:workflow',
    };
  }

  async eventsOf(shipmentId: string, tenant = 'acme'): Promise<StoredEvent[]> {
    return this.store.read(tenant, `checklist-${shipmentId}`);
  }
}

async function* inChunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

export const ALL = ['invoice.xml', 'packing-list.csv', 'waybill.json', 'mandate.pdf'];
