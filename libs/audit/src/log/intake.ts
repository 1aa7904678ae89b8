import {
  moveOffsets,
  readEnvelope,
  Unreadable,
  type DeliveryPort,
  type Log,
  type Piece,
  type ReceivedRecord,
  type Slice,
} from '@tidewaiter/event-bus';
import { NotFound } from '@tidewaiter/kernel';
import type { Database } from '@tidewaiter/platform';
import { raise } from './alarms.js';
import { stage, type Arrival } from './stage.js';

/** No tenant can have this name: records that are no events are kept under it. */
const NO_TENANT = '(unreadable)';

export interface IntakeOptions {
  /** name in the table of offsets */
  consumer: string;
  database: Pick<Database, 'system'>;
  log: Log;
  /** told after a commit that staged something */
  onStaged: () => void;
}

/**
 * Takes records from Kafka into the log's first step, many in one transaction with the stored offset. A gap or a repeat is
 * no matter of the intake: the log itself keeps each stream's order and each event once. A record that is no event is kept
 * with an alarm.
 */
export class LogIntake implements DeliveryPort {
  constructor(private readonly options: IntakeOptions) {}

  /** @throws NotTheOwner; whatever Postgres throws, with nothing written */
  async deliver(pieces: readonly Piece[]): Promise<void> {
    const unreadable: { record: ReceivedRecord; why: string }[] = [];
    const events: Arrival[] = [];
    for (const record of pieces.flatMap(({ records }) => records)) {
      try {
        // Only what is kept: a batch of opened events would live as long as its transaction.
        const { tenantid, id, stream, version, subject } = readEnvelope(record);
        events.push({ record, event: { tenantid, id, stream, version, subject } });
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        unreadable.push({ record, why: error.message });
      }
    }
    const staged = await this.options.database.system(async (tx) => {
      await moveOffsets(
        tx,
        this.options.consumer,
        pieces.map(({ slice }) => slice),
      );
      await raise(
        tx,
        unreadable.map(({ record, why }) => alarmOf(NO_TENANT, 'audit.record.unreadable', record, why)),
      );
      return stage(tx, events);
    });
    for (const { record, why } of unreadable) {
      const { topic, partition, offset } = record;
      this.options.log.error('a record is no event and is kept out of the log', { topic, partition, offset, why });
    }
    if (staged > 0) this.options.onStaged();
  }

  /** Keeps a record that cannot be staged, with an alarm, and moves on: its stream waits for it in the log. */
  async park(slice: Slice, record: ReceivedRecord, error: unknown): Promise<void> {
    const { tenantid } = readEnvelope(record);
    await this.options.database.system(async (tx) => {
      await moveOffsets(tx, this.options.consumer, [slice]);
      await raise(tx, [alarmOf(tenantid, 'audit.record.refused', record, String(error))]);
    });
    this.options.log.error('an event cannot be staged', {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      error: String(error),
    });
  }

  /** Nothing is parked here: what waits for a version goes on by itself when it comes. */
  async replay(_tenant: string, stream: string): Promise<never> {
    throw new NotFound('event-bus.parked.unknown', `${stream} is not parked`);
  }

  async discard(stream: string): Promise<never> {
    throw new NotFound('event-bus.parked.unknown', `${stream} is not parked`);
  }
}

const alarmOf = (tenant: string, code: string, record: ReceivedRecord, why: string) => ({
  tenant,
  code,
  fingerprint: `${record.topic}/${record.partition}/${record.offset}`,
  says: `A record of ${record.topic} stays out of the log: ${why.slice(0, 300)}.`,
  facts: { topic: record.topic, partition: record.partition, offset: record.offset },
  body: record.value,
});
