import type { StoredEvent } from '@tidewaiter/event-store';
import { newId } from '@tidewaiter/kernel';
import { callerOf, command, Room, stepOf } from '../testing/room.js';
import { SHEET_LENGTH } from './guarantee-account.js';

const gbp = (amount: string) => ({ amount, currency: 'GBP' });

const registered = (shipmentId: string, mrn: string): StoredEvent => ({
  id: newId(),
  context: 'customs',
  type: 'DeclarationRegistered',
  data: { shipmentId, mrn },
  stream: `declaration-${shipmentId}`,
  version: 1,
  time: '2026-11-24T11:00:00.000000Z',
  tenant: 'acme',
  subject: shipmentId,
  actor: 'authority:cds',
  correlationId: shipmentId,
  causationId: 'test',
  position: '',
});

describe('what the stories ask of this room', () => {
  let room: Room;
  beforeAll(async () => {
    room = await Room.open();
  });
  afterAll(() => room.close());
  beforeEach(() => {
    room.at = '2026-11-24T10:00:00.000000Z';
  });

  it('engages a shipment and hands on its situation; a retry answers alike and records nothing more', async () => {
    const id = await room.shipment(await room.engagement());
    const step = stepOf(id);
    const first = await room.activities.engageShipment(step);
    expect(first).toMatchObject({
      kind: 'engaged',
      openedBy: 'user:olivia',
      situation: {
        shipmentId: id,
        destination: 'GB',
        parties: [{ name: 'Shenzhen Lantern Works' }, { name: 'Northwind Robotics' }],
      },
      wrote: { [`shipment-${id}`]: 3 },
    });
    room.at = '2027-06-01T10:00:00.000000Z';
    expect(await room.activities.engageShipment(step)).toEqual(first);
    expect((await room.store.read('acme', `shipment-${id}`)).map((event) => event.type)).toEqual([
      'ShipmentOpened',
      'PartiesScreened',
      'ShipmentEngaged',
    ]);
  });

  it('blocks without a power of attorney, and goes on once it is given', async () => {
    const engagementId = await room.engagement({}, { mandate: false });
    const id = await room.shipment(engagementId);
    expect(await room.activities.engageShipment(stepOf(id))).toMatchObject({
      kind: 'blocked',
      code: 'shipments.mandate.missing',
    });
    await room.mandate(engagementId, '2026-11-24', '2026-11-24');
    expect(await room.activities.engageShipment(stepOf(id))).toMatchObject({ kind: 'engaged' });
  });

  it('counts days as the authority does: in London the mandate’s last day ends at midnight there', async () => {
    const engagementId = await room.engagement({}, { mandate: false });
    await room.mandate(engagementId, '2026-01-01', '2026-06-30');
    const id = await room.shipment(engagementId);
    room.at = '2026-06-30T23:30:00.000000Z'; // 1 July, 00:30 in London
    expect(await room.activities.engageShipment(stepOf(id))).toMatchObject({
      kind: 'blocked',
      code: 'shipments.mandate.missing',
    });
    room.at = '2026-06-30T22:30:00.000000Z';
    expect(await room.activities.engageShipment(stepOf(id))).toMatchObject({ kind: 'engaged' });
  });

  describe('on a screening hit', () => {
    const listed = [
      {
        role: 'consignor' as const,
        name: 'Karvani Maritime LLC',
        address: { street: 'x', city: 'y', postcode: 'z', country: 'CN' },
      },
      {
        role: 'consignee' as const,
        name: 'Northwind Robotics',
        address: { street: 'x', city: 'y', postcode: 'z', country: 'GB' },
      },
    ];
    const raise = (id: string) =>
      room.activities.raiseTask(stepOf(id), {
        kind: 'resolve-engagement',
        role: 'compliance',
        says: 'A party is on the list.',
        about: {},
        due: null,
      });
    const clear = (id: string, taskId: string) =>
      room.activities.settleTask(stepOf(id, { actor: 'user:carla' }), taskId, {
        kind: 'decided',
        decision: { retry: true, clear: [{ role: 'consignor', entry: 'TW-0001' }], reason: 'another company' },
        closes: true,
      });

    it('blocks, and engages once compliance found it to be another', async () => {
      const id = await room.shipment(await room.engagement(), { parties: listed });
      expect(await room.activities.engageShipment(stepOf(id))).toMatchObject({
        kind: 'blocked',
        code: 'shipments.screening.hit',
      });
      await clear(id, (await raise(id)).taskId);
      expect(await room.activities.engageShipment(stepOf(id))).toMatchObject({ kind: 'engaged' });
      const screened = (await room.store.read('acme', `shipment-${id}`))
        .filter((event) => event.type === 'PartiesScreened')
        .at(-1);
      expect(screened?.data).toMatchObject({
        outcome: 'clear',
        cleared: [{ entry: 'TW-0001', by: 'user:carla', reason: 'another company' }],
      });
    });

    it('compares afresh when the parties were changed after the clearing', async () => {
      const id = await room.shipment(await room.engagement(), { parties: listed });
      await room.activities.engageShipment(stepOf(id));
      await clear(id, (await raise(id)).taskId);
      const { version } = await room.views.shipment('acme', id);
      await room.desk.amendShipment(
        id,
        { parties: [{ ...listed[0]!, name: 'Qarvani Shipping' }, listed[1]!] },
        callerOf(),
        command(),
        version,
      );
      expect(await room.activities.engageShipment(stepOf(id))).toMatchObject({
        kind: 'blocked',
        code: 'shipments.screening.hit',
      });
    });

    it('cannot be cleared by whoever opened the shipment, nor outside compliance', async () => {
      const id = await room.shipment(await room.engagement(), { parties: listed });
      const { taskId } = await raise(id);
      const body = { retry: true, clear: [{ role: 'consignor', entry: 'TW-0001' }], reason: 'another company' };
      const own = room.decisions.decide(taskId, body, callerOf('acme', 'olivia', ['compliance']), command(), 1);
      await expect(own).rejects.toMatchObject({ code: 'shipments.screening.not-yours' });
      const operator = room.decisions.decide(
        taskId,
        body,
        callerOf('acme', 'omar', ['operator', 'administrator']),
        command(),
        1,
      );
      await expect(operator).rejects.toMatchObject({ code: 'shipments.task.role' });
      await expect(
        room.decisions.decide(taskId, body, callerOf('acme', 'carla', ['compliance']), command(), 1),
      ).resolves.toMatchObject({ status: 'done' });
    });
  });

  describe('a guarantee', () => {
    it('is held before filing, given back at the end, and both once', async () => {
      const importerId = await room.importer();
      const guaranteeId = await room.guarantee(importerId, '500.00');
      const id = await room.shipment(await room.engagement({ importerId }));
      const step = stepOf(id);
      const held = await room.activities.reserveGuarantee(step, gbp('282.66'));
      expect(held).toEqual({
        kind: 'reserved',
        guaranteeId,
        reference: 'CCG-1',
        wrote: { [`guarantee-${guaranteeId}`]: 2 },
      });
      expect(await room.activities.reserveGuarantee(step, gbp('282.66'))).toEqual(held);
      expect(await room.views.guarantee('acme', guaranteeId)).toMatchObject({
        reserved: gbp('282.66'),
        headroom: gbp('217.34'),
      });

      const closing = stepOf(id);
      const closed = await room.activities.closeShipment(closing, 'delivered', null);
      expect(closed.wrote).toEqual({ [`guarantee-${guaranteeId}`]: 3, [`shipment-${id}`]: 2 });
      expect(await room.activities.closeShipment(closing, 'delivered', null)).toEqual(closed);
      expect(await room.views.guarantee('acme', guaranteeId)).toMatchObject({
        reserved: gbp('0.00'),
        headroom: gbp('500.00'),
      });
    });

    it('never holds more than its limit, however many ask at once', async () => {
      const importerId = await room.importer();
      const guaranteeId = await room.guarantee(importerId, '500.00');
      const engagementId = await room.engagement({ importerId });
      const ids = await Promise.all(Array.from({ length: 8 }, () => room.shipment(engagementId)));
      const answers = await Promise.all(ids.map((id) => room.activities.reserveGuarantee(stepOf(id), gbp('150.00'))));
      expect(answers.filter((each) => each.kind === 'reserved')).toHaveLength(3);
      expect(answers.find((each) => each.kind === 'short')).toMatchObject({
        kind: 'short',
        headroom: gbp('50.00'),
        says: expect.stringContaining('150.00 is needed'),
      });
      expect(await room.views.guarantee('acme', guaranteeId)).toMatchObject({ headroom: gbp('50.00') });
    });

    it('says what of it is used, what waits to be registered, and which shipments it was too small for', async () => {
      const importerId = await room.importer();
      const guaranteeId = await room.guarantee(importerId, '500.00');
      const engagementId = await room.engagement({ importerId });
      const [filed, prepared, short] = [
        await room.shipment(engagementId),
        await room.shipment(engagementId),
        await room.shipment(engagementId, { reference: 'SHORT-1' }),
      ];
      await room.activities.reserveGuarantee(stepOf(filed), gbp('200.00'));
      await room.activities.reserveGuarantee(stepOf(prepared), gbp('150.00'));
      const mrn = '26GBABCDEFGHIJKLM5';
      await room.toBoard(registered(filed, mrn));
      const about = { amount: gbp('282.66'), headroom: gbp('150.00') };
      const spec = { kind: 'raise-guarantee' as const, role: 'operator', says: 'Too small', about, due: null };
      const { taskId } = await room.activities.raiseTask(stepOf(short), spec);
      const shown = await room.guarantees.show('acme', guaranteeId);
      expect(shown).toMatchObject({
        reserved: gbp('350.00'),
        headroom: gbp('150.00'),
        used: gbp('200.00'),
        awaiting: gbp('150.00'),
        refused: [{ shipmentId: short, reference: 'SHORT-1', taskId, needed: gbp('282.66') }],
      });
      expect(shown.holds.map(({ shipmentId, mrn: number }) => [shipmentId, number])).toEqual(
        expect.arrayContaining([
          [filed, mrn],
          [prepared, null],
        ]),
      );
    });

    it('goes on with a new sheet when one is full, and forgets nothing', async () => {
      const importerId = await room.importer();
      const guaranteeId = await room.guarantee(importerId, '1000.00');
      const engagementId = await room.engagement({ importerId });
      const [kept, moved] = [await room.shipment(engagementId), await room.shipment(engagementId)];
      await room.activities.reserveGuarantee(stepOf(kept), gbp('300.00'));
      for (let n = 2; n < SHEET_LENGTH; n += 1) {
        await room.activities.reserveGuarantee(stepOf(moved), gbp(`${n}.00`));
      }
      const last = stepOf(moved);
      const answer = await room.activities.reserveGuarantee(last, gbp('700.00'));
      expect(answer).toMatchObject({ kind: 'reserved', wrote: { [`guarantee-${guaranteeId}-2`]: 2 } });
      expect(await room.activities.reserveGuarantee(last, gbp('700.00'))).toEqual(answer);
      const full = await room.views.guarantee('acme', guaranteeId);
      expect(full).toMatchObject({ reserved: gbp('1000.00'), headroom: gbp('0.00') });
      await room.activities.closeShipment(stepOf(kept), 'delivered', null);
      expect(await room.views.guarantee('acme', guaranteeId)).toMatchObject({ reserved: gbp('700.00') });
      expect(await room.store.read('acme', `guarantee-${guaranteeId}`)).toHaveLength(SHEET_LENGTH);
    });

    it('that is missing or in another currency is short, and says so', async () => {
      const importerId = await room.importer();
      const id = await room.shipment(await room.engagement({ importerId }));
      expect(await room.activities.reserveGuarantee(stepOf(id), gbp('1.00'))).toMatchObject({
        kind: 'short',
        headroom: gbp('0.00'),
      });
      await room.guarantee(importerId, '500.00');
      const euros = { amount: '1.00', currency: 'EUR' };
      expect(await room.activities.reserveGuarantee(stepOf(id), euros)).toMatchObject({
        kind: 'short',
        says: expect.stringContaining('GBP'),
      });
    });

    it('is not needed to close a shipment', async () => {
      const id = await room.shipment(await room.engagement());
      expect(await room.activities.closeShipment(stepOf(id), 'unimported', 'refused')).toEqual({
        wrote: { [`shipment-${id}`]: 2 },
      });
    });
  });

  describe('an ongoing engagement', () => {
    it('has the end of its mandate announced, is suspended after it and mended by a new one', async () => {
      const engagementId = await room.engagement();
      expect(await room.activities.reviewEngagement(stepOf(engagementId))).toEqual({
        kind: 'goes-on',
        nextReviewAt: '2026-12-01T00:00:00.000000Z',
        task: null,
      });
      room.at = '2026-12-01T00:00:00.000000Z';
      const step = stepOf(engagementId);
      const announced = await room.activities.reviewEngagement(step);
      expect(announced).toMatchObject({
        kind: 'goes-on',
        nextReviewAt: '2027-01-01T00:00:00.000000Z',
        task: {
          kind: 'renew-mandate',
          role: 'operator',
          due: '2027-01-01T00:00:00.000000Z',
          about: { validTo: '2026-12-31' },
        },
      });
      expect(await room.activities.reviewEngagement(step)).toEqual(announced);

      room.at = '2027-01-01T00:00:00.000000Z';
      expect(await room.activities.reviewEngagement(stepOf(engagementId))).toMatchObject({
        task: { kind: 'renew-mandate', due: null },
      });
      expect(await room.views.engagement('acme', engagementId)).toMatchObject({ status: 'suspended' });
      await expect(room.shipment(engagementId)).rejects.toMatchObject({ code: 'shipments.engagement.not-in-force' });

      await room.mandate(engagementId, '2027-01-01', '2027-12-31');
      expect(await room.views.engagement('acme', engagementId)).toMatchObject({ status: 'in-force' });
      await expect(room.shipment(engagementId)).resolves.toEqual(expect.any(String));
    });

    it('ends on its day', async () => {
      const engagementId = await room.engagement({ validTo: '2026-12-31' });
      room.at = '2027-01-01T00:00:00.000000Z';
      expect(await room.activities.reviewEngagement(stepOf(engagementId))).toEqual({ kind: 'ended' });
    });

    it('has tasks of its own', async () => {
      const engagementId = await room.engagement();
      const spec = { kind: 'renew-mandate' as const, role: 'operator', says: 'x'.repeat(900), about: {}, due: null };
      const { taskId } = await room.activities.raiseTask(stepOf(engagementId), spec);
      const task = await room.views.task('acme', taskId);
      expect(task).toMatchObject({ engagementId, shipmentId: null, status: 'open', version: 1 });
      expect(task.says).toHaveLength(500);
      await room.decisions.decide(taskId, { retry: true }, callerOf(), command(), 1);
      expect(room.asked.at(-1)?.workflowId).toBe(`engagement/${engagementId}`);
    });
  });

  it('refuses a shipment that nobody opened', async () => {
    await expect(room.activities.engageShipment(stepOf(newId()))).rejects.toMatchObject({
      code: 'shipments.shipment.unknown',
    });
  });
});
