import { jest } from '@jest/globals';
import { aDeclaration, aNewNetMass, aRequest, withoutSecondItem } from '../testing/declaration.js';
import { House } from '../testing/house.js';

jest.setTimeout(30_000);

/** The simulator's side of the fifteen items that the clearance is accepted by; EDIFACT and ACE have specs of their own. */

let house: House;
let shipment: { reference: string; lrn: string };
beforeEach(() => {
  house = new House();
  shipment = house.next();
});
afterEach(() => house.close());

const errorsIn = (body: string): string[] => [...body.matchAll(/<ValidationCode>(\w+)</g)].map(([, code]) => code!);

it('1: green to clearance', async () => {
  const { lrn } = await house.declare(shipment);
  expect(house.told(lrn)).toEqual(['01', '13/67', '13/4']);
  await house.pay(lrn);
  expect(house.told(lrn)).toEqual(['01', '13/67', '13/4', '09']);
  expect(house.findings()).toEqual([]);
});

it('2: rejected at a field of a line, corrected, accepted, one live MRN', async () => {
  const { lrn } = shipment;
  await house.declare({ ...shipment, lines: [{ commodity: '8712003099' }] });
  expect(house.bodyOf(lrn, '03')).toContain('<ValidationCode>CDS40059</ValidationCode>');
  await house.declare(shipment);
  expect(house.told(lrn)[0]).toBe('01');
  const { acceptedPerLrn, doubles } = await house.admin<{
    acceptedPerLrn: Record<string, number>;
    doubles: { lrn: unknown[] };
  }>('/admin/summary');
  expect([acceptedPerLrn[lrn], doubles.lrn]).toEqual([1, []]);
});

describe('3: documents asked', () => {
  const asked = { authority: [{ then: [{ route: 'documents' }, { clear: 'after-documents' }] }] };

  it('and uploaded in time, each file with a result of its own', async () => {
    house.script(shipment.reference, asked);
    const { lrn, mrn } = await house.declare(shipment);
    expect(house.told(lrn)).toEqual(['01', '06']);
    const slots = await house.cds(
      '/customs/declarations/file-upload',
      `<FileUploadRequest xmlns="hmrc:fileupload"><DeclarationID>${mrn}</DeclarationID><FileGroupSize>2</FileGroupSize><Files><File><FileSequenceNo>1</FileSequenceNo></File><File><FileSequenceNo>2</FileSequenceNo></File></Files></FileUploadRequest>`,
    );
    const addresses = [...String(slots.body).matchAll(/<Href>([^<]+)</g)].map(([, href]) => new URL(href!).pathname);
    expect(addresses).toHaveLength(2);
    await house.call('POST', addresses[0]!, Buffer.from([0, 1, 2]));
    expect(house.told(lrn)).toEqual(['01', '06']);
    await house.call('POST', addresses[1]!, '%PDF-1.7 the invoice');
    expect(house.told(lrn)).toEqual(['01', '06', '09']);
    const results = [...house.authority.filings.notifications.values()].filter(
      ({ functionCode }) => functionCode === 'file',
    );
    expect(results.map(({ body }) => /<Outcome>(\w+)</.exec(body)![1])).toEqual(['FAILURE', 'SUCCESS']);
    expect(results[0]!.conversationId).toBe(slots.headers!['X-Conversation-ID']);
  });

  it('and not brought: reminded once, then invalidated', async () => {
    house.script(shipment.reference, asked);
    const { lrn } = await house.declare(shipment);
    await house.pass('4d');
    expect(house.told(lrn)).toEqual(['01', '06', '06']);
    await house.pass('4d');
    expect(house.told(lrn)).toEqual(['01', '06', '06', '10']);
  });
});

it('4: examined, a shortage found, corrected by customs, the tax lowered', async () => {
  house.script(shipment.reference, {
    authority: [
      { then: [{ route: 'physical' }, { tax: 'assessed' }, { exam: { finding: 'shortage', quantity: '45' } }] },
    ],
  });
  const { lrn } = await house.declare(shipment);
  expect(house.told(lrn)).toEqual(['01', '05', '13/4', '07', '13/4']);
  const corrected = house.bodyOf(lrn, '07');
  expect(corrected).toContain('<NetNetWeightMeasure>45</NetNetWeightMeasure>');
  expect(corrected).toContain('<ItemChargeAmount>500.00</ItemChargeAmount>');
  expect(corrected).toContain('<VersionID>2</VersionID>');
  // both new values in one item of one declaration
  expect([...corrected.matchAll(/<GovernmentAgencyGoodsItem>/g)]).toHaveLength(1);
  expect(house.filing(lrn).due!.amount).toBe('184.00');
});

