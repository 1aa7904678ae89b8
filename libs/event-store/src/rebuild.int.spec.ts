import { jest } from '@jest/globals';
import { newId } from '@tidewaiter/kernel';
import type { EventStore, InlineProjection } from './event-store.js';
import { ending } from './testing/engagement-ending.js';
import { byOf, TestDatabase } from './testing/servers.js';

const engagementId = newId();
const suspensions: InlineProjection = {
  name: 'suspensions',
  tables: ['suspensions'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'EngagementSuspended') continue;
      await tx.query(
        `insert into suspensions (tenant_id, stream, count) values ($1, $2, 1)
         on conflict (tenant_id, stream) do update set count = suspensions.count + 1`,
        [event.tenant, event.stream],
      );
    }
  },
};

jest.setTimeout(60_000);

describe('rebuilding a read model', () => {
  let database: TestDatabase;
  let store: EventStore;

  beforeAll(async () => {
    database = await TestDatabase.create('shipments', new URL('./testing/migrations/', import.meta.url));
    store = database.store({ inline: [suspensions] });
  });
  afterAll(() => database.drop());

  const suspend = (tenant: string, stream: string, turn: number): Promise<unknown> =>
    store.execute(
      ending,
      stream,
      { type: 'Suspend', engagementId, code: `c${turn}` },
      byOf(`${stream}/${turn}`, { tenant }),
    );
  const rows = async (): Promise<unknown[]> =>
    (await database.pool('shipments_system', 1).query<object>('select * from suspensions order by 1, 2')).rows;

  it('gives the same rows again, tenant by tenant', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      await suspend('acme', `engagement-${turn % 2}`, turn);
      await suspend('globex', 'engagement-0', turn);
    }
    const before = await rows();
    expect(before).toEqual([
      { tenant_id: 'acme', stream: 'engagement-0', count: 2 },
      { tenant_id: 'acme', stream: 'engagement-1', count: 2 },
      { tenant_id: 'globex', stream: 'engagement-0', count: 4 },
    ]);

    await database.pool('shipments_system', 1).query('update suspensions set count = 99');
    expect(await store.rebuild(suspensions)).toBe(8);
    expect(await rows()).toEqual(before);
  });

  it('loses nothing that is appended meanwhile', async () => {
    const writing = Array.from({ length: 10 }, (_, turn) => suspend('acme', 'engagement-busy', turn));
    await Promise.all([store.rebuild(suspensions), ...writing]);
    expect(await rows()).toContainEqual({ tenant_id: 'acme', stream: 'engagement-busy', count: 10 });
  });
});
