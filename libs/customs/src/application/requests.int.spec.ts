import { randomUUID } from 'node:crypto';
import type { LodgeRequest, RequestOrder, Step } from '@tidewaiter/contracts';
import type { CallerIdentity } from '@tidewaiter/platform';
import type { Authority } from '../authorities/authority.js';
import { CustomsHouse } from '../testing/house.js';
import { accepted, notificationXml, rejected, type NotificationParts } from '../testing/notifications.js';

let house: CustomsHouse;
beforeAll(async () => {
  house = await CustomsHouse.open();
});
afterAll(() => house.close());

const id = (): string => randomUUID().replaceAll('-', '');
const operator = { tenant: 'acme', actor: 'user:olive', roles: ['operator'] } as unknown as CallerIdentity;

interface Lodged {
  request: LodgeRequest;
  step: Step;
  lrn: string;
  mrn: string;
  conversationId: string;
}

async function lodged(): Promise<Lodged> {
  const request = house.lodging();
  const step = house.step(request);
  await house.desk.lodge(step, request);
  const { lrn, mrn, conversationId } = house.authority.taken.at(-1)!;
  return { request, step, lrn, mrn, conversationId };
}

async function lodgedAndAccepted(): Promise<Lodged> {
  const of = await lodged();
  await told(of, accepted(), of.conversationId);
  return of;
}

/** A message about the declaration, or under a request's own reference. */
const told = ({ lrn, mrn }: Lodged, parts: NotificationParts, conversationId: string, own = lrn): Promise<void> =>
  house.receive(notificationXml({ lrn: own, mrn, id: id(), ...parts }), conversationId);

const show = ({ request }: Lodged) => house.declarations.show('acme', request.declarationId);

const amendment = ({ request }: Lodged, orderId = randomUUID() as string): RequestOrder => {
  const proposed = structuredClone(request);
  proposed.version = 2;
  proposed.goods.lines[0]!.quantity.value = '39';
  return { declarationId: request.declarationId, orderId, purpose: 'amend', reason: 'one carton short', proposed };
};
const granted = (at = '20261124110000Z'): NotificationParts => ({
  code: '11',
  at,
  before: '<Status><NameCode>39</NameCode></Status>',
});

