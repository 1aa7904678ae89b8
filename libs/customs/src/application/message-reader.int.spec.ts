import { createHash, randomUUID } from 'node:crypto';
import type { LodgeRequest } from '@tidewaiter/contracts';
import { declarationsProjection } from '../postgres/declarations.projection.js';
import { CustomsHouse } from '../testing/house.js';
import { accepted, notificationXml, rejected, tax, type NotificationParts } from '../testing/notifications.js';

let house: CustomsHouse;
beforeAll(async () => {
  house = await CustomsHouse.open();
});
afterAll(() => house.close());

const id = (): string => randomUUID().replaceAll('-', '');

interface Lodged {
  request: LodgeRequest;
  lrn: string;
  mrn: string;
  conversationId: string;
}
async function lodged(): Promise<Lodged> {
  const request = house.lodging();
  await house.desk.lodge(house.step(request), request);
  const { lrn, mrn, conversationId } = house.authority.taken.at(-1)!;
  return { request, lrn, mrn, conversationId };
}
const body = ({ lrn, mrn }: Lodged, parts: NotificationParts): Buffer =>
  notificationXml({ lrn, mrn, id: id(), ...parts });
const show = ({ request }: Lodged) => house.declarations.show('acme', request.declarationId);
const events = ({ request }: Lodged) => house.eventsOf(request.declarationId);

/** An uneventful clearance: accepted, indicative tax, final tax with money due, cleared. */
const uneventful = (of: Lodged): Buffer[] => [
  body(of, accepted('20261124100001Z')),
  body(of, { ...tax('67', [{ line: 1, type: 'B00', base: '100.00', amount: '20.00' }]), at: '20261124100001Z' }),
  body(of, {
    ...tax('4', [{ line: 1, type: 'B00', base: '100.00', amount: '20.00' }], {
      reference: 'PAY-1',
      total: '20.00',
      account: 'GB16BARC20051723372545',
    }),
    at: '20261124101002Z',
  }),
  body(of, { code: '09', at: '20261124102000Z' }),
];