describe('5: pre-lodged', () => {
  it('and arrived: accepted with version 2', async () => {
    const { lrn, mrn } = await house.declare({ ...shipment, kind: 'IMD' });
    expect(house.told(lrn)).toEqual(['02', '13/67']);
    const arrived = await house.cds(
      '/customs/declarations/arrival-notification',
      aRequest({ kind: 'GPR', lrn: `${lrn}-A`, mrn }),
    );
    expect(arrived.status).toBe(202);
    expect(house.told(lrn)).toEqual(['02', '13/67', '02', '01', '13/4']);
    expect(house.bodyOf(lrn, '01')).toContain('<VersionID>2</VersionID>');
    const again = await house.cds(
      '/customs/declarations/arrival-notification',
      aRequest({ kind: 'GPR', lrn: `${lrn}-B`, mrn }),
    );
    expect(again.status).toBe(202);
    expect(errorsIn(house.bodyOf(lrn, '03'))).toEqual(['CDS12014']);
  });

  it('and lapsed on day 30', async () => {
    const { lrn } = await house.declare({ ...shipment, kind: 'IMD' });
    await house.pass('29d');
    expect(house.told(lrn)).toEqual(['02', '13/67']);
    await house.pass('1d');
    expect(house.told(lrn)).toEqual(['02', '13/67', '10']);
  });
});

it('6: the connection is cut after acceptance: an enquiry finds it, one attempt', async () => {
  house.faults([{ cut: 'authority', at: 'after-accept' }], shipment.reference);
  const answer = await house.cds('/customs/declarations', aDeclaration(shipment));
  expect(answer.status).toBeNull();
  const row = await house.cds(`/customs/declarations-information/search?lrn=${shipment.lrn}`);
  expect(String(row.body)).toContain(`<p:ID>${house.filing(shipment.lrn).mrn}</p:ID>`);
  expect(house.authority.filings.withLrn(shipment.lrn)).toHaveLength(1);
});

it('7: 500 and truly lost: nothing is known, the same LRN is taken once', async () => {
  house.faults([{ http: 'authority', acting: 'before' }], shipment.reference);
  const answer = await house.cds('/customs/declarations', aDeclaration(shipment));
  expect(answer.status).toBe(500);
  const row = await house.cds(`/customs/declarations-information/search?lrn=${shipment.lrn}`);
  expect([row.status, String(row.body)]).toEqual([404, expect.stringContaining('CDS60001')]);
  await house.declare(shipment);
  expect(house.authority.filings.withLrn(shipment.lrn)).toHaveLength(1);
  expect(house.findings()).toEqual([]);
});

it('8: sent again though the first lives: CDS12003 under the second conversation, the first stands', async () => {
  const first = await house.declare(shipment);
  await house.cds(`/customs/declarations-information/search?lrn=${shipment.lrn}`);
  const second = await house.declare(shipment);
  expect(second.conversationId).not.toBe(first.conversationId);
  expect(errorsIn(house.bodyOf(shipment.lrn, '03'))).toEqual(['CDS12003']);
  expect(first.standing).toBe('accepted');
  expect(house.findings()).toEqual([]);
});

