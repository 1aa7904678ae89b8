import { randomUUID } from 'node:crypto';
import type { LodgeRequest } from '@tidewaiter/contracts';
import type { Authority } from '../authorities/authority.js';
import { CustomsHouse } from '../testing/house.js';
import { notificationXml, rejected } from '../testing/notifications.js';

let house: CustomsHouse;
beforeAll(async () => {
  house = await CustomsHouse.open();
});
afterAll(() => house.close());
beforeEach(() => {
  house.authority.plan = [];
  house.authority.enquiryStatus = null;
});

const takenOf = (request: LodgeRequest): number =>
  house.authority.taken.filter((each) => each.ducr.endsWith(request.situation.reference.toUpperCase())).length;
const MINUTE = 60_000;

describe('lodging', () => {
  it('freezes, sends and records a version, and a repeated command sends nothing', async () => {
    const request = house.lodging();
    const answer = await house.desk.lodge(house.step(request), request);
    expect(answer).toMatchObject({ kind: 'sent', wrote: { [`declaration-${request.declarationId}`]: 2 } });
    expect(await house.desk.lodge(house.step(request), request)).toEqual(answer);
    expect(takenOf(request)).toBe(1);
    expect(await house.eventsOf(request.declarationId)).toEqual(['DeclarationPrepared', 'DeclarationSent']);
    const view = await house.declarations.show('acme', request.declarationId);
    expect(view).toMatchObject({ summary: 'Sent', version: 1, authority: 'HMRC', attempts: [{ outcome: 'received' }] });
    const bytes = await house.declarations.content('acme', request.declarationId, 1);
    expect(bytes.toString()).toBe(house.authority.taken.at(-1)!.body);
  });

  it('refuses by its own check before anything is sent, and takes the corrected version', async () => {
    const request = house.lodging((each) => void (each.goods.lines[0]!.commodity = '85171300'));
    const refused = await house.desk.lodge(house.step(request), request);
    expect(refused).toMatchObject({ kind: 'refused', problems: [{ code: 'CDS10004', field: 'lines[0].commodity' }] });
    expect(await house.desk.lodge(house.step(request), request)).toEqual(refused);
    expect(takenOf(request)).toBe(0);
    const corrected = { ...structuredClone(request), version: 2 };
    corrected.goods.lines[0]!.commodity = '8517130000';
    expect(await house.desk.lodge(house.step(request, 'lodge/2'), corrected)).toMatchObject({ kind: 'sent' });
  });

  it('tells a character that cannot be sent as a problem of its field', async () => {
    const request = house.lodging((each) => void (each.goods.lines[0]!.description = 'phones\u0007'));
    expect(await house.desk.lodge(house.step(request), request)).toMatchObject({
      kind: 'refused',
      problems: [{ field: 'lines[0].description' }],
    });
  });

  it('tells what the gateway refused, the same when asked again', async () => {
    house.authority.plan = ['refuse-syntax'];
    const request = house.lodging();
    const refused = await house.desk.lodge(house.step(request), request);
    expect(refused).toMatchObject({ kind: 'refused', problems: [{ code: 'BAD_REQUEST' }] });
    expect(await house.desk.lodge(house.step(request), request)).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'BAD_REQUEST' }],
    });
    expect(await house.eventsOf(request.declarationId)).toEqual(['DeclarationPrepared', 'DeclarationRefused']);
  });

  it.each(['busy', 'not-let-in'] as const)(
    '%s: runs the same attempt again, for nothing was taken',
    async (behaviour) => {
      house.authority.plan = [behaviour];
      const request = house.lodging();
      await expect(house.desk.lodge(house.step(request), request)).rejects.toMatchObject({
        code: 'customs.authority.unavailable',
      });
      expect(await house.desk.lodge(house.step(request), request)).toMatchObject({ kind: 'sent' });
      const view = await house.declarations.show('acme', request.declarationId);
      expect(view.attempts).toHaveLength(1);
      expect(takenOf(request)).toBe(1);
    },
  );

  it('keeps another tenant’s declaration out of sight', async () => {
    const request = house.lodging();
    await house.desk.lodge(house.step(request), request);
    await expect(house.declarations.show('globex', request.declarationId)).rejects.toMatchObject({
      code: 'customs.declaration.unknown',
    });
    await expect(house.declarations.content('globex', request.declarationId, 1)).rejects.toMatchObject({
      kind: 'not-found',
    });
    expect(await house.declarations.list('globex', request.situation.shipmentId)).toEqual({ items: [] });
    expect((await house.declarations.list('acme', request.situation.shipmentId)).items).toHaveLength(1);
  });
});

