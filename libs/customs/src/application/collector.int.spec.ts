import { at, readInterchange } from '@tidewaiter/edifact';
import { checkUsEntry } from '@tidewaiter/kernel';
import { idFor, type CallerIdentity } from '@tidewaiter/platform';
import { field, record } from '../authorities/ace/records.js';
import { entries } from '../postgres/entries.repository.js';
import { CustomsHouse } from '../testing/house.js';
import { Mailboxes } from './mailboxes.js';
import { accepted, notificationXml } from '../testing/notifications.js';

let house: CustomsHouse;
beforeAll(async () => {
  house = await CustomsHouse.open();
});
afterAll(() => house.close());

const dutch = () =>
  house.lodging((request) => {
    request.situation.destination = 'NL';
    request.situation.portOfEntry = 'NLRTM';
  });

async function lodged() {
  const request = dutch();
  const answer = await house.desk.lodge(house.step(request), request);
  const { bytes } = house.partner.taken.at(-1)!;
  const reading = readInterchange(bytes);
  if (reading.kind === 'unreadable') throw new Error(reading.says);
  return { request, answer, interchange: reading.interchange };
}

function cusres(lrn: string, interchange: string, name: string, ...segments: string[]): Buffer {
  const body = [
    `BGM+962+${name}+9`,
    'DTM+137:202611240930:203',
    ...segments,
    `RFF+ABE:${lrn}`,
    `RFF+ACW:${interchange}`,
  ];
  return Buffer.from(
    `UNB+UNOC:3+CUSTOMS:ZZ+TIDEWAITER:ZZ+261124:0930+${name}'UNH+1+CUSRES:D:96B:UN'${body.join("'")}'UNT+${body.length + 2}+1'UNZ+1+${name}'`,
  );
}

const show = (declarationId: string) => house.declarations.show('acme', declarationId);

describe('an authority with a mailbox', () => {
  it('takes an interchange and says the rest by the mailbox, each message once', async () => {
    const { request, answer, interchange } = await lodged();
    expect(answer.kind).toBe('sent');
    expect(house.partner.taken.at(-1)).toMatchObject({ path: '/edi/TIDEWAITER', authorization: 'Bearer partner' });
    const lrn = at(
      interchange.messages[0]!.segments.find((each) => each.tag === 'RFF'),
      0,
      1,
    );
    const { reference } = interchange;
    house.partner.mail.push(
      cusres(lrn, reference, 'R1', 'GIS+1:109:6'),
      Buffer.from('not an interchange'),
      cusres(lrn, reference, 'R2', 'GIS+5:109:6'),
      cusres(lrn, reference, 'R2', 'GIS+5:109:6'),
    );
    await house.collector.work();
    await house.collector.work();
    await house.readAll();
    const view = await show(request.declarationId);
    expect(view.summary).toBe('Exam');
    expect(view.messages.map((each) => each.duplicate).sort()).toEqual([false, false, true]);
  });

  it('is asked by its mailbox when the outcome is unknown, and gets the same message in a new envelope', async () => {
    const request = dutch();
    house.partner.statuses.push(500);
    expect((await house.desk.lodge(house.step(request), request)).kind).toBe('unknown');
    const first = house.partner.taken.at(-1)!.bytes;
    house.pass(901_000);
    const resolved = await house.desk.resolve(house.step(request, 'resolve/1'), request.declarationId);
    expect(resolved.kind).toBe('sent-again');
    const [one, two] = [first, house.partner.taken.at(-1)!.bytes].map((bytes) => {
      const reading = readInterchange(bytes);
      return reading.kind === 'read' ? reading.interchange : null;
    });
    expect(two!.reference).not.toBe(one!.reference);
    expect(at(two!.messages[0]!.segments[1], 2)).toBe('35');
  });
});

describe('an authority that pushes', () => {
  it('is asked at the start, then each hour, for what its pushes did not bring; a person may ask at once', async () => {
    const request = house.lodging();
    await house.desk.lodge(house.step(request), request);
    const { lrn, mrn, conversationId } = house.authority.taken.at(-1)!;
    const word = notificationXml({ ...accepted(), lrn, mrn, id: 'a'.repeat(32) });
    const miss = (id: string) => house.authority.missed.push({ id, conversationId, bytes: word });
    await house.collector.work();
    const asked = house.authority.lists;
    expect(asked).toBeGreaterThan(0);
    miss('one');
    await house.collector.work();
    expect(house.authority.lists).toBe(asked);
    house.pass(3_600_000);
    await house.collector.work();
    await house.readAll();
    expect((await show(request.declarationId)).summary).toBe('Accepted');
    // The push comes after all, and once more by hand: kept as copies, counted once.
    await house.receive(word, conversationId);
    miss('two');
    const lay = house.authority.missed.length;
    const mailboxes = new Mailboxes(house.store, house.collector, () => house.now);
    const olive = { tenant: 'acme', actor: 'user:olive', roles: ['operator'] } as unknown as CallerIdentity;
    const byHand = await mailboxes.collect(olive, 'ask-1', 'hmrc');
    expect(byHand).toMatchObject({ authority: 'HMRC', fetched: lay });
    const noted = await house.store.read('acme', `mailbox-${idFor('mailbox', 'acme', 'HMRC')}`);
    expect(noted.map(({ type, data }) => [type, data])).toMatchObject([
      ['MessagesCollected', { authority: 'HMRC', by: 'user:olive', fetched: lay }],
    ]);
    await house.readAll();
    const view = await show(request.declarationId);
    expect(view.messages.map((each) => each.duplicate).sort()).toEqual([false, true, true]);
    expect((await house.eventsOf(request.declarationId)).filter((each) => each === 'DeclarationAccepted')).toHaveLength(
      1,
    );
    expect(house.authority.missed).toEqual([]);
  });

  it('that nobody knows is named so', async () => {
    await expect(house.collector.collect('nobody')).rejects.toMatchObject({ code: 'customs.authority.no-mailbox' });
  });
});

describe('ACE', () => {
  it('gets batches with the password on the wire alone, and is believed when the queue is acknowledged', async () => {
    const authority = house.authorities.called('CBP', house.now);
    const built = Buffer.from(record('A', [2, 5, 'TW01']));
    await authority.submit(built, 'declare');
    expect(field(house.partner.taken.at(-1)!.bytes.toString('latin1'), 9, 14)).toBe('SECRET');
    const so10 = record('SO10', [9, 11, 'TWR'], [14, 21, '00000018']);
    const so60 = record('SO60', [5, 10, '112426'], [11, 14, '0900'], [15, 16, '98']);
    house.partner.queue.push(Buffer.from([so10, so60].join('\n')));
    await house.collector.work();
    expect(house.partner.read).toBe(1);
    // A crash between store and acknowledgement is made good: the last one is acknowledged once more.
    await house.collector.work();
    expect(house.partner.read).toBe(1);
    await house.readAll();
    const { items } = await house.declarations.unmatched();
    expect(items.length).toBeGreaterThan(0);
  });

  it('draws an entry number once for each filing', async () => {
    const [one, other] = [dutch().declarationId, dutch().declarationId];
    const draw = (id: string) => house.store.transaction('acme', (tx) => entries.draw(tx, id, 'TWR'));
    const first = await draw(one);
    expect(checkUsEntry(first).valid).toBe(true);
    expect(await draw(one)).toBe(first);
    expect(await draw(other)).not.toBe(first);
  });
});
