import { Inject } from '@nestjs/common';
import { CONTEXTS, topicOf } from '@tidewaiter/contracts';
import { Consumer } from '@tidewaiter/event-bus';
import {
  createDatabase,
  createPool,
  LOG,
  RUNTIME,
  settings,
  type ContextRuntime,
  type Log,
} from '@tidewaiter/platform';
import type pg from 'pg';
import { z } from 'zod';
import { LogIntake } from '../log/intake.js';
import { AUDIT_SETTINGS, type AuditSettings } from './audit.settings.js';
import { LogService } from './log.service.js';

const NAME = 'audit.ingest';
/** Events per transaction. */
const CHUNK = 500;
const brokersSetting = z.object({
  KAFKA_BROKERS: z.string().min(1).meta({ description: 'host:port, separated by commas' }),
});

/**
 * Reads every context's events into the log. The platform's own consumer hands out opened events, one at a time; the log
 * needs their bytes, by the hundred, and judges order and repeats itself.
 */
export class Ingest {
  private readonly pool: pg.Pool;
  private readonly consumer: Consumer<never>;

  constructor(
    @Inject(AUDIT_SETTINGS) { AUDIT_SYSTEM_DATABASE_URL: url }: AuditSettings,
    @Inject(RUNTIME) runtime: ContextRuntime,
    @Inject(LogService) logs: LogService,
    @Inject(LOG) log: Log,
  ) {
    this.pool = createPool(url, 'tidewaiter audit ingest', 4, (error) =>
      log.warn('database connection lost', { context: 'audit', error }),
    );
    const database = createDatabase(runtime.appPool, this.pool);
    this.consumer = new Consumer<never>(
      {
        brokers: settings(brokersSetting).KAFKA_BROKERS.split(','),
        clientId: 'tidewaiter-audit',
        schema: 'audit',
        consumer: NAME,
        topics: CONTEXTS.map(topicOf),
        pool: this.pool,
        chunk: CHUNK,
        log,
        open: notUsed,
        handle: notUsed,
      },
      new LogIntake({ consumer: NAME, database, log, onStaged: () => logs.nudge() }),
    );
  }

  onApplicationBootstrap(): void {
    void this.consumer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

/** Records go to the intake whole; nothing opens them on the way. */
const notUsed = (): never => {
  throw new Error('the intake takes records, not events');
};
