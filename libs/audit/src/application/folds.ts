import { streams as carriers } from '@tidewaiter/carriers/domain';
import { streams as customs } from '@tidewaiter/customs/domain';
import { streams as documents } from '@tidewaiter/documents/domain';
import { streams as duties } from '@tidewaiter/duties/domain';
import { streams as shipments } from '@tidewaiter/shipments/domain';
import { streams as audit, type Fold } from '../domain/index.js';

/** Every context's own `evolve`, by stream category. Each is typed by its own events; a replay knows them by name only. */
export const folds = {
  ...shipments,
  ...documents,
  ...duties,
  ...customs,
  ...carriers,
  ...audit,
} as unknown as Readonly<Record<string, Fold>>;
