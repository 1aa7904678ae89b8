import { jest } from '@jest/globals';
import type { EventEnvelope } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { Forwarder, type ForwarderOptions } from './forwarder.js';
import { KafkaBus, PARTITIONS } from './kafka-bus.js';
import { silentLog, type Log } from './log.js';

jest.setTimeout(60_000);

const named = process.env['TEST_KAFKA_BROKERS'];
if (!named) throw new Error('TEST_KAFKA_BROKERS is not set: start the servers (npm test does) and name them');
const brokers = named.split(',');

const envelopeOf = (stream: string, version: number): EventEnvelope => ({
  specversion: '1.0',
  id: newId(),
  source: '/tidewaiter/shipments',
  type: 'tidewaiter.shipments.EngagementSuspended.v1',
  subject: stream,
  time: '2026-11-24T14:07:12.000418Z',
  datacontenttype: 'application/json',
  dataschema: '/schemas/shipments/EngagementSuspended/v1.json',
  tenantid: 'acme',
  stream,
  version,
  actor: 'system:shipments',
  correlationid: 'c',
  causationid: 'c',
  commandid: 'c',
  data: {},
});
const recordOf = (envelope: EventEnvelope) => ({ key: envelope.subject, value: Buffer.from(JSON.stringify(envelope)) });