describe('messages of the authority', () => {
  it('tell the story of a clearance', async () => {
    const of = await lodged();
    for (const bytes of uneventful(of)) await house.receive(bytes, of.conversationId);
    const view = await show(of);
    expect(view).toMatchObject({
      summary: 'Released',
      references: { lrn: of.lrn, mrn: of.mrn },
      debt: { kind: 'final', total: { amount: '20.00', currency: 'GBP' }, paymentReference: 'PAY-1' },
      vector: {
        legal: { value: 'accepted' },
        debt: { value: 'final' },
        release: { value: 'full' },
        clearance: { value: 'cleared' },
        gaps: [],
      },
    });
    expect(view.messages.map((each) => each.name)).toEqual(['DMSACC', 'DMSTAX', 'DMSTAX', 'DMSCLE']);
    expect((await events(of)).filter((type) => type !== 'AuthorityMessageReceived').slice(2)).toEqual([
      'DeclarationAccepted',
      'DutyNotified',
      'DutyNotified',
      'GoodsReleased',
    ]);
    const [released] = (await house.store.read('acme', `declaration-${of.request.declarationId}`)).slice(-1);
    expect(released).toMatchObject({
      actor: 'authority:HMRC',
      subject: of.request.situation.shipmentId,
      data: {
        quantities: [
          { line: 1, quantity: { value: '40', unit: 'NAR' } },
          { line: 2, quantity: { value: '10', unit: 'NAR' } },
        ],
      },
    });
  });

  it('reversed and three times each give the same vector, and one event for each fact', async () => {
    const straight = await lodged();
    for (const bytes of uneventful(straight)) await house.receive(bytes, straight.conversationId);
    const of = await lodged();
    const shuffled = uneventful(of).reverse();
    for (const bytes of [...shuffled, ...shuffled, ...shuffled]) await house.receive(bytes, of.conversationId);
    const values = async (each: Lodged) => {
      const { vector, summary } = await show(each);
      const { gaps, ...cells } = vector;
      return {
        summary,
        gaps,
        cells: Object.entries(cells).map(([name, cell]) => [name, cell.value, cell.detail, cell.at]),
      };
    };
    expect(await values(of)).toEqual(await values(straight));
    expect((await events(of)).filter((type) => type === 'GoodsReleased')).toHaveLength(1);
    const { messages } = await show(of);
    expect(messages.filter((each) => each.duplicate)).toHaveLength(8);
    expect(new Set(messages.map((each) => each.messageId)).size).toBe(12);
  });

  it('of many declarations, read at once, say what they say one by one: doubles, conflicts and strangers among them', async () => {
    const several = [await lodged(), await lodged(), await lodged()];
    const taken = new Map<Lodged, Buffer[]>();
    for (const of of several) {
      const [first, ...rest] = uneventful(of);
      const same = id();
      const conflicting = [
        body(of, { ...accepted(), id: same }),
        body(of, { code: '10', id: same, at: '20261124120000Z' }),
      ];
      taken.set(of, [first!, ...rest, first!, ...conflicting, Buffer.from('<MetaData><Response>')]);
    }
    const stranger = notificationXml({ ...accepted(), lrn: 'SOMEBODY-ELSES', id: id() });
    await house.take(stranger, randomUUID());
    for (let n = 0; n < 8; n += 1) {
      for (const of of several) await house.take(taken.get(of)![n]!, of.conversationId);
    }
    await house.readAll();

    const alone = await lodged();
    const [first, ...rest] = uneventful(alone);
    const same = id();
    const conflicting = [
      body(alone, { ...accepted(), id: same }),
      body(alone, { code: '10', id: same, at: '20261124120000Z' }),
    ];
    for (const bytes of [first!, ...rest, first!, ...conflicting, Buffer.from('<MetaData><Response>')]) {
      await house.receive(bytes, alone.conversationId);
    }
    const told = async (of: Lodged) => {
      const { summary, messages } = await show(of);
      return [summary, await events(of), messages.map(({ name, duplicate }) => [name, duplicate])];
    };
    for (const of of several) expect(await told(of)).toEqual(await told(alone));
    const sha256 = createHash('sha256').update(stranger).digest('hex');
    expect((await house.declarations.unmatched()).items.map((each) => each.sha256)).toContain(sha256);
  });

  it('point a rejection to our field, and a corrected version leaves it', async () => {
    const of = await lodged();
    await house.receive(body(of, rejected('CDS12056', '42A/67A/68A[2]/23A/21A[1].145')), of.conversationId);
    const view = await show(of);
    expect(view).toMatchObject({ summary: 'Rejected', problems: [{ code: 'CDS12056', field: 'lines[1].commodity' }] });
    const corrected = { ...structuredClone(of.request), version: 2 };
    expect(await house.desk.lodge(house.step(of.request, 'lodge/2'), corrected)).toMatchObject({
      kind: 'sent',
      lrn: of.lrn,
    });
    const second = house.authority.taken.at(-1)!;
    await house.receive(body({ ...of, mrn: second.mrn }, accepted('20261124110000Z')), second.conversationId);
    expect(await show(of)).toMatchObject({ summary: 'Accepted', version: 2, references: { mrn: second.mrn } });
  });

  it('that overtake the answer to our own sending wait and are read when it comes', async () => {
    const request = house.lodging();
    const early = body(
      { request, lrn: '', mrn: '', conversationId: '' },
      { ...accepted(), mrn: `26GB${id().slice(0, 13).toUpperCase()}1` },
    );
    const next = `00000000-0000-4000-8000-${String(house.authority.taken.length + 1).padStart(12, '0')}`;
    await house.receive(early, next);
    expect((await house.declarations.unmatched()).items).toContainEqual(
      expect.objectContaining({
        reason: 'it names no declaration known here',
        sha256: createHash('sha256').update(early).digest('hex'),
      }),
    );
    await house.desk.lodge(house.step(request), request);
    await house.readAll();
    expect(await house.declarations.show('acme', request.declarationId)).toMatchObject({ summary: 'Accepted' });
  });

  it('for an unknown declaration are kept, looked at again, shown, and alarmed once', async () => {
    const alarms = house.alarms.length;
    const foreign = notificationXml({ ...accepted(), lrn: 'SOMEBODY-ELSE', id: id() });
    await house.receive(foreign, randomUUID());
    house.pass(60_000);
    await house.readAll();
    const sha256 = createHash('sha256').update(foreign).digest('hex');
    expect((await house.declarations.unmatched()).items.filter((each) => each.sha256 === sha256)).toHaveLength(1);
    expect(house.alarms.slice(alarms)).toEqual(['customs.message.unmatched']);
  });

  it('that lead to two declarations move neither', async () => {
    const [one, other] = [await lodged(), await lodged()];
    await house.receive(body({ ...one, lrn: other.lrn }, accepted()), one.conversationId);
    expect((await show(one)).summary).toBe('Sent');
    expect((await show(other)).summary).toBe('Sent');
    expect((await house.declarations.unmatched()).items).toContainEqual(
      expect.objectContaining({ reason: 'its references lead to more than one declaration' }),
    );
  });

  it('with the identity of another and other bytes are a conflict: both kept, the first stands', async () => {
    const of = await lodged();
    const same = id();
    await house.receive(body(of, { ...accepted(), id: same }), of.conversationId);
    await house.receive(body(of, { code: '10', id: same, at: '20261124120000Z' }), of.conversationId);
    const view = await show(of);
    expect(view.summary).toBe('Accepted');
    expect(view.messages).toHaveLength(2);
    expect(await events(of)).toContain('AuthorityMessageUnread');
    const raw = await house.declarations.message('acme', of.request.declarationId, view.messages[1]!.messageId);
    expect(raw.toString()).toContain('<FunctionCode>10');
  });

  it('that cannot be read are kept, named, and block no other', async () => {
    const of = await lodged();
    const broken = Buffer.from('<MetaData><Response><FunctionCode>01');
    await house.receive(broken, of.conversationId);
    await house.receive(Buffer.from([0xff, 0x00, 0x01]), null);
    await house.receive(body(of, accepted()), of.conversationId);
    const view = await show(of);
    expect(view.summary).toBe('Accepted');
    expect(await events(of)).toContain('AuthorityMessageUnread');
    const unread = view.messages.find((each) => each.functionCode === '')!;
    expect(await house.declarations.message('acme', of.request.declarationId, unread.messageId)).toEqual(broken);
    await expect(
      house.declarations.message('globex', of.request.declarationId, unread.messageId),
    ).rejects.toMatchObject({ kind: 'not-found' });
    expect((await house.declarations.unmatched()).items).toContainEqual(
      expect.objectContaining({ reason: expect.stringContaining('unreadable') }),
    );
  });

  it('several in one body are several messages, in the order of the body whatever their names', async () => {
    const of = await lodged();
    const { lrn, mrn } = of;
    const [first, second] = [`f${id().slice(1)}`, `0${id().slice(1)}`];
    await house.receive(
      notificationXml(
        { ...accepted(), lrn, mrn, id: first },
        { code: '05', lrn, mrn, id: second, at: '20261124100002Z' },
      ),
      of.conversationId,
    );
    expect(await show(of)).toMatchObject({ summary: 'Exam', messages: [{ name: 'DMSACC' }, { name: 'DMSCTL' }] });
  });

  it('of a code that no table knows are shown and change nothing', async () => {
    const of = await lodged();
    await house.receive(body(of, { code: '52' }), of.conversationId);
    expect(await show(of)).toMatchObject({ summary: 'Sent', messages: [{ functionCode: '52', name: '52' }] });
  });
});

