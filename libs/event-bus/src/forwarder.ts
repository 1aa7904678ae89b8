import { setTimeout as pause } from 'node:timers/promises';
import type { EventEnvelope } from '@tidewaiter/contracts';
import type { Consumer as KafkaConsumer, EachBatchPayload } from 'kafkajs';
import type { ReceivedRecord } from './event-bus.js';
import { connectKafka, type KafkaConnection } from './kafka.js';
import { readEnvelope } from './read-envelope.js';
import { recordsOf } from './records.js';

export interface ForwarderOptions<E> extends KafkaConnection {
  /** Kafka group: where it stands is kept by Kafka */
  group: string;
  topics: readonly string[];
  open(envelope: EventEnvelope): Promise<E>;
  /**
   * Takes events of one key that came together, in their order. Must bear being called again with the same events: when several fail,
   * each is handed on alone.
   */
  handle(events: readonly E[]): Promise<void>;
  /** whether a failed event is tried again for as long as it takes; every failure is, unless this says otherwise */
  retryable?: (error: unknown) => boolean;
  /** a record was passed over: it is no event, or its failure is not worth another try */
  onSkipped?: (record: ReceivedRecord, error: unknown) => void;
  /** longest wait between two tries, 5 s by default */
  longestBackoffMs?: number;
  /** see `ConsumerOptions.maxWaitMs` */
  maxWaitMs?: number;
}

/** Records of a partition that are handed on before their offset is committed, and so the most that are under way at once. */
const PORTION = 50;

/** Hands events on, at least once, in the order of each key, without a database: offsets are committed after the handler. */
export class Forwarder<E> {
  private client: KafkaConsumer | undefined;
  private joining: Promise<void> | undefined;
  private stopped = true;
  private joined: (() => void) | undefined;

  constructor(private readonly options: ForwarderOptions<E>) {}

  /** Begins to hand on, and goes on trying while Kafka is away. Resolves when partitions are first assigned. */
  async start(): Promise<void> {
    this.stopped = false;
    const ready = new Promise<void>((resolve) => (this.joined = resolve));
    this.joining = this.join();
    await ready;
  }

  /** Finishes the events at hand and leaves the group. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.joined?.();
    await this.client?.disconnect();
    await this.joining;
  }

  private async join(): Promise<void> {
    const { group, topics, log, maxWaitMs } = this.options;
    const kafka = connectKafka(this.options);
    for (let attempt = 0; !this.stopped; attempt += 1) {
      const client = kafka.consumer({
        groupId: group,
        sessionTimeout: 20_000,
        heartbeatInterval: 2000,
        maxWaitTimeInMs: maxWaitMs ?? 250,
        minBytes: 1,
        allowAutoTopicCreation: false,
      });
      client.on(client.events.GROUP_JOIN, () => this.joined?.());
      this.client = client;
      try {
        await client.connect();
        await client.subscribe({ topics: [...topics], fromBeginning: true });
        await client.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: 8,
          eachBatch: (payload) => this.work(client, payload),
        });
        if (this.stopped) await client.disconnect();
        return;
      } catch (error) {
        if (attempt === 0) log.warn('forwarder cannot join, trying again', { group, error: String(error) });
        await client.disconnect().catch(() => undefined);
        await pause(Math.min(250 * 2 ** attempt, 5000));
      }
    }
  }

  private async work(client: KafkaConsumer, payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    const heartbeat = (): Promise<void> => payload.heartbeat();
    const active = (): boolean => !this.stopped && payload.isRunning() && !payload.isStale();
    const records = recordsOf(payload.batch, 0n);
    for (let start = 0; start < records.length; start += PORTION) {
      const portion = records.slice(start, start + PORTION);
      if (!(await this.handOnAll(portion, active, heartbeat))) return;
      const { offset } = portion.at(-1)!;
      payload.resolveOffset(offset);
      // A commit that is lost means handing on again, which the handler bears.
      await client.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]).catch(() => undefined);
      await heartbeat();
    }
  }

  /** Side by side, but those of one key one after the other. */
  private async handOnAll(
    records: readonly ReceivedRecord[],
    active: () => boolean,
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    const byKey = new Map<string, ReceivedRecord[]>();
    for (const record of records) {
      const key = record.key?.toString('latin1') ?? '';
      byKey.set(key, [...(byKey.get(key) ?? []), record]);
    }
    const handedOn = await Promise.all([...byKey.values()].map((ofKey) => this.handOn(ofKey, active, heartbeat)));
    return handedOn.every(Boolean);
  }

  /**
   * Together when that succeeds, else one after the other, so that what will never be taken does not hold up the rest.
   * @returns false when the partition or the process ends before the events were handed on
   */
  private async handOn(
    records: readonly ReceivedRecord[],
    active: () => boolean,
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    const readable = records.flatMap((record) => {
      try {
        return [{ record, envelope: readEnvelope(record) }];
      } catch (error) {
        this.skip(record, error);
        return [];
      }
    });
    if (readable.length > 1) {
      if (!active()) return false;
      try {
        await this.handle(readable.map(({ envelope }) => envelope));
        return true;
      } catch {
        await heartbeat();
      }
    }
    for (const { record, envelope } of readable) {
      if (!(await this.handOnAlone(record, envelope, active, heartbeat))) return false;
    }
    return true;
  }

  private async handle(envelopes: readonly EventEnvelope[]): Promise<void> {
    await this.options.handle(await Promise.all(envelopes.map((envelope) => this.options.open(envelope))));
  }

  private async handOnAlone(
    record: ReceivedRecord,
    envelope: EventEnvelope,
    active: () => boolean,
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    const { log, group, longestBackoffMs = 5000 } = this.options;
    for (let tries = 0; active(); tries += 1) {
      try {
        await this.handle([envelope]);
        return true;
      } catch (error) {
        if (!(this.options.retryable?.(error) ?? true)) {
          this.skip(record, error);
          return true;
        }
        if (tries === 0)
          log.warn('an event cannot be handed on yet', {
            group,
            eventId: envelope.id,
            type: envelope.type,
            error: String(error),
          });
        await heartbeat();
        await pause(Math.min(50 * 2 ** Math.min(tries, 10), longestBackoffMs));
      }
    }
    return false;
  }

  private skip(record: ReceivedRecord, error: unknown): void {
    const { topic, partition, offset } = record;
    this.options.log.error('a record was passed over', {
      group: this.options.group,
      topic,
      partition,
      offset,
      error: String(error),
    });
    this.options.onSkipped?.(record, error);
  }
}
