import fc from 'fast-check';
import { accepted, MRN, notificationXml, rejected, tax } from '../../testing/notifications.js';
import type { ReadMessage } from '../authority.js';
import { readProfiles } from '../profile.js';
import { interpretNotification, readGatewayErrors, readStatusRows, readTime } from './parse.js';

const profile = readProfiles()[0]!;
const LRN = 'TW-ABCDEFGHIJKLMNOPQR';
const interpret = (bytes: Uint8Array) => interpretNotification({ bytes, conversationId: 'conv-1' }, profile);
const only = (bytes: Uint8Array): ReadMessage => {
  const [first, ...more] = interpret(bytes);
  expect(more).toEqual([]);
  expect(first).toMatchObject({ kind: 'read' });
  return first as ReadMessage;
};

describe('a notification', () => {
  it('of acceptance has its references, its business time and its identity', () => {
    expect(only(notificationXml({ ...accepted('20261124093000+01'), lrn: LRN, id: 'A'.repeat(32) }))).toEqual({
      kind: 'read',
      identity: 'a'.repeat(32),
      functionCode: '01',
      keys: { conversationId: 'conv-1', lrn: LRN, mrn: MRN },
      authorityVersion: 1,
      authorityTime: '2026-11-24T08:30:00.000000Z',
      facts: [{ kind: 'accepted', warnings: [] }],
      notes: [],
    });
  });

  it('of rejection points to our field, with our words before its own', () => {
    const [fact] = only(notificationXml(rejected('CDS12056', '42A/67A/68A[2]/23A/21A[1].145'))).facts;
    expect(fact).toEqual({
      kind: 'rejected',
      sameReference: false,
      errors: [
        {
          code: 'CDS12056',
          pointer: '42A/67A/68A[2]/23A/21A[1].145',
          field: 'lines[1].commodity',
          says: 'These values cannot stand together. see box',
        },
      ],
    });
  });

  it('knows a refusal that is only about the reference', () => {
    expect(only(notificationXml(rejected('CDS12003', '42A.D026'))).facts[0]).toMatchObject({ sameReference: true });
  });

  it('of tax tells lines, sum, what to quote and whom to pay', () => {
    const fees = [
      { line: 1, type: 'A00', base: '1000.00', amount: '20.00' },
      { line: 1, type: 'B00', base: '1020.00', amount: '204.00' },
      { line: 0, type: '499', base: '1000.00', amount: '3.46' },
    ];
    const [fact] = only(
      notificationXml(tax('4', fees, { reference: 'PAY-77', total: '227.46', account: 'GB16BARC20051723372545' })),
    ).facts;
    expect(fact).toEqual({
      kind: 'duty',
      stage: 'final',
      taxes: fees.map(({ line, type, base, amount }) => ({ line, type, base, amount: { amount, currency: 'GBP' } })),
      total: { amount: '227.46', currency: 'GBP' },
      paymentReference: 'PAY-77',
      payee: { name: 'HMRC Shipley', account: 'GB16BARC20051723372545' },
    });
    const [indicative] = only(notificationXml(tax('67', fees))).facts;
    expect(indicative).toMatchObject({
      stage: 'indicative',
      total: { amount: '227.46' },
      paymentReference: null,
      payee: null,
    });
  });

  it('of tax with amounts that are none is kept, not guessed', () => {
    const [fact] = only(notificationXml(tax('4', [{ line: 1, type: 'A00', base: '1', amount: 'many' }]))).facts;
    expect(fact).toMatchObject({ kind: 'kept' });
  });

  it('of papers wanted has its last day', () => {
    const before =
      '<AdditionalInformation><StatementCode>ACA</StatementCode><LimitDateTime><DateTimeString formatCode="304">20261127100000Z</DateTimeString></LimitDateTime></AdditionalInformation>';
    expect(only(notificationXml({ code: '06', before })).facts[0]).toMatchObject({
      kind: 'documents-wanted',
      due: '2026-11-27T10:00:00.000000Z',
    });
  });

  it('about a low account says how much and on which', () => {
    const after =
      '<DutyTaxFee><Payment><PaymentAmount>226.40</PaymentAmount><ObligationGuarantee><ReferenceID>1909241</ReferenceID></ObligationGuarantee></Payment></DutyTaxFee>';
    expect(only(notificationXml({ code: '15', after })).facts).toEqual([
      { kind: 'funds-short', amount: { amount: '226.40', currency: 'GBP' }, account: '1909241', reminder: true },
    ]);
  });

  it('about a correction says what stands at each place now, by the number of the goods item', () => {
    const place = (...levels: [section: string, index?: number, tag?: string][]): string =>
      `<Amendment><ChangeReasonCode>16</ChangeReasonCode>${levels
        .map(
          ([section, index, tag]) =>
            `<Pointer>${index ? `<SequenceNumeric>${index}</SequenceNumeric>` : ''}<DocumentSectionCode>${section}</DocumentSectionCode>${tag ? `<TagID>${tag}</TagID>` : ''}</Pointer>`,
        )
        .join('')}</Amendment>`;
    const before =
      place(['42A'], ['67A'], ['68A', 2], ['23A'], ['21A', 1, '145']) + place(['42A'], ['67A'], ['99Z', 1, '001']);
    const after =
      '</Declaration><Declaration><FunctionCode>9</FunctionCode><GoodsShipment><GovernmentAgencyGoodsItem><SequenceNumeric>2</SequenceNumeric>' +
      '<Commodity><Classification><ID>87120030</ID></Classification></Commodity></GovernmentAgencyGoodsItem></GoodsShipment>';
    expect(only(notificationXml({ code: '07', before, after })).facts[0]).toMatchObject({
      kind: 'corrected',
      pointers: ['42A/67A/68A[2]/23A/21A[1].145', '42A/67A/99Z[1].001'],
      changes: [
        { pointer: '42A/67A/68A[2]/23A/21A[1].145', field: 'lines[1].commodity', becomes: '87120030' },
        { pointer: '42A/67A/99Z[1].001', becomes: null },
      ],
    });
  });

  it.each([
    ['02', 'registered'],
    ['05', 'control'],
    ['07', 'corrected'],
    ['08', 'released'],
    ['09', 'released'],
    ['10', 'invalidated'],
    ['51', 'query'],
  ])('with code %s says %s', (code, kind) => {
    expect(only(notificationXml({ code })).facts[0]).toMatchObject({ kind });
  });

  it.each(['16', '17', '18', '50', '52', '99', 'zzz'])('with code %s is kept and shown', (code) => {
    expect(only(notificationXml({ code })).facts[0]).toMatchObject({ kind: 'kept' });
  });

  it('answers a request, granted or denied', () => {
    const answer = (status: string) =>
      only(notificationXml({ code: '11', before: `<Status><NameCode>${status}</NameCode></Status>` })).facts[0];
    expect(answer('39')).toEqual({ kind: 'request-answered', answer: 'granted' });
    expect(answer('41')).toEqual({ kind: 'request-answered', answer: 'denied' });
    expect(answer('77')).toMatchObject({ kind: 'kept' });
  });

  it('may hold several messages', () => {
    expect(
      interpret(notificationXml(accepted(), { code: '09' })).map((each) => (each as ReadMessage).functionCode),
    ).toEqual(['01', '09']);
  });

  it('is read whatever prefixes it uses, and without a date falls back to when it was issued', () => {
    const bytes = Buffer.from(
      '<x:MetaData xmlns:x="urn:a"><y:Response xmlns:y="urn:b"><y:FunctionCode>1</y:FunctionCode><y:IssueDateTime><y:DateTimeString>20261124100000Z</y:DateTimeString></y:IssueDateTime>' +
        '<y:Declaration><y:AcceptanceDateTime>yesterday</y:AcceptanceDateTime><y:ID>26GB000000000000A0</y:ID></y:Declaration></y:Response></x:MetaData>',
    );
    expect(only(bytes)).toMatchObject({
      functionCode: '01',
      identity: null,
      authorityTime: '2026-11-24T10:00:00.000000Z',
      authorityVersion: null,
    });
  });

  it('keeps a number with a wrong check digit', () => {
    expect(only(notificationXml({ code: '09', mrn: '26GB00000000000AA9' })).keys.mrn).toBe('26GB00000000000AA9');
  });
});

