import { setTimeout as pause } from 'node:timers/promises';
import { CONTEXTS, topicOf } from '@tidewaiter/contracts/names';
import { Unavailable } from '@tidewaiter/kernel';
import {
  Partitioners,
  type Admin,
  type Kafka,
  type KafkaJSProtocolError,
  type Producer,
  type RecordMetadata,
} from 'kafkajs';
import type { EventBus, OutgoingRecord } from './event-bus.js';
import { connectKafka, type KafkaConnection } from './kafka.js';

/** Unless set otherwise when the topics are made. A power of two, and never changed: changing it would move keys to other partitions and break their order. */
export const PARTITIONS = 8;

/** For so long topics that were just made may be unknown. */
const TOPICS_MS = 30_000;
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

export interface KafkaBusOptions extends KafkaConnection {
  /** of each topic, when it is made; 8 by default */
  partitions?: number;
  /** 1 on one broker; 3 with `min.insync.replicas` 2 on a cluster */
  replication?: number;
  /** how long one publish may take before the caller is told it failed, 20 s by default */
  publishTimeoutMs?: number;
  /** the topics to make, those of all contexts unless named */
  topics?: readonly string[];
  /** a broker answered with an offset that is not above the last one: it has lost what it had acknowledged */
  onOffsetsWentBack?: (at: { topic: string; partition: number; before: string; now: string }) => void;
}

const HEADERS = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };

/**
 * Kafka behind the bus's port, by kafkajs. Acknowledged by all in-sync replicas, keys placed as the Java client places them.
 * No Kafka transactions: the outbox repeats and the readers drop repeats.
 */
export class KafkaBus implements EventBus {
  private readonly kafka: Kafka;
  private readonly partitions: number;
  private readonly admin: Admin;
  private adminReady: Promise<void> | undefined;
  private producer: Promise<Producer> | undefined;
  private readonly lines = new Map<string, Promise<unknown>>();
  private readonly lastOffsets = new Map<string, bigint>();

  constructor(private readonly options: KafkaBusOptions) {
    this.kafka = connectKafka(options);
    this.partitions = options.partitions ?? PARTITIONS;
    this.admin = this.kafka.admin();
  }

  async ensureTopics(): Promise<void> {
    const admin = await this.connectedAdmin();
    const wanted = this.options.topics ?? CONTEXTS.map(topicOf);
    const present = new Set(await admin.listTopics());
    const missing = wanted.filter((topic) => !present.has(topic));
    // Two processes may create at once: the loser's "already exists" is not an error in kafkajs.
    if (missing.length > 0)
      await admin.createTopics({ waitForLeaders: false, topics: missing.map((topic) => this.topicConfig(topic)) });
    const { topics } = await this.described(admin, wanted);
    for (const { name, partitions } of topics) {
      if (partitions.length !== this.partitions) {
        this.options.log.error('a topic has another number of partitions', {
          topic: name,
          partitions: partitions.length,
          expected: this.partitions,
        });
      }
    }
  }

  /** A busy broker has made a topic some moments before it knows of it: the client's own wait takes that for an error. */
  private async described(admin: Admin, wanted: readonly string[]): ReturnType<Admin['fetchTopicMetadata']> {
    const deadline = performance.now() + TOPICS_MS;
    for (;;) {
      try {
        return await admin.fetchTopicMetadata({ topics: [...wanted] });
      } catch (error) {
        if (!NOT_YET.has(String((error as KafkaJSProtocolError).type)) || performance.now() > deadline) throw error;
        await pause(50);
      }
    }
  }

  publish(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    // One batch in flight per topic: a batch that fails cannot be overtaken by the next.
    const before = this.lines.get(topic) ?? Promise.resolve();
    const turn = before.then(
      () => this.send(topic, records),
      () => this.send(topic, records),
    );
    this.lines.set(topic, turn);
    return turn;
  }

  async ping(): Promise<void> {
    const admin = await this.connectedAdmin();
    await admin.describeCluster();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.lines.values());
    const producer = await this.producer?.catch(() => undefined);
    await Promise.allSettled([producer?.disconnect(), this.admin.disconnect()]);
    this.producer = undefined;
    this.adminReady = undefined;
  }

  private async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const messages = records.map(({ key, value }) => ({ key, value, headers: HEADERS }));
    try {
      const producer = await this.connectedProducer();
      const answers = await withTimeout(
        producer.send({ topic, acks: -1, messages }),
        this.options.publishTimeoutMs ?? 20_000,
      );
      this.checkOffsets(topic, answers);
    } catch (error) {
      this.dropProducer();
      throw new Unavailable(
        'event-bus.publish.failed',
        `Kafka did not acknowledge ${records.length} records for ${topic}`,
        {},
        { cause: error },
      );
    }
  }

  private checkOffsets(topic: string, answers: readonly RecordMetadata[]): void {
    for (const { partition, baseOffset } of answers) {
      if (baseOffset === undefined) continue;
      const place = `${topic}/${partition}`;
      const before = this.lastOffsets.get(place);
      this.lastOffsets.set(place, BigInt(baseOffset));
      if (before === undefined || BigInt(baseOffset) > before) continue;
      const found = { topic, partition, before: String(before), now: baseOffset };
      this.options.log.error('offsets went back: the broker lost acknowledged records', found);
      this.options.onOffsetsWentBack?.(found);
    }
  }

  private connectedProducer(): Promise<Producer> {
    this.producer ??= (async () => {
      const producer = this.kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
        // Bounded: an endless retry would outlive its caller and publish long after others have.
        retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 6 },
      });
      await producer.connect();
      return producer;
    })();
    return this.producer;
  }

  /**
   * After a failure the broker may hold a batch whose sequence numbers this producer would use again, and would then drop
   * other records as repeats. A new producer has a new id and begins anew.
   */
  private dropProducer(): void {
    const dropped = this.producer;
    this.producer = undefined;
    void dropped?.then((producer) => producer.disconnect()).catch(() => undefined);
  }

  private async connectedAdmin(): Promise<Admin> {
    this.adminReady ??= this.admin.connect();
    try {
      await this.adminReady;
    } catch (error) {
      this.adminReady = undefined;
      throw new Unavailable('event-bus.kafka.unreachable', 'Kafka does not answer', {}, { cause: error });
    }
    return this.admin;
  }

  private topicConfig(topic: string) {
    return {
      topic,
      numPartitions: this.partitions,
      replicationFactor: this.options.replication ?? 1,
      // Kept for good: a reader that is new today starts with the first event.
      configEntries: [{ name: 'retention.ms', value: '-1' }],
    };
  }
}

async function withTimeout<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
