import { newId } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { RESTS_MS } from '../domain/schedule.js';
import { callerOf, command, Room, someTenant } from '../testing/room.js';
import { Receiver, status } from '../testing/receiver.js';

const LONG = 25 * 3600 * 1000;

describe('the lanes of an endpoint', () => {
  let room: Room;
  let receiver: Receiver;

  beforeAll(async () => {
    [room, receiver] = [await Room.open(), await Receiver.open()];
  });
  beforeEach(() => receiver.moveOn());
  afterAll(async () => {
    await receiver?.close();
    await room?.close();
  });

  const failing = (shipment: string) => {
    receiver.answer = (response, received) =>
      status(received.event.subject === shipment ? 500 : 204)(response, received);
  };

  it('send what is taken in the order of positions, with the version before in the same stream', async () => {
    const [tenant, shipment] = [someTenant(), newId()];
    await room.endpoint(receiver.url, [], tenant);
    const ids = await room.happen(shipment, 3, { tenant });
    await room.carry();
    expect(receiver.ids).toEqual(ids);
    expect(receiver.received.map(({ event }) => [event.previousversion, event.version])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('take only the types that were asked for, and the version before is among those', async () => {
    const [tenant, shipment] = [someTenant(), newId()];
    await room.endpoint(receiver.url, ['documents.*', 'shipments.ShipmentClosed'], tenant);
    await room.happen(shipment, 1, { tenant });
    await room.happen(shipment, 2, { tenant, type: 'EngagementEnded', data: { engagementId: shipment } });
    await room.happen(shipment, 1, { tenant });
    await room.carry();
    expect(receiver.received.map(({ event }) => [event.previousversion, event.version])).toEqual([
      [0, 1],
      [1, 4],
    ]);
  });

  it('block only themselves: the others go on, and the blocked one goes on in order once its head got through', async () => {
    const [tenant, bad, good] = [someTenant(), newId(), newId()];
    await room.endpoint(receiver.url, [], tenant);
    failing(bad);
    const blocked = await room.happen(bad, 3, { tenant });
    const free = await room.happen(good, 2, { tenant });
    await room.carry();
    expect(receiver.ids.filter((id) => free.includes(id))).toEqual(free);
    expect(receiver.ids.filter((id) => blocked.includes(id))).toEqual([blocked[0]]);
    const [head] = await room.deliveries({ status: 'failing' }, tenant);
    expect(head).toMatchObject({ eventId: blocked[0], tries: 1, behind: 2, lastStatus: 500, lastSays: '500' });

    room.later(RESTS_MS[0]! * 1.1);
    await room.carry();
    expect(receiver.ids.filter((id) => id === blocked[0])).toHaveLength(2);
    const sentTwice = receiver.received.filter(({ event }) => event.id === blocked[0]);
    expect(new Set(sentTwice.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(sentTwice.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(2);

    receiver.answer = status(200);
    room.later(RESTS_MS[1]! * 1.1);
    await room.carry();
    expect(receiver.ids.slice(-3)).toEqual(blocked);
    expect(await room.deliveries({ status: 'failing' }, tenant)).toEqual([]);
  });

  it('are dead after the last try, and wait for a person: a retry goes on in order, under the same id', async () => {
    const [tenant, shipment] = [someTenant(), newId()];
    await room.endpoint(receiver.url, [], tenant);
    receiver.answer = status(500);
    const ids = await room.happen(shipment, 2, { tenant });
    for (let tries = 0; tries < 10; tries += 1) {
      await room.carry();
      room.later(LONG / 2);
    }
    expect(receiver.ids).toEqual(Array(RESTS_MS.length + 1).fill(ids[0]));
    const [dead] = await room.deliveries({ status: 'dead' }, tenant);
    expect(dead).toMatchObject({ eventId: ids[0], behind: 1, nextAt: null, tries: RESTS_MS.length + 1 });
    await expect(
      room.log.retry(
        callerOf(tenant),
        (await room.deliveries({ status: 'waiting' }, tenant))[0]!.deliveryId,
        undefined,
        command(),
      ),
    ).rejects.toMatchObject({ code: 'partners.delivery.waits-behind' });

    receiver.forget();
    await room.log.retry(callerOf(tenant), dead!.deliveryId, undefined, command());
    await room.carry();
    expect(receiver.ids).toEqual(ids);
    expect(receiver.received[0]!.headers['webhook-id']).toBe(dead!.deliveryId);
    const shown = await room.show(dead!.deliveryId, tenant);
    expect(shown.attempts).toHaveLength(RESTS_MS.length + 2);
    expect(shown.body).toBe(receiver.received[0]!.body);
  });

  it('go on without what a person skips, for a reason; the receiver sees the gap and the log has it', async () => {
    const [tenant, shipment] = [someTenant(), newId()];
    const { endpointId } = await room.endpoint(receiver.url, [], tenant);
    receiver.answer = status(500);
    const ids = await room.happen(shipment, 3, { tenant });
    await room.carry();
    const [head] = await room.deliveries({ status: 'failing' }, tenant);
    const [behind] = await room.deliveries({ status: 'waiting' }, tenant);
    receiver.forget();
    await expect(room.log.skip(callerOf(tenant), behind!.deliveryId, 'no', command())).rejects.toMatchObject({
      code: 'partners.delivery.not-blocking',
    });
    const key = command();
    await room.log.skip(callerOf(tenant), head!.deliveryId, 'their parser cannot read it', key);
    await room.log.skip(callerOf(tenant), head!.deliveryId, 'their parser cannot read it', key);
    await room.carry();
    expect(receiver.ids).toEqual(ids.slice(1));
    expect(receiver.received[0]!.event).toMatchObject({ previousversion: 1, version: 2 });
    const facts = await room.store.read(tenant, `endpoint-${endpointId}`);
    expect(facts.filter(({ type }) => type === 'DeliverySkipped')).toEqual([
      expect.objectContaining({
        actor: 'user:pat',
        data: expect.objectContaining({ eventId: ids[0], because: 'their parser cannot read it' }) as unknown,
      }),
    ]);
    expect((await room.show(head!.deliveryId, tenant)).skipped).toEqual({
      because: 'their parser cannot read it',
      by: 'user:pat',
    });
  });

  it('are worked on by one at a time, though many carry', async () => {
    const tenant = someTenant();
    await room.endpoint(receiver.url, [], tenant);
    const shipments = Array.from({ length: 6 }, newId);
    const sent = new Map<string, string[]>();
    for (let round = 0; round < 4; round += 1) {
      for (const shipment of shipments) {
        sent.set(shipment, [...(sent.get(shipment) ?? []), ...(await room.happen(shipment, 1, { tenant }))]);
      }
    }
    const couriers = Array.from({ length: 3 }, () => room.courier());
    await Promise.all(couriers.map((courier) => room.carry(courier)));
    await room.carry();
    expect(receiver.received).toHaveLength(24);
    for (const [shipment, ids] of sent) {
      expect(receiver.received.filter(({ event }) => event.subject === shipment).map(({ event }) => event.id)).toEqual(
        ids,
      );
    }
  });

  it('are taken over when whoever worked on them has died', async () => {
    const [tenant, shipment] = [someTenant(), newId()];
    await room.endpoint(receiver.url, [], tenant);
    const ids = await room.happen(shipment, 1, { tenant });
    await room.database.system((tx) =>
      tx.query(`update delivery_lanes set lease = gen_random_uuid(), leased_until = $1 where tenant_id = $2`, [
        '2026-11-24T10:00:00Z',
        tenant,
      ]),
    );
    room.later(60_000);
    await room.carry();
    expect(receiver.ids).toEqual(ids);
  });

  it('lose nothing and change no order, whatever fails and whenever somebody looks', async () => {
    const world = fc.record({
      lanes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      answers: fc.array(fc.constantFrom(204, 500, 429, 302), { minLength: 1, maxLength: 12 }),
      pause: fc.integer({ min: 1, max: 3600 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ lanes, answers, pause }) => {
        receiver.moveOn();
        const tenant = someTenant();
        await room.endpoint(receiver.url, [], tenant);
        let asked = 0;
        const got: string[] = [];
        receiver.answer = (response, received) => {
          const code = answers[asked] ?? 204;
          asked += 1;
          if (code === 204) got.push(received.event.id);
          status(code)(response, received);
        };
        const wanted: string[][] = [];
        for (const count of lanes) wanted.push(await room.happen(newId(), count, { tenant }));
        for (let round = 0; round < 60 && got.length < wanted.flat().length; round += 1) {
          await room.carry();
          room.later(pause * 1000 + LONG / 10);
          for (const { deliveryId } of await room.deliveries({ status: 'dead' }, tenant)) {
            await room.log.retry(callerOf(tenant), deliveryId, undefined, command());
          }
        }
        for (const ids of wanted) expect(got.filter((id) => ids.includes(id))).toEqual(ids);
        expect(got).toHaveLength(wanted.flat().length);
      }),
      { numRuns: 8 },
    );
  });
});

describe('a replay', () => {
  let room: Room;
  let receiver: Receiver;

  beforeAll(async () => {
    [room, receiver] = [await Room.open(), await Receiver.open()];
  });
  beforeEach(() => receiver.moveOn());
  afterAll(async () => {
    await receiver?.close();
    await room?.close();
  });
  const replay = (body: Parameters<Room['log']['replay']>[1], key = command()) =>
    room.log.replay(callerOf(), body, key);

  it('sends exactly what its dry run counted, by filter, and is a fact', async () => {
    const { endpointId } = await room.endpoint(receiver.url, ['shipments.*']);
    const [one, other] = [newId(), newId()];
    const ids = [...(await room.happen(one, 3)), ...(await room.happen(other, 2))];
    await room.carry();
    receiver.forget();
    const filter = { status: 'sent' as const, endpoint: endpointId, type: 'shipments.ShipmentClosed', shipment: one };
    const dry = await replay(filter);
    expect(dry).toEqual({ replayId: null, count: 3, lanes: 1, behind: 0, to: '5' });
    await room.carry();
    expect(receiver.received).toEqual([]);
    const key = command();
    const done = await replay({ ...filter, to: dry.to, expect: dry.count }, key);
    await room.carry();
    expect(receiver.ids).toEqual(ids.slice(0, 3));
    expect((await room.store.read('acme', `replay-${done.replayId}`)).map(({ data }) => data)).toEqual([
      expect.objectContaining({ count: 3, filter: { ...filter, to: '5' } }),
    ]);
    await expect(replay({ ...filter, to: dry.to, expect: 4 })).rejects.toMatchObject({
      code: 'partners.replay.changed',
    });
  });

  it('takes a range of positions, to an endpoint that was added later too', async () => {
    const late = await Receiver.open();
    try {
      const shipment = newId();
      const ids = await room.happen(shipment, 4);
      await room.carry();
      const { endpointId } = await room.endpoint(late.url);
      const from = (await room.deliveries({ shipment })).at(-1)!.position;
      const dry = await replay({ endpoint: endpointId, status: 'never', shipment, from: String(BigInt(from) + 1n) });
      expect(dry.count).toBe(3);
      await replay({
        endpoint: endpointId,
        status: 'never',
        shipment,
        from: String(BigInt(from) + 1n),
        to: dry.to,
        expect: 3,
      });
      await room.carry();
      expect(late.ids).toEqual(ids.slice(1));
      expect(late.received.map(({ event }) => event.previousversion)).toEqual([0, 2, 3]);
      await expect(replay({ status: 'never' })).rejects.toMatchObject({ code: 'partners.replay.endpoint-missing' });
    } finally {
      await late.close();
    }
  });

  it('wakes the dead and what waits behind them, and says how much that is', async () => {
    const shipment = newId();
    const { endpointId } = await room.endpoint(receiver.url);
    receiver.answer = status(500);
    const ids = await room.happen(shipment, 3);
    await room.carry();
    receiver.forget();
    const filter = { status: 'failing' as const, endpoint: endpointId, shipment };
    const dry = await replay(filter);
    expect(dry).toMatchObject({ count: 1, behind: 2, lanes: 1 });
    await replay({ ...filter, to: dry.to, expect: 1 });
    await room.carry();
    expect(receiver.ids).toEqual(ids);
  });

  it('does not reach beyond 30 days, which is as long as anything is kept', async () => {
    const shipment = newId();
    await room.happen(shipment, 2);
    await room.carry();
    room.later(31 * 24 * 3600 * 1000);
    const { endpointId } = (await room.endpoints.list('acme')).items[0]!;
    expect((await replay({ shipment })).count).toBe(0);
    expect((await replay({ shipment, endpoint: endpointId })).count).toBe(0);
    await room.carry(room.courier());
    expect(await room.deliveries({ shipment })).toEqual([]);
  });
});