describe('what cannot be read', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "${'&b;'.repeat(1000)}">]><a>${'&c;'.repeat(1000)}</a>`;
  it.each([
    ['nothing', ''],
    ['no XML', 'hello'],
    ['JSON', '{"a":1}'],
    ['a cut message', notificationXml(accepted()).toString().slice(0, 200)],
    ['another message', '<MetaData><Declaration/></MetaData>'],
    ['an entity bomb', bomb],
    ['an outside entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['a tower of elements', '<a>'.repeat(10_000)],
    ['a zero byte', 'a\u0000b'],
  ])('%s is named so', (_, text) => {
    expect(interpret(Buffer.from(text))).toEqual([
      expect.objectContaining({ kind: 'unreadable', code: expect.stringMatching(/^(xml|customs)\./) }),
    ]);
  });

  it('never throws and ends in time, for bytes cut, doubled, swapped or replaced', () => {
    const whole = notificationXml(
      rejected('CDS12056', '42A/67A/68A[2].006'),
      tax('4', [{ line: 1, type: 'A00', base: '1', amount: '2' }]),
    );
    const spoil = fc.tuple(
      fc.constantFrom('cut', 'doubled', 'swapped', 'replaced'),
      fc.nat(whole.length - 1),
      fc.nat(whole.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
    );
    const started = Date.now();
    fc.assert(
      fc.property(fc.array(spoil, { minLength: 1, maxLength: 3 }), (steps) => {
        const bytes = steps.reduce((now, [how, a, b, noise]) => {
          const [from, to] = [Math.min(a, b) % now.length, Math.max(a, b) % now.length];
          if (how === 'cut') return now.subarray(0, Math.max(1, to));
          if (how === 'doubled') return Buffer.concat([now.subarray(0, to), now.subarray(from)]);
          if (how === 'swapped') return Buffer.concat([now.subarray(to), now.subarray(0, to)]);
          return Buffer.concat([now.subarray(0, from), noise, now.subarray(Math.min(now.length, from + noise.length))]);
        }, whole);
        expect(interpret(bytes).length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => expect(interpret(bytes)).toHaveLength(1)),
      { numRuns: 500 },
    );
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  it('is refused by size before it is read', () => {
    expect(interpret(Buffer.alloc(50_000_000, 0x20))).toEqual([
      expect.objectContaining({ kind: 'unreadable', code: 'xml.too-large' }),
    ]);
  });
});

describe('times', () => {
  it.each([
    ['20261124100938Z', '2026-11-24T10:09:38.000000Z'],
    ['20261124100938+01', '2026-11-24T09:09:38.000000Z'],
    ['20261124100938-0500', '2026-11-24T15:09:38.000000Z'],
    ['20261124100938', null],
    ['20261124', '2026-11-24T00:00:00.000000Z'],
    ['20261332100938Z', null],
    ['24 Nov 2026', null],
    ['', null],
  ])('%s is %s', (text, instant) => expect(readTime(text)).toBe(instant));
});

describe('the gateway', () => {
  it('tells its errors one by one', () => {
    const body =
      '<errorResponse><code>BAD_REQUEST</code><message>no</message><errors><error><code>xml</code><message>at 3</message></error></errors></errorResponse>';
    expect(readGatewayErrors(400, Buffer.from(body))).toEqual([
      { code: 'xml', pointer: '', field: null, says: 'at 3' },
    ]);
    expect(
      readGatewayErrors(
        403,
        Buffer.from('<errorResponse><code>PAYLOAD_FORBIDDEN</code><message>no</message></errorResponse>'),
      )[0]?.code,
    ).toBe('PAYLOAD_FORBIDDEN');
    expect(readGatewayErrors(400, Buffer.from('?'))[0]?.code).toBe('HTTP 400');
  });

  it('answers an enquiry with rows, or it is no answer', () => {
    const rows =
      '<p:DeclarationSearchResponse xmlns:p="urn:p"><p:DeclarationSearchDetails><p:Declaration><p:ID>26gb</p:ID><p:LRN>L1</p:LRN></p:Declaration></p:DeclarationSearchDetails><p:CurrentPageNumber>1</p:CurrentPageNumber></p:DeclarationSearchResponse>';
    expect(readStatusRows(Buffer.from(rows))).toEqual([{ mrn: '26GB', lrn: 'L1' }]);
    expect(readStatusRows(Buffer.from('<html/>'))).toBeNull();
    expect(readStatusRows(Buffer.from('<'))).toBeNull();
  });
});
