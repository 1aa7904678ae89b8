import { Module, type DynamicModule } from '@nestjs/common';
import type { ContextName } from '@tidewaiter/contracts';
import {
  createEventReader,
  createEventStore,
  Relay,
  SubjectKeys,
  type EventReader,
  type EventStore,
  type InlineProjection,
} from '@tidewaiter/event-store';
import { parkedStreams, type EventBus, type ParkedStream } from '@tidewaiter/event-bus';
import type pg from 'pg';
import { z } from 'zod';
import { secret32, settings } from '../config/settings.js';
import { READINESS, type Readiness } from '../health/health.js';
import { forgetOldKeys, IDEMPOTENCY, type Idempotency } from '../http/idempotency.js';
import { LOG, type Log } from '../observability/log.js';
import { outboxUnsent, streamsParked } from '../observability/metrics.js';
import { currentTraceparent } from '../observability/trace.js';
import { createDatabase, createPool, DATABASE, type Database } from '../postgres/database.js';
import { CLOCK, EVENT_BUS, EVENT_STORE, SUBJECT_KEYS, type Clock } from './tokens.js';

export interface ContextOptions {
  /** folder of the context's own SQL migrations */
  migrations: URL;
  inline?: readonly InlineProjection[];
}

const declared = new Map<ContextName, ContextOptions>();

/** The contexts whose modules this process has loaded, for the migration command. */
export const declaredContexts = (): ReadonlyMap<ContextName, ContextOptions> => declared;

const poolSettings = z.object({
  SUBJECT_KEY: secret32.meta({ description: 'wraps the keys of persons' }),
  POOL_SIZE: z.coerce.number().int().min(2).max(100).default(8),
});

const urls = (context: ContextName): { app: string; system: string; keys: string } => {
  const name = context.toUpperCase();
  const env = settings(
    z.object({
      [`${name}_DATABASE_URL`]: z.url().meta({ description: `Postgres as the role ${context}_app` }),
      [`${name}_SYSTEM_DATABASE_URL`]: z.url().meta({ description: `Postgres as the role ${context}_system` }),
      [`${name}_KEYS_DATABASE_URL`]: z
        .url()
        .optional()
        .meta({ description: 'Postgres that holds the keys of persons, when it is another database' }),
    }),
  ) as Record<string, string | undefined>;
  const app = env[`${name}_DATABASE_URL`]!;
  return { app, system: env[`${name}_SYSTEM_DATABASE_URL`]!, keys: env[`${name}_KEYS_DATABASE_URL`] ?? app };
};

const WATCH_MS = 5_000;

/** Everything of one context that lives as long as the process: its pools, store, keys and relay. */
export class ContextRuntime {
  readonly store: EventStore;
  readonly reader: EventReader;
  readonly keys: SubjectKeys;
  readonly database: Database;
  readonly appPool: pg.Pool;
  readonly systemPool: pg.Pool;
  private readonly keysPool: pg.Pool;
  private readonly relay: Relay;
  private readonly timers: NodeJS.Timeout[] = [];
  /** parked streams by consumer and reason, as last counted */
  private readonly parked = new Map<string, number>();

  constructor(
    readonly context: ContextName,
    options: ContextOptions,
    bus: EventBus,
    readonly log: Log,
    clock: Clock,
    readiness: Readiness,
    idempotency: Idempotency,
  ) {
    const env = settings(poolSettings);
    const { app, system, keys } = urls(context);
    const lost = (error: Error) => log.warn('database connection lost', { context, error });
    this.appPool = createPool(app, `tidewaiter ${context}`, env.POOL_SIZE, lost);
    this.systemPool = createPool(system, `tidewaiter ${context} system`, 3, lost);
    this.keysPool = createPool(keys, `tidewaiter ${context} keys`, 2, lost);
    this.keys = new SubjectKeys({ pool: this.keysPool, masterKey: env.SUBJECT_KEY });
    this.database = createDatabase(this.appPool, this.systemPool);
    // Appends ring the relay; the poll only finds what a killed process left.
    this.relay = new Relay({ context, systemPool: this.systemPool, bus, log, idleMs: 1000, spacingMs: 25 });
    this.reader = createEventReader({ keys: this.keys });
    this.store = createEventStore({
      context,
      appPool: this.appPool,
      systemPool: this.systemPool,
      keys: this.keys,
      log,
      inline: options.inline ?? [],
      trace: currentTraceparent,
      clock,
      onAppended: () => this.relay.nudge(),
    });
    readiness.add(`postgres: ${context}`, async () => void (await this.appPool.query('select 1')));
    idempotency.register(context, this.appPool);
  }

  onApplicationBootstrap(): void {
    this.relay.start();
    this.every(WATCH_MS, () => this.count());
    this.every(3_600_000, () => forgetOldKeys(this.systemPool));
  }

  /** What waits here, for the metrics. */
  private async count(): Promise<void> {
    const [unsent, parked] = await Promise.all([this.relay.unsent(), parkedStreams(this.systemPool)]);
    outboxUnsent.labels(this.context).set(unsent.count);
    // A reason that no stream has any more must fall to zero, not stay.
    for (const key of this.parked.keys()) this.parked.set(key, 0);
    for (const stream of parked) this.parked.set(labelsOf(stream), (this.parked.get(labelsOf(stream)) ?? 0) + 1);
    for (const [key, count] of this.parked) {
      const [consumer = '', reason = ''] = key.split('|');
      streamsParked.labels(this.context, consumer, reason).set(count);
    }
  }

  /** House-keeping: what fails now is done next time. */
  private every(ms: number, work: () => Promise<void>): void {
    const run = () => void work().catch((error: unknown) => this.log.warn('house-keeping failed', { error }));
    this.timers.push(setInterval(run, ms).unref());
  }

  async onApplicationShutdown(): Promise<void> {
    this.timers.forEach(clearInterval);
    await this.relay.stop();
    await Promise.all([this.appPool.end(), this.systemPool.end(), this.keysPool.end()]);
  }
}

const labelsOf = ({ consumer, reason }: ParkedStream): string => `${consumer}|${reason}`;

export const RUNTIME = Symbol('RUNTIME');

/** What a context's module imports: its record book, its tables and what runs beside them. */
@Module({})
export class ContextModule {
  static for(context: ContextName, options: ContextOptions): DynamicModule {
    declared.set(context, options);
    const from = <T>(token: symbol, pick: (runtime: ContextRuntime) => T) => ({
      provide: token,
      useFactory: pick,
      inject: [RUNTIME],
    });
    return {
      module: ContextModule,
      providers: [
        {
          provide: RUNTIME,
          useFactory: (bus: EventBus, log: Log, clock: Clock, readiness: Readiness, idempotency: Idempotency) =>
            new ContextRuntime(context, options, bus, log.child({ context }), clock, readiness, idempotency),
          inject: [EVENT_BUS, LOG, CLOCK, READINESS, IDEMPOTENCY],
        },
        from(EVENT_STORE, (runtime) => runtime.store),
        from(DATABASE, (runtime) => runtime.database),
        from(SUBJECT_KEYS, (runtime) => runtime.keys),
      ],
      exports: [RUNTIME, EVENT_STORE, DATABASE, SUBJECT_KEYS],
    };
  }
}
