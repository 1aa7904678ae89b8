import type { EventEnvelope } from '@tidewaiter/contracts';
import type { QueryResult, QueryResultRow } from 'pg';

/** One record to publish: the value is the whole CloudEvent, byte for byte as it was stored. */
export interface OutgoingRecord {
  key: string;
  value: Buffer;
}

/** A record as it came from Kafka, before anything was believed about it. */
export interface ReceivedRecord {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  headers: Record<string, string>;
  value: Buffer;
}

/** A record whose envelope was checked: `event.data` is still in the shape of its stored version. */
export interface ReceivedEvent {
  record: ReceivedRecord;
  event: EventEnvelope;
}

/** The port behind which kafkajs lives. */
export interface EventBus {
  /** Creates the topics of all contexts when they are missing; never changes a partition count. */
  ensureTopics(): Promise<void>;
  /** Publishes in order, one batch in flight per caller; resolves when all in-sync replicas have it. */
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  /** Kafka-level readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The transaction in which a consumer's handler works: under the event's tenant, together with inbox and offset. */
export interface HandlerTx {
  readonly tenant: string;
  query<R extends QueryResultRow = QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Runs once the transaction has committed, never when it rolled back: for wake-ups, not for effects. */
  afterCommit(work: () => void): void;
}