describe('an amendment', () => {
  it('goes out once, is granted, and what is released is what it says', async () => {
    const of = await lodgedAndAccepted();
    const order = amendment(of);
    expect(await house.requests.make(of.step, order)).toMatchObject({ kind: 'sent', request: 1 });
    expect(await house.requests.make(of.step, order)).toMatchObject({ kind: 'sent', request: 1 });
    const sent = house.authority.taken.filter((each) => each.body.includes(of.mrn));
    expect(sent).toHaveLength(1);
    expect(sent[0]!.lrn).not.toBe(of.lrn);

    await told(of, { code: '02', at: '20261124105900Z' }, sent[0]!.conversationId, sent[0]!.lrn);
    expect(await show(of)).toMatchObject({ summary: 'Accepted', vector: { request: { value: 'pending' } } });
    await told(of, granted(), sent[0]!.conversationId, sent[0]!.lrn);
    await told(of, { code: '09', at: '20261124120000Z' }, of.conversationId);
    const view = await show(of);
    expect(view.requests).toMatchObject([{ purpose: 'amend', state: 'granted', attempts: [{ outcome: 'received' }] }]);
    expect(view.vector.request.value).toBe('granted');
    const [released] = (await house.store.read('acme', `declaration-${of.request.declarationId}`)).slice(-1);
    expect(released?.data).toMatchObject({ quantities: [{ line: 1, quantity: { value: '39' } }, { line: 2 }] });
  });

  it('whose outcome is unknown is not sent again; its rejection under its own reference ends it and nothing else', async () => {
    const of = await lodgedAndAccepted();
    house.authority.plan = ['cut-after-taking'];
    const order = amendment(of);
    expect(await house.requests.make(of.step, order)).toMatchObject({ kind: 'unknown' });
    expect(await house.requests.make(of.step, order)).toMatchObject({ kind: 'unknown' });
    const sent = house.authority.taken.filter((each) => each.body.includes(of.mrn));
    expect(sent).toHaveLength(1);
    const rejection = rejected('CDS12036', '42A.D014', '20261124110000Z');
    await told(of, rejection, 'a-conversation-never-told', sent[0]!.lrn);
    expect(await show(of)).toMatchObject({
      summary: 'Accepted',
      vector: { request: { value: 'rejected' }, legal: { value: 'accepted' } },
      requests: [{ state: 'rejected', problems: [{ code: 'CDS12036' }] }],
    });
  });

  it('whose outcome is unknown is asked about by its own reference: what the authority has is waited for', async () => {
    const of = await lodgedAndAccepted();
    house.authority.plan = ['cut-after-taking'];
    await house.requests.make(of.step, amendment(of));
    const resolve = () => house.requests.resolve(of.step, of.request.declarationId, 1);
    const before = house.authority.enquiries;
    expect(await resolve()).toMatchObject({ kind: 'not-yet' });
    expect(house.authority.enquiries).toBe(before);
    house.pass(60_000);
    expect(await resolve()).toMatchObject({ kind: 'found' });
    expect(await resolve()).toMatchObject({ kind: 'found' });
    const events = await house.store.read('acme', `declaration-${of.request.declarationId}`);
    const asked = events.filter(({ type }) => type === 'FilingEnquired').map(({ data }) => data);
    expect(asked).toMatchObject([{ request: 1, answer: 'found', lrn: house.authority.taken.at(-1)!.lrn }]);
    expect((await show(of)).requests).toMatchObject([{ state: 'sent' }]);
    // What the authority has it answers: nobody may drop it any more.
    await expect(house.requests.drop(of.step, of.request.declarationId, 1, 'gone')).rejects.toMatchObject({
      code: 'customs.request.taken',
    });
  });

  it('whose outcome is unknown and of which the authority has nothing, a person drops', async () => {
    const of = await lodgedAndAccepted();
    house.authority.plan = ['cut-after-taking'];
    await house.requests.make(of.step, amendment(of));
    house.authority.taken.pop();
    const resolve = () => house.requests.resolve(of.step, of.request.declarationId, 1);
    house.pass(60_000);
    expect(await resolve()).toMatchObject({ kind: 'not-yet' });
    house.pass(900_000);
    const ruled = await resolve();
    expect(ruled).toMatchObject({ kind: 'ask-person', says: expect.stringContaining('nothing under our references') });
    await house.requests.drop(of.step, of.request.declarationId, 1, 'HMRC has nothing of it');
    const again = amendment(of);
    again.proposed!.version = 3;
    expect(await house.requests.make(of.step, again)).toMatchObject({ kind: 'sent', request: 2 });
  });

  it('whose outcome is unknown and about which the authority says nothing, a person looks into', async () => {
    const of = await lodgedAndAccepted();
    house.authority.plan = ['cut-after-taking'];
    await house.requests.make(of.step, amendment(of));
    house.authority.enquiryStatus = 503;
    try {
      const kinds: string[] = [];
      for (const ms of [60_000, 240_000, 600_000, 2_700_000]) {
        house.pass(ms);
        kinds.push((await house.requests.resolve(of.step, of.request.declarationId, 1)).kind);
      }
      expect(kinds).toEqual(['not-yet', 'not-yet', 'not-yet', 'ask-person']);
    } finally {
      house.authority.enquiryStatus = null;
    }
  });

  it('that says nothing new, or breaks a rule, is refused before anything leaves', async () => {
    const of = await lodgedAndAccepted();
    const before = house.authority.taken.length;
    const same = amendment(of);
    same.proposed!.goods.lines[0]!.quantity.value = '40';
    expect(await house.requests.make(of.step, same)).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'customs.request.nothing-changes' }],
    });
    const wrong = amendment(of);
    wrong.proposed!.goods.lines[0]!.commodity = '851713';
    expect(await house.requests.make(of.step, wrong)).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'CDS10004', field: 'lines[0].commodity' }],
    });
    expect(house.authority.taken.length).toBe(before);
    expect((await show(of)).requests).toEqual([]);
  });

  it('beside an open one is refused by us', async () => {
    const of = await lodgedAndAccepted();
    await house.requests.make(of.step, amendment(of));
    const cancel = { ...amendment(of), purpose: 'cancel' as const, proposed: null };
    expect(await house.requests.make(of.step, cancel)).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'customs.request.open' }],
    });
  });

  it('to summarise what nobody has told of yet comes again: the authority’s number is on its way; any other is refused', async () => {
    const of = await lodged();
    const summary = { ...amendment(of), purpose: 'summarise' as const, proposed: null };
    // An authority that knows entry summaries; what it would be sent is not looked at.
    const { requests } = house.make((authority) =>
      Object.assign(Object.create(authority) as Authority, {
        buildSummary: () => ({ bytes: Buffer.from('x'), digest: `sha256:${'0'.repeat(64)}`, pointers: [] }),
      }),
    );
    await expect(requests.make(of.step, summary)).rejects.toMatchObject({
      ...{ kind: 'unavailable', code: 'customs.request.number-on-its-way' },
    });
    const cancel = { ...summary, purpose: 'cancel' as const };
    expect(await house.requests.make(of.step, cancel)).toMatchObject({
      ...{ kind: 'refused', problems: [{ code: 'customs.request.too-early' }] },
    });
  });

  it('of which nothing was taken runs again under the same row', async () => {
    const of = await lodgedAndAccepted();
    house.authority.plan = ['busy'];
    const order = amendment(of);
    await expect(house.requests.make(of.step, order)).rejects.toMatchObject({ code: 'customs.authority.unavailable' });
    expect(await house.requests.make(of.step, order)).toMatchObject({ kind: 'sent', request: 1 });
    expect((await show(of)).requests[0]?.attempts).toMatchObject([{ attempt: 1, outcome: 'received' }]);
  });
});

