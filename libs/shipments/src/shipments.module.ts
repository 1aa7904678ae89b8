import { Module, type Provider } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CONTEXTS } from '@tidewaiter/contracts';
import { Bell, ContextModule, hostActivities, hostConsumer, hostDrain, settings } from '@tidewaiter/platform';
import { z } from 'zod';
import { Board, BoardRebuild } from './application/board.js';
import { BoardFeed } from './application/board-feed.js';
import { BoardViews } from './application/board-views.js';
import { BULK_DRAIN, BulkJobs, BulkWorker } from './application/bulk-jobs.js';
import { ShipmentComments } from './application/comments.js';
import { Desk } from './application/desk.js';
import { Estimates } from './application/estimates.js';
import { Guarantees } from './application/guarantees.js';
import { People } from './application/people.js';
import { readModels } from './application/read-models.js';
import { loadReferenceData, REFERENCE_DATA } from './application/reference-data.js';
import { SavedViews } from './application/saved-views.js';
import { ShipmentsActivitiesService } from './application/shipments.activities.js';
import { Stories } from './application/stories.js';
import { TaskDecisions } from './application/task-decisions.js';
import { TaskHandovers } from './application/task-handovers.js';
import { Views } from './application/views.js';
import { Presence } from './application/presence.js';
import { Watching } from './application/watchers.js';
import { BoardController } from './http/board.controller.js';
import { BulkController } from './http/bulk.controller.js';
import { CommentsController } from './http/comments.controller.js';
import { NotePeople, PeopleController, PROVIDER_ADDRESS } from './http/people.controller.js';
import { SetUpController } from './http/set-up.controller.js';
import { ShipmentsController } from './http/shipments.controller.js';
import { StoryController } from './http/story.controller.js';
import { TasksController } from './http/tasks.controller.js';

const ours = z.object({
  OIDC_ISSUER: z.url(),
  SCREENING_LIST: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'path of a screening list in CSV; the context has one of its own' }),
});

/** What answers requests and steps; the module adds what runs by itself. */
export const controllers = [
  BoardController,
  BulkController,
  CommentsController,
  PeopleController,
  SetUpController,
  ShipmentsController,
  StoryController,
  TasksController,
];
export const services: Provider[] = [
  { provide: REFERENCE_DATA, useFactory: () => loadReferenceData(settings(ours).SCREENING_LIST) },
  { provide: PROVIDER_ADDRESS, useFactory: () => settings(ours).OIDC_ISSUER },
  { provide: APP_INTERCEPTOR, useClass: NotePeople },
  Desk,
  Guarantees,
  People,
  Views,
  Watching,
  Presence,
  Stories,
  TaskDecisions,
  TaskHandovers,
  Bell,
  Board,
  BoardFeed,
  BoardViews,
  BulkJobs,
  BulkWorker,
  Estimates,
  SavedViews,
  ShipmentComments,
  BoardRebuild,
  ShipmentsActivitiesService,
];
/** Works bulk jobs off. */
export const bulkDrain = hostDrain({ context: 'shipments', name: BULK_DRAIN, handler: BulkWorker, idleMs: 1_000 });
export const recordBook = ContextModule.for('shipments', {
  migrations: new URL('../migrations/', import.meta.url),
  inline: readModels,
});

@Module({
  imports: [recordBook],
  controllers,
  providers: [
    ...services,
    ...bulkDrain,
    hostActivities('shipments', ShipmentsActivitiesService),
    hostConsumer({
      context: 'shipments',
      name: 'shipments.board',
      topics: [...CONTEXTS],
      spacingMs: 100,
      handler: Board,
    }),
  ],
})
export class ShipmentsModule {}
