import { Desk } from '../testing/desk.js';
import { confirmed, dropped } from '../testing/dcsa-events.js';
import { bookingsBoard, deliveriesBoard } from './projections.js';

const TABLES = ['bookings', 'booking_requests', 'deliveries', 'proof_requests', 'proofs', 'inbound_messages'] as const;

describe('the tables of carriers', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
    desk.carrier.proof = () => ({ status: 404 });
    const waiting = await desk.booked();
    const proved = await desk.booked();
    await desk.push(dropped(waiting.carrierReference, 5), dropped(proved.carrierReference, 5), confirmed('NOBODY'));
    desk.carrier.proof = (asked) =>
      asked === proved.carrierReference ? { status: 200, bytes: '%PDF-1.7' } : { status: 404 };
    await desk.proofs.work();
  });
  afterAll(() => desk.close());

  const seen = (tenant: string, table: string) =>
    desk.data.tenant(
      tenant,
      async (tx) => (await tx.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]!.n,
    );
  const there = (table: string) =>
    desk.data.system(
      async (tx) => (await tx.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]!.n,
    );

  it('are all tried here', async () => {
    const { rows } = await desk.database.pool().query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'carriers' and c.relkind = 'r' and c.relname = any($1) and c.relrowsecurity and c.relforcerowsecurity`,
      [TABLES],
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([...TABLES].sort());
  });

  it.each(TABLES)('%s: another tenant sees nothing, changes nothing and puts nothing in', async (table) => {
    expect(await there(table)).toBeGreaterThan(0);
    expect(await seen('globex', table)).toBe(0);
    expect(await desk.data.tenant('globex', async (tx) => (await tx.query(`delete from ${table}`)).rowCount)).toBe(0);
    expect(
      await desk.data.tenant(
        'globex',
        async (tx) => (await tx.query(`update ${table} set tenant_id = tenant_id`)).rowCount,
      ),
    ).toBe(0);
    const foreign = desk.data.tenant('globex', (tx) => tx.query(`insert into ${table} (tenant_id) values ('acme')`));
    await expect(foreign).rejects.toThrow(/row-level security/);
  });

  it('raw pushes are nobody’s: no tenant sees them', async () => {
    expect(await seen('acme', 'inbound_messages')).toBe(0);
    expect(await seen('acme', 'bookings')).toBe(2);
  });

  it('a booking of another tenant is an unknown one', async () => {
    const { bookingId, shipmentId } = await desk.booked('globex');
    await expect(desk.resolve(shipmentId, bookingId)).rejects.toMatchObject({ code: 'carriers.booking.unknown' });
  });

  it.each([bookingsBoard, deliveriesBoard])('$name is the same after a rebuild from events', async (projection) => {
    const rows = () =>
      desk.data.system(
        async (tx) => (await tx.query(`select * from ${projection.name} order by tenant_id, booking_id`)).rows,
      );
    const before = await rows();
    await desk.store.rebuild(projection);
    expect(await rows()).toEqual(before);
  });
});
