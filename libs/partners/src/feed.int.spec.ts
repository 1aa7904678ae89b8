import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { StoredEvent } from '@tidewaiter/event-store';
import { inTenant } from '@tidewaiter/event-store';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import { newId, now } from '@tidewaiter/kernel';
import { Bell, createDatabase, eventStream, type Database } from '@tidewaiter/platform';
import type pg from 'pg';
import { FeedReader, FeedWriter } from './feed.js';

const shipment = newId();
const opened = (tenant: string, shipmentId = newId()): StoredEvent => ({
  id: newId(),
  context: 'shipments',
  type: 'ShipmentClosed',
  data: { shipmentId, outcome: 'delivered', reason: null },
  stream: `shipment-${shipmentId}`,
  version: 1,
  time: now(),
  tenant,
  subject: shipmentId,
  actor: 'user:olivia',
  correlationId: shipmentId,
  causationId: 'test',
  position: '',
});

describe('the feed', () => {
  let test: TestDatabase;
  let app: pg.Pool;
  let database: Database;
  const bell = new Bell();
  const writer = new FeedWriter(bell, { nudge: () => undefined }, now);

  beforeAll(async () => {
    test = await TestDatabase.create('partners', new URL('../migrations/', import.meta.url));
    app = test.pool('partners_app', 12);
    database = createDatabase(app, test.pool('partners_system', 2));
  });
  afterAll(() => test.drop());

  /** Several events in one transaction that takes its time, as a consumer's chunk does. */
  const chunk = (events: StoredEvent[]) =>
    inTenant(app, events[0]!.tenant, async (tx) => {
      for (const part of [events.slice(0, 2), events.slice(2)]) {
        await writer.handle(part, tx);
        await wait(randomInt(4));
      }
    });

  async function follow(
    tenant: string,
    after: string,
    enough: number,
    takeAtMost: number,
  ): Promise<{ ids: number[]; events: string[] }> {
    const reader = new FeedReader(database);
    const got = { ids: [] as number[], events: [] as string[] };
    // Breaks off and comes again with its last id, as a partner's client does.
    for (let from = after; got.ids.length < enough; from = String(got.ids.at(-1) ?? after)) {
      let taken = 0;
      const stream = eventStream({
        after: from,
        read: (position, limit) => reader.read(tenant, position, {}, limit),
        listen: (heard) => bell.listen(tenant, heard),
        timing: { pollMs: 20 },
      });
      for await (const part of stream) {
        for (const [, id, data] of String(part).matchAll(/^id: (\d+)\nevent: .*\ndata: (.*)$/gm)) {
          got.ids.push(Number(id));
          got.events.push((JSON.parse(data!) as { id: string }).id);
          taken += 1;
        }
        if (got.ids.length >= enough || taken >= takeAtMost) break;
      }
    }
    return got;
  }

  it('gives a reader that comes and goes every event once and in order, while many write at once', async () => {
    const chunks = Array.from({ length: 40 }, () => Array.from({ length: 1 + randomInt(6) }, () => opened('acme')));
    const all = chunks.flat().map((event) => event.id);
    const reading = [follow('acme', '0', all.length, 7), follow('acme', '0', all.length, 1000)];
    await Promise.all([...chunks.map(chunk), chunk([opened('globex'), opened('globex')])]);
    for (const got of await Promise.all(reading)) {
      expect(got.ids).toEqual(all.map((_, index) => index + 1));
      expect([...got.events].sort()).toEqual([...all].sort());
    }
  });

  it('leaves no position behind when a transaction rolls back', async () => {
    const failing = inTenant(app, 'initech', async (tx) => {
      await writer.handle([opened('initech')], tx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await chunk([opened('initech')]);
    expect((await new FeedReader(database).read('initech', '0', {}, 10)).map((row) => row.position)).toEqual(['1']);
  });

  it('shows one shipment only when asked to', async () => {
    await chunk([opened('hooli'), opened('hooli', shipment), opened('hooli'), opened('hooli', shipment)]);
    const rows = await new FeedReader(database).read('hooli', '0', { shipment }, 10);
    expect(rows.map((row) => row.position)).toEqual(['2', '4']);
    expect(JSON.parse(rows[0]!.body!)).toMatchObject({
      specversion: '1.0',
      type: 'tidewaiter.shipments.ShipmentClosed.v1',
      subject: shipment,
    });
  });

  it('passes over other types without leaving out their positions', async () => {
    const reader = new FeedReader(database);
    const all = await reader.read('hooli', '0', {}, 10);
    const asked = async (type: string) =>
      (await reader.read('hooli', '0', { type }, 10)).map(({ position, body }) => [position, body !== null]);
    const told = (are: boolean) => all.map(({ position }) => [position, are]);
    expect(all.length).toBeGreaterThan(2);
    expect(await asked('shipments.*')).toEqual(told(true));
    expect(await asked('shipments.ShipmentClosed')).toEqual(told(true));
    for (const type of ['customs.*', 'shipments.Shipment', 'customs.ShipmentClosed'])
      expect([type, await asked(type)]).toEqual([type, told(false)]);
  });

  it('takes the values of persons out', async () => {
    const event = {
      ...opened('umbrella'),
      type: 'EngagementOpened',
      data: { customer: { name: 'Northwind', contact: 'Ada Person' } },
    };
    await chunk([event]);
    const [row] = await new FeedReader(database).read('umbrella', '0', {}, 1);
    expect(row!.body).not.toContain('Ada Person');
    expect(JSON.parse(row!.body!)).toMatchObject({ data: { customer: { name: 'Northwind', contact: '[sealed]' } } });
  });

  it('has nothing for another tenant, on any table, whoever asks and however', async () => {
    await chunk([opened('acme')]);
    const reader = new FeedReader(database);
    expect([await reader.head('nobody'), await reader.read('nobody', '0', {}, 10)]).toEqual(['0', []]);
    for (const table of ['feed', 'feed_heads']) {
      const own = (tenant: string) =>
        inTenant(
          app,
          tenant,
          async (tx) => (await tx.query<{ tenant_id: string }>(`select tenant_id from ${table}`)).rows,
        );
      expect(new Set((await own('acme')).map((each) => each.tenant_id))).toEqual(new Set(['acme']));
      expect(await own('nobody')).toEqual([]);
      expect((await app.query(`select from ${table}`)).rowCount).toBe(0);
      const crossing = inTenant(app, 'globex', (tx) =>
        tx.query(`update ${table} set tenant_id = 'globex' where tenant_id = 'acme'`),
      );
      expect((await crossing).rowCount).toBe(0);
    }
    const forged = inTenant(app, 'globex', (tx) =>
      tx.query(`insert into feed_heads (tenant_id, position) values ('acme-2', 1)`),
    );
    await expect(forged).rejects.toThrow(/row-level security/);
  });
});
