import { jest } from '@jest/globals';
import type { EventEnvelope } from '@tidewaiter/contracts';
import { Consumer, KafkaBus, NO_TENANT, parkedStreams, silentLog, type ConsumerOptions } from '@tidewaiter/event-bus';
import { newId } from '@tidewaiter/kernel';
import type pg from 'pg';
import type { StoredEvent } from './event-store.js';
import { createEventReader } from './reader.js';
import { serverSetting, TestDatabase } from './testing/servers.js';

const migrations = new URL('./testing/migrations/', import.meta.url);
const brokers = serverSetting('TEST_KAFKA_BROKERS').split(',');

const envelopeOf = (stream: string, version: number, changes: Partial<EventEnvelope> = {}): EventEnvelope => ({
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
  data: { engagementId: newId(), code: 'mandate', says: `version ${version}` },
  ...changes,
});

jest.setTimeout(60_000);

describe('a durable consumer', () => {
  let database: TestDatabase;
  let bus: KafkaBus;
  let topic: string;
  let app: pg.Pool;
  let system: pg.Pool;
  let consumers: Consumer<StoredEvent>[];
  let handled: string[];
  let refuse: (event: StoredEvent) => Error | undefined;

  beforeAll(async () => {
    database = await TestDatabase.create('shipments', migrations);
    app = database.pool('shipments_app', 8);
    system = database.pool('shipments_system', 2);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    topic = `consuming-${newId()}`;
    bus = new KafkaBus({ brokers, clientId: 'consuming', log: silentLog, topics: [topic] });
    await bus.ensureTopics();
    consumers = [];
    handled = [];
    refuse = () => undefined;
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await bus.close();
  });

  /** Its effect is a row per stream that counts, so that a second effect would show. */
  const consumer = (changes: Partial<ConsumerOptions<StoredEvent>> = {}): Consumer<StoredEvent> => {
    const reader = createEventReader({ keys: database.keys() });
    const made = new Consumer<StoredEvent>({
      brokers,
      clientId: 'consuming',
      log: silentLog,
      schema: 'shipments',
      consumer: `board-${topic}`,
      topics: [topic],
      pool: app,
      tries: 2,
      open: (envelope) => reader.open(envelope),
      handle: async (events, tx) => {
        for (const event of events) {
          const refusal = refuse(event);
          await tx.query(
            `insert into suspensions (tenant_id, stream, count) values ($1, $2, 1)
             on conflict (tenant_id, stream) do update set count = suspensions.count + 1`,
            [tx.tenant, event.stream],
          );
          if (refusal) throw refusal;
        }
      },
      afterCommit: (events) => void handled.push(...events.map((event) => `${event.stream}@${event.version}`)),
      ...changes,
    });
    consumers.push(made);
    return made;
  };
  const send = (...envelopes: (EventEnvelope | Buffer)[]): Promise<void> =>
    bus.publish(
      topic,
      envelopes.map((each) =>
        Buffer.isBuffer(each)
          ? { key: 'raw', value: each }
          : { key: each.subject, value: Buffer.from(JSON.stringify(each)) },
      ),
    );
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const drained = (of: Consumer<StoredEvent>): Promise<void> => until(async () => (await of.lag()) === 0);
  const count = async (stream: string, tenant = 'acme'): Promise<number> => {
    const { rows } = await system.query<{ count: number }>(
      'select count from suspensions where tenant_id = $1 and stream = $2',
      [tenant, stream],
    );
    return rows[0]?.count ?? 0;
  };
  const parked = async () => (await parkedStreams(system)).filter((each) => each.consumer === `board-${topic}`);
  const streamOf = (): string => `engagement-${newId()}`;

  it('lets every event take effect once, in order, with its tenant, however often it is delivered', async () => {
    const [a, b] = [streamOf(), streamOf()];
    const all = [envelopeOf(a, 1), envelopeOf(a, 2), envelopeOf(b, 1, { tenantid: 'globex' }), envelopeOf(a, 3)];
    const one = consumer();
    await one.start();
    await send(...all, ...all);
    await send(...all);
    await drained(one);

    expect(handled.filter((each) => each.startsWith(a))).toEqual([`${a}@1`, `${a}@2`, `${a}@3`]);
    expect([await count(a), await count(b, 'globex'), await count(b)]).toEqual([3, 1, 0]);
    expect(await parked()).toEqual([]);
  });

  it('handles a reversed stream in its order: early events wait for the missing one', async () => {
    const a = streamOf();
    const one = consumer();
    await one.start();
    await send(envelopeOf(a, 4), envelopeOf(a, 3), envelopeOf(a, 2));
    await drained(one);
    expect(await parked()).toMatchObject([{ stream: a, reason: 'gap', waiting: 3 }]);
    expect(handled).toEqual([]);

    await send(envelopeOf(a, 1));
    await until(() => handled.length === 4);
    expect(handled).toEqual([1, 2, 3, 4].map((version) => `${a}@${version}`));
    expect(await parked()).toEqual([]);
    expect(await count(a)).toBe(4);
  });

  it('closes a gap as far as it goes and keeps waiting behind the next', async () => {
    const a = streamOf();
    const one = consumer();
    await one.start();
    await send(envelopeOf(a, 2), envelopeOf(a, 4), envelopeOf(a, 1));
    await drained(one);
    expect(handled).toEqual([`${a}@1`, `${a}@2`]);
    expect(await parked()).toMatchObject([{ stream: a, reason: 'gap', waiting: 1 }]);
    await send(envelopeOf(a, 3));
    await until(() => handled.length === 4);
    expect(await parked()).toEqual([]);
  });

  it('parks the stream of a poison event and lets the others flow, until it is replayed in order', async () => {
    const [bad, good] = [streamOf(), streamOf()];
    refuse = (event) => (event.stream === bad && event.version === 2 ? new Error('cannot digest this') : undefined);
    const one = consumer();
    await one.start();
    await send(
      envelopeOf(bad, 1),
      envelopeOf(good, 1),
      envelopeOf(bad, 2),
      envelopeOf(good, 2),
      envelopeOf(bad, 3),
      envelopeOf(good, 3),
    );
    await drained(one);
    expect(await count(good)).toBe(3);
    expect(await count(bad)).toBe(1);
    expect(await parked()).toMatchObject([
      { tenant: 'acme', stream: bad, reason: 'poison', error: 'Error: cannot digest this', tries: 2, waiting: 2 },
    ]);

    await expect(one.replay('acme', bad)).rejects.toThrow('cannot digest this');
    expect(await parked()).toMatchObject([{ reason: 'poison', waiting: 2 }]);
    refuse = () => undefined;
    expect(await one.replay('acme', bad)).toEqual({ handled: 2, waiting: 0 });
    expect(await parked()).toEqual([]);
    await expect(one.replay('acme', bad)).rejects.toMatchObject({ code: 'event-bus.parked.unknown' });

    await send(envelopeOf(bad, 4));
    await drained(one);
    expect(handled.filter((each) => each.startsWith(bad))).toEqual([1, 2, 3, 4].map((version) => `${bad}@${version}`));
    expect(await count(bad)).toBe(4);
  });

  it('parks an event whose data does not fit its schema', async () => {
    const a = streamOf();
    const one = consumer();
    await one.start();
    await send(envelopeOf(a, 1, { data: { engagementId: 7 } }));
    await drained(one);
    expect(await parked()).toMatchObject([
      { stream: a, reason: 'poison', error: expect.stringContaining('/engagementId') },
    ]);
  });

  it('keeps each record that is no event under a name of its own, and goes on', async () => {
    const a = streamOf();
    const one = consumer();
    await one.start();
    const poison = [
      Buffer.from('{ not json'),
      Buffer.from([0xff, 0xfe, 0x22]),
      Buffer.alloc(70_000, 'x'),
      Buffer.from('{"specversion":"1.0"}'),
      Buffer.from('[]'),
      Buffer.alloc(0),
    ];
    await send(envelopeOf(a, 1), ...poison, envelopeOf(a, 2));
    await drained(one);

    expect(await count(a)).toBe(2);
    const found = await parked();
    expect(found).toHaveLength(poison.length);
    expect(new Set(found.map(({ tenant, reason }) => `${tenant}/${reason}`))).toEqual(
      new Set([`${NO_TENANT}/unreadable`]),
    );
    const { stream } = found.find(({ error }) => error?.includes('not JSON'))!;
    expect(stream).toMatch(new RegExp(`^unreadable-${topic}-\\d-\\d+$`));
    const { rows } = await system.query<{ body: Buffer }>('select body from parked_events where stream = $1', [stream]);
    expect(rows[0]!.body).toEqual(poison[0]);

    await expect(one.replay(NO_TENANT, stream)).rejects.toMatchObject({ code: 'event-bus.parked.unreadable' });
    await one.discard(stream);
    expect(await parked()).toHaveLength(poison.length - 1);
    await expect(one.discard(stream)).rejects.toMatchObject({ code: 'event-bus.parked.unknown' });
  });

  it('raises an alarm when an event comes again with other bytes, and changes nothing', async () => {
    const a = streamOf();
    const alarms: unknown[] = [];
    const one = consumer({ onAlarm: (alarm) => void alarms.push(alarm) });
    await one.start();
    const event = envelopeOf(a, 1);
    await send(event, { ...event, actor: 'user:mallory' }, envelopeOf(a, 1));
    await drained(one);
    expect(alarms).toHaveLength(2);
    expect(alarms[0]).toMatchObject({ tenant: 'acme', stream: a, version: 1, eventId: event.id });
    expect(await count(a)).toBe(1);
  });

  it('goes on from its stored offset after a restart, whatever Kafka was told', async () => {
    const a = streamOf();
    const first = consumer();
    await first.start();
    await send(envelopeOf(a, 1));
    await drained(first);
    await first.stop();
    await send(envelopeOf(a, 2));

    const second = consumer();
    await second.start();
    await drained(second);
    expect(handled).toEqual([`${a}@1`, `${a}@2`]);
    await second.stop();

    // As if the database had been restored to an earlier moment: Kafka's own offset is ahead of it and is not believed.
    await system.query('update consumer_offsets set next_offset = 0 where topic = $1', [topic]);
    await system.query('delete from inbox where consumer = $1', [`board-${topic}`]);
    await system.query('delete from consumer_streams where consumer = $1', [`board-${topic}`]);
    const third = consumer();
    await third.start();
    await drained(third);
    expect(handled.slice(2)).toEqual([`${a}@1`, `${a}@2`]);
  });

  it('starts over from what the broker has when the stored offset is beyond it', async () => {
    const a = streamOf();
    await system.query(
      'insert into consumer_offsets (consumer, topic, partition, next_offset) select $1, $2, generate_series(0, 7), 1000',
      [`board-${topic}`, topic],
    );
    const one = consumer();
    await one.start();
    await send(envelopeOf(a, 1));
    await drained(one);
    expect(await count(a)).toBe(1);
  });

  it('rolls a zombie back when another owner has moved the offset', async () => {
    const a = streamOf();
    const one = consumer({
      handle: async (events, tx) => {
        for (const { stream } of events)
          await tx.query(
            `insert into suspensions values ($1, $2, 1) on conflict (tenant_id, stream) do update set count = suspensions.count + 1`,
            [tx.tenant, stream],
          );
      },
    });
    await one.start();
    await send(envelopeOf(a, 1));
    await drained(one);
    // The next owner has read the same partition to the end of what is about to come.
    const { rows } = await system.query<{ partition: number }>(
      'select partition from consumer_offsets where topic = $1 and next_offset = 1',
      [topic],
    );
    await system.query('update consumer_offsets set next_offset = 2 where topic = $1 and partition = $2', [
      topic,
      rows[0]!.partition,
    ]);
    await send(envelopeOf(a, 2));
    await send(envelopeOf(a, 3));
    await drained(one);

    expect(await count(a)).toBe(1);
    expect(await parked()).toMatchObject([{ stream: a, reason: 'gap', waiting: 1 }]);
  });

  it('waits while its database is away, without parking anything', async () => {
    const a = streamOf();
    let away = 3;
    const one = consumer({
      handle: async ([event], tx) => {
        if (away > 0) {
          away -= 1;
          throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        }
        await tx.query('insert into suspensions values ($1, $2, 1)', [tx.tenant, event!.stream]);
      },
    });
    await one.start();
    await send(envelopeOf(a, 1));
    await drained(one);
    expect(await count(a)).toBe(1);
    expect(await parked()).toEqual([]);
  });

  it('shares the partitions with a second one, and survives its coming and going without a second effect', async () => {
    const streams = Array.from({ length: 10 }, streamOf);
    const one = consumer();
    await one.start();
    await send(...streams.map((stream) => envelopeOf(stream, 1)));
    const two = consumer();
    const joining = two.start();
    await send(...streams.map((stream) => envelopeOf(stream, 2)));
    await joining;
    await send(...streams.map((stream) => envelopeOf(stream, 3)));
    await two.stop();
    await send(...streams.map((stream) => envelopeOf(stream, 4)));
    await until(async () => {
      const { rows } = await system.query<{ done: string }>(
        'select count(*) as done from suspensions where stream = any($1) and count = 4',
        [streams],
      );
      return Number(rows[0]!.done) === streams.length;
    });
    for (const stream of streams) {
      expect(handled.filter((each) => each.startsWith(stream))).toEqual(
        [1, 2, 3, 4].map((version) => `${stream}@${version}`),
      );
    }
  });

  it('makes a silent client anew and reports what does not get better', async () => {
    const fatal: Error[] = [];
    let letGo = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (letGo = resolve));
    const one = consumer({
      stallMs: 300,
      recreations: 1,
      onFatal: (error) => void fatal.push(error),
      handle: () => stuck,
    });
    await one.start();
    await send(envelopeOf(streamOf(), 1));
    await until(() => fatal.length > 0);
    expect(fatal[0]!.message).toMatch(/makes no progress/);
    letGo();
  });
});
