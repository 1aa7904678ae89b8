import type { Decider, DomainEvent } from '@tidewaiter/kernel';
import { comments } from './comments.js';
import { engagement } from './engagement.js';
import { guarantee } from './guarantee.js';
import { importer } from './importer.js';
import { shipment } from './shipment.js';
import { task } from './task.js';

export * from './board.js';
export * from './comments.js';
export * from './decisions.js';
export * from './engagement.js';
export * from './guarantee.js';
export * from './guarantee-forecast.js';
export * from './importer.js';
export * from './names.js';
export * from './proof.js';
export * from './says.js';
export * from './screening.js';
export * from './shipment.js';
export * from './standing.js';
export * from './task.js';

type Foldable = Pick<Decider<unknown, never, DomainEvent>, 'initial' | 'evolve'>;

/** How each category of stream folds: services, replay and auditors use the same. */
export const streams = { importer, guarantee, engagement, shipment, task, comments } as unknown as Record<
  'importer' | 'guarantee' | 'engagement' | 'shipment' | 'task' | 'comments',
  Foldable
>;
