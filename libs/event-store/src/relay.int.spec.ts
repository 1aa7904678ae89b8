import { jest } from '@jest/globals';
import { silentLog, type EventBus, type OutgoingRecord } from '@tidewaiter/event-bus';
import { newId } from '@tidewaiter/kernel';
import type pg from 'pg';
import type { EventStore } from './event-store.js';
import { Relay, type RelayOptions } from './relay.js';
import { ending } from './testing/engagement-ending.js';
import { byOf, TestDatabase } from './testing/servers.js';

const engagementId = newId();

/** Records what was acknowledged; a test says what happens at each publish. */
class Ledger implements EventBus {
  readonly published: OutgoingRecord[] = [];
  before: (records: readonly OutgoingRecord[]) => Promise<void> = () => Promise.resolve();
  after: () => Promise<void> = () => Promise.resolve();

  async publish(_topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    await this.before(records);
    this.published.push(...records);
    await this.after();
  }
  ensureTopics = (): Promise<void> => Promise.resolve();
  ping = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();

  versions(stream: string): number[] {
    return this.events().flatMap((event) => (event.stream === stream ? [event.version] : []));
  }
  events(): { id: string; stream: string; version: number }[] {
    return this.published.map(
      ({ value }) => JSON.parse(value.toString()) as { id: string; stream: string; version: number },
    );
  }
}

jest.setTimeout(60_000);

