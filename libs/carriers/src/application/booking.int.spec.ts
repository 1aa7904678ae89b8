import { randomUUID } from 'node:crypto';
import { Desk, refOf } from '../testing/desk.js';
import type { Mood } from '../testing/bad-carrier.js';
import { confirmed } from '../testing/dcsa-events.js';
import { aSituation, aStep } from '../testing/requests.js';
import { bookingIdOf } from './carriers.activities.js';

describe('booking a delivery', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());
  beforeEach(() => {
    desk.carrier.mood = 'takes';
    desk.carrier.finds = 'well';
    desk.carrier.beforeAnswer = () => Promise.resolve();
    desk.carrier.posts.length = 0;
  });

  const statusOf = async (bookingId: string) =>
    (
      await desk.store.query<{ status: string }>('acme', 'select status from bookings where booking_id = $1', [
        bookingId,
      ])
    )[0]?.status;
  const bookingEvents = (bookingId: string) => desk.typesOf(`booking-${bookingId}`);

  it('opens the delivery, books under our key and reference, and waits for the carrier’s word', async () => {
    const shipmentId = randomUUID();
    const answer = await desk.book(shipmentId);
    const bookingId = bookingIdOf(shipmentId, 1);
    expect(answer).toEqual({
      kind: 'requested',
      bookingId,
      wrote: { [`delivery-${shipmentId}`]: 1, [`booking-${bookingId}`]: 2 },
    });
    expect(desk.carrier.bookingsOf(refOf(shipmentId))).toMatchObject([{ key: `tidewaiter-${bookingId}` }]);
    expect(await statusOf(bookingId)).toBe('requested');
  });

  it('asks once when the same step is carried out again', async () => {
    const shipmentId = randomUUID();
    const first = await desk.book(shipmentId);
    expect(await desk.book(shipmentId)).toMatchObject({ kind: 'requested', bookingId: first.bookingId });
    expect(desk.carrier.posts).toHaveLength(1);
  });

  it('stores what it asks before the first byte leaves', async () => {
    const shipmentId = randomUUID();
    const bookingId = bookingIdOf(shipmentId, 1);
    let stored: string[] = [];
    desk.carrier.beforeAnswer = async () => {
      stored = await bookingEvents(bookingId);
    };
    await desk.book(shipmentId);
    expect(stored).toEqual(['BookingRequested']);
  });

  it.each<Mood>(['takes-and-hangs', 'takes-and-fails', 'takes-and-cuts', 'takes-and-garbles'])(
    'has one booking when the carrier %s: it is asked, and the booking found',
    async (mood) => {
      const shipmentId = randomUUID();
      desk.carrier.mood = mood;
      const { kind, bookingId } = await desk.book(shipmentId);
      expect(kind).toBe('unknown');
      expect(await statusOf(bookingId)).toBe('outcome-unknown');
      expect(await desk.resolve(shipmentId, bookingId)).toMatchObject({ kind: 'requested' });
      expect(desk.carrier.posts).toHaveLength(1);
      expect(desk.carrier.bookingsOf(refOf(shipmentId))).toHaveLength(1);
      expect(await bookingEvents(bookingId)).toEqual([
        'BookingRequested',
        'BookingOutcomeUnknown',
        'BookingAcknowledged',
      ]);
    },
  );

  it.each<Mood>(['hangs', 'fails'])(
    'books again under the same key, with the same bytes, when the carrier %s and has no such booking',
    async (mood) => {
      const shipmentId = randomUUID();
      desk.carrier.mood = mood;
      const { bookingId } = await desk.book(shipmentId);
      expect(await desk.resolve(shipmentId, bookingId, 1)).toEqual({ kind: 'unknown', wrote: {} });
      desk.carrier.mood = 'takes';
      expect(await desk.resolve(shipmentId, bookingId, 2)).toMatchObject({ kind: 'requested' });
      expect(desk.carrier.posts).toHaveLength(3);
      expect(new Set(desk.carrier.posts.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
      expect(desk.carrier.bookingsOf(refOf(shipmentId))).toHaveLength(1);
    },
  );

  it('has one booking when the carrier’s memory is stale and it is asked to book again', async () => {
    const shipmentId = randomUUID();
    desk.carrier.mood = 'takes-and-fails';
    const { bookingId } = await desk.book(shipmentId);
    desk.carrier.mood = 'takes';
    desk.carrier.finds = 'knows-nothing';
    expect(await desk.resolve(shipmentId, bookingId)).toMatchObject({ kind: 'requested' });
    expect(desk.carrier.posts).toHaveLength(2);
    expect(desk.carrier.bookingsOf(refOf(shipmentId))).toHaveLength(1);
  });

  it('does not ask a carrier to book again that honours no key', async () => {
    const shipmentId = randomUUID();
    const activities = desk.activitiesOver({ ...desk.adapter, once: 'find' });
    desk.carrier.mood = 'hangs';
    const { bookingId } = await desk.book(shipmentId, { activities });
    expect(await desk.resolve(shipmentId, bookingId, 1, activities)).toMatchObject({ kind: 'unknown' });
    expect(await desk.book(shipmentId, { activities })).toMatchObject({ kind: 'unknown' });
    expect(desk.carrier.posts).toHaveLength(1);
  });

  it('stays unknown while the carrier does not answer the question either', async () => {
    const shipmentId = randomUUID();
    desk.carrier.mood = 'takes-and-fails';
    desk.carrier.finds = 'fails';
    const { bookingId } = await desk.book(shipmentId);
    expect(await desk.resolve(shipmentId, bookingId)).toEqual({ kind: 'unknown', wrote: {} });
    expect(desk.carrier.posts).toHaveLength(1);
  });

  it('is to be tried again, and is not unknown, when certainly nothing was taken', async () => {
    const shipmentId = randomUUID();
    desk.carrier.mood = 'not-let-in';
    await expect(desk.book(shipmentId)).rejects.toMatchObject({ code: 'carriers.carrier.not-answering' });
    await desk.carrier.close();
    await expect(desk.book(shipmentId)).rejects.toMatchObject({ code: 'carriers.carrier.not-answering' });
    expect(await statusOf(bookingIdOf(shipmentId, 1))).toBe('requested');
    await desk.carrier.listen();
    desk.carrier.mood = 'takes';
    expect(await desk.book(shipmentId)).toMatchObject({ kind: 'requested' });
    expect(desk.carrier.bookingsOf(refOf(shipmentId))).toHaveLength(1);
  });

  it('tells what the carrier found, confirmed or declined', async () => {
    for (const [bookingStatus, kind, last] of [
      ['CONFIRMED', 'confirmed', 'BookingConfirmed'],
      ['REJECTED', 'declined', 'BookingDeclined'],
    ] as const) {
      const shipmentId = randomUUID();
      desk.carrier.mood = 'takes-and-hangs';
      const { bookingId } = await desk.book(shipmentId);
      desk.carrier.bookingsOf(refOf(shipmentId))[0]!.status = bookingStatus;
      expect(await desk.resolve(shipmentId, bookingId)).toMatchObject({ kind });
      expect((await bookingEvents(bookingId)).slice(-2)).toEqual(['BookingAcknowledged', last]);
    }
  });

  it('is declined with the carrier’s words, and the next generation is another booking', async () => {
    const shipmentId = randomUUID();
    desk.carrier.mood = 'refuses';
    const first = await desk.book(shipmentId);
    expect(first).toMatchObject({ kind: 'declined', says: expect.stringContaining('no equipment') });
    expect(await desk.book(shipmentId)).toMatchObject({
      kind: 'declined',
      says: expect.stringContaining('no equipment'),
    });
    desk.carrier.mood = 'takes';
    const second = await desk.book(shipmentId, { generation: 2 });
    expect(second).toMatchObject({ kind: 'requested', wrote: { [`delivery-${shipmentId}`]: 2 } });
    expect(second.bookingId).not.toBe(first.bookingId);
  });

  it('does not find the booking of an earlier generation under the same reference', async () => {
    const shipmentId = randomUUID();
    await desk.book(shipmentId);
    desk.carrier.bookingsOf(refOf(shipmentId))[0]!.status = 'REJECTED';
    desk.carrier.mood = 'hangs';
    const second = await desk.book(shipmentId, { generation: 2 });
    desk.carrier.mood = 'takes';
    expect(await desk.resolve(shipmentId, second.bookingId)).toMatchObject({ kind: 'requested' });
    expect(desk.carrier.bookingsOf(refOf(shipmentId)).map(({ key }) => key)).toContain(
      `tidewaiter-${second.bookingId}`,
    );
  });

  it('is confirmed by a push that came before the answer to the request', async () => {
    const shipmentId = randomUUID();
    desk.carrier.beforeAnswer = (carrierReference) => desk.push(confirmed(carrierReference));
    const { bookingId } = await desk.book(shipmentId);
    expect(await statusOf(bookingId)).toBe('requested');
    await desk.readAll();
    expect(await bookingEvents(bookingId)).toEqual(['BookingRequested', 'BookingAcknowledged', 'BookingConfirmed']);
    expect(await desk.lastPush()).toMatchObject({ state: 'done' });
  });

  it('is confirmed by a push that came while the outcome was unknown', async () => {
    const shipmentId = randomUUID();
    desk.carrier.mood = 'takes-and-hangs';
    desk.carrier.beforeAnswer = (carrierReference) => desk.push(confirmed(carrierReference));
    const { bookingId } = await desk.book(shipmentId);
    expect(await desk.resolve(shipmentId, bookingId)).toMatchObject({ kind: 'requested' });
    await desk.readAll();
    expect(await desk.resolve(shipmentId, bookingId, 2)).toEqual({ kind: 'confirmed', wrote: {} });
  });

  it('two attempts at once make one booking', async () => {
    const shipmentId = randomUUID();
    const answers = await Promise.allSettled([desk.book(shipmentId), desk.book(shipmentId)]);
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(desk.carrier.bookingsOf(refOf(shipmentId))).toHaveLength(1);
  });

  it('raises an alarm when one key leads to two bookings', async () => {
    const shipmentId = randomUUID();
    const bookingId = bookingIdOf(shipmentId, 1);
    const forgetful = desk.activitiesOver({
      ...desk.adapter,
      book: async () => {
        await desk.book(shipmentId);
        return { kind: 'acknowledged', carrierReference: 'ANOTHER' };
      },
    });
    await forgetful.bookDelivery(
      { ...aStep(shipmentId, 'other-attempt') },
      {
        generation: 1,
        situation: aSituation({ shipmentId, reference: refOf(shipmentId) }),
        released: [{ line: 1, quantity: { value: '40', unit: 'NAR' } }],
        packages: { count: 1, kind: 'CT' },
        grossMass: '1',
      },
    );
    expect(desk.warnings).toContain('the carrier names another booking under one key');
    expect(await bookingEvents(bookingId)).toEqual(['BookingRequested', 'BookingAcknowledged']);
  });

  it('knows no booking that was never asked for, and no account that is not set up', async () => {
    const shipmentId = randomUUID();
    await expect(desk.resolve(shipmentId, randomUUID())).rejects.toMatchObject({ code: 'carriers.booking.unknown' });
    const nobody = desk.activities.bookDelivery(aStep(shipmentId, 'book'), {
      generation: 1,
      situation: { ...aSituation({ shipmentId }), carrier: 'nobody' },
      released: [{ line: 1, quantity: { value: '1', unit: 'NAR' } }],
      packages: { count: 1, kind: 'CT' },
      grossMass: '1',
    });
    await expect(nobody).rejects.toMatchObject({ code: 'carriers.account.unknown' });
  });
});
