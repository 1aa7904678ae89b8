import { jest } from '@jest/globals';
import { defineEvent, SchemaMismatch, type EventEnvelope } from '@tidewaiter/contracts';
import { newId, type Decider } from '@tidewaiter/kernel';
import { z } from 'zod';
import type { EventStore } from './event-store.js';
import { createEventReader } from './reader.js';
import { SubjectKeys } from './subject-keys.js';
import { byOf, TestDatabase } from './testing/servers.js';

interface Visit {
  type: 'VisitorCame';
  data: { gate: string; people: { name: string; badge: string }[] };
}
const person = z.strictObject({ name: z.string().min(2).max(40), badge: z.string() });
defineEvent(
  'shipments',
  'VisitorCame',
  'People came to a gate.',
  z.strictObject({ gate: z.string(), people: z.array(person) }),
  {
    older: { 1: z.strictObject({ gate: z.string(), names: z.array(z.string()) }) },
    upcast: {
      1: (old: { gate: string; names: string[] }) => ({
        gate: old.gate,
        people: old.names.map((name) => ({ name, badge: '' })),
      }),
    },
    personal: ['/people/*/name', '/names/*'],
  },
);
const visits: Decider<number, Visit['data'], Visit> = {
  initial: 0,
  decide: (_, data) => [{ type: 'VisitorCame', data }],
  evolve: (count) => count + 1,
};
const ada = {
  gate: 'north',
  people: [
    { name: 'Ada Lovelace', badge: '7' },
    { name: 'Grace Hopper', badge: '8' },
  ],
};

jest.setTimeout(60_000);

