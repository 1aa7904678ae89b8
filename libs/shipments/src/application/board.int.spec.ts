import type { StoredEvent } from '@tidewaiter/event-store';
import { inTenant } from '@tidewaiter/event-store';
import { newId } from '@tidewaiter/kernel';
import { Bell } from '@tidewaiter/platform';
import { callerOf, command, Room, stepOf } from '../testing/room.js';
import { BoardRebuild } from './board.js';
import { readModels } from './read-models.js';

const foreign = (
  shipmentId: string,
  context: StoredEvent['context'],
  type: string,
  data: Record<string, unknown>,
  time: string,
): StoredEvent => ({
  id: newId(),
  context,
  type,
  data: { shipmentId, ...data },
  stream: `declaration-${shipmentId}`,
  version: 1,
  time,
  tenant: 'acme',
  subject: shipmentId,
  actor: 'authority:hmrc',
  correlationId: shipmentId,
  causationId: 'test',
  position: '',
});

describe('the board', () => {
  let room: Room;
  beforeAll(async () => {
    room = await Room.open();
  });
  afterAll(() => room.close());

  it('shows a shipment as soon as it is opened, before any event came round', async () => {
    const id = await room.shipment(await room.engagement());
    expect(await room.views.shipment('acme', id)).toMatchObject({
      stage: 'engagement',
      events: 0,
      version: 1,
      payable: null,
      lastEvent: null,
    });
  });

  it('folds the events of all contexts and keeps each in the timeline, persons left out', async () => {
    const id = await room.shipment(await room.engagement());
    await room.activities.engageShipment(stepOf(id));
    const mrn = '26GBABCDEFGHIJKLM5';
    await room.toBoard(
      ...(await room.store.read('acme', `shipment-${id}`)),
      foreign(
        id,
        'customs',
        'DutyNotified',
        { kind: 'final', total: { amount: '282.66', currency: 'GBP' }, mrn },
        '2099-01-01T00:00:00.000000Z',
      ),
    );
    expect(await room.views.shipment('acme', id)).toMatchObject({
      stage: 'clearance',
      waitingFor: 'authority',
      summary: 'Authority’s final debt: 282.66 GBP'.replace('’', "'"),
      payable: { amount: '282.66', currency: 'GBP' },
      mrn,
      lastEvent: { type: 'DutyNotified' },
      events: 4,
    });
    const first = await room.views.timeline('acme', id, { limit: 3 });
    const rest = await room.views.timeline('acme', id, { limit: 3, after: first.next ?? undefined });
    const entries = [...first.items, ...rest.items];
    expect(entries.map((entry) => [entry.context, entry.name, entry.version])).toEqual([
      ['shipments', 'ShipmentOpened', 1],
      ['shipments', 'PartiesScreened', 2],
      ['shipments', 'ShipmentEngaged', 3],
      ['customs', 'DutyNotified', 1],
    ]);
    expect(rest.next).toBeNull();
    expect(entries[3]).toMatchObject({
      type: 'tidewaiter.customs.DutyNotified.v1',
      says: "Authority's final debt: 282.66 GBP",
      actor: 'authority:hmrc',
    });
    expect(JSON.stringify(entries)).not.toContain('Shenzhen Lantern Works');
    expect(entries[0]!.data).toMatchObject({
      parties: [
        { role: 'consignor', name: '[sealed]' },
        { role: 'consignee', name: '[sealed]' },
      ],
    });
  });

  it('takes no notice of what concerns no shipment', async () => {
    const engagementId = await room.engagement();
    await room.toBoard(...(await room.store.read('acme', `engagement-${engagementId}`)));
    const { rows } = await inTenant(room.test.pool('shipments_app', 1), 'acme', (tx) =>
      tx.query(`select from timeline where stream = $1`, [`engagement-${engagementId}`]),
    );
    expect(rows).toEqual([]);
  });

  it('is made anew from the timeline, row for row', async () => {
    const before = await room.views.shipments('acme', { limit: 200 });
    await inTenant(room.test.pool('shipments_system', 1), 'acme', (tx) =>
      tx.query(`update board set row = '{}', stage = 'closed'`),
    );
    expect(await new BoardRebuild(room.database).run()).toBeGreaterThan(0);
    expect(await room.views.shipments('acme', { limit: 200 })).toEqual(before);
  });

  it('holds through many shipments and topics at once without a deadlock', async () => {
    const engagementId = await room.engagement();
    const ids = await Promise.all([1, 2, 3, 4].map(() => room.shipment(engagementId)));
    const arriving = Array.from({ length: 8 }, (_, n) => {
      const order = n % 2 === 0 ? ids : [...ids].reverse();
      const time = `2026-11-24T10:00:0${n}.000000Z`;
      return order.map((id) =>
        foreign(
          id,
          'carriers',
          'GoodsDelivered',
          { line: 1, quantity: { value: '1', unit: 'NAR' }, remaining: { value: '0', unit: 'NAR' } },
          time,
        ),
      );
    });
    const pool = room.test.pool('shipments_app', 8);
    const { Board } = await import('./board.js');
    await Promise.all(arriving.map((chunk) => inTenant(pool, 'acme', (tx) => new Board(new Bell()).handle(chunk, tx))));
    for (const id of ids) expect((await room.views.shipment('acme', id)).events).toBe(8);
  });
});

