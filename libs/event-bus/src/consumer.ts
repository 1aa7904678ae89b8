import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, Batch, Consumer as KafkaConsumer, EachBatchPayload, Kafka } from 'kafkajs';
import { Delivery, type DeliveryOptions, type DeliveryPort } from './delivery.js';
import type { ReceivedRecord } from './event-bus.js';
import { isInfrastructure } from './failures.js';
import { connectKafka, type KafkaConnection } from './kafka.js';
import { StoredOffsets } from './offsets.js';
import { recordsOf } from './records.js';
import { Rounds } from './rounds.js';
import { NotTheOwner, type Piece } from './slices.js';

export interface ConsumerOptions<E> extends KafkaConnection, DeliveryOptions<E> {
  /** the schema whose tables it writes; with the consumer's name it makes the Kafka group */
  schema: string;
  topics: readonly string[];
  /** how often an event is tried before its stream is parked, 5 by default */
  tries?: number;
  /** events of one partition per transaction when all goes well, 100 by default */
  chunk?: number;
  /** least time from the beginning of one transaction to that of the next, 25 ms by default; see `Rounds` */
  spacingMs?: number;
  /**
   * How long the broker may hold a fetch that has nothing to bring, 250 ms by default. A record ends the wait at once, so
   * this does not delay records; heartbeats and a stop queue behind it, and a shorter wait costs processor time when idle.
   */
  maxWaitMs?: number;
  /** without progress for so long while records wait, the Kafka client is made anew; 30 s by default */
  stallMs?: number;
  /** so many new clients in a row that bring no progress are fatal; 5 by default */
  recreations?: number;
  /** the process should end and be started again */
  onFatal?: (error: Error) => void;
}

interface Assignment {
  topic: string;
  partition: number;
}

const HINT_EVERY_MS = 2000;
/** More than a consumer has partitions: what one fetch brings goes together. */
const ALL_AT_ONCE = 64;

/**
 * Reads published events for good: each takes effect once, in the order of its stream, whatever Kafka, the client or a
 * rebalance do. What cannot be handled parks its stream and lets the others flow.
 */
export class Consumer<E> {
  private readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly delivery: DeliveryPort;
  private readonly offsets: StoredOffsets;
  private client: KafkaConsumer | undefined;
  private assigned: Assignment[] | undefined;
  private readonly cursors = new Map<string, bigint>();
  /** by partition */
  private readonly inHand = new Map<string, Promise<void>>();
  private generation = 0;
  private progressAt = performance.now();
  private hintedAt = 0;
  private fruitless = 0;
  private joining: Promise<void> | undefined;
  private stopped = true;
  private watchdog: NodeJS.Timeout | undefined;
  private caughtUp: (() => void)[] = [];
  private readonly rounds: Rounds<readonly ReceivedRecord[]>;

  /** @param delivery where records go instead of the usual inbox: for a reader that keeps their bytes */
  constructor(
    private readonly options: ConsumerOptions<E>,
    delivery?: DeliveryPort,
  ) {
    this.kafka = connectKafka(options);
    this.admin = this.kafka.admin();
    this.delivery = delivery ?? new Delivery(options);
    this.offsets = new StoredOffsets(options.pool, options.consumer);
    this.rounds = new Rounds((chunks) => this.deliver(chunks), options.spacingMs ?? 25);
  }

  /** Begins to read, and goes on trying while Kafka or Postgres are away. Resolves when partitions are first assigned. */
  async start(): Promise<void> {
    this.stopped = false;
    const ready = new Promise<void>((resolve) => this.caughtUp.push(resolve));
    this.joining = this.join();
    this.watchdog = setInterval(() => void this.watch(), Math.max(250, (this.options.stallMs ?? 30_000) / 3));
    this.watchdog.unref();
    await ready;
  }

