import { jest } from '@jest/globals';
import { aDeclaration } from '../testing/declaration.js';
import { CALLBACK_TOKEN, House } from '../testing/house.js';
import { Receiver, type Received } from '../testing/receiver.js';

jest.setTimeout(30_000);

/** The push contract with its published waiting times, on a clock that is set ahead; and every fault of the list. */

let house: House;
let receiver: Receiver;
let shipment: { reference: string; lrn: string };

beforeEach(async () => {
  receiver = await Receiver.open();
  house = new House({ callbackUrl: receiver.url, realTime: true });
  shipment = house.next();
});
afterEach(async () => {
  await house.close();
  await receiver.close();
});

const codes = (): string[] => receiver.received.map(({ body }) => /<FunctionCode>(\d+)</.exec(body)?.[1] ?? '?');
const pushed = (count: number): Promise<void> => receiver.until(() => receiver.received.length >= count);
/** Nothing else is on its way: whatever was sent has been answered. */
const quiet = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
};
const declared = async (faults: Record<string, unknown>[], count: number): Promise<Received[]> => {
  if (faults.length > 0) house.faults(faults, shipment.reference);
  await house.cds('/customs/declarations', aDeclaration(shipment));
  await pushed(count);
  await quiet();
  return receiver.received;
};

describe('the push contract', () => {
  it('carries the token verbatim, the conversation, and no id of its own', async () => {
    const [first] = await declared([], 3);
    expect(first!.headers).toMatchObject({
      authorization: CALLBACK_TOKEN,
      'content-type': 'application/xml; charset=UTF-8',
      'x-conversation-id': house.filing(shipment.lrn).conversationId,
    });
  });

  it('blocks everything for 2.5 minutes behind a 5xx, then tries one pilot', async () => {
    receiver.answer = () => 503;
    await declared([], 1);
    const before = receiver.received.length;
    const other = house.next();
    await house.declare(other);
    await quiet();
    expect(receiver.received).toHaveLength(before);
    const { channels } = await house.admin<{ channels: { cds: { blocked: boolean; planned: unknown[] } } }>(
      '/admin/outbox',
    );
    expect([channels.cds.blocked, channels.cds.planned.length]).toEqual([true, 6]);
    await house.pass('2m');
    await quiet();
    expect(receiver.received).toHaveLength(before);
    await house.pass('31s');
    await pushed(before + 1);
    await quiet();
    expect(receiver.received).toHaveLength(before + 1);
    receiver.answer = () => 200;
    await house.pass('151s');
    await pushed(before + 1 + 6);
    expect(house.findings().filter((finding) => finding === 'push-refused').length).toBeGreaterThanOrEqual(2);
  });

  it('brings a refused message back after 10 minutes, the others flow', async () => {
    let refusals = 1;
    receiver.answer = ({ body }) => (body.includes('<FunctionCode>01<') && refusals-- > 0 ? 400 : 200);
    await declared([], 3);
    expect(codes()).toEqual(['01', '13', '13']);
    await house.pass('9m');
    await quiet();
    expect(receiver.received).toHaveLength(3);
    await house.pass('61s');
    await pushed(4);
    expect(codes().at(-1)).toBe('01');
  });

  it('gives a message up after 14 days, and a pull finds it no more', async () => {
    receiver.answer = () => 500;
    await declared([], 1);
    const { conversationId } = house.filing(shipment.lrn);
    const links = async (): Promise<number> =>
      [...String((await house.cds(`/notifications/conversationId/${conversationId}`)).body).matchAll(/<link>/g)].length;
    expect(await links()).toBe(3);
    await house.pass('15d');
    await quiet();
    await house.pass('3m');
    await quiet();
    expect(await links()).toBe(0);
    const { expired } = await house.admin<{ expired: unknown[] }>('/admin/outbox');
    expect(expired.length).toBe(3);
    const { neverSent } = await house.admin<{ neverSent: unknown[] }>('/admin/summary');
    expect(neverSent.length).toBe(3);
  });

  it('tells a weekend’s backlog once the address is back', async () => {
    receiver.answer = () => 503;
    await declared([], 1);
    await house.pass('2d');
    await quiet();
    receiver.answer = () => 200;
    receiver.received.length = 0;
    await house.pass('3m');
    await pushed(3);
    await quiet();
    expect(codes().sort()).toEqual(['01', '13', '13']);
  });
});

