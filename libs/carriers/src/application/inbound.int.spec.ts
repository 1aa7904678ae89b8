import { canonicalJson } from '@tidewaiter/kernel';
import { tracking } from '../domain/index.js';
import { trackingView } from '../http/tracking-view.js';
import { ACCOUNT, Desk } from '../testing/desk.js';
import {
  atConsignee,
  boxed,
  bytesOf,
  confirmed,
  dropped,
  hour,
  moved,
  signatureOf,
  type DcsaBody,
} from '../testing/dcsa-events.js';

describe('what carriers push', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());

  const journey = (booking: string): DcsaBody[] => [
    confirmed(booking, 0),
    boxed('GTOT', booking, 2),
    moved('DEPA', booking, 3),
    dropped(booking, 6, [
      [1, '40'],
      [2, '10'],
    ]),
  ];
  const ledgerOf = async (shipmentId: string) => {
    const events = await desk.eventsOf(`delivery-${shipmentId}`);
    return events.flatMap(({ type, data }) => {
      const { line, quantity } = data as { line: number; quantity: { value: string } };
      return type === 'GoodsDelivered' ? [[line, quantity.value]] : [];
    });
  };
  const viewOf = async ({ shipmentId, bookingId }: { shipmentId: string; bookingId: string }) =>
    trackingView(await desk.store.read('acme', `tracking-${shipmentId}`), bookingId);
  /** State of the tracking with the booking's own ids taken out. */
  const stateOf = async ({
    shipmentId,
    bookingId,
    carrierReference,
  }: {
    shipmentId: string;
    bookingId: string;
    carrierReference: string;
  }) => {
    const { state } = await desk.store.load(tracking, 'acme', `tracking-${shipmentId}`);
    return canonicalJson(state)
      .replaceAll(shipmentId, 'S')
      .replaceAll(bookingId, 'B')
      .replaceAll(carrierReference.toLowerCase(), 'c');
  };

  it('moves the booking, the goods and the ledger', async () => {
    const booked = await desk.booked();
    for (const event of journey(booked.carrierReference)) await desk.push(event);
    expect(await desk.typesOf(`booking-${booked.bookingId}`)).toEqual([
      'BookingRequested',
      'BookingAcknowledged',
      'BookingConfirmed',
    ]);
    expect((await viewOf(booked)).milestones.map(({ milestone, where, effect }) => [milestone, where, effect])).toEqual(
      [
        ['booking-confirmed', 'unknown', 'applied'],
        ['picked-up', 'origin', 'applied'],
        ['out-for-delivery', 'origin', 'applied'],
        ['delivered', 'delivery', 'applied'],
      ],
    );
    expect((await viewOf(booked)).state).toBe('delivered');
    expect(await ledgerOf(booked.shipmentId)).toEqual([
      [1, '40'],
      [2, '10'],
    ]);
  });

  it('gives the same in reverse and twice, one by one or all in one push', async () => {
    const [straight, reversed, together] = [await desk.booked(), await desk.booked(), await desk.booked()];
    for (const event of journey(straight.carrierReference)) await desk.push(event);
    for (const event of journey(reversed.carrierReference).reverse()) {
      await desk.push(event);
      await desk.push(event, { ...event, changeRemark: 'sent again' });
    }
    await desk.push(...journey(together.carrierReference).reverse(), ...journey(together.carrierReference));
    for (const other of [reversed, together]) {
      expect(await stateOf(other)).toBe(await stateOf(straight));
      expect(await ledgerOf(other.shipmentId)).toEqual(await ledgerOf(straight.shipmentId));
      expect(await desk.typesOf(`booking-${other.bookingId}`)).toHaveLength(3);
    }
  });

  it('is stored once for the same bytes, before anybody knows what they say', async () => {
    const before = (await desk.pushes()).length;
    await desk.receive(confirmed('NOBODY-1'));
    await desk.receive(confirmed('NOBODY-1'));
    const after = await desk.pushes();
    expect(after).toHaveLength(before + 1);
    expect(after.at(-1)).toMatchObject({ state: 'waiting', tries: 0 });
    await desk.readAll();
  });

  it('is held when it names no booking known here, looked at ever more rarely, and matched when the booking learns its number', async () => {
    const coming = `BC${String(desk.carrier.taken.length + 1).padStart(6, '0')}`;
    await desk.push(
      dropped(coming, 6, [
        [1, '40'],
        [2, '10'],
      ]),
    );
    await desk.push(confirmed(coming));
    expect(await desk.lastPush()).toMatchObject({ state: 'held', reason: expect.stringContaining(coming), tries: 1 });
    await desk.readAll();
    expect((await desk.lastPush()).tries).toBe(1);
    desk.pass(1_500);
    await desk.readAll();
    desk.pass(1_500);
    await desk.readAll();
    expect((await desk.lastPush()).tries).toBe(2);

    const booked = await desk.booked();
    expect(booked.carrierReference).toBe(coming);
    await desk.readAll();
    expect(await desk.lastPush()).toMatchObject({ state: 'done', reason: null });
    expect((await viewOf(booked)).state).toBe('delivered');
    expect(await ledgerOf(booked.shipmentId)).toEqual([
      [1, '40'],
      [2, '10'],
    ]);
  });

  it('records what is known of a push and reads it whole again later, to no further effect', async () => {
    const booked = await desk.booked();
    const coming = `BC${String(desk.carrier.taken.length + 1).padStart(6, '0')}`;
    const [first, , , last] = journey(booked.carrierReference);
    await desk.push(first!, confirmed(coming), last!);
    expect(await desk.lastPush()).toMatchObject({ state: 'held' });
    const state = await stateOf(booked);
    const streams = [`tracking-${booked.shipmentId}`, `delivery-${booked.shipmentId}`, `booking-${booked.bookingId}`];
    const events = await Promise.all(streams.map((stream) => desk.typesOf(stream)));
    expect(events[0]).toEqual(['MilestoneRecorded', 'MilestoneRecorded']);

    const other = await desk.booked();
    await desk.readAll();
    expect(await desk.lastPush()).toMatchObject({ state: 'done', tries: 2 });
    expect(await desk.typesOf(`tracking-${other.shipmentId}`)).toEqual(['MilestoneRecorded']);
    expect(await Promise.all(streams.map((stream) => desk.typesOf(stream)))).toEqual(events);
    expect(await stateOf(booked)).toBe(state);
  });

  it('is given up after thirty days without a booking', async () => {
    await desk.push(confirmed('NOBODY-2'));
    desk.pass(30 * 24 * 60 * 60_000 + 1_000);
    await desk.readAll();
    expect(await desk.lastPush()).toMatchObject({ state: 'unmatched' });
    desk.now = '2026-11-25T09:00:00.000000Z';
  });

  it('moves nobody when one number leads to two bookings', async () => {
    const [one, two] = [await desk.booked(), await desk.booked('globex')];
    await desk.data.tenant('globex', (tx) =>
      tx.query('update bookings set carrier_reference = $1 where booking_id = $2', [
        one.carrierReference,
        two.bookingId,
      ]),
    );
    await desk.push(confirmed(one.carrierReference));
    expect(await desk.lastPush()).toMatchObject({ state: 'held' });
    expect(await desk.typesOf(`tracking-${one.shipmentId}`)).toEqual([]);
    expect(await desk.typesOf(`tracking-${two.shipmentId}`, 'globex')).toEqual([]);
  });

  it('judges each event alone: what cannot be read is set aside on its shipment, the others go on', async () => {
    const booked = await desk.booked();
    const [first, second, , last] = journey(booked.carrierReference);
    await desk.push(
      first!,
      { ...second, eventDateTime: 'yesterday' },
      { ...last, deliveredQuantity: [{ line: 1, value: 40 }] },
      boxed('RMVD', booked.carrierReference, 4),
    );
    expect(await desk.lastPush()).toMatchObject({ state: 'done' });
    expect(await desk.parkedOf(booked.shipmentId)).toEqual(['carriers.event.invalid', 'carriers.event.invalid']);
    const view = await viewOf(booked);
    expect(view.state).toBe('booking-confirmed');
    expect(view.milestones.map(({ effect }) => effect).sort()).toEqual(['applied', 'parked', 'parked', 'unmapped']);
  });

  it.each<[string, unknown[]]>([
    ['an event without a booking', [{ ...confirmed('x'), documentReferences: [], documentID: undefined }]],
    ['nothing but nonsense', [null, 'x', 7, []]],
  ])('is kept as unreadable: %s', async (_what, events) => {
    await desk.receive(...events);
    await desk.readAll();
    expect(await desk.lastPush()).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('name no booking'),
    });
  });

  it('is kept as unreadable when it is no JSON, and blocks nobody', async () => {
    const booked = await desk.booked();
    await desk.inbound.take(
      ACCOUNT,
      signatureOf(Buffer.from('a key of sixteen bytes'), Buffer.from('[{')),
      Buffer.from('[{'),
    );
    await desk.receive(confirmed(booked.carrierReference));
    await desk.readAll();
    const [bad, good] = (await desk.pushes()).slice(-2);
    expect(bad).toMatchObject({ state: 'unreadable' });
    expect(good).toMatchObject({ state: 'done' });
  });

  it('is not stored with a wrong signature, for an unknown account, or above 1 MB', async () => {
    const before = (await desk.pushes()).length;
    const body = bytesOf(confirmed('CR1'));
    await expect(desk.inbound.take(ACCOUNT, `sha256=${'0'.repeat(64)}`, body)).rejects.toMatchObject({
      code: 'carriers.signature.invalid',
    });
    await expect(desk.inbound.take('nobody', undefined, body)).rejects.toMatchObject({
      code: 'carriers.signature.invalid',
    });
    await expect(desk.inbound.take(ACCOUNT, undefined, Buffer.alloc(1024 * 1024 + 1))).rejects.toMatchObject({
      code: 'carriers.message.too-large',
    });
    expect(await desk.pushes()).toHaveLength(before);
  });

  it('comes again, later each time, when it could not be recorded, and the others go on', async () => {
    const [stuck, free] = [await desk.booked(), await desk.booked()];
    await desk.data.tenant('acme', (tx) =>
      tx.query(`update booking_requests set request = '{}' where booking_id = $1`, [stuck.bookingId]),
    );
    await desk.receive(confirmed(stuck.carrierReference));
    await desk.receive(confirmed(free.carrierReference));
    await desk.readAll();
    const [first, second] = (await desk.pushes()).slice(-2);
    expect(first).toMatchObject({ state: 'waiting', tries: 1, reason: expect.stringContaining('tried again') });
    expect(second).toMatchObject({ state: 'done' });
    desk.pass(1_000);
    await desk.readAll();
    expect((await desk.pushes()).slice(-2)[0]).toMatchObject({ state: 'waiting', tries: 2 });
  });

  it('is read once by two readers at a time', async () => {
    const booked = await desk.booked();
    await desk.receive(...journey(booked.carrierReference));
    await Promise.all([desk.inbound.work(), desk.inbound.work(), desk.inbound.work()]);
    expect(await desk.lastPush()).toMatchObject({ state: 'done', tries: 1 });
    expect(await ledgerOf(booked.shipmentId)).toHaveLength(2);
  });

  describe('of deliveries', () => {
    it('in parts, adds up', async () => {
      const booked = await desk.booked();
      await desk.push(
        dropped(booked.carrierReference, 7, [
          [1, '10'],
          [2, '10'],
        ]),
        dropped(booked.carrierReference, 5, [[1, '30']]),
      );
      expect(await ledgerOf(booked.shipmentId)).toEqual([
        [1, '10'],
        [2, '10'],
        [1, '30'],
      ]);
      expect(await desk.parkedOf(booked.shipmentId)).toEqual([]);
    });

    it.each<[string, [number, string][]]>([
      ['more than was released', [[1, '41']]],
      [
        'more than was released, in two pieces of one claim',
        [
          [1, '30'],
          [1, '11'],
        ],
      ],
    ])('that name %s moves nothing, and is set aside in sight', async (_what, quantities) => {
      const booked = await desk.booked();
      await desk.push(dropped(booked.carrierReference, 5, [[2, '1'], ...quantities]));
      await desk.push(dropped(booked.carrierReference, 5, [[2, '1'], ...quantities], { changeRemark: 'again' }));
      expect(await ledgerOf(booked.shipmentId)).toEqual([]);
      expect(await desk.parkedOf(booked.shipmentId)).toEqual(['carriers.delivery.exceeds']);
      expect((await viewOf(booked)).milestones).toContainEqual(
        expect.objectContaining({ milestone: 'carriers.delivery.exceeds', effect: 'parked' }),
      );
    });

    it('that name a line nobody released', async () => {
      const booked = await desk.booked();
      await desk.push(dropped(booked.carrierReference, 5, [[9, '1']]));
      expect(await desk.parkedOf(booked.shipmentId)).toEqual(['carriers.delivery.unknown-line']);
    });

    it('whose later version names other quantities, keep the first and ask', async () => {
      const booked = await desk.booked();
      const first = dropped(booked.carrierReference, 5, [[1, '40']]);
      const later = {
        ...first,
        eventUpdatedDateTime: hour(8),
        deliveredQuantity: [{ line: 1, value: '38', unit: 'NAR' }],
      };
      await desk.push(first);
      await desk.push(later);
      expect(await ledgerOf(booked.shipmentId)).toEqual([[1, '40']]);
      expect(await desk.parkedOf(booked.shipmentId)).toEqual(['carriers.delivery.corrected']);
    });

    it('whose first version did not fit, take the corrected one', async () => {
      const booked = await desk.booked();
      const first = dropped(booked.carrierReference, 5, [[1, '400']]);
      await desk.push(first);
      await desk.push({
        ...first,
        eventUpdatedDateTime: hour(8),
        deliveredQuantity: [{ line: 1, value: '40', unit: 'NAR' }],
      });
      expect(await ledgerOf(booked.shipmentId)).toEqual([[1, '40']]);
    });

    it('that are planned, or said to lie ahead, move nothing', async () => {
      const booked = await desk.booked();
      await desk.push(dropped(booked.carrierReference, 5, undefined, { eventClassifierCode: 'PLN' }));
      await desk.push(dropped(booked.carrierReference, 500));
      expect(await ledgerOf(booked.shipmentId)).toEqual([]);
      expect(await desk.parkedOf(booked.shipmentId)).toEqual(['carriers.event.in-the-future']);
    });

    it('by a booking that another has taken over, stay on the timeline and are asked about', async () => {
      const { shipmentId, bookingId, carrierReference } = await desk.booked();
      await desk.push(confirmed(carrierReference, 0, { shipmentEventTypeCode: 'CANC' }));
      expect((await desk.typesOf(`booking-${bookingId}`)).at(-1)).toBe('BookingDeclined');
      const second = await desk.book(shipmentId, { generation: 2 });
      await desk.push(dropped(carrierReference, 5));
      expect(await ledgerOf(shipmentId)).toEqual([]);
      expect(await desk.parkedOf(shipmentId)).toEqual(['carriers.delivery.other-booking']);
      const view = await viewOf({ shipmentId, bookingId: second.bookingId });
      expect(view.state).toBeNull();
      expect(view.milestones.map(({ effect }) => effect)).toEqual(['no-effect', 'no-effect', 'parked']);
    });

    it('at the door, knows the place by the consignee’s address', async () => {
      const booked = await desk.booked();
      await desk.push(
        moved('ARRI', booked.carrierReference, 5, {
          transportCall: { modeOfTransport: 'TRUCK', location: atConsignee },
        }),
      );
      expect(await viewOf(booked)).toMatchObject({
        state: 'at-door',
        milestones: [{ where: 'delivery', place: 'Ipswich' }],
      });
    });
  });
});
