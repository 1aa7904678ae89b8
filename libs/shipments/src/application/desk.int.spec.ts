import { newId } from '@tidewaiter/kernel';
import { callerOf, command, Room, stepOf } from '../testing/room.js';

const codeOf = (error: unknown): string => (error as { code: string }).code;
const outcomes = async (work: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(work)).map((each) => (each.status === 'fulfilled' ? 'done' : codeOf(each.reason)));

describe('the front desk', () => {
  let room: Room;
  beforeAll(async () => {
    room = await Room.open();
  });
  afterAll(() => room.close());

  it('opens a shipment once, however often the same command comes', async () => {
    const engagementId = await room.engagement();
    const [body, commandId] = [room.opening(engagementId), command()];
    const first = await room.desk.openShipment(body, callerOf(), commandId);
    const again = await Promise.all([1, 2, 3].map(() => room.desk.openShipment(body, callerOf(), commandId)));
    expect(again).toEqual([first, first, first]);
    expect(await room.store.read('acme', `shipment-${first.shipmentId}`)).toHaveLength(1);
  });

  it('refuses the same command id with another body', async () => {
    const engagementId = await room.engagement();
    const [body, commandId] = [room.opening(engagementId), command()];
    await room.desk.openShipment(body, callerOf(), commandId);
    const other = room.desk.openShipment({ ...body, portOfEntry: 'GBSOU' }, callerOf(), commandId);
    await expect(other).rejects.toMatchObject({ code: 'event-store.command.differs' });
  });

  it('takes a rate that the contract of sale fixes with the law that lets it stand, and refuses one of a bank', async () => {
    const engagementId = await room.engagement();
    const contractRate = {
      ...{ currency: 'USD', rate: '1.25', fixedBy: 'seller-and-buyer' as const },
      ...{ fixedOn: '2026-01-04', contract: 'PO-7' },
    };
    const hedged = { ...contractRate, fixedBy: 'buyer-and-bank' as const };
    const open = (rate: typeof contractRate | typeof hedged) =>
      room.desk.openShipment(room.opening(engagementId, { contractRate: rate }), callerOf(), command());
    await expect(open(hedged)).rejects.toMatchObject({ code: 'shipments.contract-rate.not-of-sale' });
    const { shipmentId } = await open(contractRate);
    const [opened] = await room.store.read('acme', `shipment-${shipmentId}`);
    expect(opened!.data).toMatchObject({
      contractRate: { ...contractRate, own: 'GBP', law: expect.stringContaining('GACV42100') },
    });
  });

  it('gives a reference to one of many that ask for it at once, and to another tenant as well', async () => {
    const engagementId = await room.engagement();
    const reference = `RACE-${newId().slice(0, 8)}`;
    const work = Array.from({ length: 8 }, () =>
      room.desk.openShipment(room.opening(engagementId, { reference }), callerOf(), command()),
    );
    expect((await outcomes(work)).sort()).toEqual([
      'done',
      ...Array.from({ length: 7 }, () => 'shipments.reference.taken'),
    ]);

    const theirs = await room.engagement({}, { tenant: 'globex' });
    await expect(room.shipment(theirs, { reference }, 'globex')).resolves.toEqual(expect.any(String));
  });

  it('frees nothing and keeps nothing when a shipment is refused', async () => {
    const engagementId = await room.engagement({ kind: 'per-shipment' });
    const reference = `BAD-${newId().slice(0, 8)}`;
    await expect(room.shipment(engagementId, { reference, portOfEntry: 'NLRTM' })).rejects.toMatchObject({
      code: 'shipments.port.not-in-destination',
    });
    await expect(room.shipment(engagementId, { reference })).resolves.toEqual(expect.any(String));
  });

  it('lets one shipment in under a one-off engagement, also when two come at once', async () => {
    const engagementId = await room.engagement({ kind: 'per-shipment' });
    expect((await outcomes([room.shipment(engagementId), room.shipment(engagementId)])).sort()).toEqual([
      'done',
      'shipments.engagement.used',
    ]);
    expect(await outcomes([room.shipment(engagementId)])).toEqual(['shipments.engagement.used']);
  });

  it('lets nothing in under an engagement that does not stand today', async () => {
    const future = await room.engagement({ validFrom: '2027-01-01' });
    const past = await room.engagement({ validTo: '2026-11-23' });
    const gone = await room.engagement();
    const { version } = await room.views.engagement('acme', gone);
    await room.desk.endEngagement(gone, { reason: 'customer left' }, callerOf(), command(), version);
    expect(await outcomes([future, past, gone].map((each) => room.shipment(each)))).toEqual(
      Array.from({ length: 3 }, () => 'shipments.engagement.not-in-force'),
    );
  });

  it('takes a change only at the version that was looked at', async () => {
    const engagementId = await room.engagement();
    const id = await room.shipment(engagementId);
    const change = (portOfEntry: string, version: number) =>
      room.desk.amendShipment(id, { portOfEntry }, callerOf(), command(), version);
    expect(await change('GBSOU', 1)).toEqual({ shipmentId: id, version: 2 });
    await expect(change('GBLGP', 1)).rejects.toMatchObject({ code: 'event-store.version.stale' });
    const { version } = await room.views.engagement('acme', engagementId);
    const end = room.desk.endEngagement(engagementId, { reason: 'late' }, callerOf(), command(), version - 1);
    await expect(end).rejects.toMatchObject({ code: 'event-store.version.stale' });
  });

  it('gives a code to one importer and one guarantee to an importer in a destination', async () => {
    const importerId = await room.importer();
    const { code, name, destinations, identifiers } = await room.views.importer('acme', importerId);
    const twin = room.desk.registerImporter({ code, name, destinations, identifiers }, callerOf(), command());
    await expect(twin).rejects.toMatchObject({ code: 'shipments.importer.code-taken' });
    await room.guarantee(importerId, '100.00');
    await expect(room.guarantee(importerId, '200.00')).rejects.toMatchObject({ code: 'shipments.guarantee.exists' });
  });

  it('opens no engagement where its importer may not act', async () => {
    const importerId = await room.importer();
    await expect(room.engagement({ importerId, destinations: ['US'] })).rejects.toMatchObject({
      code: 'shipments.importer.not-here',
    });
    await expect(room.engagement({ importerId: newId() })).rejects.toMatchObject({
      code: 'shipments.importer.unknown',
    });
  });

  it('lends no name where the law takes no nominee, and stands there with a right in the goods', async () => {
    const importerId = await room.desk.registerImporter(
      {
        code: 'tokyo',
        name: 'Tidewaiter KK',
        destinations: ['JP'],
        identifiers: [{ scheme: 'JPCN', value: '7000012050002' }],
      },
      callerOf(),
      command(),
    );
    const there = { importerId, destinations: ['JP'] };
    await expect(room.engagement(there)).rejects.toMatchObject({
      code: 'shipments.importer.nominee',
      message: expect.stringContaining('Customs Act (Japan) art. 67'),
      details: { advice: expect.stringContaining('Attorney for Customs Procedures') },
    });
    const title = { right: 'disposal' as const, evidence: 'Consignment contract of 2026-02-01, clause 4' };
    const engagementId = await room.engagement({ ...there, title });
    expect(await room.views.engagement('acme', engagementId)).toMatchObject({ title });
  });

  it('knows nothing of another tenant’s things', async () => {
    const engagementId = await room.engagement();
    const importerId = await room.importer();
    const id = await room.shipment(engagementId);
    const them = callerOf('globex');
    expect(
      await outcomes([
        room.desk.openShipment(room.opening(engagementId), them, command()),
        room.desk.amendShipment(id, { portOfEntry: 'GBSOU' }, them, command(), 1),
        room.desk.endEngagement(engagementId, { reason: 'mine now' }, them, command(), 2),
        room.desk.registerGuarantee(
          { importerId, destination: 'GB', reference: 'X', limit: { amount: '1.00', currency: 'GBP' } },
          them,
          command(),
        ),
        room.views.shipment('globex', id),
        room.views.timeline('globex', id, { limit: 5 }),
        room.views.engagement('globex', engagementId),
        room.views.shipment('globex', newId()),
      ]),
    ).toEqual([
      'shipments.engagement.unknown',
      'shipments.shipment.unknown',
      'shipments.engagement.unknown',
      'shipments.importer.unknown',
      'shipments.shipment.unknown',
      'shipments.shipment.unknown',
      'shipments.engagement.unknown',
      'shipments.shipment.unknown',
    ]);
  });
});