describe('faults', () => {
  it('duplicate: the same bytes; changed: the same id and other bytes', async () => {
    const same = await declared([{ duplicate: 'authority', times: 2 }], 6);
    expect(same[0]!.body).toBe(same[1]!.body);
    receiver.received.length = 0;
    shipment = house.next();
    const changed = await declared([{ duplicate: 'authority', times: 2, changed: true }], 6);
    const acceptances = changed.filter(({ body }) => body.includes('<FunctionCode>01<'));
    expect(acceptances[0]!.body).not.toBe(acceptances[1]!.body);
    expect(acceptances[0]!.body.trim()).toBe(acceptances[1]!.body.trim());
  });

  it('late: each push waits', async () => {
    await declared([{ late: 'authority', by: '1h' }], 0);
    expect(receiver.received).toEqual([]);
    await house.pass('61m');
    await pushed(3);
  });

  it('reorder: newest first, in a window', async () => {
    await declared([{ reorder: 'authority' }], 3);
    expect(receiver.received[2]!.body).toContain('<FunctionCode>01<');
    receiver.received.length = 0;
    shipment = house.next();
    await declared([{ reorder: 'authority', window: 2 }], 3);
    expect(codes()).toEqual(['13', '01', '13']);
  });

  it('9: everything three times and in reverse', async () => {
    await declared([{ duplicate: 'authority', times: 3 }, { reorder: 'authority' }], 9);
    expect(codes()).toEqual(['13', '13', '13', '13', '13', '13', '01', '01', '01']);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(3);
  });

  it('lose: a pull still has it; hard: nobody ever will', async () => {
    await declared([{ lose: 'authority' }], 2);
    const unpulled = async (): Promise<number> =>
      [
        ...String(
          (await house.cds(`/notifications/conversationId/${house.filing(shipment.lrn).conversationId}/unpulled`)).body,
        ).matchAll(/<link>/g),
      ].length;
    expect(await unpulled()).toBe(1);
    receiver.received.length = 0;
    shipment = house.next();
    await declared([{ lose: 'authority', hard: true, nth: 2 }], 2);
    expect(codes()).toEqual(['01', '13']);
    expect(await unpulled()).toBe(0);
  });

  it('expire: gone at once', async () => {
    await declared([{ expire: 'authority' }], 2);
    const { neverSent } = await house.admin<{ neverSent: { functionCode: string; gone: boolean }[] }>('/admin/summary');
    expect(neverSent).toEqual([expect.objectContaining({ functionCode: '01', gone: true })]);
  });

  it('silence: nothing for a time, then everything', async () => {
    await declared([{ silence: 'authority', for: '1h' }], 0);
    expect(receiver.received).toEqual([]);
    await house.pass('61m');
    await pushed(3);
  });

  it('block: the channel stands still', async () => {
    await declared([{ block: 'authority', for: '1h' }], 0);
    expect(receiver.received).toEqual([]);
    await house.pass('61m');
    await pushed(3);
  });

  it('garble: one body that nobody can read', async () => {
    const [first] = await declared([{ garble: 'authority' }], 3);
    expect(first!.body).toMatch(/\u0001<<$/);
  });

  it('wrong-tax: the final assessment alone is off', async () => {
    await declared([{ 'wrong-tax': 'authority', by: '1.00' }], 3);
    expect(house.filing(shipment.lrn).due!.amount).toBe('369.00');
    expect(receiver.received.filter(({ body }) => body.includes('>141.00<'))).toHaveLength(1);
  });

  it('unknown: about nobody’s declaration; foreign: about another filer’s under our conversation', async () => {
    await declared([{ unknown: 'authority' }], 4);
    expect(receiver.received.some(({ body }) => body.includes('NOBODY-'))).toBe(true);
    const other = house.next();
    await house.declare({ ...other, importer: 'GB999999999999' });
    await quiet();
    receiver.received.length = 0;
    shipment = house.next();
    await declared([{ foreign: 'authority' }], 4);
    const strange = receiver.received.find(({ body }) => !body.includes(`>${shipment.lrn}<`))!;
    expect(strange.body).toContain(`>${other.lrn}<`);
    expect(strange.headers['x-conversation-id']).toBe(house.filing(shipment.lrn).conversationId);
  });

  it('bad-check-digit, no-version, no-conversation, two-mrn', async () => {
    const of = (code: string): Received[] =>
      receiver.received.filter(({ body }) => body.includes(`<FunctionCode>${code}<`));
    await declared(
      [{ 'bad-check-digit': 'authority' }, { 'no-version': 'authority' }, { 'no-conversation': 'authority' }],
      3,
    );
    const { mrn } = house.filing(shipment.lrn);
    expect(of('01')[0]!.body).toContain(`<ID>${mrn.slice(0, 17)}`);
    expect(of('01')[0]!.body).not.toContain(`<ID>${mrn}<`);
    expect(of('01')[0]!.body).not.toContain('VersionID');
    expect(of('01')[0]!.headers).not.toHaveProperty('x-conversation-id');
    expect(of('13')[0]!.body).toContain(`<ID>${mrn}<`);
    receiver.received.length = 0;
    shipment = house.next();
    await declared([{ 'two-mrn': 'authority' }], 4);
    const mrns = of('01').map(({ body }) => /<ID>(\w+)<\/ID>/.exec(body)![1]);
    expect(new Set(mrns).size).toBe(2);
  });

  it('skew: the authority’s watch is wrong', async () => {
    await declared([{ skew: 'authority', by: '-2d' }], 3);
    const at = /<IssueDateTime>[^]*?(\d{8})\d{6}Z/.exec(receiver.received[0]!.body)![1]!;
    const day = new Date(house.clock.now() - 2 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    expect(at).toBe(day);
  });

  it('http and cut: before nothing was taken, after and within everything was', async () => {
    const answer = async (fault: Record<string, unknown>): Promise<[number | null, boolean, number]> => {
      shipment = house.next();
      house.faults([fault], shipment.reference);
      const { status, within } = await house.cds('/customs/declarations', aDeclaration(shipment));
      return [status, within === true, house.authority.filings.withLrn(shipment.lrn).length];
    };
    expect(await answer({ http: 'authority', status: 502 })).toEqual([502, false, 0]);
    expect(await answer({ http: 'authority', acting: 'after' })).toEqual([500, false, 1]);
    expect(await answer({ cut: 'authority', at: 'before' })).toEqual([null, false, 0]);
    expect(await answer({ cut: 'authority', at: 'within' })).toEqual([null, true, 1]);
    expect(await answer({ cut: 'authority' })).toEqual([null, false, 1]);
  });

  it('slow: the answer waits; down: nobody is there', async () => {
    house.faults([{ slow: 'authority', by: '3s' }], shipment.reference);
    const { slow } = await house.cds('/customs/declarations', aDeclaration(shipment));
    expect(slow).toBe(3_000);
    expect(house.authority.isDown).toBe(false);
    house.faults([{ down: 'authority', for: '1h' }]);
    expect(house.authority.isDown).toBe(true);
    await house.pass('61m');
    expect(house.authority.isDown).toBe(false);
  });

  it('stand in the ledger with what they struck', async () => {
    await declared([{ garble: 'authority' }], 3);
    const { items } = await house.admin<{ items: { type: string; used?: string[] }[] }>('/admin/ledger');
    expect(items.find(({ type }) => type === 'acted')!.used!.some((key) => key.includes('/garble/'))).toBe(true);
  });
});