describe('the page of answers', () => {
  it('shows problems at their fields, what changed, and what stood behind the filing', async () => {
    const request = house.lodging((each) => {
      each.standing = {
        lawDate: '2026-11-24',
        mandateId: 'm',
        mandateUntil: '2027-01-01',
        importerId: 'i',
        identifier: 'GB123456789012',
        law: 'law',
        screening: { list: 'list', digest: `sha256:${'a'.repeat(64)}` },
        guarantee: null,
        embargoes: `sha256:${'b'.repeat(64)}`,
      };
    });
    const wrong = structuredClone(request);
    wrong.goods.lines[0]!.commodity = '851713';
    expect(await house.desk.lodge(house.step(wrong), wrong)).toMatchObject({ kind: 'refused' });
    const refused = await house.declarations.answers('acme', request.declarationId, undefined);
    const line = refused.sections.find((each) => each.line === 1)!;
    expect(line.answers.find((each) => each.field === 'lines[0].commodity')?.problems).toMatchObject([
      { code: 'CDS10004' },
    ]);

    request.version = 2;
    await house.desk.lodge(house.step(request, 'lodge/2'), request);
    const { lrn, mrn, conversationId } = house.authority.taken.at(-1)!;
    const pointer = '42A/67A/68A[2]/23A/65A.128';
    const body = notificationXml({ lrn, mrn, id: id(), ...rejected('CDS11006', pointer) });
    await house.receive(body, conversationId);
    const page = await house.declarations.answers('acme', request.declarationId, 2);
    expect(page).toMatchObject({
      comparedWith: 1,
      differences: [{ field: 'lines[0].commodity', was: '851713', is: '8517130000' }],
      standing: { mandateUntil: '2027-01-01' },
      problems: [],
    });
    const second = page.sections.find((each) => each.line === 2)!;
    expect(second.answers.find((each) => each.field === 'lines[1].netMass')?.problems).toMatchObject([
      { code: 'CDS11006' },
    ]);
    await expect(house.declarations.answers('globex', request.declarationId, 2)).rejects.toMatchObject({
      code: 'customs.declaration.unknown',
    });
  });
});

