import { Consumer, type KafkaConnection } from '@tidewaiter/event-bus';
import type { Database } from '@tidewaiter/platform';
import type { Pool } from 'pg';
import { LogIntake } from './intake.js';

/** Name of the intake in the table of offsets, and in its Kafka group. */
export const INGEST = 'audit.ingest';
/** Events per transaction. */
const CHUNK = 2_000;
/** From one transaction to the next: a transaction costs the same for one event as for hundreds. */
const SPACING_MS = 50;

export interface IntakeConsumerOptions extends KafkaConnection {
  topics: readonly string[];
  /** role `audit_system`: a batch may hold events of several tenants */
  pool: Pool;
  database: Pick<Database, 'system'>;
  onStaged: () => void;
  /** the process should end and be started again */
  onFatal?: (error: Error) => void;
}

/**
 * Reads events from Kafka into the log's first step. The platform's own consumer hands out opened events, one at a time; the
 * log needs their bytes, by the hundred, and judges order and repeats itself.
 */
export const intakeConsumer = ({ database, onStaged, ...kafka }: IntakeConsumerOptions): Consumer<never> =>
  new Consumer<never>(
    {
      ...kafka,
      schema: 'audit',
      consumer: INGEST,
      chunk: CHUNK,
      spacingMs: SPACING_MS,
      open: notUsed,
      handle: notUsed,
    },
    new LogIntake({ consumer: INGEST, database, log: kafka.log, onStaged }),
  );

/** Records go to the intake whole; nothing opens them on the way. */
const notUsed = (): never => {
  throw new Error('the intake takes records, not events');
};