describe('the relay', () => {
  let database: TestDatabase;
  let store: EventStore;
  let system: pg.Pool;
  let admin: pg.Pool;
  let ledger: Ledger;
  const relays: Relay[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    store = database.store();
    system = database.pool('shipments_system', 4);
    admin = database.pool(undefined, 1);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    await admin.query(`
      set search_path to shipments;
      truncate streams, events, commands, outbox;
      update lanes set owner = null, leased_until = '-infinity'`);
    ledger = new Ledger();
  });
  afterEach(() => Promise.all(relays.splice(0).map((relay) => relay.stop())));

  const relay = (options: Partial<RelayOptions> = {}): Relay => {
    const made = new Relay({
      context: 'shipments',
      systemPool: system,
      bus: ledger,
      log: silentLog,
      idleMs: 20,
      ...options,
    });
    relays.push(made);
    return made;
  };
  const append = async (stream: string, count: number, subject = stream): Promise<void> => {
    const codes = Array.from({ length: count }, (_, index) => `c${index}`);
    await store.execute(ending, stream, { type: 'SuspendOften', engagementId, codes }, byOf(newId(), { subject }));
  };
  const empty = async (of: Relay): Promise<void> => {
    while ((await of.unsent()).count > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('publishes the stored bytes under the stream’s key, in the order of each stream', async () => {
    await append('engagement-a', 3);
    await append('engagement-b', 2);
    await append('engagement-a', 2, 'another-subject');
    const one = relay();
    one.start();
    await empty(one);

    expect(ledger.versions('engagement-a')).toEqual([1, 2, 3, 4, 5]);
    expect(ledger.versions('engagement-b')).toEqual([1, 2]);
    expect(new Set(ledger.published.map(({ key }) => key))).toEqual(new Set(['engagement-a', 'engagement-b']));
    const stored = await store.query<{ body: string }>('acme', 'select body from events order by position');
    expect(ledger.published.map(({ value }) => value.toString())).toEqual(stored.map(({ body }) => body));
  });

  it('publishes again what was sent but not marked when it was killed', async () => {
    await append('engagement-a', 3);
    const killed = relay({ leaseMs: 200 });
    let sawPublish = (): void => undefined;
    const published = new Promise<void>((resolve) => (sawPublish = resolve));
    ledger.after = () => {
      sawPublish();
      return new Promise(() => undefined); // never comes back: the process is gone
    };
    killed.start();
    await published;
    relays.splice(0);
    expect((await killed.unsent()).count).toBe(3);

    ledger.after = () => Promise.resolve();
    const next = relay({ leaseMs: 200 });
    next.start();
    await empty(next);
    expect(ledger.versions('engagement-a')).toEqual([1, 2, 3, 1, 2, 3]);
    expect(new Set(ledger.events().map(({ id }) => id)).size).toBe(3);
  });

  it('refuses the marks of one that was paused past its lease', async () => {
    await append('engagement-a', 2);
    const warned: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void warned.push(message) };
    const paused = relay({ leaseMs: 100, log });
    let wake = (): void => undefined;
    const asleep = new Promise<void>((fellAsleep) => {
      ledger.before = () =>
        new Promise((resolve) => {
          wake = resolve;
          fellAsleep();
        });
    });
    paused.start();
    await asleep;

    ledger.before = () => Promise.resolve();
    const next = relay();
    next.start();
    await empty(next);
    expect(ledger.versions('engagement-a')).toEqual([1, 2]);
    await next.republish('0');
    await next.stop();
    relays.splice(1);
    wake();
    while (warned.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(warned).toEqual(['another relay has taken over']);
    await empty(paused);
    expect(new Set(ledger.events().map(({ id }) => id)).size).toBe(2);
  });

  it('shares the work with a second relay without sending twice', async () => {
    const [one, two] = [relay(), relay()];
    one.start();
    two.start();
    await Promise.all(Array.from({ length: 30 }, (_, index) => append(`engagement-${index}`, 2)));
    await empty(one);
    await Promise.all([one.stop(), two.stop()]);
    expect(ledger.published).toHaveLength(60);
    expect(new Set(ledger.events().map(({ id }) => id)).size).toBe(60);
  });

  it('gives its lanes back when it stops, so that the next need not wait', async () => {
    const first = relay({ leaseMs: 60_000 });
    first.start();
    await append('engagement-a', 1);
    await empty(first);
    await first.stop();
    await append('engagement-a', 1);
    const second = relay({ leaseMs: 60_000 });
    second.start();
    await empty(second);
    expect(ledger.versions('engagement-a')).toEqual([1, 2]);
  });

  it('keeps everything while the broker is away and loses no order when it is back', async () => {
    let failures = 3;
    ledger.before = async () => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('broker is away');
      }
    };
    const one = relay();
    one.start();
    for (let turn = 0; turn < 4; turn += 1) await append('engagement-a', 2);
    await empty(one);
    expect(ledger.versions('engagement-a')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('waits for no transaction that is still open elsewhere', async () => {
    await append('engagement-a', 1);
    const idle = database.pool(undefined, 1);
    await idle.query('begin; create table held (n int)');
    const one = relay();
    one.start();
    await empty(one);
    await idle.query('rollback');
    expect(ledger.versions('engagement-a')).toEqual([1]);
  });

  it('misses nothing that commits late', async () => {
    const one = relay();
    one.start();
    let proceed = (): void => undefined;
    let late: Promise<void> = Promise.resolve();
    await new Promise<void>((appended) => {
      late = store.transaction('acme', async (tx) => {
        const command = { type: 'Suspend', engagementId, code: 'late' } as const;
        await store.execute(ending, 'engagement-late', command, byOf('late', { subject: 'late' }), { tx });
        await new Promise<void>((resolve) => {
          proceed = resolve;
          appended();
        });
      });
    });
    await append('engagement-early', 1);
    while (ledger.published.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    proceed();
    await late;
    await empty(one);
    expect(ledger.events().map(({ stream }) => stream)).toEqual(['engagement-early', 'engagement-late']);
  });

  it('publishes again from a position on, also what was pruned from the outbox', async () => {
    await append('engagement-a', 4);
    const one = relay();
    one.start();
    await empty(one);
    const [second] = await store.read('acme', 'engagement-a', { fromVersion: 2, toVersion: 2 });
    await system.query('delete from outbox where position > $1', [second!.position]);

    expect(await one.republish(second!.position)).toBe(3);
    await empty(one);
    // At least once: a batch read just before the republication may be sent twice.
    expect(ledger.versions('engagement-a').slice(0, 7)).toEqual([1, 2, 3, 4, 2, 3, 4]);
  });
});