describe('lists', () => {
  let room: Room;
  beforeAll(async () => {
    room = await Room.open();
  });
  afterAll(() => room.close());

  it('page through shipments, the newest first, each once', async () => {
    const engagementId = await room.engagement();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await room.shipment(engagementId));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await room.views.shipments('acme', { limit: 2, after });
      seen.push(...page.items.map((each) => each.shipmentId));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(ids);
  });

  it('find a shipment by reference and by stage', async () => {
    const engagementId = await room.engagement();
    const id = await room.shipment(engagementId, { reference: 'FIND-ME' });
    const found = await room.views.shipments('acme', { limit: 10, reference: 'FIND-ME', stage: 'engagement' });
    expect(found.items.map((each) => each.shipmentId)).toEqual([id]);
    expect((await room.views.shipments('acme', { limit: 10, stage: 'delivery' })).items).toEqual([]);
  });

  it('refuse a cursor that is none of theirs', async () => {
    await expect(room.views.shipments('acme', { limit: 2, after: "1' or true" })).rejects.toMatchObject({
      code: 'shipments.cursor.invalid',
    });
    await expect(
      room.views.tasks(callerOf('acme'), { limit: 2, after: 'yesterday', status: 'open' }),
    ).rejects.toMatchObject({
      code: 'shipments.cursor.invalid',
    });
  });

  it('show engagements with their state today, the contact person only one by one', async () => {
    const engagementId = await room.engagement();
    const [listed] = (await room.views.engagements('acme', { limit: 200 })).items.filter(
      (each) => each.engagementId === engagementId,
    );
    expect(listed).toMatchObject({ status: 'in-force', customer: { name: 'Northwind Robotics' } });
    expect(JSON.stringify(listed)).not.toContain('Ada Person');
    expect(await room.views.engagement('acme', engagementId)).toMatchObject({
      customer: { contact: 'Ada Person' },
      version: 2,
    });
  });

  describe('splitting a shipment', () => {
    const lines = [
      {
        number: 1,
        commodity: '8517130000',
        description: 'mobile telephones',
        origin: 'CN',
        quantity: { value: '40', unit: 'NAR' },
        netMass: '12.5',
        price: { amount: '1000.00', currency: 'USD' },
      },
    ];
    const halves = (...references: string[]) => ({
      reason: 'two vessels',
      parts: [0, 1].map((n) => ({
        ...(references[n] === undefined ? {} : { reference: references[n] }),
        lines: [{ number: 1, quantity: '20' }],
      })),
    });

    it('opens every part under the same one-off engagement, closes the whole and gives its guarantee back, once', async () => {
      const importerId = await room.importer();
      await room.guarantee(importerId, '10000.00');
      const engagementId = await room.engagement({ kind: 'per-shipment', importerId });
      const id = await room.shipment(engagementId, { lines });
      await room.activities.reserveGuarantee(stepOf(id), { amount: '900.00', currency: 'GBP' });
      const commandId = command();
      const answer = await room.desk.splitShipment(id, halves(), callerOf(), commandId, 1);
      const again = await room.desk.splitShipment(id, halves(), callerOf(), commandId, 1);
      expect(again).toEqual(answer);

      const whole = await room.views.shipment('acme', id);
      expect(answer.parts.map(({ reference }) => reference)).toEqual([`${whole.reference}-1`, `${whole.reference}-2`]);
      expect(whole.parts).toEqual(answer.parts.map((part) => ({ ...part, stage: 'engagement' })));
      const part = await room.views.shipment('acme', answer.parts[1]!.shipmentId);
      expect(part).toMatchObject({ parentId: id, parts: [], engagementId });
      const [opened] = await room.store.read('acme', `shipment-${part.shipmentId}`);
      expect(opened).toMatchObject({
        type: 'ShipmentOpened',
        subject: part.shipmentId,
        data: { lines: [{ number: 1, quantity: { value: '20' }, price: { amount: '500.00' }, netMass: '6.25' }] },
      });
      const { items } = await room.views.guarantees('acme', { limit: 200 });
      expect(items.find((each) => each.importerId === importerId)).toMatchObject({ reserved: { amount: '0.00' } });
      // The parts prove their standing each for itself.
      expect(await room.activities.engageShipment(stepOf(part.shipmentId))).toMatchObject({ kind: 'engaged' });
    });

    it('opens no part at all when the reference of one is taken', async () => {
      const engagementId = await room.engagement();
      const [id, other] = [await room.shipment(engagementId, { lines }), await room.shipment(engagementId)];
      const { reference } = await room.views.shipment('acme', other);
      const free = `FREE-${newId().slice(0, 8)}`;
      await expect(
        room.desk.splitShipment(id, halves(free, reference), callerOf(), command(), 1),
      ).rejects.toMatchObject({ code: 'shipments.reference.taken' });
      expect((await room.views.shipment('acme', id)).parts).toEqual([]);
      await expect(room.shipment(engagementId, { reference: free })).resolves.toEqual(expect.any(String));
    });

    it('is refused at another version, for another tenant, and where the parts do not add up', async () => {
      const id = await room.shipment(await room.engagement(), { lines });
      const split = (caller = callerOf(), version = 1, body = halves()) =>
        room.desk.splitShipment(id, body, caller, command(), version);
      await expect(split(callerOf(), 2)).rejects.toMatchObject({ code: 'event-store.version.stale' });
      await expect(split(callerOf('globex'))).rejects.toMatchObject({ code: 'shipments.shipment.unknown' });
      const uneven = { ...halves(), parts: [...halves().parts, { lines: [{ number: 1, quantity: '1' }] }] };
      await expect(split(callerOf(), 1, uneven)).rejects.toMatchObject({ code: 'shipments.split.uneven' });
    });
  });
});
