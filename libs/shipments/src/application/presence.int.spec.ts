import { newId } from '@tidewaiter/kernel';
import { callerOf, Room } from '../testing/room.js';
import { Presence } from './presence.js';

const [olga, amara, foreign] = [callerOf('acme', 'olga'), callerOf('acme', 'amara'), callerOf('globex', 'olga')];
const HERE = { part: '', editing: false };

describe('who has a shipment open', () => {
  let room: Room;
  let shipmentId: string;
  beforeAll(async () => {
    room = await Room.open();
    shipmentId = await room.shipment(await room.engagement());
  });
  afterAll(() => room.close());

  it('is told to the others, with the part and whether something is typed there, and never of oneself', async () => {
    const presence = new Presence(room.store, () => '2026-11-28T10:00:00.000Z');
    expect(await presence.tell(olga, shipmentId, HERE)).toEqual({ others: [] });
    await presence.tell(amara, shipmentId, { part: 'declaration', editing: true });
    const { others } = await presence.tell(olga, shipmentId, HERE);
    expect(others).toEqual([
      { name: amara.name, part: 'declaration', editing: true, since: '2026-11-28T10:00:00.000Z' },
    ]);
  });

  it('is forgotten when it was not said again for 45 seconds, and then begins anew', async () => {
    const at = (second: number) =>
      new Presence(room.store, () => new Date(Date.UTC(2026, 10, 28, 11, 0, second)).toISOString());
    await at(0).tell(olga, shipmentId, HERE);
    await at(30).tell(olga, shipmentId, HERE);
    expect((await at(74).tell(amara, shipmentId, HERE)).others).toMatchObject([{ since: '2026-11-28T11:00:00.000Z' }]);
    expect((await at(76).tell(amara, shipmentId, HERE)).others).toEqual([]);
    await at(80).tell(olga, shipmentId, HERE);
    expect((await at(81).tell(amara, shipmentId, HERE)).others).toMatchObject([{ since: '2026-11-28T11:01:20.000Z' }]);
  });

  it('is not kept of a shipment that nobody opens again', async () => {
    const another = await room.shipment(await room.engagement());
    const at = (second: number) =>
      new Presence(room.store, () => new Date(Date.UTC(2026, 10, 28, 11, 30, second)).toISOString());
    const kept = async () => {
      const { rows } = await room.store.transaction('acme', (tx) =>
        tx.query<{ shipment_id: string }>('select shipment_id from presence where tenant_id = $1', ['acme']),
      );
      return rows.map((row) => row.shipment_id);
    };
    await at(0).tell(amara, another, HERE);
    await at(45).tell(olga, shipmentId, HERE);
    expect((await kept()).sort()).toEqual([another, shipmentId].sort());
    await at(46).tell(olga, shipmentId, HERE);
    expect(await kept()).toEqual([shipmentId]);
  });

  it('is not told of another tenant’s shipment, which is like one that does not exist', async () => {
    const presence = new Presence(room.store, () => '2026-11-28T12:00:00.000Z');
    for (const [caller, id] of [
      [foreign, shipmentId],
      [olga, newId()],
    ] as const)
      await expect(presence.tell(caller, id, HERE)).rejects.toMatchObject({ code: 'shipments.shipment.unknown' });
  });
});
