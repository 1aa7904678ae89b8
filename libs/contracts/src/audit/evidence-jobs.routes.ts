import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { instant, sha256Hex, uuid } from '../values.js';

const access = ['auditor'] as const;
const params = z.strictObject({ jobId: uuid });
const reason = z.string().trim().min(3).max(280);

export const evidenceJob = z
  .strictObject({
    jobId: uuid,
    reason,
    by: z.string(),
    startedAt: instant,
    endedAt: instant.nullable(),
    keptUntil: instant.nullable().meta({ description: 'its files can be fetched until then; null while it runs' }),
    state: z.enum(['running', 'done', 'stopped']),
    total: z.int(),
    made: z.int(),
    refused: z.int(),
    files: z.array(
      z.strictObject({
        shipmentId: uuid,
        reference: z.string().nullable().meta({ description: 'null where the log knows no such shipment' }),
        state: z
          .enum(['waits', 'made', 'refused', 'gone'])
          .meta({ description: 'gone: made, and no longer kept; the digest stays' }),
        bytes: z.int().nullable(),
        sha256: sha256Hex.nullable(),
        code: z.string().nullable(),
        says: z.string().nullable().meta({ description: 'why it was refused' }),
      }),
    ),
  })
  .meta({ id: 'EvidenceJob' });

export const startEvidenceJob = defineRoute('audit', 'startEvidenceJob', 'POST /v1/audit/evidence-jobs', {
  summary: 'Make the evidence of many shipments, one file each, on the server',
  description:
    'The start is an event, so is each file that is made, and so is each time one is fetched. Files are kept for seven days.',
  access,
  body: z.strictObject({ shipments: z.array(uuid).min(1).max(200), reason }),
  status: 202,
  answer: evidenceJob,
});

export const listEvidenceJobs = defineRoute('audit', 'listEvidenceJobs', 'GET /v1/audit/evidence-jobs', {
  summary: 'The newest jobs that make evidence, with their files',
  access,
  answer: z.strictObject({ items: z.array(evidenceJob) }),
});

export const stopEvidenceJob = defineRoute('audit', 'stopEvidenceJob', 'POST /v1/audit/evidence-jobs/{jobId}/stop', {
  summary: 'Make no more files of a job; what is made stays',
  access,
  params,
  status: 200,
  answer: evidenceJob,
  problems: ['audit.evidence.unknown'],
});

export const fetchEvidenceFile = defineRoute(
  'audit',
  'fetchEvidenceFile',
  'GET /v1/audit/evidence-jobs/{jobId}/files/{shipmentId}',
  {
    summary: 'One file of a job; that it was fetched is recorded',
    description: 'The same `ustar` archive as of a single export; see `libs/evidence`.',
    access,
    params: params.extend({ shipmentId: uuid }),
    produces: 'application/x-tar',
    problems: ['audit.evidence.unknown', 'audit.evidence.gone'],
  },
);
