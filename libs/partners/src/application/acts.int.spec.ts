import { newId } from '@tidewaiter/kernel';
import { callerOf, command, Room, someTenant } from '../testing/room.js';
import { Receiver, status } from '../testing/receiver.js';

const DAY = 86_400_000;

describe('what people do about deliveries', () => {
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

  /** A delivery that was tried in vain. */
  const failing = async (tenant: string) => {
    const { endpointId } = await room.endpoint(receiver.url, [], tenant);
    receiver.answer = status(500);
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    const [delivery] = await room.deliveries({ status: 'failing' }, tenant);
    return { endpointId, delivery: delivery! };
  };
  const actsOf = async (deliveryId: string, tenant: string) =>
    (await room.show(deliveryId, tenant)).acts.map(({ act, by, because }) => [act, by, because]);

  it('is told at the delivery with who, when and why, and is an event of the endpoint', async () => {
    const tenant = someTenant();
    const { endpointId, delivery } = await failing(tenant);
    const { deliveryId, eventId, lane } = delivery;
    expect(await actsOf(deliveryId, tenant)).toEqual([]);

    await room.log.retry(callerOf(tenant, 'pat'), deliveryId, 'their server is back', command());
    const retriedAt = room.at;
    await room.carry();
    room.later(1000);
    await room.log.retry(callerOf(tenant, 'olivia'), deliveryId, undefined, command());
    await room.carry();
    room.later(1000);
    await room.log.skip(callerOf(tenant, 'pat'), deliveryId, 'their parser cannot read it', command());

    expect(await actsOf(deliveryId, tenant)).toEqual([
      ['skipped', 'user:pat', 'their parser cannot read it'],
      ['retried', 'user:olivia', null],
      ['retried', 'user:pat', 'their server is back'],
    ]);
    const { acts } = await room.show(deliveryId, tenant);
    expect(acts.map(({ stream }) => stream)).toEqual(Array(3).fill(`endpoint-${endpointId}`));
    expect(Date.parse(acts.at(-1)!.at)).toBe(Date.parse(retriedAt));
    const facts = (await room.store.read(tenant, `endpoint-${endpointId}`)).slice(-3);
    const named = { endpointId, deliveryId, eventId, lane };
    expect(facts.map(({ type, actor, data }) => [type, actor, data])).toEqual([
      ['DeliveryRetried', 'user:pat', { ...named, because: 'their server is back', by: 'user:pat' }],
      ['DeliveryRetried', 'user:olivia', { ...named, by: 'user:olivia' }],
      ['DeliverySkipped', 'user:pat', { ...named, because: 'their parser cannot read it', by: 'user:pat' }],
    ]);
  });

  it('is done and told once for one command, and refused for a thing of another tenant', async () => {
    const tenant = someTenant();
    const { delivery } = await failing(tenant);
    const key = command();
    await room.log.retry(callerOf(tenant), delivery.deliveryId, undefined, key);
    await room.carry();
    receiver.forget();
    await room.log.retry(callerOf(tenant), delivery.deliveryId, undefined, key);
    await room.carry();
    expect([await actsOf(delivery.deliveryId, tenant), receiver.ids]).toEqual([[['retried', 'user:pat', null]], []]);
    await expect(
      room.log.retry(callerOf(someTenant()), delivery.deliveryId, undefined, command()),
    ).rejects.toMatchObject({ code: 'partners.delivery.unknown' });
    expect(await actsOf(delivery.deliveryId, tenant)).toHaveLength(1);
  });

  it('is told at each delivery that a replay by filter takes, those sent for the first time too', async () => {
    const tenant = someTenant();
    await room.happen(newId(), 2, { tenant });
    const { endpointId, delivery } = await failing(tenant);
    const filter = { endpoint: endpointId };
    const counted = await room.log.replay(callerOf(tenant), filter, command());
    expect([counted.count, await actsOf(delivery.deliveryId, tenant)]).toEqual([3, []]);
    const body = { ...filter, to: counted.to, expect: 3, because: 'they lost a day' };
    const { replayId } = await room.log.replay(callerOf(tenant), body, command());
    for (const { deliveryId } of await room.deliveries({}, tenant)) {
      const { acts } = await room.show(deliveryId, tenant);
      expect(acts).toEqual([
        expect.objectContaining({ act: 'replayed', by: 'user:pat', because: 'they lost a day' }) as unknown,
      ]);
      expect(acts[0]!.stream).toBe(`replay-${replayId}`);
    }
    const [fact] = await room.store.read(tenant, `replay-${replayId}`);
    expect(fact!.data).toEqual({
      replayId,
      filter: { endpoint: endpointId, to: counted.to },
      count: 3,
      because: 'they lost a day',
      by: 'user:pat',
    });
  });

  it('goes back to the first position that was recorded within 30 days', async () => {
    const tenant = someTenant();
    const { endpointId } = await room.endpoint(receiver.url, [], tenant);
    const shown = async () => (await room.endpoints.show(tenant, endpointId)).replayable;
    expect(await shown()).toBeNull();
    await room.happen(newId(), 3, { tenant });
    expect(await shown()).toEqual({ from: '1', to: '3' });
    room.later(20 * DAY);
    await room.happen(newId(), 2, { tenant });
    expect(await shown()).toEqual({ from: '1', to: '5' });
    room.later(11 * DAY);
    expect(await shown()).toEqual({ from: '4', to: '5' });
    await room.happen(newId(), 1, { tenant });
    expect(await shown()).toEqual({ from: '4', to: '6' });
    room.later(31 * DAY);
    expect(await shown()).toBeNull();
  });
});