describe('personal data in events', () => {
  let database: TestDatabase;
  let store: EventStore;

  beforeAll(async () => {
    database = await TestDatabase.create();
    store = database.store({ keys: database.keys({ recheckMs: 0 }) });
  });
  afterAll(() => database.drop());

  const bodies = async (stream: string): Promise<EventEnvelope[]> => {
    const rows = await store.query<{ body: string }>(
      'acme',
      'select body from events where stream = $1 order by version',
      [stream],
    );
    return rows.map(({ body }) => JSON.parse(body) as EventEnvelope);
  };

  it('is sealed in the stored bytes and open to readers', async () => {
    const done = await store.execute(visits, 'engagement-a', ada, byOf('a1'));
    expect(done.events[0]!.data).toEqual(ada);
    const [envelope] = await bodies('engagement-a');
    expect(JSON.stringify(envelope)).not.toMatch(/Ada|Grace/);
    expect(envelope!.data).toMatchObject({
      gate: 'north',
      people: [{ name: expect.stringMatching(/^sealed:v1:/), badge: '7' }, {}],
    });
    expect((await store.read('acme', 'engagement-a'))[0]!.data).toEqual(ada);
    expect((await createEventReader({ keys: database.keys() }).open(envelope!)).data).toEqual(ada);
  });

  it('opens nowhere but at its own place', async () => {
    await store.execute(visits, 'engagement-b', ada, byOf('b1'));
    const [envelope] = await bodies('engagement-b');
    const people = (envelope!.data as Visit['data']).people;
    const reader = createEventReader({ keys: database.keys() });

    const swapped = { ...envelope!, data: { gate: 'north', people: [people[1]!, people[0]!] } };
    await expect(reader.open(swapped)).rejects.toThrow();
    await expect(reader.open({ ...envelope!, id: newId() })).rejects.toThrow();
    const otherMaster = new SubjectKeys({ pool: database.pool('shipments_app', 1), masterKey: Buffer.alloc(32, 1) });
    await expect(createEventReader({ keys: otherMaster }).open(envelope!)).rejects.toThrow();
  });

  it('takes a text that looks sealed for what it is: text', async () => {
    const sly = { gate: 'sealed:v1:AAAA', people: [{ name: 'sealed:v1:AAAA', badge: '' }] };
    await store.execute(visits, 'engagement-c', sly, byOf('c1'));
    expect((await store.read('acme', 'engagement-c'))[0]!.data).toEqual(sly);
  });

  it('is gone for every reader once its key is destroyed, and nothing new is sealed', async () => {
    const by = byOf('d1', { subject: 'shipment-to-forget' });
    await store.execute(visits, 'engagement-d', ada, by);
    const before = await bodies('engagement-d');
    const keys = database.keys();
    expect(await keys.destroy('acme', 'shipment-to-forget')).toBe(true);
    expect(await keys.destroy('acme', 'shipment-to-forget')).toBe(false);

    const [event] = await store.read('acme', 'engagement-d');
    expect(event!.data).toEqual({
      gate: 'north',
      people: [
        { name: '(erased)', badge: '7' },
        { name: '(erased)', badge: '8' },
      ],
    });
    expect(await bodies('engagement-d')).toEqual(before);
    await expect(store.execute(visits, 'engagement-d', ada, { ...by, commandId: 'd2' })).rejects.toMatchObject({
      code: 'event-store.subject.erased',
    });
    const withoutPeople = { gate: 'south', people: [] };
    expect((await store.execute(visits, 'engagement-d', withoutPeople, { ...by, commandId: 'd3' })).version).toBe(2);
  });

  it('refuses a subject that was erased before anything was known of it', async () => {
    await database.keys().destroy('acme', 'never-seen');
    await expect(
      store.execute(visits, 'engagement-e', ada, byOf('e1', { subject: 'never-seen' })),
    ).rejects.toMatchObject({
      code: 'event-store.subject.erased',
    });
  });

  it('hears of a destruction elsewhere once the kept key has to be asked about again', async () => {
    const by = byOf('f1', { subject: 'destroyed-elsewhere' });
    const slow = database.store({ keys: database.keys({ recheckMs: 60_000 }) });
    await slow.execute(visits, 'engagement-f', ada, by);
    await database.keys().destroy('acme', 'destroyed-elsewhere');

    expect((await slow.read('acme', 'engagement-f'))[0]!.data).toEqual(ada);
    expect((await store.read('acme', 'engagement-f'))[0]!.data).toMatchObject({
      people: [{ name: '(erased)' }, { name: '(erased)' }],
    });
    await expect(slow.execute(visits, 'engagement-f', ada, { ...by, commandId: 'f2' })).rejects.toMatchObject({
      code: 'event-store.subject.erased',
    });
    expect((await slow.read('acme', 'engagement-f'))[0]!.data).toMatchObject({
      people: [{ name: '(erased)' }, { name: '(erased)' }],
    });
  });

  it('keeps a bounded number of keys in memory', async () => {
    const narrow = database.store({ keys: database.keys({ bound: 1, recheckMs: 60_000 }) });
    for (const subject of ['one', 'two', 'three']) {
      await narrow.execute(visits, `engagement-g-${subject}`, ada, byOf(`g-${subject}`, { subject }));
    }
    for (const subject of ['one', 'two', 'three']) {
      expect((await narrow.read('acme', `engagement-g-${subject}`))[0]!.data).toEqual(ada);
    }
  });

  it('is kept by tenant: a key of one opens nothing of another, and no role sees the table without a tenant', async () => {
    const pool = database.pool('shipments_app', 1);
    expect((await pool.query('select * from keys.subject_keys')).rows).toEqual([]);
    await pool.query(`begin; select set_config('app.tenant', 'globex', true)`);
    expect((await pool.query('select * from keys.subject_keys')).rows).toEqual([]);
    await pool.query('rollback');
    await expect(pool.query('delete from keys.subject_keys')).rejects.toThrow(/permission denied/);
  });

  it('wants a master key of 32 bytes', () => {
    expect(() => new SubjectKeys({ pool: database.pool('shipments_app', 1), masterKey: Buffer.alloc(16) })).toThrow(
      RangeError,
    );
  });

  describe('in an older shape', () => {
    const oldEnvelope = (data: Record<string, unknown>): EventEnvelope => ({
      specversion: '1.0',
      id: newId(),
      source: '/tidewaiter/shipments',
      type: 'tidewaiter.shipments.VisitorCame.v1',
      subject: 'old',
      time: '2024-01-01T00:00:00.000000Z',
      datacontenttype: 'application/json',
      dataschema: '/schemas/shipments/VisitorCame/v1.json',
      tenantid: 'acme',
      stream: 'engagement-old',
      version: 1,
      actor: 'system:shipments',
      correlationid: 'c',
      causationid: 'c',
      commandid: 'c',
      data,
    });

    it('is opened and brought to the newest shape', async () => {
      const envelope = oldEnvelope({ gate: 'east', names: [] });
      const seal = await database.keys().sealer('acme', 'old');
      envelope.data = { gate: 'east', names: [seal(envelope.id, '/names/0', 'Ada Lovelace'), 'plain from before'] };
      const event = await createEventReader({ keys: database.keys() }).open(envelope);
      expect(event).toMatchObject({
        type: 'VisitorCame',
        context: 'shipments',
        data: { gate: 'east', people: [{ name: 'Ada Lovelace' }, { name: 'plain from before' }] },
      });
    });

    it('is refused at read when the data does not fit the schema of its version, or there is no such version', async () => {
      const reader = createEventReader({ keys: database.keys() });
      await expect(reader.open(oldEnvelope({ gate: 7 }))).rejects.toThrow(SchemaMismatch);
      await expect(reader.open({ ...oldEnvelope({}), type: 'tidewaiter.shipments.VisitorCame.v9' })).rejects.toThrow(
        /no such version/,
      );
      await expect(reader.open({ ...oldEnvelope({}), type: 'tidewaiter.shipments.NeverDefined.v1' })).rejects.toThrow(
        /no such event/,
      );
    });
  });
});
