import { readFileSync } from 'node:fs';
import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ContextModule, hostActivities, hostConsumer, hostDrain, settings } from '@tidewaiter/platform';
import { z } from 'zod';
import { DocumentsActivitiesService } from './application/documents.activities.js';
import { Judging } from './application/judging.js';
import { KnownShipments } from './application/known-shipments.js';
import { Reading } from './application/reading.js';
import { LIMITS, REQUIREMENT_ROWS, STORAGE } from './application/tokens.js';
import { Uploads } from './application/uploads.js';
import { Differences } from './application/differences.js';
import { DocumentViews } from './application/views.js';
import { readRequirementRows } from './application/requirement-rows.js';
import { DocumentsController } from './http/documents.controller.js';
import { papers } from './postgres/projections.js';
import { FolderStorage } from './storage/folder.js';

const ours = z.object({
  DOCUMENTS_FOLDER: z
    .string()
    .min(1)
    .meta({ description: 'folder that keeps the bytes of documents, e.g. /var/lib/tidewaiter/documents' }),
  DOCUMENTS_MAX_BYTES: z.coerce.number().int().positive().default(25_000_000),
  DOCUMENTS_MAX_STRUCTURED_BYTES: z.coerce.number().int().positive().max(10_000_000).default(10_000_000),
});

/** Files that a kill left half received go a day later. */
class Sweeping implements OnApplicationBootstrap {
  constructor(@Inject(STORAGE) private readonly storage: FolderStorage) {}

  onApplicationBootstrap(): Promise<void> {
    return this.storage.sweep(Date.now());
  }
}

@Module({
  imports: [
    ContextModule.for('documents', { migrations: new URL('../migrations/', import.meta.url), inline: [papers] }),
  ],
  controllers: [DocumentsController],
  providers: [
    { provide: STORAGE, useFactory: () => new FolderStorage(settings(ours).DOCUMENTS_FOLDER) },
    {
      provide: LIMITS,
      useFactory: () => {
        const env = settings(ours);
        return { file: env.DOCUMENTS_MAX_BYTES, structured: env.DOCUMENTS_MAX_STRUCTURED_BYTES };
      },
    },
    {
      provide: REQUIREMENT_ROWS,
      useFactory: () =>
        readRequirementRows(readFileSync(new URL('../data/requirements.json', import.meta.url), 'utf8')),
    },
    Judging,
    Reading,
    Uploads,
    DocumentViews,
    Differences,
    KnownShipments,
    Sweeping,
    DocumentsActivitiesService,
    hostActivities('documents', DocumentsActivitiesService),
    hostConsumer({
      context: 'documents',
      name: 'documents.shipments',
      topics: ['shipments'],
      spacingMs: 5,
      handler: KnownShipments,
    }),
    ...hostDrain({ context: 'documents', name: 'documents.reading', handler: Reading, idleMs: 1000 }),
  ],
})
export class DocumentsModule {}
