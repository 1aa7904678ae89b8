import { streams as carriers } from '@tidewaiter/carriers/domain';
import { streams as customs } from '@tidewaiter/customs/domain';
import { streams as documents } from '@tidewaiter/documents/domain';
import { streams as duties } from '@tidewaiter/duties/domain';
import { streams as shipments } from '@tidewaiter/shipments/domain';
import { dossier } from './dossier.js';
import { evidenceJob } from './evidence-job.js';
import { matter } from './matter.js';
import { reader } from './reader.js';
import type { Fold } from './replay.js';

/** Every context's own `evolve`, by stream category. Each is typed by its own events; a replay knows them by name only. */
export const folds = {
  ...shipments,
  ...documents,
  ...duties,
  ...customs,
  ...carriers,
  dossier,
  evidence: evidenceJob,
  matter,
  reader,
} as unknown as Readonly<Record<string, Fold>>;
