import { Module, type OnApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { EventStore } from '@tidewaiter/event-store';
import {
  alarms,
  CLOCK,
  ContextModule,
  DATABASE,
  drainToken,
  EVENT_STORE,
  hostActivities,
  hostDrain,
  LOG,
  settings,
  type Clock,
  type Database,
  type Log,
  type Nudge,
} from '@tidewaiter/platform';
import { CustomsActivitiesService } from './application/customs.activities.js';
import { Declarations } from './application/declarations.js';
import { FilingDesk } from './application/filing-desk.js';
import { Inbox } from './application/inbox.js';
import { MessageReader } from './application/message-reader.js';
import { PostEntry } from './application/post-entry.js';
import { readPostEntryRules } from './application/post-entry-rules.js';
import { cdsAuthority } from './authorities/cds/channel.js';
import { CdsTransport } from './authorities/cds/transport.js';
import { readProfiles } from './authorities/profile.js';
import { Authorities } from './authorities/registry.js';
import { DeclarationsController } from './http/declarations.controller.js';
import { CUSTOMS_SETTINGS, NotificationsController } from './http/notifications.controller.js';
import { PostEntryController } from './http/post-entry.controller.js';
import { declarationsProjection } from './postgres/declarations.projection.js';
import { inbox } from './postgres/inbox.repository.js';
import { postEntryProjection } from './postgres/post-entry.projection.js';
import { customsSettings, type CustomsSettings } from './settings.js';

const MESSAGES = 'customs messages';

@Injectable()
class Connections implements OnApplicationShutdown {
  constructor(@Inject(CdsTransport) private readonly transport: CdsTransport) {}

  onApplicationShutdown(): Promise<void> {
    return this.transport.close();
  }
}

/** Declarations, the authorities that judge them, and what they say. */
@Module({
  imports: [
    ContextModule.for('customs', {
      migrations: new URL('../migrations/', import.meta.url),
      inline: [declarationsProjection, postEntryProjection],
    }),
  ],
  controllers: [DeclarationsController, PostEntryController, NotificationsController],
  providers: [
    { provide: CUSTOMS_SETTINGS, useFactory: () => settings(customsSettings) },
    {
      provide: CdsTransport,
      useFactory: (env: CustomsSettings) =>
        new CdsTransport({
          url: env.AUTHORITY_URL,
          clientId: env.AUTHORITY_CLIENT_ID,
          clientSecret: env.AUTHORITY_CLIENT_SECRET,
          timeoutMs: env.CUSTOMS_SUBMIT_TIMEOUT_MS,
        }),
      inject: [CUSTOMS_SETTINGS],
    },
    Connections,
    {
      provide: Authorities,
      useFactory: (env: CustomsSettings, transport: CdsTransport) => {
        const profiles = readProfiles().map((profile) => ({
          ...profile,
          resend: { ...profile.resend, quietMs: env.CUSTOMS_RESEND_QUIET_MS ?? profile.resend.quietMs },
        }));
        return new Authorities(profiles, { cds: (profile) => cdsAuthority(profile, transport) });
      },
      inject: [CUSTOMS_SETTINGS, CdsTransport],
    },
    {
      provide: FilingDesk,
      useFactory: (
        store: EventStore,
        authorities: Authorities,
        env: CustomsSettings,
        clock: Clock,
        database: Database,
        drain: Nudge,
      ) =>
        new FilingDesk(store, authorities, { enquirySchedule: env.CUSTOMS_ENQUIRY_SCHEDULE }, clock, async (keys) => {
          const woken = await database.system((tx) => inbox.wake(tx, keys, clock()));
          if (woken > 0) drain.nudge();
        }),
      inject: [EVENT_STORE, Authorities, CUSTOMS_SETTINGS, CLOCK, DATABASE, drainToken(MESSAGES)],
    },
    {
      provide: PostEntry,
      useFactory: (store: EventStore, authorities: Authorities, clock: Clock) =>
        new PostEntry(store, authorities, readPostEntryRules(), clock),
      inject: [EVENT_STORE, Authorities, CLOCK],
    },
    CustomsActivitiesService,
    hostActivities('customs', CustomsActivitiesService),
    {
      provide: Inbox,
      useFactory: (database: Database, clock: Clock, drain: Nudge) => new Inbox(database, clock, () => drain.nudge()),
      inject: [DATABASE, CLOCK, drainToken(MESSAGES)],
    },
    {
      provide: MessageReader,
      useFactory: (database: Database, store: EventStore, authorities: Authorities, clock: Clock, log: Log) =>
        new MessageReader(database, store, authorities, clock, log.child({ context: 'customs' }), (code) =>
          alarms.labels(code).inc(),
        ),
      inject: [DATABASE, EVENT_STORE, Authorities, CLOCK, LOG],
    },
    ...hostDrain({ context: 'customs', name: MESSAGES, handler: MessageReader, idleMs: 1_000 }),
    {
      provide: Declarations,
      useFactory: (database: Database, authorities: Authorities, clock: Clock) =>
        new Declarations(database, authorities, clock),
      inject: [DATABASE, Authorities, CLOCK],
    },
  ],
})
export class CustomsModule {}