describe('11: an amendment', () => {
  it('is granted: a new version, the tax again', async () => {
    const { lrn, mrn } = await house.declare({ ...shipment, lines: [{ commodity: '0405101900', netMass: '90' }] });
    const answer = await house.cds('/customs/declarations/amend', aNewNetMass(`${lrn}-X`, mrn, '45'));
    expect(answer.status).toBe(202);
    expect(house.told(lrn)).toEqual(['01', '13/67', '13/4', '02', '11/39', '13/4']);
    expect(house.filing(lrn).version).toBe(2);
    expect(house.filing(lrn).current.items[0]!.netMass).toBe('45');
    expect(house.bodyOf(lrn, '11')).toContain(`>${lrn}-X<`);
    const request = house.authority.filings.requests.get(house.filing(lrn).requests[0]!)!;
    expect(request.conversationId).not.toBe(house.filing(lrn).conversationId);
    expect(answer.headers!['X-Conversation-ID']).toBe(request.conversationId);
  });

  it('takes a goods item away', async () => {
    const { lrn, mrn } = await house.declare({ ...shipment, lines: [{}, { commodity: '6109100010' }] });
    await house.cds('/customs/declarations/amend', withoutSecondItem(`${lrn}-X`, mrn));
    expect(house.told(lrn).slice(3)).toEqual(['02', '11/39', '13/4']);
    expect(house.filing(lrn).current.items).toHaveLength(1);
    expect(house.filing(lrn).due!.amount).toBe('368.00');
  });

  it('is denied: everything as it was', async () => {
    house.script(shipment.reference, { authority: [{ on: 'amendment', then: [{ request: 'deny' }] }] });
    const { lrn, mrn } = await house.declare(shipment);
    await house.cds('/customs/declarations/amend', aNewNetMass(`${lrn}-X`, mrn, '45'));
    expect(house.told(lrn).slice(3)).toEqual(['02', '11/41']);
    expect(house.filing(lrn)).toMatchObject({ version: 1, openRequest: null });
  });

  it('is refused by the rules', async () => {
    const { lrn, mrn } = await house.declare(shipment);
    await house.cds('/customs/declarations/amend', aNewNetMass(`${lrn}-X`, mrn, '450'));
    expect(errorsIn(house.bodyOf(lrn, '03'))).toEqual(['CDS11006']);
    expect(house.filing(lrn).version).toBe(1);
  });

  it('is refused while another is open, and the referee sees it', async () => {
    house.script(shipment.reference, { authority: [{ on: 'amendment', then: [{ request: 'grant', after: '1h' }] }] });
    const { lrn, mrn } = await house.declare(shipment);
    await house.cds('/customs/declarations/amend', aNewNetMass(`${lrn}-X`, mrn, '45'));
    await house.cds('/customs/declarations/amend', aNewNetMass(`${lrn}-Y`, mrn, '46'));
    expect(errorsIn(house.bodyOf(lrn, '03'))).toEqual(['CDS12036']);
    expect(house.findings()).toEqual(['replace-while-open']);
    await house.pass('2h');
    expect(house.filing(lrn).current.items[0]!.netMass).toBe('45');
  });

  const refusals: [string, string, (lrn: string, mrn: string) => Buffer][] = [
    ['CDS12015', 'an unknown declaration', (lrn) => aNewNetMass(lrn, '26GBNOBODY00000005', '1')],
    ['CDS11007', 'another submitter', (lrn, mrn) => aRequest({ kind: 'INV', lrn, mrn, submitter: 'GB999999999999' })],
    [
      'CDS11012',
      'the importer',
      (lrn, mrn) =>
        aRequest({
          kind: 'COR',
          lrn,
          mrn,
          changes: [
            {
              pointer: [
                ['42A', null, null],
                ['67A', null, null],
                ['74A', null, 'R038'],
              ],
              reason: '29',
            },
          ],
        }),
    ],
    [
      'CDS12026',
      'an element twice',
      (lrn, mrn) => {
        const change = { pointer: [['42A', null, '146']] as [string, null, string][], reason: '28' };
        return aRequest({ kind: 'COR', lrn, mrn, changes: [change, change] });
      },
    ],
  ];
  it.each(refusals)('%s: is refused for %s', async (code, _, request) => {
    const { lrn, mrn } = await house.declare(shipment);
    const bytes = request(`${lrn}-X`, mrn);
    await house.cds(
      bytes.includes('>INV<') ? '/customs/declarations/cancellation-requests' : '/customs/declarations/amend',
      bytes,
    );
    const rejected = [...house.authority.filings.notifications.values()].filter(
      ({ functionCode }) => functionCode === '03',
    );
    expect(errorsIn(rejected.at(-1)!.body)).toEqual([code]);
    expect(house.filing(lrn).standing).toBe('accepted');
  });

  it('comes to another address than its kind, and is turned away', async () => {
    const { lrn, mrn } = await house.declare(shipment);
    const answer = await house.cds('/customs/declarations/amend', aRequest({ kind: 'INV', lrn: `${lrn}-X`, mrn }));
    expect(answer.status).toBe(400);
    expect(house.filing(lrn).requests).toEqual([]);
  });
});

it('a cancellation: granted ends it; asked for twice, the second finds it finished', async () => {
  const { lrn, mrn } = await house.declare(shipment);
  await house.cds(
    '/customs/declarations/cancellation-requests',
    aRequest({ kind: 'INV', lrn: `${lrn}-X`, mrn, reason: 'double', changes: [{ pointer: [], reason: '1' }] }),
  );
  expect(house.told(lrn)).toEqual(['01', '13/67', '13/4', '02', '11/39', '10']);
  await house.cds('/customs/declarations/cancellation-requests', aRequest({ kind: 'INV', lrn: `${lrn}-Y`, mrn }));
  expect(errorsIn(house.bodyOf(lrn, '03'))).toEqual(['CDS12015']);
});

