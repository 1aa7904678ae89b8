import { Inject } from '@nestjs/common';
import { DOCUMENT_TYPES, type AnswerOf, type uploadDocument } from '@tidewaiter/contracts';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import { Conflict, Invalid, isUuid, NotFound, Refused } from '@tidewaiter/kernel';
import { byOf, EVENT_STORE, type CallerIdentity } from '@tidewaiter/platform';
import { checklist, document, file } from '../domain/index.js';
import { safeName } from '../intake/file-name.js';
import { agree, allowedFor, HEAD, sniff, type MediaType } from '../intake/sniff.js';
import { checkStrictly } from '../intake/strict.js';
import {
  awaitReading,
  documentById,
  isKnown,
  readsOf,
  sameBytes,
  type Awaited,
} from '../postgres/documents.repository.js';
import type { FolderStorage, Incoming } from '../storage/folder.js';
import { readFile } from 'node:fs/promises';
import { uuidOf } from './digests.js';
import { Gate } from './gate.js';
import { checklistStream } from './judging.js';
import { Reading, type Outcome } from './reading.js';
import { LIMITS, STORAGE, type UploadLimits } from './tokens.js';
import { inTurn } from './turns.js';

/** One part of a multipart request, as the HTTP layer hands it on. */
export type Part =
  | { type: 'field'; fieldname: string; value: unknown }
  | { type: 'file'; fieldname: string; filename?: string | undefined; mimetype: string; file: AsyncIterable<Buffer> };

export type Uploaded = AnswerOf<typeof uploadDocument>;
type DocumentType = (typeof DOCUMENT_TYPES)[number];

interface Upload {
  shipmentId: string;
  documentType: DocumentType;
  supersedes: string | null;
  name: string;
  declared: string;
}

interface Stored {
  documentId: string;
  version: number;
  duplicate: boolean;
  /** null when there is nothing new to read */
  awaited: Awaited | null;
}

/** How long the caller waits for the verdict of the reading, and how long the drain leaves the reading to the request. */
const PATIENCE = 2_000;
const DRAIN_AFTER = 3_000;
/** How long a shipment that was opened a moment ago may take to become known here. */
const KNOWN_WITHIN = 3_000;

const badRequest = (code: string, says: string, advice: string): Invalid =>
  new Invalid(`documents.upload.${code}`, says, { advice, places: [{ pointer: 'body', reason: says }] });

/** @param pointer where the request says it */
export const tooLarge = (limit: number, pointer: string): Invalid => {
  const says = `the file has more than ${limit} bytes`;
  return new Invalid('documents.file.too-large', says, {
    advice: 'Split the document, or scan it at a lower resolution.',
    places: [{ pointer, reason: says }],
  });
};