  /** Finishes the transaction at hand and leaves the group. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.watchdog);
    for (const resolve of this.caughtUp.splice(0)) resolve();
    await this.leave();
    await this.joining;
    await this.admin.disconnect();
  }

  /** See `Delivery.replay`. */
  replay(tenant: string, stream: string): Promise<{ handled: number; waiting: number }> {
    return this.delivery.replay(tenant, stream);
  }

  /** See `Delivery.discard`. */
  discard(stream: string): Promise<void> {
    return this.delivery.discard(stream);
  }

  /** Reads everything again from the first record: after a broker was lost and its topics were published anew. */
  async rewind(): Promise<void> {
    await this.leave();
    await this.offsets.rewind();
    if (!this.stopped) this.joining = this.join();
  }

  /** Records that wait in the assigned partitions. @throws while Kafka does not answer */
  async lag(): Promise<number> {
    let lag = 0n;
    for (const range of await this.ranges(this.assigned ?? [])) {
      lag += range.high - (this.cursors.get(nameOf(range)) ?? range.low);
    }
    return Number(lag);
  }

  private async join(): Promise<void> {
    for (let attempt = 0; !this.stopped; attempt += 1) {
      const client = this.newClient();
      this.client = client;
      try {
        await client.connect();
        await client.subscribe({ topics: [...this.options.topics], fromBeginning: true });
        await client.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: ALL_AT_ONCE,
          eachBatch: (payload) => this.work(client, payload),
        });
        // Left while it was joining: what has just begun has to end.
        if (client !== this.client) await client.disconnect();
        return;
      } catch (error) {
        if (attempt === 0)
          this.options.log.warn('consumer cannot join, trying again', {
            consumer: this.options.consumer,
            error: String(error),
          });
        await client.disconnect().catch(() => undefined);
        await pause(Math.min(250 * 2 ** attempt, 5000));
        if (client !== this.client) return;
      }
    }
  }

  private newClient(): KafkaConsumer {
    const client = this.kafka.consumer({
      groupId: `tidewaiter.${this.options.schema}.${this.options.consumer}`,
      sessionTimeout: 20_000,
      heartbeatInterval: 2000,
      // A member that was killed holds the group up for this long, not for its whole session. One that is only slow is put
      // out with it and joins again: its offset is moved by compare-and-set, so nothing is taken twice.
      rebalanceTimeout: 6000,
      maxWaitTimeInMs: this.options.maxWaitMs ?? 250,
      minBytes: 1,
      allowAutoTopicCreation: false,
    });
    client.on(client.events.GROUP_JOIN, ({ payload }) => {
      if (client !== this.client) return;
      const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      void this.prepare(client, assigned);
    });
    return client;
  }

  /** Before the first record of a new assignment: every partition goes on from the stored offset, not from Kafka's. */
  private async prepare(client: KafkaConsumer, assigned: Assignment[]): Promise<void> {
    const generation = ++this.generation;
    this.assigned = assigned;
    this.cursors.clear();
    for (let attempt = 0; !this.stopped && generation === this.generation; attempt += 1) {
      try {
        for (const range of await this.ranges(assigned)) {
          const { next, moved } = await this.offsets.startOf(range);
          if (moved)
            this.options.log.error('the broker does not have the stored offset', {
              ...this.facts(range),
              goesOnFrom: String(next),
            });
          if (generation !== this.generation) return;
          client.seek({ topic: range.topic, partition: range.partition, offset: String(next) });
          this.cursors.set(nameOf(range), next);
        }
        this.progressAt = performance.now();
        for (const resolve of this.caughtUp.splice(0)) resolve();
        return;
      } catch (error) {
        // A database that is away is no stall of Kafka's client.
        if (isInfrastructure(error)) this.progressAt = performance.now();
        if (attempt === 0)
          this.options.log.warn('stored offsets cannot be read yet', {
            consumer: this.options.consumer,
            error: String(error),
          });
        await pause(Math.min(50 * 2 ** attempt, 5000));
      }
    }
  }

  /**
   * Takes a batch in hand and lets the client fetch the next one meanwhile; of a partition there is one in hand at a time. What the
   * client believes to be done does not matter: a partition is always taken up again at its stored offset.
   */
  private async work(client: KafkaConsumer, payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const name = nameOf(batch);
    await this.inHand.get(name);
    const active = (): boolean => client === this.client && payload.isRunning() && !payload.isStale();
    if (!this.cursors.has(name)) {
      // Not told yet where to begin: the same batch is fetched again in a moment.
      await pause(10);
      return payload.heartbeat();
    }
    if (!active()) return;
    const records = recordsOf(batch, this.cursors.get(name)!);
    const last = batch.messages.at(-1);
    if (last) payload.resolveOffset(last.offset);
    const work = this.orStandAgain(this.deliverAll(client, payload, records, active), client, batch, active);
    this.inHand.set(
      name,
      work.finally(() => this.inHand.delete(name)),
    );
    await payload.heartbeat();
  }

  /** Like every other way out, one that nobody foresaw ends at the stored offset: what was fetched after it may not be taken. */
  private async orStandAgain(
    work: Promise<void>,
    client: KafkaConsumer,
    batch: Batch,
    active: () => boolean,
  ): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.options.log.warn('a batch was let go', { ...this.facts(batch), error: String(error) });
      for (let attempt = 0; active(); attempt += 1) {
        try {
          return await this.standAgain(client, batch);
        } catch {
          await pause(Math.min(50 * 2 ** Math.min(attempt, 10), 5000));
        }
      }
    }
  }

  private async deliverAll(
    client: KafkaConsumer,
    payload: EachBatchPayload,
    records: readonly ReceivedRecord[],
    active: () => boolean,
  ): Promise<void> {
    const { batch } = payload;
    const heartbeat = (): Promise<void> => payload.heartbeat();
    const size = this.options.chunk ?? 100;
    for (let start = 0; start < records.length; start += size) {
      if (!(await this.deliverChunk(records.slice(start, start + size), active, heartbeat))) {
        if (active()) await this.standAgain(client, batch);
        return;
      }
      if (!active()) return;
    }
    await this.hint(client, batch);
  }

  /** @returns false when this consumer has lost the partition or its place in it */
  private async deliverChunk(
    chunk: readonly ReceivedRecord[],
    active: () => boolean,
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    try {
      if (!active()) return false;
      await this.rounds.take(chunk);
      return true;
    } catch (error) {
      if (error instanceof NotTheOwner) return false;
      // Something in the chunk is out of the ordinary or fails: nothing of it was written, its records go one by one.
      for (const record of chunk) if (!(await this.deliverOne(record, active, heartbeat))) return false;
      return true;
    }
  }

  private async deliverOne(
    record: ReceivedRecord,
    active: () => boolean,
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    const most = this.options.tries ?? 5;
    let failure: unknown;
    for (let tries = 0, waits = 0; active(); waits += 1) {
      try {
        if (tries < most) await this.deliver([[record]]);
        else await this.park(record, failure, tries);
        return true;
      } catch (error) {
        if (error instanceof NotTheOwner) return false;
        // A database that is away says nothing about the event: that is waited out, not counted.
        if (isInfrastructure(error)) this.sayOnce(record, error, waits);
        else tries += 1;
        failure = error;
      }
      this.progressAt = performance.now();
      await heartbeat();
      await pause(Math.min(25 * 2 ** Math.min(waits, 10), 2000));
    }
    return false;
  }

  private deliver(chunks: readonly (readonly ReceivedRecord[])[]): Promise<void> {
    return this.move(chunks, (pieces) => this.delivery.deliver(pieces));
  }

  private park(record: ReceivedRecord, failure: unknown, tries: number): Promise<void> {
    return this.move([[record]], ([piece]) => this.delivery.park(piece!.slice, record, failure, tries));
  }

  private async move(
    chunks: readonly (readonly ReceivedRecord[])[],
    work: (pieces: readonly Piece[]) => Promise<void>,
  ): Promise<void> {
    const pieces = chunks.map((records) => ({ slice: this.sliceOf(records), records }));
    const { generation } = this;
    await work(pieces);
    if (generation === this.generation) for (const { slice } of pieces) this.cursors.set(nameOf(slice), slice.to);
    this.progressAt = performance.now();
    this.fruitless = 0;
  }

  private sliceOf(records: readonly ReceivedRecord[]): Piece['slice'] {
    const { topic, partition } = records[0]!;
    const from = this.cursors.get(nameOf({ topic, partition }));
    if (from === undefined) throw new NotTheOwner();
    return { topic, partition, from, to: BigInt(records.at(-1)!.offset) + 1n };
  }

  /** The stored offset is elsewhere: go on from there, if this consumer still has the partition at all. */
  private async standAgain(client: KafkaConsumer, { topic, partition }: Assignment): Promise<void> {
    const { generation } = this;
    const [range] = await this.ranges([{ topic, partition }]);
    if (!range || generation !== this.generation || this.stopped) return;
    const { next } = await this.offsets.startOf(range);
    if (generation !== this.generation) return;
    this.cursors.set(nameOf(range), next);
    client.seek({ topic, partition, offset: String(next) });
  }

  /** For those who look at lag in Kafka; nothing here depends on it. */
  private async hint(client: KafkaConsumer, { topic, partition }: Assignment): Promise<void> {
    if (performance.now() - this.hintedAt < HINT_EVERY_MS) return;
    this.hintedAt = performance.now();
    const next = this.cursors.get(nameOf({ topic, partition }));
    if (next !== undefined)
      await client.commitOffsets([{ topic, partition, offset: String(next) }]).catch(() => undefined);
  }

  private async watch(): Promise<void> {
    const stallMs = this.options.stallMs ?? 30_000;
    if (this.stopped || performance.now() - this.progressAt < stallMs) return;
    try {
      if (this.assigned !== undefined && (await this.lag()) === 0) return;
    } catch {
      return; // Kafka is away: a new client would not find it either.
    }
    await this.recreate('no progress while records wait');
  }

  private async recreate(why: string): Promise<void> {
    this.fruitless += 1;
    this.options.log.warn('kafka client is made anew', {
      consumer: this.options.consumer,
      why,
      fruitless: this.fruitless,
    });
    if (this.fruitless > (this.options.recreations ?? 5)) {
      this.options.onFatal?.(new Error(`consumer ${this.options.consumer} makes no progress: ${why}`));
    }
    this.progressAt = performance.now();
    await this.leave();
    if (!this.stopped) this.joining = this.join();
  }

  private async leave(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.generation += 1;
    this.assigned = undefined;
    this.cursors.clear();
    // A client that hangs must not hang its successor.
    if (client)
      await Promise.race([
        Promise.all([...this.inHand.values(), client.disconnect().catch(() => undefined)]),
        pause(10_000, undefined, { ref: false }),
      ]);
  }

  private async ranges(assigned: readonly Assignment[]) {
    await this.admin.connect();
    const topics = [...new Set(assigned.map(({ topic }) => topic))];
    const found = await Promise.all(
      topics.map(async (topic) =>
        (await this.admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
          topic,
          partition,
          low: BigInt(low),
          high: BigInt(high),
        })),
      ),
    );
    const wanted = new Set(assigned.map(nameOf));
    return found.flat().filter((range) => wanted.has(nameOf(range)));
  }

  private sayOnce(record: ReceivedRecord, error: unknown, waits: number): void {
    if (waits === 0)
      this.options.log.warn('delivery waits for its database', { ...this.facts(record), error: String(error) });
  }

  private facts({ topic, partition }: Assignment): Record<string, unknown> {
    return { consumer: this.options.consumer, topic, partition };
  }
}

const nameOf = ({ topic, partition }: Assignment): string => `${topic}/${partition}`;
