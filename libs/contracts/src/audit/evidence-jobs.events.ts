import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { sha256Hex, uuid } from '../values.js';

export const evidenceJobStarted = defineEvent(
  'audit',
  'EvidenceJobStarted',
  'Somebody asked for the evidence of many shipments; each file that is made of it is an event of its shipment.',
  z.strictObject({
    jobId: uuid,
    by: z.string(),
    reason: z.string().max(280),
    shipments: z.array(uuid).min(1).max(200),
  }),
);

export const evidenceDownloaded = defineEvent(
  'audit',
  'EvidenceDownloaded',
  'Somebody fetched an evidence file that a job had made.',
  z.strictObject({
    shipmentId: uuid,
    jobId: uuid,
    by: z.string(),
    reason: z.string().max(280).meta({ description: 'why the job was started' }),
    sha256: sha256Hex.meta({ description: 'of the file' }),
  }),
);

export type EvidenceJobEvent = EventOf<typeof evidenceJobStarted> | EventOf<typeof evidenceDownloaded>;
