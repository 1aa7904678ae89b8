import { Inject } from '@nestjs/common';
import { CONTEXTS, topicOf } from '@tidewaiter/contracts';
import type { Consumer } from '@tidewaiter/event-bus';
import {
  createDatabase,
  createPool,
  LOG,
  READINESS,
  RUNTIME,
  settings,
  type ContextRuntime,
  type Log,
  type Readiness,
} from '@tidewaiter/platform';
import type pg from 'pg';
import { z } from 'zod';
import { INGEST, intakeConsumer } from '../log/intake-consumer.js';
import { AUDIT_SETTINGS, type AuditSettings } from './audit.settings.js';
import { LogService } from './log.service.js';

const brokersSetting = z.object({
  KAFKA_BROKERS: z.string().min(1).meta({ description: 'host:port, separated by commas' }),
});

/** Reads every context's events into the log for as long as the process lives. */
export class Ingest {
  private readonly pool: pg.Pool;
  private readonly consumer: Consumer<never>;
  private joined = false;

  constructor(
    @Inject(AUDIT_SETTINGS) { AUDIT_SYSTEM_DATABASE_URL: url }: AuditSettings,
    @Inject(RUNTIME) runtime: ContextRuntime,
    @Inject(LogService) logs: LogService,
    @Inject(READINESS) readiness: Readiness,
    @Inject(LOG) log: Log,
  ) {
    this.pool = createPool(url, 'tidewaiter audit ingest', 4, (error) =>
      log.warn('database connection lost', { context: 'audit', error }),
    );
    this.consumer = intakeConsumer({
      brokers: settings(brokersSetting).KAFKA_BROKERS.split(','),
      clientId: 'tidewaiter-audit',
      topics: CONTEXTS.map(topicOf),
      pool: this.pool,
      database: createDatabase(runtime.appPool, this.pool),
      log,
      onStaged: () => logs.nudge(),
      onFatal: (error) => {
        log.error('the log’s intake makes no progress; the process ends to be started again', { error });
        process.exit(70);
      },
    });
    readiness.add(`consumer: ${INGEST}`, async () => {
      if (!this.joined) throw new Error('has not joined its group yet');
    });
  }

  onApplicationBootstrap(): void {
    // Joining takes seconds and must not hold up the process: it is ready when its group is.
    void this.consumer.start().then(() => (this.joined = true));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
