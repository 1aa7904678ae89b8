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
import { Checks } from './application/checks.js';
import { Collector } from './application/collector.js';
import { Mailboxes } from './application/mailboxes.js';
import { CustomsActivitiesService } from './application/customs.activities.js';
import { Declarations } from './application/declarations.js';
import { Downtime } from './application/downtime.js';
import { FilingDesk } from './application/filing-desk.js';
import { Handling } from './application/handling.js';
import { Inbox } from './application/inbox.js';
import { MessageReader } from './application/message-reader.js';
import { PostEntry } from './application/post-entry.js';
import { readPostEntryRules } from './application/post-entry-rules.js';
import { RequestDesk } from './application/request-desk.js';
import { aceAuthority } from './authorities/ace/channel.js';
import { AceTransport } from './authorities/ace/transport.js';
import { cdsAuthority } from './authorities/cds/channel.js';
import { CdsTransport } from './authorities/cds/transport.js';
import { edifactAuthority } from './authorities/edifact/channel.js';
import { EdifactTransport } from './authorities/edifact/transport.js';
import { readProfiles } from './authorities/profile.js';
import { Authorities } from './authorities/registry.js';
import { ChecksController } from './http/checks.controller.js';
import { DeclarationsController } from './http/declarations.controller.js';
import { HandlingController } from './http/handling.controller.js';
import { MailboxesController } from './http/mailboxes.controller.js';
import { CUSTOMS_SETTINGS, NotificationsController } from './http/notifications.controller.js';
import { PostEntryController } from './http/post-entry.controller.js';
import { declarationsProjection } from './postgres/declarations.projection.js';
import { inbox } from './postgres/inbox.repository.js';
import { postEntryProjection } from './postgres/post-entry.projection.js';
import { customsSettings, type CustomsSettings } from './settings.js';

const MESSAGES = 'customs messages';
const MAILBOXES = 'customs mailboxes';

@Injectable()
class Connections implements OnApplicationShutdown {
  constructor(
    @Inject(CdsTransport) private readonly cds: CdsTransport,
    @Inject(EdifactTransport) private readonly edifact: EdifactTransport,
    @Inject(AceTransport) private readonly ace: AceTransport,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.cds.close(), this.edifact.close(), this.ace.close()]);
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
  controllers: [
    ChecksController,
    DeclarationsController,
    HandlingController,
    MailboxesController,
    PostEntryController,
    NotificationsController,
  ],
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
    {
      provide: EdifactTransport,
      useFactory: (env: CustomsSettings) =>
        new EdifactTransport({
          url: env.EDIFACT_URL ?? null,
          token: env.EDIFACT_TOKEN,
          timeoutMs: env.CUSTOMS_SUBMIT_TIMEOUT_MS,
        }),
      inject: [CUSTOMS_SETTINGS],
    },
    {
      provide: AceTransport,
      useFactory: (env: CustomsSettings) =>
        new AceTransport({
          url: env.ACE_URL ?? null,
          password: env.ACE_PASSWORD,
          timeoutMs: env.CUSTOMS_SUBMIT_TIMEOUT_MS,
        }),
      inject: [CUSTOMS_SETTINGS],
    },
    Connections,
    {
      provide: Authorities,
      useFactory: (env: CustomsSettings, cds: CdsTransport, edifact: EdifactTransport, ace: AceTransport) => {
        const profiles = readProfiles().map((profile) => ({
          ...profile,
          resend: { ...profile.resend, quietMs: env.CUSTOMS_RESEND_QUIET_MS ?? profile.resend.quietMs },
        }));
        return new Authorities(profiles, {
          cds: (profile) => cdsAuthority(profile, cds),
          edifact: (profile) => edifactAuthority(profile, edifact),
          ace: (profile) => aceAuthority(profile, ace),
        });
      },
      inject: [CUSTOMS_SETTINGS, CdsTransport, EdifactTransport, AceTransport],
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
        new FilingDesk(
          store,
          authorities,
          { enquirySchedule: env.CUSTOMS_ENQUIRY_SCHEDULE },
          clock,
          async (keys) => {
            const woken = await database.system((tx) => inbox.wake(tx, keys, clock()));
            if (woken > 0) drain.nudge();
          },
          new Downtime(database, clock, (code) => alarms.labels(code).inc()),
        ),
      inject: [EVENT_STORE, Authorities, CUSTOMS_SETTINGS, CLOCK, DATABASE, drainToken(MESSAGES)],
    },
    {
      provide: PostEntry,
      useFactory: (store: EventStore, authorities: Authorities, clock: Clock) =>
        new PostEntry(store, authorities, readPostEntryRules(), clock),
      inject: [EVENT_STORE, Authorities, CLOCK],
    },
    {
      provide: RequestDesk,
      useFactory: (
        store: EventStore,
        authorities: Authorities,
        settings: CustomsSettings,
        clock: Clock,
        database: Database,
        drain: Nudge,
      ) =>
        new RequestDesk(
          store,
          authorities,
          { enquirySchedule: settings.CUSTOMS_ENQUIRY_SCHEDULE },
          clock,
          async (keys) => {
            const woken = await database.system((tx) => inbox.wake(tx, keys, clock()));
            if (woken > 0) drain.nudge();
          },
        ),
      inject: [EVENT_STORE, Authorities, CUSTOMS_SETTINGS, CLOCK, DATABASE, drainToken(MESSAGES)],
    },
    {
      provide: Handling,
      useFactory: (store: EventStore, clock: Clock) => new Handling(store, clock),
      inject: [EVENT_STORE, CLOCK],
    },
    {
      provide: Checks,
      useFactory: (authorities: Authorities, clock: Clock) => new Checks(authorities, clock),
      inject: [Authorities, CLOCK],
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
    ...hostDrain({ context: 'customs', name: MESSAGES, handler: MessageReader, idleMs: 1_000, spacingMs: 25 }),
    {
      provide: Mailboxes,
      useFactory: (store: EventStore, collector: Collector, clock: Clock) => new Mailboxes(store, collector, clock),
      inject: [EVENT_STORE, Collector, CLOCK],
    },
    {
      provide: Collector,
      useFactory: (
        database: Database,
        authorities: Authorities,
        env: CustomsSettings,
        clock: Clock,
        log: Log,
        drain: Nudge,
      ) => {
        const configured = { cds: true, edifact: env.EDIFACT_URL !== undefined, ace: env.ACE_URL !== undefined };
        const mailboxes = authorities.withMailbox(clock()).filter(({ profile }) => configured[profile.channel]);
        return new Collector(database, mailboxes, clock, log.child({ context: 'customs' }), () => drain.nudge());
      },
      inject: [DATABASE, Authorities, CUSTOMS_SETTINGS, CLOCK, LOG, drainToken(MESSAGES)],
    },
    ...hostDrain({ context: 'customs', name: MAILBOXES, handler: Collector, idleMs: 2_000 }),
    {
      provide: Declarations,
      useFactory: (database: Database, authorities: Authorities, clock: Clock) =>
        new Declarations(database, authorities, clock),
      inject: [DATABASE, Authorities, CLOCK],
    },
  ],
})
export class CustomsModule {}