it('CDS12031: an arrival after 30 days comes too late', async () => {
  house.script(shipment.reference, { authority: [{ then: [], stop: true }] });
  const { lrn, mrn } = await house.declare({ ...shipment, kind: 'IMD' });
  await house.pass('31d');
  await house.cds('/customs/declarations/arrival-notification', aRequest({ kind: 'GPR', lrn: `${lrn}-A`, mrn }));
  expect(errorsIn(house.bodyOf(lrn, '03'))).toEqual(['CDS12031']);
});

describe('12: the account is short', () => {
  const opened = { holders: ['GB123456789012'], limit: '500.00' };

  it('reminds daily, lets others wait, and goes on after a top-up', async () => {
    await house.admin('/admin/accounts/1234567', opened);
    const first = await house.declare({ ...shipment, dan: '1234567' });
    expect(house.told(first.lrn)).toEqual(['01', '13/67', '13/4', '09']);
    const second = await house.declare({ ...house.next(), dan: '1234567' });
    expect(house.told(second.lrn)).toEqual(['01', '13/67', '14']);
    expect(house.bodyOf(second.lrn, '14')).toContain('>236.00<');
    const third = await house.declare({ ...house.next(), dan: '1234567' });
    expect(house.told(third.lrn)).toEqual(['01', '13/67']);
    await house.pass('25h');
    expect(house.told(second.lrn)).toEqual(['01', '13/67', '14', '15']);
    await house.admin('/admin/accounts/1234567/top-up', { amount: '1000.00' });
    await house.settle();
    expect(house.told(second.lrn).slice(-2)).toEqual(['13/4', '09']);
    expect(house.told(third.lrn).slice(-2)).toEqual(['13/4', '09']);
    const { items } = await house.admin<{ items: { dan: string; available: string }[] }>('/admin/accounts');
    expect(items).toEqual([expect.objectContaining({ dan: '1234567', available: '396.00' })]);
  });

  it('is given up after ten days', async () => {
    await house.admin('/admin/accounts/1234567', { ...opened, limit: '1.00' });
    const { lrn } = await house.declare({ ...shipment, dan: '1234567' });
    for (let day = 0; day < 11; day += 1) await house.pass('1d');
    const told = house.told(lrn);
    expect(told.slice(0, 3)).toEqual(['01', '13/67', '14']);
    expect(told.filter((each) => each === '15').length).toBeGreaterThanOrEqual(8);
    expect(told.at(-1)).toBe('10');
  });

  it('is for its holders alone, and not while it is suspended', async () => {
    await house.admin('/admin/accounts/1234567', { ...opened, holders: ['GB999999999999'] });
    const { lrn } = await house.declare({ ...shipment, dan: '1234567' });
    expect(errorsIn(house.bodyOf(lrn, '03'))).toEqual(['CDS12125']);
    await house.admin('/admin/accounts/1234567', { ...opened, suspended: true });
    await house.declare({ ...shipment, dan: '1234567' });
    expect(errorsIn(house.bodyOf(lrn, '03'))).toEqual(['CDS12125']);
  });

  it('states each month by declaration', async () => {
    const { mrn, lrn } = await house.declare({ ...shipment, dan: '1234567' });
    const period = house.clock.date().toISOString().slice(0, 7);
    const reply = await house.cds(`/customs/deferment/1234567/statements/${period}`);
    expect(JSON.parse(String(reply.body))).toMatchObject({
      lines: [{ mrn, lrn, version: 1, taxes: { A00: '140.00', B00: '228.00' }, amount: '368.00' }],
      total: '368.00',
    });
    const list = await house.cds('/customs/deferment/1234567/statements');
    expect(JSON.parse(String(list.body))).toMatchObject({ items: [`/customs/deferment/1234567/statements/${period}`] });
  });
});

it('13: the tax differs by 1.00', async () => {
  house.script(shipment.reference, { authority: [{ then: [{ tax: 'assessed', wrong: { tax: 'A00', by: '1.00' } }] }] });
  const { lrn } = await house.declare(shipment);
  expect(house.filing(lrn).due!.amount).toBe('369.00');
  expect(house.bodyOf(lrn, '13')).toContain('>141.00<');
});