describe('a worker that dies', () => {
  /** A desk whose process ends at a point around the call: what it would have written after it is never written. */
  const dying = (at: 'before' | 'after') =>
    house.make((authority): Authority => ({
      ...authority,
      submit: async (bytes) => {
        if (at === 'after') await authority.submit(bytes, 'declare');
        throw new Error('killed');
      },
    })).desk;

  it.each(['before', 'after'] as const)('%s the bytes left: the next one asks and never sends blindly', async (at) => {
    const request = house.lodging();
    await expect(dying(at).lodge(house.step(request), request)).rejects.toThrow('killed');
    expect(await house.desk.lodge(house.step(request), request)).toMatchObject({ kind: 'unknown' });
    expect(takenOf(request)).toBe(at === 'after' ? 1 : 0);
    house.pass(MINUTE);
    const first = await house.desk.resolve(house.step(request, 'resolve/1'), request.declarationId);
    expect(first.kind).toBe(at === 'after' ? 'found' : 'not-yet');
    house.pass(15 * MINUTE);
    const second = await house.desk.resolve(house.step(request, 'resolve/2'), request.declarationId);
    expect(second.kind).toBe(at === 'after' ? 'found' : 'sent-again');
    expect(takenOf(request)).toBe(1);
  });

  it('in the middle of sending again leaves an attempt that is asked about, not sent a third time', async () => {
    const request = house.lodging();
    await expect(dying('before').lodge(house.step(request), request)).rejects.toThrow('killed');
    await house.desk.lodge(house.step(request), request);
    house.pass(20 * MINUTE);
    await expect(dying('after').resolve(house.step(request, 'resolve/1'), request.declarationId)).rejects.toThrow(
      'killed',
    );
    house.pass(60 * MINUTE);
    expect(await house.desk.resolve(house.step(request, 'resolve/2'), request.declarationId)).toMatchObject({
      kind: 'found',
    });
    expect(takenOf(request)).toBe(1);
  });
});

describe('an unknown outcome', () => {
  const lodgeUnknown = async (
    behaviour: 'cut-after-taking' | 'error-after-taking' | 'silence-after-taking' | 'lost-before',
  ) => {
    house.authority.plan = [behaviour];
    const request = house.lodging();
    expect(await house.desk.lodge(house.step(request), request)).toMatchObject({ kind: 'unknown' });
    return request;
  };
  const resolve = (request: LodgeRequest, n: number) =>
    house.desk.resolve(house.step(request, `resolve/${n}`), request.declarationId);

  it.each(['cut-after-taking', 'error-after-taking', 'silence-after-taking'] as const)(
    '%s: is found by asking, one filing',
    async (behaviour) => {
      const request = await lodgeUnknown(behaviour);
      house.pass(MINUTE);
      expect(await resolve(request, 1)).toMatchObject({ kind: 'found' });
      expect(await resolve(request, 2)).toMatchObject({ kind: 'found' });
      expect(takenOf(request)).toBe(1);
      expect((await house.declarations.show('acme', request.declarationId)).attempts).toMatchObject([
        { outcome: 'received' },
      ]);
    },
  );

  it('is asked about at the times of the schedule and not before', async () => {
    const request = await lodgeUnknown('lost-before');
    const asked = house.authority.enquiries;
    expect(await resolve(request, 1)).toMatchObject({ kind: 'not-yet' });
    expect(house.authority.enquiries).toBe(asked);
    house.pass(MINUTE);
    const answer = await resolve(request, 2);
    expect(answer).toMatchObject({ kind: 'not-yet' });
    expect(house.authority.enquiries).toBeGreaterThan(asked);
    expect((await house.declarations.show('acme', request.declarationId)).summary).toBe('OutcomeUnknown');
  });

  it('truly lost: goes out again with the same bytes after the evidence and the quiet time, once', async () => {
    const request = await lodgeUnknown('lost-before');
    house.pass(MINUTE);
    expect(await resolve(request, 1)).toMatchObject({ kind: 'not-yet' });
    house.pass(14 * MINUTE);
    expect(await resolve(request, 2)).toMatchObject({ kind: 'sent-again' });
    expect(await resolve(request, 3)).toMatchObject({ kind: 'found' });
    expect(takenOf(request)).toBe(1);
    const view = await house.declarations.show('acme', request.declarationId);
    expect(view.attempts).toMatchObject([
      { attempt: 1, outcome: 'unknown' },
      { attempt: 2, outcome: 'received' },
    ]);
    expect(view.summary).toBe('Sent');
  });

  it('with an authority that does not answer the enquiry is never sent again', async () => {
    const request = await lodgeUnknown('lost-before');
    house.authority.enquiryStatus = 503;
    for (let n = 1; n < 6; n += 1) {
      house.pass(60 * MINUTE);
      expect(await resolve(request, n)).toMatchObject({ kind: 'not-yet' });
    }
    expect(takenOf(request)).toBe(0);
  });

  it('older than the reference may be: a person decides', async () => {
    const request = await lodgeUnknown('lost-before');
    house.pass(49 * 60 * MINUTE);
    expect(await resolve(request, 1)).toMatchObject({ kind: 'ask-person' });
  });

  it('is ended by any message of the authority', async () => {
    const request = await lodgeUnknown('cut-after-taking');
    const { lrn } = house.authority.taken.at(-1)!;
    await house.receive(
      notificationXml({ ...rejected('CDS12056', '42A/67A/68A[1].006'), lrn, id: randomUUID().replaceAll('-', '') }),
      'a-conversation-we-never-heard-of',
    );
    expect(await resolve(request, 1)).toMatchObject({ kind: 'found' });
    expect((await house.declarations.show('acme', request.declarationId)).summary).toBe('Rejected');
  });

  it('of an unknown declaration is no question for the authority', async () => {
    const request = house.lodging();
    await expect(resolve(request, 1)).rejects.toMatchObject({ code: 'customs.declaration.unknown' });
  });

  it('of a corrected version is not answered by the version before', async () => {
    const request = house.lodging();
    await house.desk.lodge(house.step(request), request);
    const first = house.authority.taken.at(-1)!;
    await house.receive(
      notificationXml({
        ...rejected('CDS12056', '42A/67A/68A[1].006'),
        lrn: first.lrn,
        mrn: first.mrn,
        id: randomUUID().replaceAll('-', ''),
      }),
      first.conversationId,
    );
    house.authority.plan = ['lost-before'];
    const corrected = { ...structuredClone(request), version: 2 };
    expect(await house.desk.lodge(house.step(request, 'lodge/2'), corrected)).toMatchObject({
      kind: 'unknown',
      lrn: first.lrn,
    });
    house.pass(MINUTE);
    expect(await resolve(request, 1)).toMatchObject({ kind: 'not-yet' });
    house.pass(15 * MINUTE);
    expect(await resolve(request, 2)).toMatchObject({ kind: 'sent-again' });
  });
});