describe('read models', () => {
  it('come out the same when they are rebuilt from the events', async () => {
    const room = await Room.open();
    try {
      const importerId = await room.importer();
      await room.guarantee(importerId, '500.00');
      const id = await room.shipment(await room.engagement({ importerId }));
      await room.activities.reserveGuarantee(stepOf(id), { amount: '1.00', currency: 'GBP' });
      await room.activities.raiseTask(stepOf(id), {
        kind: 'retry-step',
        role: 'operator',
        says: 'x',
        about: {},
        due: null,
      });
      const { version } = await room.views.shipment('acme', id);
      await room.desk.amendShipment(id, { portOfEntry: 'GBSOU' }, callerOf(), command(), version);
      const look = async () => [
        await room.views.importers('acme', { limit: 9 }),
        await room.views.guarantees('acme', { limit: 9 }),
        await room.views.engagements('acme', { limit: 9 }),
        await room.views.shipments('acme', { limit: 9 }),
        await room.views.tasks(callerOf('acme'), { limit: 9, status: 'open' }),
      ];
      const before = await look();
      for (const projection of readModels) await room.store.rebuild(projection);
      expect(await look()).toEqual(before);
    } finally {
      await room.close();
    }
  });
});

describe('tenants', () => {
  it('meet on no table: no row of another is seen, changed, removed or written', async () => {
    const room = await Room.open();
    try {
      const importerId = await room.importer();
      await room.guarantee(importerId, '500.00');
      const id = await room.shipment(await room.engagement({ importerId }));
      const { taskId } = await room.activities.raiseTask(stepOf(id), {
        kind: 'retry-step',
        role: 'operator',
        says: 'x',
        about: {},
        due: null,
      });
      await room.decisions.decide(taskId, { retry: true }, callerOf(), command(), 1);
      await room.toBoard(...(await room.store.read('acme', `shipment-${id}`)));

      const app = room.test.pool('shipments_app', 2);
      const admin = room.test.pool();
      const tables = [
        'importers',
        'guarantees',
        'engagements',
        'shipments',
        'tasks',
        'claims',
        'decision_requests',
        'board',
        'timeline',
      ];
      const { rows: own } = await admin.query<{ table_name: string }>(
        `select table_name from information_schema.columns where table_schema = 'shipments' and column_name = 'tenant_id'`,
      );
      expect(own.map((each) => each.table_name)).toEqual(expect.arrayContaining(tables));
      for (const table of tables) {
        const count = (sql: string) => inTenant(app, 'globex', async (tx) => (await tx.query(sql)).rowCount);
        expect([table, (await inTenant(app, 'acme', (tx) => tx.query(`select from ${table}`))).rowCount]).not.toEqual([
          table,
          0,
        ]);
        expect([table, await count(`select from ${table}`)]).toEqual([table, 0]);
        expect([table, await count(`update ${table} set tenant_id = 'globex'`)]).toEqual([table, 0]);
        expect([table, await count(`delete from ${table}`)]).toEqual([table, 0]);
        expect([table, (await app.query(`select from ${table}`)).rowCount]).toEqual([table, 0]);
        const moving = inTenant(app, 'acme', (tx) => tx.query(`update ${table} set tenant_id = 'globex'`));
        await expect(moving).rejects.toThrow(/row-level security/);
      }
    } finally {
      await room.close();
    }
  });
});
