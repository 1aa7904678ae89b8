import { newId } from '@tidewaiter/kernel';
import { callerOf, command, Room } from '../testing/room.js';
import { ShipmentComments } from './comments.js';
import { Watching } from './watchers.js';

const [olga, amara, foreign] = [callerOf('acme', 'olga'), callerOf('acme', 'amara'), callerOf('globex', 'olga')];
const unknown = expect.objectContaining({ code: 'shipments.shipment.unknown' });

let room: Room;
let comments: ShipmentComments;
let shipmentId: string;
beforeAll(async () => {
  room = await Room.open();
  comments = new ShipmentComments(room.store);
});
beforeEach(async () => {
  shipmentId = await room.shipment(await room.engagement());
});
afterAll(() => room.close());

describe('comments on a shipment', () => {
  it('are read in their order, say whose they are, and are made once however often they are sent', async () => {
    const commandId = command();
    const first = await comments.make(olga, shipmentId, 'The seal was broken.', commandId);
    expect(await comments.make(olga, shipmentId, 'The seal was broken.', commandId)).toBe(first);
    await comments.make(amara, shipmentId, 'I called the warehouse.', command());
    expect((await comments.list(amara, shipmentId)).items).toMatchObject([
      { commentId: first, by: 'user:olga', text: 'The seal was broken.', state: 'stands', mine: false },
      { by: 'user:amara', text: 'I called the warehouse.', state: 'stands', mine: true },
    ]);
    await expect(comments.make(olga, shipmentId, 'Something else.', commandId)).rejects.toMatchObject({
      code: 'event-store.command.differs',
    });
  });

  it('are events of the shipment’s story, sealed: neither the log nor the timeline holds their text', async () => {
    await comments.make(olga, shipmentId, 'Ms Meier asks for a call.', command());
    const [stored] = await room.store.query<{ body: string; subject: string }>(
      'acme',
      `select body, subject from events where stream = 'comments-' || $1`,
      [shipmentId],
    );
    expect(stored!.subject).toBe(shipmentId);
    expect(stored!.body).not.toContain('Meier');
    await room.toBoard(...(await room.store.read('acme', `comments-${shipmentId}`)));
    const [row] = await room.store.query<{ entry: string }>(
      'acme',
      `select t::text as entry from timeline t where shipment_id = $1`,
      [shipmentId],
    );
    expect(row!.entry).toContain('Comment by user:olga');
    expect(row!.entry).not.toContain('Meier');
  });

  it('are taken back by their writer alone, and then shown no more', async () => {
    const commentId = await comments.make(olga, shipmentId, 'Wrong shipment.', command());
    await expect(comments.withdraw(amara, shipmentId, commentId, command())).rejects.toMatchObject({
      code: 'shipments.comment.not-yours',
    });
    await comments.withdraw(olga, shipmentId, commentId, command());
    await comments.withdraw(olga, shipmentId, commentId, command());
    expect((await comments.list(olga, shipmentId)).items).toMatchObject([{ text: null, state: 'withdrawn' }]);
  });

  it('are erased with the shipment’s persons', async () => {
    await comments.make(olga, shipmentId, 'Ms Meier asks for a call.', command());
    await room.test.keys().destroy('acme', shipmentId);
    const fresh = new ShipmentComments(room.test.store());
    expect((await fresh.list(olga, shipmentId)).items).toMatchObject([{ text: null, state: 'erased' }]);
  });

  it('of another tenant’s shipment are those of one that is not there', async () => {
    await expect(comments.list(foreign, shipmentId)).rejects.toEqual(unknown);
    await expect(comments.make(foreign, shipmentId, 'Hello', command())).rejects.toEqual(unknown);
    await expect(comments.list(olga, newId())).rejects.toEqual(unknown);
  });
});

describe('watchers of a shipment', () => {
  it('come once, go, and are seen by their tenant alone', async () => {
    const watching = new Watching(room.store, () => '2026-11-24T10:00:00.000000Z');
    await watching.change(olga, shipmentId, true);
    await watching.change(olga, shipmentId, true);
    await watching.change(amara, shipmentId, true);
    expect(await watching.show(olga, shipmentId)).toEqual({
      watching: true,
      watchers: ['amara', 'olga'].map((name) => ({ name, since: '2026-11-24T10:00:00.000Z' })),
    });
    expect(await watching.change(olga, shipmentId, false)).toMatchObject({
      watching: false,
      watchers: [{ name: 'amara' }],
    });
    await expect(watching.show(foreign, shipmentId)).rejects.toEqual(unknown);
    await expect(watching.change(foreign, shipmentId, true)).rejects.toEqual(unknown);
  });
});
