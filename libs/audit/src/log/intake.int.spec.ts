import { randomBytes } from 'node:crypto';
import { KafkaBus, silentLog, type Consumer, type ReceivedRecord } from '@tidewaiter/event-bus';
import { serverSetting } from '@tidewaiter/event-store/testing';
import { createDatabase } from '@tidewaiter/platform';
import { LogBench, received, someEvents } from '../testing/log-bench.js';
import { LogIntake } from './intake.js';
import { INGEST, intakeConsumer } from './intake-consumer.js';

const kafka = () => ({
  brokers: serverSetting('TEST_KAFKA_BROKERS').split(','),
  clientId: 'audit-test',
  log: silentLog,
});

let bench: LogBench;
beforeEach(async () => (bench = await LogBench.create()));
afterEach(() => bench.end());

describe('records from Kafka', () => {
  const topic = `audit-intake-${randomBytes(5).toString('hex')}`;
  const bus = new KafkaBus({ ...kafka(), topics: [topic] });
  let consumer: Consumer<never>;

  beforeAll(() => bus.ensureTopics());
  afterAll(() => bus.close());
  afterEach(() => consumer.stop());

  const publish = (records: readonly { key: string; value: Buffer }[]) => bus.publish(topic, records);
  const until = async (size: number) => {
    for (let tries = 0; tries < 200; tries += 1) {
      await bench.settle();
      if ((await bench.status()).size >= size) return;
      await new Promise((go) => setTimeout(go, 50));
    }
    throw new Error(`the log stays at ${(await bench.status()).size}`);
  };
  const start = async () => {
    consumer = intakeConsumer({
      ...kafka(),
      topics: [topic],
      pool: bench.system,
      database: createDatabase(bench.app, bench.system),
      onStaged: () => undefined,
    });
    await consumer.start();
  };

  it('enter the log byte for byte and once, with rubbish, repeats and a new start among them', async () => {
    const events = someEvents(400).map(({ event, record }, i) => ({
      key: event.subject,
      value: i % 3 ? record.value : Buffer.from(`${record.value.toString()} `),
    }));
    await publish([...events.slice(0, 200), { key: 'x', value: Buffer.from('not json') }, ...events.slice(150, 250)]);
    await start();
    await until(250);
    await consumer.stop();
    await publish([...events.slice(200), { key: 'y', value: Buffer.from([0xff, 0xfe]) }]);
    await start();
    await until(400);
    expect(await bench.verify()).toMatchObject({ ok: true, size: 400 });
    expect((await bench.status()).alarms).toEqual([]);
    const { rows } = await bench.superuser.query<{ body: Buffer }>(
      'select e.body from audit.log_leaves l join audit.log_entries e using (staged_id) order by l.index',
    );
    expect(rows.map(({ body }) => body.toString()).sort()).toEqual(events.map(({ value }) => value.toString()).sort());
    const unreadable = await bench.superuser.query<{ says: string; body: Buffer }>(
      `select says, body from audit.log_alarms where code = 'audit.record.unreadable' order by says`,
    );
    expect(unreadable.rows.map(({ body }) => body)).toEqual(
      expect.arrayContaining([Buffer.from('not json'), Buffer.from([0xff, 0xfe])]),
    );
  }, 30_000);
});

describe('a delivery', () => {
  const slice = (from: number, to: number) => ({ topic: 't', partition: 0, from: BigInt(from), to: BigInt(to) });
  const records = (...names: string[]): ReceivedRecord[] => names.map((name) => received(name, 1).record);
  let staged = 0;
  const intake = () =>
    new LogIntake({
      consumer: INGEST,
      database: createDatabase(bench.app, bench.system),
      log: silentLog,
      onStaged: () => (staged += 1),
    });
  const stored = async () =>
    (await bench.superuser.query<{ next_offset: string }>('select next_offset from audit.consumer_offsets')).rows[0]!
      .next_offset;

  beforeEach(async () => {
    staged = 0;
    await bench.superuser.query(
      'insert into audit.consumer_offsets (consumer, topic, partition, next_offset) values ($1, $2, 0, 0)',
      [INGEST, 't'],
    );
  });

  it('moves the offset together with what it staged, and rings', async () => {
    await intake().deliver([{ slice: slice(0, 2), records: records('a-1', 'b-1') }]);
    expect([await stored(), staged, (await bench.status()).staged]).toEqual(['2', 1, 2]);
  });
  it('by an owner who lost the partition writes nothing', async () => {
    await intake().deliver([{ slice: slice(0, 2), records: records('a-1', 'b-1') }]);
    await expect(intake().deliver([{ slice: slice(0, 1), records: records('c-1') }])).rejects.toThrow(
      'does not stand at 0',
    );
    expect([await stored(), (await bench.status()).staged]).toEqual(['2', 2]);
  });
  it('that Postgres refuses is set aside with an alarm of its tenant, and the offset moves on', async () => {
    const [record] = [received('a-1', 1, { subject: 'nul\0' }).record];
    await expect(intake().deliver([{ slice: slice(0, 1), records: [record] }])).rejects.toThrow();
    await intake().park(slice(0, 1), record, new Error('invalid byte sequence'));
    expect(await stored()).toBe('1');
    expect((await bench.status()).alarms).toMatchObject([
      { code: 'audit.record.refused', says: expect.stringContaining('invalid byte sequence') },
    ]);
  });
  it('leaves nothing to replay or discard', async () => {
    await expect(intake().replay('acme', 'a-1')).rejects.toMatchObject({ code: 'event-bus.parked.unknown' });
    await expect(intake().discard('a-1')).rejects.toMatchObject({ code: 'event-bus.parked.unknown' });
  });
});
