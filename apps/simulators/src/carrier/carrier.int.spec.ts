import { jest } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { Receiver } from '../testing/receiver.js';
import { SECRETS, Simulators } from '../testing/simulators.js';

jest.setTimeout(60_000);

let receiver: Receiver;
let simulators: Simulators;

beforeAll(async () => {
  receiver = await Receiver.open();
  simulators = await new Simulators({ CALLBACK_URL: receiver.url }, undefined, ['--face', 'carrier']).start();
});
afterAll(async () => {
  await simulators.kill();
  await receiver.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = () => 204;
});

interface Event {
  equipmentEventTypeCode?: string;
  shipmentEventTypeCode?: string;
  transportEventTypeCode?: string;
  deliveredQuantity?: unknown;
}
const events = (): Event[] => receiver.received.flatMap(({ body }) => JSON.parse(body) as Event[]);
const codes = (): string[] =>
  events().map(
    (each) => each.equipmentEventTypeCode ?? each.shipmentEventTypeCode ?? each.transportEventTypeCode ?? '?',
  );
const booking = (reference: string): Record<string, unknown> => ({
  references: [{ type: 'FF', value: reference }],
  shipmentLocations: [
    { location: { UNLocationCode: 'GBFXT' }, locationTypeCode: 'PRE' },
    { location: { UNLocationCode: 'GBLON' }, locationTypeCode: 'PDE' },
  ],
  requestedEquipments: [],
  releasedQuantity: [{ line: 1, value: '40', unit: 'NAR' }],
});
const referenceOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { carrierBookingRequestReference: string }).carrierBookingRequestReference;

it('confirms, travels, delivers what was released, and proves it', async () => {
  const answer = await simulators.book('key-1', booking('C-1'));
  expect(answer.status).toBe(202);
  const reference = await referenceOf(answer);
  await receiver.until(() => codes().length === 4);
  expect(codes()).toEqual(['CONF', 'GTOT', 'DEPA', 'DROP']);
  expect(events().at(-1)!.deliveredQuantity).toEqual([{ line: 1, value: '40', unit: 'NAR' }]);
  for (const { body, headers, path } of receiver.received) {
    const proof = createHmac('sha256', Buffer.from(SECRETS.CARRIER_WEBHOOK_SECRET, 'base64'))
      .update(body)
      .digest('hex');
    expect(headers['notification-signature']).toBe(`sha256=${proof}`);
    expect(path).toBe('/v1/carriers/simulated-ocean/inbound/dcsa/v2/events');
  }
  const proof = await simulators.askCarrier(`/v2/proofs/${reference}`);
  expect(proof.headers.get('x-signed-by')).toBeTruthy();
  const bytes = Buffer.from(await proof.arrayBuffer());
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect(Buffer.from(await (await simulators.askCarrier(`/v2/proofs/${reference}`)).arrayBuffer()).equals(bytes)).toBe(
    true,
  );
});

it('books once for one key and refuses the key for another booking', async () => {
  const first = await referenceOf(await simulators.book('key-2', booking('C-2')));
  expect(await referenceOf(await simulators.book('key-2', booking('C-2')))).toBe(first);
  expect((await simulators.book('key-2', booking('C-3'))).status).toBe(409);
  const found = (await (await simulators.askCarrier('/v2/bookings?reference=C-2')).json()) as unknown[];
  expect(found).toEqual([expect.objectContaining({ carrierBookingRequestReference: first, idempotencyKey: 'key-2' })]);
  expect(await (await simulators.askCarrier('/v2/bookings?reference=NEVER')).json()).toEqual([]);
});

it('refuses what it cannot read', async () => {
  expect((await simulators.book('key-4', { references: [] })).status).toBe(400);
  expect((await simulators.book('', booking('C-4'))).status).toBe(400);
  expect((await fetch(`${simulators.urls.carrier}/v2/bookings?reference=C-4`)).status).toBe(401);
});

it('is silent until asked about the booking', async () => {
  await simulators.script({ reference: 'C-9', carrier: [{ answer: 'silent' }] });
  const reference = await referenceOf(await simulators.book('key-9', booking('C-9')));
  const view = await simulators.adminJson<{ bookings: { reference: string; told: string[] }[] }>('/carrier/ledger');
  expect(view.bookings.find((each) => each.reference === 'C-9')!.told).toEqual([]);
  expect((await simulators.askCarrier(`/v2/proofs/${reference}`)).status).toBe(404);
  expect((await simulators.askCarrier(`/v2/bookings/${reference}`)).status).toBe(200);
  await receiver.until(() => codes().includes('DROP'));
});

it('declines, and takes the next one', async () => {
  await simulators.script({
    reference: 'C-5',
    carrier: [
      { answer: 'decline', reason: 'no truck' },
      { answer: 'accept', then: [{ event: 'delivered', quantity: 38 }] },
    ],
  });
  await simulators.book('key-5a', booking('C-5'));
  await receiver.until(() => codes().length === 1);
  expect(codes()).toEqual(['REJE']);
  await simulators.book('key-5b', booking('C-5'));
  await receiver.until(() => codes().length === 3);
  expect(events().at(-1)).toMatchObject({
    equipmentEventTypeCode: 'DROP',
    deliveredQuantity: [{ line: 1, value: '38', unit: 'NAR' }],
  });
});

it('tells everything in reverse and twice when asked to', async () => {
  await simulators.script({ reference: 'C-6', faults: [{ reorder: 'carrier' }, { duplicate: 'carrier', times: 2 }] });
  await simulators.book('key-6', booking('C-6'));
  await receiver.until(() => codes().length === 8);
  expect(codes()).toEqual(['DROP', 'DROP', 'DEPA', 'DEPA', 'GTOT', 'GTOT', 'CONF', 'CONF']);
});

it('books although the caller hears nothing', async () => {
  await simulators.script({ reference: 'C-7', faults: [{ 'done-but-timeout': 'carrier' }] });
  await expect(simulators.book('key-7', booking('C-7'))).rejects.toThrow();
  expect(await (await simulators.askCarrier('/v2/bookings?reference=C-7')).json()).toHaveLength(1);
  expect((await simulators.book('key-7', booking('C-7'))).status).toBe(202);
  expect(
    (await simulators.adminJson<{ carrier: { doubles: unknown[] } }>('/summary')).carrier.doubles,
  ).not.toContainEqual(expect.objectContaining({ reference: 'C-7' }));
});

it('goes on with a journey after a kill', async () => {
  await simulators.script({
    reference: 'C-8',
    carrier: [
      {
        answer: 'accept',
        then: [
          { event: 'picked-up', after: '200ms' },
          { event: 'delivered', after: '300ms' },
        ],
      },
    ],
  });
  await simulators.book('key-8', booking('C-8'));
  await receiver.until(() => codes().includes('CONF'));
  await simulators.kill();
  await simulators.start();
  await receiver.until(() => codes().includes('DROP'));
  expect(codes().filter((code) => code === 'DROP')).toHaveLength(1);
  expect(await (await simulators.askCarrier('/v2/bookings?reference=C-8')).json()).toHaveLength(1);
});