describe('the bus on Kafka', () => {
  const topic = `bus-${newId()}`;
  const loud: string[] = [];
  const log: Log = { ...silentLog, warn: (message, fields) => void loud.push(`${message} ${JSON.stringify(fields)}`) };
  const bus = new KafkaBus({ brokers, clientId: 'bus', log, topics: [topic] });
  const forwarders: Forwarder<EventEnvelope>[] = [];

  beforeAll(() => bus.ensureTopics());
  afterAll(async () => {
    await Promise.all(forwarders.map((forwarder) => forwarder.stop()));
    await bus.close();
  });

  const forwarder = (changes: Partial<ForwarderOptions<EventEnvelope>>): Forwarder<EventEnvelope> => {
    const made = new Forwarder<EventEnvelope>({
      brokers,
      clientId: 'forwarder',
      log: silentLog,
      group: `forwarder-${newId()}`,
      topics: [topic],
      open: (envelope) => Promise.resolve(envelope),
      handle: () => Promise.resolve(),
      ...changes,
    });
    forwarders.push(made);
    return made;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('makes missing topics with 8 partitions, also when two processes do so at once', async () => {
    const other = `bus-${newId()}`;
    const both = [1, 2].map(() => new KafkaBus({ brokers, clientId: 'bus', log: silentLog, topics: [topic, other] }));
    await Promise.all(both.map((each) => each.ensureTopics()));
    await Promise.all(both.map((each) => each.close()));
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic, other] });
    await admin.disconnect();
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([PARTITIONS, PARTITIONS]);
  });

  it('says when a topic has another number of partitions, and leaves it', async () => {
    const odd = `bus-${newId()}`;
    const made = new KafkaBus({ brokers, clientId: 'bus', log: silentLog, topics: [odd], partitions: 3 });
    await made.ensureTopics();
    await made.close();
    const said: unknown[] = [];
    const other = new KafkaBus({
      brokers,
      clientId: 'bus',
      log: { ...silentLog, error: (_, fields) => void said.push(fields) },
      topics: [odd],
    });
    await other.ensureTopics();
    await other.close();
    expect(said).toEqual([{ topic: odd, partitions: 3, expected: PARTITIONS }]);
  });

  it('places keys as the Java client does', () => {
    const partitioner = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from(
      { length: PARTITIONS },
      (_, partitionId) => ({ partitionId, leader: 0 }) as never,
    );
    // (murmur2(key) & 0x7fffffff) % 8 with the hashes of Kafka's own UtilsTest: 21 -> -973932308, foobar -> -790332482,
    // a-little-bit-long-string -> -985981536.
    const placed = ['21', 'foobar', 'a-little-bit-long-string'].map((key) =>
      partitioner({ topic, partitionMetadata, message: { key, value: null } }),
    );
    expect(placed).toEqual([-973932308, -790332482, -985981536].map((hash) => (hash & 0x7fffffff) % PARTITIONS));
  });

  it('keeps the order of a key over many publishes at once, and hands on what it got, byte for byte', async () => {
    const stream = `engagement-${newId()}`;
    const envelopes = Array.from({ length: 60 }, (_, index) => envelopeOf(stream, index + 1));
    const got: EventEnvelope[] = [];
    const one = forwarder({
      handle: async (events) => void got.push(...events.filter((event) => event.stream === stream)),
    });
    await one.start();
    await Promise.all(envelopes.map((envelope) => bus.publish(topic, [recordOf(envelope)])));
    await until(() => got.length === 60);
    expect(got).toEqual(envelopes);
  });

  it('hands on together what came together for a key, and each until it is taken, those behind it after it', async () => {
    const stream = `engagement-${newId()}`;
    const tries: number[][] = [];
    const one = forwarder({
      longestBackoffMs: 10,
      handle: async (events) => {
        const own = events.filter((event) => event.stream === stream).map(({ version }) => version);
        if (own.length === 0) return;
        tries.push(own);
        if (tries.length < 4) throw new Error('the workflow server is away');
      },
    });
    await one.start();
    await bus.publish(topic, [recordOf(envelopeOf(stream, 1)), recordOf(envelopeOf(stream, 2))]);
    await until(() => tries.flat().filter((version) => version === 2).length === 2);
    expect(tries).toEqual([[1, 2], [1], [1], [1], [2]]);
    await bus.publish(topic, [recordOf(envelopeOf(stream, 3)), recordOf(envelopeOf(stream, 4))]);
    await until(() => tries.flat().includes(4));
    expect(tries.slice(5)).toEqual([[3, 4]]);
  });

  it('passes over records that are no events, and what is not worth another try, and counts them', async () => {
    const stream = `engagement-${newId()}`;
    const skipped: string[] = [];
    let done = 0;
    const one = forwarder({
      handle: async (events) => {
        for (const event of events.filter((each) => each.stream === stream)) {
          if (event.version === 1) throw new Error('never');
          done = event.version;
        }
      },
      retryable: (error) => (error as Error).message !== 'never',
      onSkipped: (_, error) => void skipped.push((error as Error).message),
    });
    await one.start();
    await bus.publish(topic, [
      { key: stream, value: Buffer.from('not json') },
      recordOf(envelopeOf(stream, 1)),
      recordOf(envelopeOf(stream, 2)),
    ]);
    await until(() => done === 2);
    expect(skipped).toEqual([expect.stringContaining('not JSON'), 'never']);
  });

  it('goes on after a restart where its group stood', async () => {
    const stream = `engagement-${newId()}`;
    const group = `forwarder-${newId()}`;
    const seen: number[] = [];
    const handle = async (events: readonly EventEnvelope[]): Promise<void> =>
      void seen.push(...events.filter((event) => event.stream === stream).map(({ version }) => version));
    const first = forwarder({ group, handle });
    await first.start();
    await bus.publish(topic, [recordOf(envelopeOf(stream, 1))]);
    await until(() => seen.length === 1);
    await first.stop();
    await bus.publish(topic, [recordOf(envelopeOf(stream, 2))]);
    const second = forwarder({ group, handle });
    await second.start();
    await until(() => seen.length === 2);
    expect(seen).toEqual([1, 2]);
  });

  it('tells its caller when Kafka does not acknowledge, and publishes again once it does', async () => {
    const nowhere = new KafkaBus({
      brokers: ['127.0.0.1:1'],
      clientId: 'bus',
      log: silentLog,
      publishTimeoutMs: 500,
      topics: [],
    });
    await expect(nowhere.publish(topic, [recordOf(envelopeOf('engagement-x', 1))])).rejects.toMatchObject({
      code: 'event-bus.publish.failed',
      kind: 'unavailable',
    });
    await nowhere.close();

    await expect(bus.publish(`never-made-${newId()}`, [recordOf(envelopeOf('engagement-x', 1))])).rejects.toMatchObject(
      {
        code: 'event-bus.publish.failed',
      },
    );
    await bus.publish(topic, [recordOf(envelopeOf(`engagement-${newId()}`, 1))]);
  });

  it('answers a ping, and nothing is said about a partitioner or a broker that finds its feet', async () => {
    await bus.ping();
    expect(loud.filter((line) => /partitioner|coordinator/i.test(line))).toEqual([]);
  });
});
