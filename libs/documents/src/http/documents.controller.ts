import { Controller, Inject, Req } from '@nestjs/common';
import {
  acceptDifference,
  downloadContent,
  listDocuments,
  showChecklist,
  showDocument,
  showFacts,
  showFindings,
  uploadDocument,
  type InputOf,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { Invalid, newId } from '@tidewaiter/kernel';
import { Binary, byOf, Caller, CommandId, EVENT_STORE, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { STORAGE } from '../application/tokens.js';
import { Differences } from '../application/differences.js';
import { Uploads, type Part } from '../application/uploads.js';
import { DocumentViews } from '../application/views.js';
import { access } from '../domain/index.js';
import type { FolderStorage } from '../storage/folder.js';

@Controller()
export class DocumentsController {
  constructor(
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(DocumentViews) private readonly views: DocumentViews,
    @Inject(Differences) private readonly differences: Differences,
    @Inject(STORAGE) private readonly storage: FolderStorage,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @Serves(uploadDocument)
  upload(
    @Input() { params }: InputOf<typeof uploadDocument>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @Req() request: FastifyRequest,
  ) {
    if (!request.isMultipart()) {
      throw new Invalid('documents.upload.not-multipart', 'a file comes as multipart/form-data', {
        advice: 'Send the fields first and then one part named file.',
      });
    }
    // The storage counts the bytes itself and has limits by type: the parser's own limit is only a stop behind it.
    const parts = request.parts({
      limits: { files: 1, fields: 8, fieldSize: 1024, fileSize: Number.MAX_SAFE_INTEGER },
    });
    return this.uploads.accept(parts as AsyncIterable<Part>, caller, params.shipmentId, commandId);
  }

  @Serves(listDocuments)
  list(@Input() { params }: InputOf<typeof listDocuments>, @Caller() caller: CallerIdentity) {
    return this.views.list(caller.tenant, params.shipmentId);
  }

  @Serves(showChecklist)
  checklist(@Input() { params }: InputOf<typeof showChecklist>, @Caller() caller: CallerIdentity) {
    return this.views.checklist(caller.tenant, params.shipmentId);
  }

  @Serves(showFindings)
  findings(@Input() { params }: InputOf<typeof showFindings>, @Caller() caller: CallerIdentity) {
    return this.views.findings(caller.tenant, params.shipmentId);
  }

  @Serves(acceptDifference)
  accept(
    @Input() { params, body }: InputOf<typeof acceptDifference>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.differences.accept(caller, params.shipmentId, body, commandId);
  }

  @Serves(showDocument)
  document(@Input() { params }: InputOf<typeof showDocument>, @Caller() caller: CallerIdentity) {
    return this.views.document(caller.tenant, params.documentId);
  }

  @Serves(showFacts)
  facts(@Input() { params }: InputOf<typeof showFacts>, @Caller() caller: CallerIdentity) {
    return this.views.facts(caller.tenant, params.documentId, params.n);
  }

  @Serves(downloadContent)
  async content(
    @Input() { params, query }: InputOf<typeof downloadContent>,
    @Caller() caller: CallerIdentity,
  ): Promise<Binary> {
    const { documentId, n } = params;
    const version = await this.views.version(caller.tenant, documentId, n);
    const reading = {
      type: 'RecordReading' as const,
      documentId,
      shipmentId: version.shipmentId,
      version: n,
      sha256: version.sha256,
      by: caller.actor,
      reason: query.reason ?? null,
    };
    // Recorded before the first byte goes out: nothing is read unseen.
    const by = byOf(caller, version.shipmentId, `download/${newId()}`);
    await this.store.execute(access, `access-${documentId}`, reading, by);
    const { stream, size } = await this.storage.stream(caller.tenant, version.sha256);
    return new Binary(stream, 'application/octet-stream', {
      filename: version.name,
      headers: { 'Content-Length': String(size) },
    });
  }
}
