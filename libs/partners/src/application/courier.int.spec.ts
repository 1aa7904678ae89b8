import { newId } from '@tidewaiter/kernel';
import { callerOf, command, Room, someTenant } from '../testing/room.js';
import { Receiver, signersOf, status } from '../testing/receiver.js';
import { Egress } from './egress.js';

const DAY = 24 * 3600 * 1000;

describe('a webhook', () => {
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
  const onlyTry = async (tenant: string) => {
    const [delivery] = await room.deliveries({}, tenant);
    const { attempts } = await room.show(delivery!.deliveryId, tenant);
    expect(attempts).toHaveLength(1);
    return attempts[0]!;
  };

  it('is a CloudEvent, signed over its bytes, with the instant of the try', async () => {
    const tenant = someTenant();
    const { secret } = await room.endpoint(receiver.url, [], tenant);
    const [id] = await room.happen(newId(), 1, { tenant });
    await room.carry();
    const [received] = receiver.received;
    expect(received!.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-timestamp': String(Math.floor(Date.parse(room.at) / 1000)),
    });
    expect(received!.headers['webhook-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(received!.event).toMatchObject({ id, specversion: '1.0', type: 'tidewaiter.shipments.ShipmentClosed.v1' });
    expect(signersOf(received!, [secret])).toEqual([secret]);
    expect(signersOf({ ...received!, body: `${received!.body} ` }, [secret])).toEqual([]);
  });

  it.each([
    [
      'a redirect, which is not followed',
      status(301, { location: 'http://127.0.0.1:1/' }),
      301,
      '301: a redirect, which is never followed',
    ],
    ['a fault', status(503), 503, '503'],
    ['a refusal', status(404, {}, 'no such hook'), 404, '404'],
  ])('has failed after %s', async (_, answer, code, says) => {
    const tenant = someTenant();
    await room.endpoint(receiver.url, [], tenant);
    receiver.answer = answer;
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    expect(await onlyTry(tenant)).toMatchObject({ arrived: false, status: code, says });
    expect(receiver.received).toHaveLength(1);
  });

  it('has failed where the connection breaks, and where nobody listens', async () => {
    const tenant = someTenant();
    await room.endpoint(receiver.url, [], tenant);
    receiver.answer = (response) => void response.destroy();
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    expect(await onlyTry(tenant)).toMatchObject({ arrived: false, status: null, says: 'no answer: ECONNRESET' });

    const nowhere = someTenant();
    await room.endpoint('http://127.0.0.1:1/', [], nowhere);
    await room.happen(newId(), 1, { tenant: nowhere });
    await room.carry();
    expect(await onlyTry(nowhere)).toMatchObject({ arrived: false, status: null, says: 'no answer: ECONNREFUSED' });
  });

  it('has failed when the whole answer is not there in time, however fast it begins', async () => {
    const tenant = someTenant();
    await room.endpoint(receiver.url, [], tenant);
    receiver.answer = (response) => void response.writeHead(200).write('a little');
    await room.happen(newId(), 1, { tenant });
    await room.carry(room.courier(new Egress({ loopback: true }, undefined, { timeoutMs: 100 })));
    expect(await onlyTry(tenant)).toMatchObject({ arrived: false, status: null, says: 'no whole answer within 0.1 s' });
  });

  it('keeps 4 kB of the answer and reads 64, though it goes on for ever', async () => {
    const tenant = someTenant();
    await room.endpoint(receiver.url, [], tenant);
    receiver.answer = (response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write('0123456789'.repeat(1000)));
        response.once('drain', pour);
      };
      response.writeHead(200);
      pour();
    };
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    const tried = await onlyTry(tenant);
    expect(tried).toMatchObject({ arrived: true, status: 200 });
    expect(tried.says).toContain('more than 64 kB');
    expect(tried.answer).toHaveLength(4096);
  });

  it('is not sent to an inner address, whatever its name says on the day', async () => {
    const inner = new Egress({ loopback: false }, async () => [{ address: '127.0.0.1', family: 4 }]);
    const url = receiver.url.replace('127.0.0.1', 'erp.acme.example');
    expect(await inner.post(url, {}, Buffer.from('{}'))).toMatchObject({
      arrived: false,
      status: null,
      says: expect.stringContaining('does not lie in the public internet') as unknown,
    });
    expect((await inner.post(receiver.url, {}, Buffer.from('{}'))).says).toContain('not dialled: 127.0.0.1');
    // One inner address among public ones is enough.
    const mixed = new Egress({ loopback: false }, async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ]);
    expect((await mixed.post(url, {}, Buffer.from('{}'))).says).toContain('169.254.169.254');
    expect(receiver.received).toEqual([]);
    // The very same name does arrive where this machine may be dialled: nothing but the rule kept it out.
    const here = new Egress({ loopback: true }, async () => [{ address: '127.0.0.1', family: 4 }]);
    expect(await here.post(url, {}, Buffer.from('{}'))).toMatchObject({ arrived: true, status: 204 });
  });

  it('leaves an endpoint alone for as long as it asks', async () => {
    const tenant = someTenant();
    const { endpointId } = await room.endpoint(receiver.url, [], tenant);
    receiver.answer = status(429, { 'retry-after': '120' });
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    receiver.answer = status(204);
    await room.happen(newId(), 1, { tenant });
    room.later(119_000);
    await room.carry();
    expect(receiver.received).toHaveLength(1);
    expect((await room.endpoints.show(tenant, endpointId)).heldUntil).not.toBeNull();
    room.later(2_000);
    await room.carry();
    expect(receiver.received).toHaveLength(3);
    expect(await room.endpoints.show(tenant, endpointId)).toMatchObject({
      heldUntil: null,
      failingSince: null,
      waiting: 0,
    });
  });

  it('goes nowhere any more after 410, and goes on where it stood once somebody enables the endpoint', async () => {
    const [tenant, shipment] = [someTenant(), newId()];
    const { endpointId } = await room.endpoint(receiver.url, [], tenant);
    receiver.answer = status(410);
    const ids = await room.happen(shipment, 1, { tenant });
    await room.carry();
    expect((await room.endpoints.show(tenant, endpointId)).disabled).toMatchObject({
      cause: 'gone',
      by: 'system:partners',
    });
    receiver.forget();
    ids.push(...(await room.happen(shipment, 2, { tenant })));
    room.later(DAY);
    await room.carry();
    expect(receiver.ids).toEqual([]);
    const [newest] = await room.deliveries({}, tenant);
    await expect(room.log.retry(callerOf(tenant), newest!.deliveryId, undefined, command())).rejects.toMatchObject({
      code: 'partners.endpoint.disabled',
    });
    await room.endpoints.enable(callerOf(tenant), endpointId, command());
    await room.carry();
    expect(receiver.ids).toEqual(ids);
  });

  it('is given up for an endpoint to which nothing got through for five days', async () => {
    const tenant = someTenant();
    const { endpointId } = await room.endpoint(receiver.url, [], tenant);
    receiver.answer = status(500);
    for (let days = 0; days < 5; days += 1) {
      await room.happen(newId(), 1, { tenant });
      await room.carry();
      expect((await room.endpoints.show(tenant, endpointId)).status).toBe('enabled');
      room.later(DAY);
    }
    await room.carry();
    expect((await room.endpoints.show(tenant, endpointId)).disabled).toMatchObject({ cause: 'failing' });
  });

  it('is signed by both secrets while one replaces the other, by the newest alone in a test, and then by no other', async () => {
    const tenant = someTenant();
    const { endpointId, secret: old } = await room.endpoint(receiver.url, [], tenant);
    const key = command();
    const rotated = await room.endpoints.rotate(callerOf(tenant), endpointId, key);
    const secrets = [old, rotated.secret!];
    expect(await room.endpoints.rotate(callerOf(tenant), endpointId, key)).toEqual({ ...rotated, secret: null });
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    expect(signersOf(receiver.received.at(-1)!, secrets)).toEqual(secrets);

    expect(await room.courier().test(tenant, endpointId, 'newest')).toMatchObject({ arrived: true, status: 204 });
    expect(signersOf(receiver.received.at(-1)!, secrets)).toEqual([rotated.secret]);
    expect(await room.courier().test(tenant, endpointId, 'all')).toMatchObject({ arrived: true });
    expect(signersOf(receiver.received.at(-1)!, secrets)).toEqual(secrets);

    const [first] = (await room.endpoints.show(tenant, endpointId)).secrets;
    await room.endpoints.retire(callerOf(tenant), endpointId, first!.secretId, command());
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    expect(signersOf(receiver.received.at(-1)!, secrets)).toEqual([rotated.secret]);
  });

  it('is signed by the newest secret alone once the day of both is over, and the old one is destroyed', async () => {
    const tenant = someTenant();
    const { endpointId, secret: old } = await room.endpoint(receiver.url, [], tenant);
    const { secret } = await room.endpoints.rotate(callerOf(tenant), endpointId, command());
    room.later(DAY);
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    expect(signersOf(receiver.received.at(-1)!, [old, secret!])).toEqual([secret]);
    const kept = await room.database.ask(tenant, 'select number from endpoint_secrets where tenant_id = $1', [tenant]);
    expect(kept).toEqual([{ number: 2 }]);
  });

  it('keeps its secret out of every event, table, and answer but the one', async () => {
    const tenant = someTenant();
    const { endpointId, secret } = await room.endpoint(receiver.url, [], tenant);
    const { secret: next } = await room.endpoints.rotate(callerOf(tenant), endpointId, command());
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    const told = [
      await room.store.read(tenant, `endpoint-${endpointId}`),
      await room.endpoints.show(tenant, endpointId),
      await room.deliveries({}, tenant),
    ];
    const admin = room.test.pool();
    const { rows: tables } = await admin.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('partners', 'keys')`,
    );
    const texts = [JSON.stringify(told)];
    for (const { name } of tables) texts.push(JSON.stringify((await admin.query(`select * from ${name}`)).rows));
    expect(tables.length).toBeGreaterThan(10);
    for (const hidden of [secret, next!]) {
      for (const text of texts) expect(text.includes(hidden.slice('whsec_'.length))).toBe(false);
    }
  });

  it('belongs to its tenant: nobody else sees, retries or skips it, or learns that it is there', async () => {
    const [tenant, stranger] = [someTenant(), someTenant()];
    const { endpointId } = await room.endpoint(receiver.url, [], tenant);
    receiver.answer = status(500);
    await room.happen(newId(), 1, { tenant });
    await room.carry();
    const { deliveryId } = (await room.deliveries({}, tenant))[0]!;
    expect(await room.deliveries({}, stranger)).toEqual([]);
    const unknown = { code: 'partners.delivery.unknown' };
    await expect(room.show(deliveryId, stranger)).rejects.toMatchObject(unknown);
    await expect(room.log.retry(callerOf(stranger), deliveryId, undefined, command())).rejects.toMatchObject(unknown);
    await expect(room.log.skip(callerOf(stranger), deliveryId, 'because', command())).rejects.toMatchObject(unknown);
    expect((await room.log.replay(callerOf(stranger), { status: 'failing' }, command())).count).toBe(0);
    const gone = { code: 'partners.endpoint.unknown' };
    await expect(room.endpoints.show(stranger, endpointId)).rejects.toMatchObject(gone);
    await expect(room.endpoints.rotate(callerOf(stranger), endpointId, command())).rejects.toMatchObject(gone);
    await expect(room.courier().test(stranger, endpointId, 'all')).rejects.toMatchObject(gone);
  });
});