describe('two workers with one command', () => {
  it('send once between them', async () => {
    const request = house.lodging();
    const both = await Promise.allSettled([
      house.desk.lodge(house.step(request), request),
      house.make((authority) => authority).desk.lodge(house.step(request), request),
    ]);
    expect(both.some((each) => each.status === 'fulfilled')).toBe(true);
    expect(takenOf(request)).toBe(1);
    expect(await house.desk.lodge(house.step(request), request)).toMatchObject({ kind: 'sent' });
  });
});

describe('an authority that is down', () => {
  const lodge = (request: LodgeRequest, name: string) => house.desk.lodge(house.step(request, name), request);
  const withMandate = (until: string): LodgeRequest =>
    house.lodging((request) => {
      request.standing = {
        ...{ lawDate: '2026-11-24', mandateId: 'm', mandateUntil: until, importerId: 'i', identifier: 'x', law: 'l' },
        screening: { list: 'list', digest: `sha256:${'a'.repeat(64)}` },
        guarantee: null,
        embargoes: `sha256:${'b'.repeat(64)}`,
      };
    });

  it('lets filings wait in the order of their deadline, sends a pilot first, and keeps the outage as evidence', async () => {
    const [late, early] = [withMandate('2027-06-30'), withMandate('2026-11-25')];
    house.authority.plan = ['wrong-address'];
    expect(await lodge(late, 'lodge/1')).toMatchObject({ kind: 'queued', lookAgainAt: expect.any(String) as string });
    // Another that comes later but is due before it: nothing leaves beside the pilot, and it is not the pilot yet.
    expect(await lodge(early, 'lodge/1')).toMatchObject({ kind: 'sent' });
    expect(house.authority.taken.length).toBeGreaterThan(0);
    expect(await lodge(late, 'lodge/2')).toMatchObject({ kind: 'sent' });
    expect(await house.eventsOf(late.declarationId)).toEqual([
      'DeclarationPrepared',
      'FilingQueued',
      'DeclarationSent',
    ]);
    expect(house.alarms).toContain('customs.authority.down');
  });

  it('is tried by one filing at a time', async () => {
    const [first, second] = [withMandate('2026-11-25'), withMandate('2027-06-30')];
    house.authority.plan = ['wrong-address', 'wrong-address'];
    expect(await lodge(first, 'lodge/1')).toMatchObject({ kind: 'queued' });
    const before = house.authority.plan.length;
    expect(await lodge(second, 'lodge/1')).toMatchObject({ kind: 'queued' });
    expect(house.authority.plan.length).toBe(before);
    expect(await lodge(first, 'lodge/2')).toMatchObject({ kind: 'queued' });
    expect(await lodge(first, 'lodge/3')).toMatchObject({ kind: 'sent' });
    expect(await lodge(second, 'lodge/2')).toMatchObject({ kind: 'sent' });
  });
});
