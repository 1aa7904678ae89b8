import { Module } from '@nestjs/common';
import { ContextModule, hostActivities, hostDrain } from '@tidewaiter/platform';
import { AuditActivitiesService } from './application/audit.activities.js';
import { AUDIT_SETTINGS, auditSettings } from './application/audit.settings.js';
import { Browsing } from './application/browsing.js';
import { Disposal } from './application/disposal.js';
import { dossiersProjection } from './application/dossiers.projection.js';
import { Evidence } from './application/evidence.js';
import { EvidenceExport } from './application/evidence-export.js';
import { EVIDENCE_DRAIN, EvidenceJobs, EvidenceWorker } from './application/evidence-jobs.js';
import { Ingest } from './application/ingest.js';
import { LOG_DRAIN, LOG_IDLE_MS, LogService } from './application/log.service.js';
import { mattersProjection } from './application/matters.projection.js';
import { Proofs } from './application/proofs.js';
import { Readers, readersProjection } from './application/readers.js';
import { Reports } from './application/reports.js';
import { BrowseController } from './http/browse.controller.js';
import { EvidenceController } from './http/evidence.controller.js';
import { EvidenceJobsController } from './http/evidence-jobs.controller.js';
import { LogController } from './http/log.controller.js';
import { ProofsController } from './http/proofs.controller.js';
import { ReportsController } from './http/reports.controller.js';
import { RetentionController } from './http/retention.controller.js';

@Module({
  imports: [
    ContextModule.for('audit', {
      migrations: new URL('../migrations/', import.meta.url),
      inline: [dossiersProjection, readersProjection, mattersProjection],
    }),
  ],
  controllers: [
    BrowseController,
    LogController,
    EvidenceController,
    EvidenceJobsController,
    ProofsController,
    RetentionController,
    ReportsController,
  ],
  providers: [
    { provide: AUDIT_SETTINGS, useFactory: auditSettings },
    LogService,
    Browsing,
    Ingest,
    Disposal,
    Evidence,
    EvidenceExport,
    EvidenceJobs,
    EvidenceWorker,
    Proofs,
    Readers,
    Reports,
    AuditActivitiesService,
    hostActivities('audit', AuditActivitiesService),
    ...hostDrain({ context: 'audit', name: LOG_DRAIN, handler: LogService, idleMs: LOG_IDLE_MS }),
    ...hostDrain({ context: 'audit', name: EVIDENCE_DRAIN, handler: EvidenceWorker, idleMs: 1_000 }),
  ],
})
export class AuditModule {}