describe('what people do', () => {
  it('is recorded once, under their names, and shown', async () => {
    const of = await lodgedAndAccepted();
    const { declarationId } = of.request;
    const order = { purpose: 'cancel' as const, reason: 'lodged twice', set: {} };
    const first = await house.handling.orderRequest(declarationId, order, operator, 'command-1');
    expect(await house.handling.orderRequest(declarationId, order, operator, 'command-1')).toEqual(first);
    const [ordered] = (await house.store.read('acme', `declaration-${declarationId}`)).slice(-1);
    expect(ordered).toMatchObject({ type: 'RequestOrdered', actor: 'user:olive', data: { orderId: first.orderId } });
  });

  it('answers a letter, and concludes an examination by the content in force', async () => {
    const of = await lodgedAndAccepted();
    const { declarationId } = of.request;
    const letter = {
      queryId: 'CF-28/7',
      says: 'value of the moulds?',
      authorityTime: '2026-11-24T10:30:00Z',
      due: '2026-12-24T17:00:00Z',
      documentId: randomUUID(),
    };
    await house.handling.recordQuery(declarationId, letter, operator, 'command-2');
    expect(await show(of)).toMatchObject({ summary: 'UnderReview', queries: [{ by: 'post', answered: false }] });
    const answer = { answer: 'none were supplied', documentIds: [] };
    await house.handling.answerQuery(declarationId, 'CF-28/7', answer, operator, 'command-3');
    expect(await show(of)).toMatchObject({ summary: 'Accepted', queries: [{ answered: true }] });
    const finding = {
      result: 'shortage' as const,
      found: [{ line: 1, quantity: { value: '41', unit: 'NAR' } }],
      says: '',
      documentIds: [],
    };
    await expect(
      house.handling.concludeExamination(declarationId, finding, operator, 'command-4'),
    ).rejects.toMatchObject({ code: 'customs.examination.finding-invalid' });
    finding.found[0]!.quantity.value = '38';
    await house.handling.concludeExamination(declarationId, finding, operator, 'command-5');
    expect((await show(of)).examination).toMatchObject([{ what: 'shortage' }]);
  });

  it('needs a declaration of the caller’s own tenant', async () => {
    const of = await lodgedAndAccepted();
    const stranger = { ...operator, tenant: 'globex' };
    const body = { how: 'abandoned' as const, reason: 'not worth it', documentIds: [] };
    await expect(house.handling.giveUp(of.request.declarationId, body, stranger, 'command-6')).rejects.toMatchObject({
      code: 'customs.declaration.unknown',
    });
    await house.handling.giveUp(of.request.declarationId, body, operator, 'command-7');
    expect((await show(of)).summary).toBe('Abandoned');
  });

  it('that is given up is invalidated at the authority, once, and only where something stands there', async () => {
    const of = await lodgedAndAccepted();
    const { declarationId } = of.request;
    const withdrawal = { declarationId, orderId: randomUUID(), how: 're-exported' as const, reason: 'sold on' };
    const body = { how: 're-exported' as const, reason: 'sold on', documentIds: [] };
    await house.handling.giveUp(declarationId, body, operator, `re-export-${declarationId}`);
    expect(await house.requests.withdraw(of.step, withdrawal)).toMatchObject({ kind: 'sent', request: 1 });
    expect(await house.requests.withdraw(of.step, withdrawal)).toMatchObject({ kind: 'sent', request: 1 });
    const sent = house.authority.taken.filter((each) => each.body.includes(of.mrn));
    expect(sent.map(({ body: bytes }) => /<TypeCode>(\w+)</.exec(bytes)?.[1])).toEqual(['INV']);
    // Nothing else may be asked about goods that are given up.
    expect(await house.requests.make(of.step, amendment(of))).toMatchObject({ kind: 'refused' });

    const never = house.lodging();
    const nothing = { ...withdrawal, declarationId: never.declarationId, orderId: randomUUID() };
    expect(await house.requests.withdraw(house.step(never), nothing)).toEqual({ kind: 'not-needed' });
  });
});
