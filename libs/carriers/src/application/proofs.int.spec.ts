import { createHash } from 'node:crypto';
import { Desk } from '../testing/desk.js';
import type { ProofAnswer } from '../testing/bad-carrier.js';
import { dropped } from '../testing/dcsa-events.js';

const PDF = '%PDF-1.7 delivered to Northwind Robotics';
const pdf = (bytes = PDF): ProofAnswer => ({ status: 200, bytes });

describe('proof of delivery', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());
  beforeEach(() => {
    desk.carrier.proof = () => ({ status: 404 });
    desk.carrier.proofsAsked.length = 0;
  });

  const delivered = async (quantities?: [number, string][]) => {
    const booked = await desk.booked();
    await desk.push(dropped(booked.carrierReference, 5, quantities));
    return booked;
  };
  const deliveryOf = (shipmentId: string) => desk.typesOf(`delivery-${shipmentId}`);
  const settle = async () => {
    desk.pass(601_000);
    await desk.proofs.work();
  };
  /** Clears what earlier tests left unproved. */
  afterEach(async () => {
    desk.carrier.proof = () => pdf();
    await settle();
  });

  it('ends the delivery, once, and is kept by its digest', async () => {
    const { shipmentId } = await delivered();
    expect(await desk.proofs.work()).toBe(0);
    expect(await deliveryOf(shipmentId)).toEqual(['DeliveryOpened', 'GoodsDelivered', 'GoodsDelivered']);
    desk.carrier.proof = () => pdf();
    await settle();
    await settle();
    const events = await desk.eventsOf(`delivery-${shipmentId}`);
    expect(events.map(({ type }) => type).slice(3)).toEqual(['ProofOfDeliveryCaptured', 'ShipmentDelivered']);
    const sha256 = createHash('sha256').update(PDF).digest('hex');
    expect(events[3]!.data).toMatchObject({
      sha256,
      mediaType: 'application/pdf',
      size: PDF.length,
      signedBy: 'A. Okafor',
      level: 'evidenced',
    });
    const kept = await desk.store.query<{ bytes: Buffer }>('acme', 'select bytes from proofs where shipment_id = $1', [
      shipmentId,
    ]);
    expect(kept.map(({ bytes }) => bytes.toString())).toEqual([PDF]);
  });

  it('is asked for ever more rarely while the carrier has none', async () => {
    await delivered();
    for (let rounds = 0; rounds < 5; rounds += 1) await desk.proofs.work();
    expect(desk.carrier.proofsAsked).toHaveLength(1);
    desk.pass(250);
    await desk.proofs.work();
    desk.pass(250);
    await desk.proofs.work();
    expect(desk.carrier.proofsAsked).toHaveLength(2);
    desk.pass(250);
    await desk.proofs.work();
    expect(desk.carrier.proofsAsked).toHaveLength(3);
  });

  it.each<[string, ProofAnswer]>([
    ['a page to log in', { status: 200, type: 'text/html', bytes: '<html>' }],
    ['a page that calls itself a PDF', { status: 200, bytes: '<html>' }],
    ['an empty file', { status: 200 }],
    ['a file that breaks off', { status: 200, bytes: PDF, cut: true }],
    ['a file of more than 10 MB', { status: 200, bytes: `%PDF-${'x'.repeat(10 * 1024 * 1024)}` }],
    ['an error', { status: 500 }],
    ['a refusal', { status: 403 }],
  ])('is not made of %s', async (_what, answer) => {
    const { shipmentId, carrierReference } = await delivered();
    const other = await delivered();
    desk.carrier.proof = (asked) => (asked === carrierReference ? answer : pdf());
    expect(await desk.proofs.work()).toBe(1);
    expect(await deliveryOf(shipmentId)).toHaveLength(3);
    expect((await deliveryOf(other.shipmentId)).at(-1)).toBe('ShipmentDelivered');
  });

  it('of a part does not prove the rest', async () => {
    const { shipmentId, carrierReference } = await delivered([[1, '40']]);
    desk.carrier.proof = () => pdf();
    await settle();
    expect((await deliveryOf(shipmentId)).at(-1)).toBe('ProofOfDeliveryCaptured');
    desk.carrier.proof = () => ({ status: 404 });
    await desk.push(dropped(carrierReference, 6, [[2, '10']]));
    await settle();
    expect((await deliveryOf(shipmentId)).at(-1)).toBe('GoodsDelivered');
    desk.carrier.proof = () => pdf();
    await settle();
    expect((await deliveryOf(shipmentId)).slice(-3)).toEqual([
      'GoodsDelivered',
      'ProofOfDeliveryCaptured',
      'ShipmentDelivered',
    ]);
  });

  it('does not cover what is delivered while it is fetched', async () => {
    const { shipmentId, carrierReference } = await delivered([[1, '40']]);
    desk.carrier.proof = async () => {
      desk.carrier.proof = () => ({ status: 404 });
      await desk.push(dropped(carrierReference, 6, [[2, '10']]));
      return pdf();
    };
    expect(await desk.proofs.work()).toBe(0);
    expect((await deliveryOf(shipmentId)).at(-1)).toBe('GoodsDelivered');
    desk.carrier.proof = () => pdf();
    await settle();
    expect((await deliveryOf(shipmentId)).filter((type) => type === 'ShipmentDelivered')).toHaveLength(1);
  });

  it('is captured once by two drains, and the end comes once', async () => {
    const { shipmentId } = await delivered();
    desk.carrier.proof = () => pdf();
    await Promise.all([desk.proofs.work(), desk.proofs.work()]);
    await settle();
    expect((await deliveryOf(shipmentId)).slice(3)).toEqual(['ProofOfDeliveryCaptured', 'ShipmentDelivered']);
  });

  it('ends a delivery in two bookings under the second one’s name', async () => {
    const { shipmentId, bookingId, carrierReference } = await delivered([[1, '40']]);
    const second = await desk.book(shipmentId, { generation: 2 });
    const [, rest] = desk.carrier.taken.slice(-2);
    expect(rest!.carrierReference).not.toBe(carrierReference);
    await desk.push(dropped(rest!.carrierReference, 7));
    desk.carrier.proof = () => pdf();
    await settle();
    const events = await desk.eventsOf(`delivery-${shipmentId}`);
    const proofs = events
      .filter(({ type }) => type === 'ProofOfDeliveryCaptured')
      .map(({ data }) => (data as { bookingId: string }).bookingId);
    expect(proofs.sort()).toEqual([bookingId, second.bookingId].sort());
    expect(events.filter(({ type }) => type === 'ShipmentDelivered')).toMatchObject([
      { data: { bookingId: second.bookingId } },
    ]);
  });
});