it('a script plays every act, in its order', async () => {
  house.script(shipment.reference, {
    authority: [
      {
        then: [
          { query: 'which model' },
          { agency: { code: 'H01', decision: 'held for inspection' } },
          { hold: true },
          { lift: true },
          { tax: 'secured' },
          { release: true },
          { short: '5.00' },
        ],
        stop: true,
      },
    ],
  });
  const { lrn } = await house.declare({ ...shipment, dan: '1234567' });
  expect(house.told(lrn)).toEqual(['01', '51', '50', '50', '50', '13/115', '08', '14']);
  const seized = house.next();
  house.script(seized.reference, { authority: [{ then: [{ suspend: true }, { manual: true }, { seize: true }] }] });
  await house.declare(seized);
  expect(house.told(seized.lrn)).toEqual(['01', '50', '17', '50']);
  expect(house.filing(seized.lrn).standing).toBe('seized');
});

it('answers papers, payments and enquiries as its script says', async () => {
  house.script(shipment.reference, {
    authority: [
      { on: 'payment', then: [{ invalidate: 'the money came from nowhere' }], stop: true },
      { on: 'enquiry', http: 503 },
      { on: 'enquiry', answer: 'silence' },
    ],
  });
  const { lrn, mrn } = await house.declare(shipment);
  const ask = async (): Promise<number | null> =>
    (await house.cds(`/customs/declarations-information/mrn/${mrn}/status`)).status;
  expect([await ask(), await ask(), await ask()]).toEqual([503, 404, 200]);
  await house.pay(lrn);
  expect(house.told(lrn).at(-1)).toBe('10');
});

it('refuses for its form, and answers what nobody can read, as its script says', async () => {
  house.script(shipment.reference, {
    authority: [
      { answer: 'refuse-syntax', errors: [{ code: 'CDS10010', pointer: '42A.D026', says: 'too long' }] },
      { answer: 'unreadable' },
    ],
  });
  const refused = await house.cds('/customs/declarations', aDeclaration(shipment));
  expect([refused.status, String(refused.body)]).toEqual([400, expect.stringContaining('CDS10010 42A.D026: too long')]);
  expect(house.authority.filings.withLrn(shipment.lrn)).toEqual([]);
  const unreadable = await house.cds('/customs/declarations', aDeclaration(shipment));
  expect(unreadable.headers).not.toHaveProperty('X-Conversation-ID');
  expect(house.filing(shipment.lrn).standing).toBe('accepted');
});

it('secures what draws on a critical quota, and settles it the next day', async () => {
  const butter = { commodity: '0406902100', preference: '120', quota: '050013', netMass: '96000', grossMass: '97000' };
  const { lrn } = await house.declare({ ...shipment, lines: [butter] });
  expect(house.told(lrn)).toEqual(['01', '13/67', '13/115', '08', '13/4']);
  expect(house.authority.filings.quotaLeft('050013')).toBe('4000');
  const next = await house.declare({ ...house.next(), lines: [butter] });
  expect(next.calculation!.lines[0]!.taxes[0]!.rate).toBe('139.00');
});

it('draws what no script decides from the seed, the same for the same seed', async () => {
  const run = async (seed: string): Promise<string[]> => {
    const other = new House({ seed });
    const told: string[] = [];
    for (let n = 0; n < 15; n += 1) {
      const each = other.next();
      await other.declare(each);
      told.push(other.told(each.lrn).join(' '));
    }
    await other.close();
    return told;
  };
  const [once, again] = [await run('a'), await run('a')];
  expect(again).toEqual(once);
});

it('is rebuilt from its ledger: requests, versions, accounts, deadlines', async () => {
  house.script(shipment.reference, { authority: [{ on: 'amendment', then: [{ request: 'grant', after: '2h' }] }] });
  const { lrn, mrn } = await house.declare({ ...shipment, dan: '1234567' });
  await house.cds('/customs/declarations/amend', aNewNetMass(`${lrn}-X`, mrn, '45'));
  const before = [house.told(lrn), house.filing(lrn).charged];
  await house.restart();
  expect([house.told(lrn), house.filing(lrn).charged]).toEqual(before);
  await house.pass('3h');
  expect(house.told(lrn).slice(4)).toEqual(['02', '11/39', '13/4', '09']);
  const late = await house.declare({ ...house.next(), kind: 'IMD' });
  await house.restart();
  await house.pass('30d');
  expect(house.told(late.lrn).at(-1)).toBe('10');
});