/** The door: one file of a request, streamed to the disk, looked at strictly, kept or refused, and read. */
export class Uploads {
  private readonly gate = new Gate(2);

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(STORAGE) private readonly storage: FolderStorage,
    @Inject(LIMITS) private readonly limits: UploadLimits,
    @Inject(Reading) private readonly reading: Reading,
  ) {}

  /**
   * @throws Invalid `documents.upload.…` for the request, `documents.file.…` for the bytes, `documents.invoice.…` and its like for
   *         what they say; NotFound for a shipment or document that is not the tenant's
   */
  async accept(
    parts: AsyncIterable<Part>,
    caller: CallerIdentity,
    shipmentId: string,
    commandId: string,
  ): Promise<Uploaded> {
    await this.shipmentKnown(caller.tenant, shipmentId);
    const fields = new Map<string, string>();
    for await (const part of parts) {
      if (part.type === 'field') {
        if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
        continue;
      }
      if (part.fieldname !== 'file')
        throw badRequest(
          'part-unknown',
          `the file is expected in the part “file”, not “${part.fieldname.slice(0, 40)}”`,
          'Send one part named file.',
        );
      const upload = { ...this.aboutOf(fields, shipmentId), name: safeName(part.filename), declared: part.mimetype };
      await this.supersededKnown(caller.tenant, upload);
      const incoming = await this.receive(part.file);
      return this.take(incoming, upload, caller, commandId);
    }
    throw badRequest(
      'file-missing',
      'the request has no file',
      'Send multipart/form-data with the fields first and then one part named file.',
    );
  }

  private aboutOf(
    fields: ReadonlyMap<string, string>,
    shipmentId: string,
  ): Pick<Upload, 'shipmentId' | 'documentType' | 'supersedes'> {
    const given = fields.get('type');
    if (given === undefined)
      throw badRequest(
        'type-missing',
        'the field “type” must come before the file',
        `Send one of ${DOCUMENT_TYPES.join(', ')}.`,
      );
    const documentType = DOCUMENT_TYPES.find((each) => each === given);
    if (!documentType)
      throw badRequest(
        'type-unknown',
        `“${given.slice(0, 40)}” is no type of document`,
        `Send one of ${DOCUMENT_TYPES.join(', ')}.`,
      );
    const supersedes = fields.get('supersedes') ?? null;
    if (supersedes !== null && !isUuid(supersedes))
      throw badRequest(
        'supersedes-invalid',
        '“supersedes” is not the id of a document',
        'Send the documentId of the document that this file replaces.',
      );
    return { shipmentId, documentType, supersedes };
  }

  /**
   * A shipment is heard of by event: one that was opened a moment ago is waited for.
   *
   * @throws NotFound `documents.shipment.unknown`
   */
  async shipmentKnown(tenant: string, shipmentId: string): Promise<void> {
    const until = performance.now() + KNOWN_WITHIN;
    while (!(await isKnown(readsOf(this.store, tenant), shipmentId))) {
      if (performance.now() > until) {
        throw new NotFound('documents.shipment.unknown', 'there is no such shipment', {
          advice: 'If it was opened a moment ago, send the file again.',
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async supersededKnown(tenant: string, { supersedes, shipmentId }: Upload): Promise<void> {
    if (supersedes === null) return;
    const known = await documentById(readsOf(this.store, tenant), supersedes);
    if (known?.shipment_id !== shipmentId)
      throw new NotFound('documents.document.unknown', 'the shipment has no document that this file could replace');
  }

  private receive(stream: AsyncIterable<Buffer>): Promise<Incoming> {
    return this.storage.receive(stream, HEAD, async (head) => {
      const isPdf = await sniff(head).then(
        (type) => type === 'application/pdf',
        () => true, // refused for what it is: that is said, not that it is large
      );
      return isPdf ? this.limits.file : Math.min(this.limits.structured, this.limits.file);
    });
  }

  private async take(incoming: Incoming, upload: Upload, caller: CallerIdentity, commandId: string): Promise<Uploaded> {
    const by = byOf(caller, upload.shipmentId, commandId);
    let mediaType: MediaType;
    try {
      mediaType = await this.look(incoming, upload);
    } catch (error) {
      if (error instanceof Invalid) await this.refuse(incoming, upload, error, by);
      else await this.storage.discard(incoming);
      throw error;
    }
    await this.storage.keep(caller.tenant, incoming);
    const stored = await this.record(incoming, upload, mediaType, by);
    const findings = await this.verdict(caller.tenant, upload.shipmentId, stored);
    const { documentId, version, duplicate } = stored;
    return { documentId, version, duplicate, sha256: incoming.sha256, size: incoming.size, mediaType, findings };
  }

  private async look(incoming: Incoming, { declared, name, documentType }: Upload): Promise<MediaType> {
    const { size, head, whole, path } = incoming;
    if (size === 0)
      throw new Invalid('documents.file.empty', 'the file is empty', {
        advice: 'Send the file again.',
        places: [{ pointer: 'byte 0', reason: 'no bytes' }],
      });
    const mediaType = await sniff(head);
    if (!whole) {
      const limit =
        mediaType === 'application/pdf' ? this.limits.file : Math.min(this.limits.structured, this.limits.file);
      throw tooLarge(limit, `byte ${limit}`);
    }
    agree(mediaType, declared, name, allowedFor(documentType));
    await this.gate.through(async () => checkStrictly(mediaType, await readFile(path)));
    return mediaType;
  }

  /** Digest and reason stay, and the bytes where nothing serves them. The key stays free for the file that is meant. */
  private async refuse(incoming: Incoming, { shipmentId, name }: Upload, error: Invalid, asked: By): Promise<void> {
    const by = { ...asked, commandId: `${asked.commandId}/${incoming.sha256.slice(0, 16)}` };
    if (incoming.whole && incoming.size > 0) await this.storage.keepRefused(by.tenant, incoming);
    else await this.storage.discard(incoming);
    const fileId = uuidOf('refused', by.tenant, by.commandId);
    const refusal = {
      fileId,
      shipmentId,
      sha256: incoming.whole ? incoming.sha256 : null,
      size: incoming.size,
      name,
      code: error.code,
      place: error.details.places?.[0]?.pointer ?? null,
      says: error.message,
    };
    await this.store.execute(file, `file-${fileId}`, { type: 'RefuseFile', refusal }, by);
  }

  /** @throws Refused `http.idempotency-key.reused` when another file came under the same key */
  private record(incoming: Incoming, upload: Upload, mediaType: MediaType, by: By): Promise<Stored> {
    const { shipmentId, documentType, supersedes, name } = upload;
    const { sha256, size } = incoming;
    const fileId = uuidOf('file', by.tenant, by.commandId);
    const stream = `file-${fileId}`;
    const fingerprint = { sha256, shipmentId, documentType, supersedes };
    return inTurn(this.store, by.tenant, shipmentId, async (tx) => {
      const same = await sameBytes(tx, shipmentId, sha256, documentType);
      const isKeyUsed = async () => (await this.store.load(file, by.tenant, stream, tx)).version > 0;
      if (same && same.fileId !== fileId && !(await isKeyUsed())) {
        await this.store.execute(
          document,
          `document-${same.documentId}`,
          { type: 'NoticeDuplicate', sha256, name },
          by,
          { tx },
        );
        return { documentId: same.documentId, version: same.version, duplicate: true, awaited: null };
      }
      await this.store
        .execute(file, stream, { type: 'StoreFile', file: { fileId, shipmentId, sha256, size, mediaType, name } }, by, {
          tx,
          fingerprint,
        })
        .catch((error: unknown) => {
          throw error instanceof Conflict && error.code === 'event-store.command.differs' ? keyReused(error) : error;
        });
      const documentId = supersedes ?? uuidOf('document', by.tenant, by.commandId);
      const arrival = { documentId, shipmentId, fileId, sha256, documentType };
      const { version, repeated } = await this.attach(tx, arrival, supersedes !== null, by);
      if (repeated) return { documentId, version, duplicate: false, awaited: null };
      const reading = { documentId, version, shipmentId, type: documentType, sha256, mediaType, cause: by.commandId };
      await awaitReading(tx, reading, DRAIN_AFTER);
      return { documentId, version, duplicate: false, awaited: { ...reading, tenant: by.tenant, attempts: 0 } };
    });
  }

  private async attach(
    tx: Tx,
    arrival: { documentId: string; shipmentId: string; fileId: string; sha256: string; documentType: DocumentType },
    replaces: boolean,
    by: By,
  ): Promise<{ version: number; repeated: boolean }> {
    const type = replaces ? ('AddVersion' as const) : ('ReceiveDocument' as const);
    const stream = `document-${arrival.documentId}`;
    const { state, repeated } = await this.store.execute(document, stream, { type, ...arrival }, by, { tx });
    return { version: state.status === 'open' ? state.versions.length : 1, repeated };
  }

  /**
   * Waits for the reading as long as a caller may be kept waiting; what is not read by then is read all the same.
   *
   * @returns the findings that name this document
   */
  private async verdict(tenant: string, shipmentId: string, stored: Stored): Promise<Uploaded['findings']> {
    const outcome = stored.awaited ? await this.patiently(stored.awaited) : null;
    if (outcome?.rejected) throw rejected(stored, outcome.rejected);
    if (!outcome) {
      const now = await documentById(readsOf(this.store, tenant), stored.documentId);
      if (now?.state === 'rejected' && now.current === stored.version) {
        const says = now.says ?? 'the document cannot be read';
        const places = [{ pointer: now.refusal_place ?? '/', reason: says }];
        throw rejected(stored, new Invalid(now.refusal_code ?? 'documents.reading.failed', says, { places }));
      }
    }
    const state = outcome
      ? outcome.checklist
      : (await this.store.load(checklist, tenant, checklistStream(shipmentId))).state;
    const all = state && state.status !== 'none' ? (state.checks?.findings ?? []) : [];
    return all.filter((finding) => finding.compared.some((each) => each.document === stored.documentId));
  }

  private async patiently(awaited: Awaited): Promise<Outcome | null> {
    let patience: NodeJS.Timeout | undefined;
    const tired = new Promise<null>((resolve) => (patience = setTimeout(() => resolve(null), PATIENCE)));
    // A failure of ours is the drain's to repeat: the file is kept, and the document's state says where it stands.
    const reading = this.reading.read(awaited).catch(() => null);
    const outcome = await Promise.race([reading, tired]);
    clearTimeout(patience);
    return outcome;
  }
}

const keyReused = (cause: Conflict): Refused =>
  new Refused(
    'http.idempotency-key.reused',
    'This Idempotency-Key came before with another file.',
    { advice: 'Use a new key for a new file; repeat the first request unchanged to get its answer.' },
    { cause },
  );

const rejected = ({ documentId, version }: Stored, { code, message, details }: Invalid): Invalid =>
  new Invalid(code, message, {
    ...details,
    advice: `${details.advice ?? 'The file is kept.'} Send the corrected file with supersedes=${documentId}.`,
    facts: { documentId, version },
  });