describe('reading', () => {
  it('may run again: bodies that were recorded are not recorded twice', async () => {
    const of = await lodged();
    await house.receive(body(of, accepted()), of.conversationId);
    const before = await events(of);
    await house.tables.system((tx) => tx.query(`update readings set state = 'open', look_at = $1`, [house.now]));
    await house.readAll();
    expect(await events(of)).toEqual(before);
    expect((await show(of)).messages).toHaveLength(1);
  });

  it('by two at once records each message once', async () => {
    const of = await lodged();
    const { inbox, reader } = house.make((authority) => authority);
    for (const bytes of uneventful(of)) {
      await inbox.take('cds', { 'x-conversation-id': of.conversationId }, bytes);
      await inbox.take('cds', { 'x-conversation-id': of.conversationId }, bytes);
    }
    await Promise.all([house.reader.work(), reader.work()]);
    house.pass(10_000);
    await house.readAll();
    expect((await events(of)).filter((type) => type === 'AuthorityMessageReceived')).toHaveLength(4);
    expect((await show(of)).messages).toHaveLength(8);
  });

  it('keeps no credential of the sender', async () => {
    const of = await lodged();
    await house.receive(body(of, accepted()), of.conversationId);
    const { rows } = await house.tables.system((tx) =>
      tx.query<{ headers: object }>('select headers from raw_messages'),
    );
    expect(JSON.stringify(rows)).not.toContain('a secret');
  });

  it('never changes a stored body', async () => {
    await expect(house.tables.system((tx) => tx.query(`update raw_messages set bytes = ''`))).rejects.toMatchObject({
      code: '42501',
    });
    await expect(house.tables.system((tx) => tx.query('delete from raw_messages'))).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('leaves a read model that is the same when it is folded again from the events', async () => {
    const read = () =>
      house.tables.system(async (tx) => ({
        declarations: (await tx.query('select * from declarations order by declaration_id')).rows,
        keys: (await tx.query('select * from declaration_keys order by scheme, value, declaration_id')).rows,
      }));
    const before = await read();
    expect(before.declarations.length).toBeGreaterThan(0);
    await house.store.rebuild(declarationsProjection);
    expect(await read()).toEqual(before);
  });
});
