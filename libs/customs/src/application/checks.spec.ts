import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InputOf, interpretMessages } from '@tidewaiter/contracts';
import { aceAuthority } from '../authorities/ace/channel.js';
import { record } from '../authorities/ace/records.js';
import { cdsAuthority } from '../authorities/cds/channel.js';
import { edifactAuthority } from '../authorities/edifact/channel.js';
import { readProfiles } from '../authorities/profile.js';
import { Authorities } from '../authorities/registry.js';
import { Checks } from './checks.js';

type Asked = InputOf<typeof interpretMessages>['body'];
type Message = Asked['messages'][number];

const noWire = {} as never;
const checks = new Checks(
  new Authorities(readProfiles(), {
    cds: (profile) => cdsAuthority(profile, noWire),
    edifact: (profile) => edifactAuthority(profile, noWire),
    ace: (profile) => aceAuthority(profile, noWire),
  }),
  () => '2026-11-24T12:00:00.000000Z',
);

const LRN = 'TW-5M9PZWL3JIGWFJEFMT';
const MRN = '24GB22WOA1EV2P6AR5';

function cds(code: string, second: number, inside = '', { conversation = 'c1', mrn = MRN, lrn = LRN } = {}): Message {
  const time = `202611240900${String(second).padStart(2, '0')}Z`;
  return {
    channel: 'cds',
    conversationId: conversation,
    receivedAt: '2026-11-24T10:00:00Z',
    body: `<MetaData><Response><FunctionCode>${code}</FunctionCode><FunctionalReferenceID>m${code}${second}</FunctionalReferenceID>
      <IssueDateTime><DateTimeString>${time}</DateTimeString></IssueDateTime>${inside}
      <Declaration><FunctionalReferenceID>${lrn}</FunctionalReferenceID><ID>${mrn}</ID></Declaration></Response></MetaData>`,
  };
}

function ask(messages: Message[], change: Partial<Asked['declaration']> = {}) {
  return checks.interpret({
    declaration: {
      references: { lrn: LRN },
      version: 1,
      attempts: [{ purpose: 'declare', conversationId: 'c1' }],
      ...change,
    },
    messages,
  });
}

const status = (code: string): string => `<Status><NameCode>${code}</NameCode></Status>`;
const error = (code: string): string =>
  `<Error><ValidationCode>${code}</ValidationCode><Pointer><DocumentSectionCode>42A</DocumentSectionCode></Pointer>
   <Pointer><DocumentSectionCode>67A</DocumentSectionCode></Pointer><Pointer><SequenceNumeric>2</SequenceNumeric>
   <DocumentSectionCode>68A</DocumentSectionCode></Pointer><Pointer><DocumentSectionCode>23A</DocumentSectionCode></Pointer>
   <Pointer><SequenceNumeric>1</SequenceNumeric><DocumentSectionCode>21A</DocumentSectionCode><TagID>145</TagID></Pointer></Error>`;

describe('messages of CDS', () => {
  it.each([
    ['01', '', 'Accepted'],
    ['02', '', 'Sent'],
    ['03', error('CDS10004'), 'Rejected'],
    ['05', '', 'Exam'],
    ['06', '', 'UnderReview'],
    ['08', '', 'ConditionallyReleased'],
    ['09', '', 'Released'],
    ['10', '', 'Invalidated'],
    ['14', '', 'PaymentRequired'],
    ['15', '', 'PaymentRequired'],
    ['17', '', 'Sent'],
    ['51', '', 'UnderReview'],
    ['52', '', 'Sent'],
  ])('%s alone', (code, inside, word) => {
    expect(ask([cds(code, 1, inside)]).summary).toBe(word);
  });

  it.each([
    ['H01', 'held for inspection', 'Hold', 'hold'],
    ['H01', 'hold lifted', 'Accepted', 'proceed'],
    ['H02', '', 'Accepted', 'proceed'],
    ['APHA', 'on hold', 'Hold', 'hold'],
    ['APHA', 'nothing known', 'Accepted', 'reviewing'],
  ])('50 of %s: %s', (code, says, word, decision) => {
    const inside = `<AdditionalInformation><StatementCode>${code}</StatementCode><StatementDescription>${says}</StatementDescription></AdditionalInformation>`;
    const { summary, vector } = ask([cds('01', 1), cds('50', 2, inside)]);
    expect(summary).toBe(word);
    expect(vector.agencies[code === 'APHA' ? code : 'H01']).toMatchObject({ value: decision });
  });

  it('flags a number with a wrong check digit and believes the message', () => {
    const { summary, messages } = ask([cds('01', 1, '', { mrn: '24GB22WOA1EV2P6AR6' })]);
    expect(summary).toBe('Accepted');
    expect(messages[0]!.problems).toEqual([
      expect.objectContaining({
        code: 'identifier.mrn',
        severity: 'warning',
        text: expect.stringContaining('5 expected'),
      }),
    ]);
  });

  it('names line and field of an error', () => {
    const [message] = ask([cds('03', 1, error('CDS10004'))]).messages;
    expect(message!.problems).toEqual([
      expect.objectContaining({
        code: 'CDS10004',
        severity: 'error',
        pointer: '42A/67A/68A[2]/23A/21A[1].145',
        field: 'lines[1].commodity',
        line: 2,
      }),
    ]);
    expect(message!.facts).toEqual([expect.objectContaining({ event: 'DeclarationRejected', kind: 'rejected' })]);
  });

  it('does not act twice on what came twice, in any order', () => {
    const messages = [cds('01', 1), cds('13', 2, status('67')), cds('09', 3)];
    const once = ask(messages);
    const many = ask([...messages, ...messages].reverse());
    expect(many.vector).toEqual(once.vector);
    expect(many.messages.map((each) => each.duplicateOf)).toEqual([null, null, null, 0, 1, 2]);
    expect(once.summary).toBe('Released');
  });

  it('keeps the first of two with one identity and other bytes', () => {
    const other = { ...cds('01', 1), body: (cds('01', 1).body as string).replace('MetaData>', 'MetaData >') };
    const [, second] = ask([cds('01', 1), other]).messages;
    expect(second).toMatchObject({ duplicateOf: 0, problems: [{ code: 'customs.message.conflict' }] });
  });

  it('tells the rejection of a request from that of the declaration by the conversation alone', () => {
    const attempts: Asked['declaration']['attempts'] = [
      { purpose: 'declare', conversationId: 'c1' },
      { purpose: 'amend', conversationId: 'c2' },
    ];
    const refused = ask([cds('01', 1), cds('03', 2, error('CDS12036'), { conversation: 'C2' })], { attempts });
    expect(refused.messages[1]!.correlation).toEqual({ by: 'conversation', attempt: 1, purpose: 'amend' });
    expect(refused).toMatchObject({
      summary: 'Accepted',
      vector: { request: { value: 'rejected' }, legal: { value: 'accepted' } },
    });
    expect(ask([cds('01', 1)], { attempts }).vector.request).toMatchObject({ value: 'pending', at: null });
  });

  it('proves the first transmission by the refusal of the second', () => {
    const attempts: Asked['declaration']['attempts'] = [
      { purpose: 'declare', conversationId: null },
      { purpose: 'declare', conversationId: 'c2', resendOf: 0 },
    ];
    expect(ask([], { attempts: attempts.slice(0, 1) }).summary).toBe('OutcomeUnknown');
    const answered = ask([cds('03', 1, error('CDS12003'), { conversation: 'c2' })], { attempts });
    expect(answered.summary).toBe('Sent');
    expect(answered.messages[0]!.facts).toEqual([expect.objectContaining({ event: 'AuthorityNoticeKept' })]);
  });

  it('leaves a rejection by a new version', () => {
    const attempts: Asked['declaration']['attempts'] = [
      { purpose: 'declare', conversationId: 'c1' },
      { purpose: 'declare', conversationId: 'c2' },
    ];
    const messages = [cds('03', 1, error('CDS10004')), cds('01', 5, '', { conversation: 'c2' })];
    expect(ask(messages, { version: 2, attempts }).summary).toBe('Accepted');
    expect(ask(messages.reverse(), { version: 2, attempts }).summary).toBe('Accepted');
  });

  it('finds whose a message is by number, by a number learnt later, and parks the others', () => {
    const stranger = { conversation: 'other', lrn: 'TW-OTHER', mrn: '22GB37AEDQ0215GAR0' };
    const learnt = { ...stranger, mrn: MRN };
    const found = ask([cds('05', 2, '', learnt), cds('01', 1), cds('09', 3, '', stranger)]);
    expect(found.messages.map((each) => each.correlation.by)).toEqual(['mrn', 'conversation', 'none']);
    expect(found.messages[2]).toMatchObject({ problems: [{ code: 'customs.message.unmatched' }] });
    expect(found.summary).toBe('Exam');
  });

  it.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'xml.doctype'],
    ['no XML', 'hello <', 'xml.malformed'],
    ['other XML', '<Invoice/>', 'customs.message.no-response'],
    ['a wrong encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'xml.charset'],
    ['depth', '<a>'.repeat(10_000), 'xml.too-complex'],
    ['an entity', '<Response>&evil;</Response>', 'xml.malformed'],
    ['nothing', '', 'xml.malformed'],
  ])('says that %s is unreadable', (_, body, code) => {
    const { messages, summary } = ask([{ ...cds('01', 1), body }]);
    expect(messages[0]).toMatchObject({
      facts: [],
      problems: [{ code, severity: 'error' }],
      correlation: { by: 'conversation' },
    });
    expect(summary).toBe('Sent');
  });

  it('takes bodies as base64', () => {
    const { body } = cds('01', 1);
    const base64 = Buffer.from(body as string).toString('base64');
    expect(ask([{ ...cds('01', 1), body: base64 }]).summary).toBe('Accepted');
    expect(ask([{ ...cds('01', 1), body: { base64 } }]).summary).toBe('Accepted');
  });
});

const edi = (...segments: string[]): Message => {
  const body = `UNB+UNOC:3+CUSTOMS:ZZ+TIDEWAITER:ZZ+261124:0900+I${segments.length}'UNH+1+CUSRES:D:96B:UN'${segments.join("'")}'UNT+${segments.length + 2}+1'UNZ+1+I${segments.length}'`;
  return { channel: 'edifact', conversationId: null, receivedAt: '2026-11-24T10:00:00Z', body };
};

describe('messages of UN/EDIFACT', () => {
  const own = (change: Partial<Asked['declaration']> = {}) => ({
    attempts: [{ purpose: 'declare' as const, conversationId: 'IC1' }],
    ...change,
  });

  it.each([
    ['1', 'Accepted'],
    ['2', 'Rejected'],
    ['4', 'ConditionallyReleased'],
    ['5', 'Exam'],
    ['6', 'UnderReview'],
    ['7', 'Hold'],
    ['9', 'Sent'],
    ['14', 'Rejected'],
    ['17', 'Sent'],
  ])('indicator %s of the list of UN/EDIFACT', (code, word) => {
    expect(
      ask([edi('BGM+962+X+9', 'DTM+137:202611240900:203', `GIS+${code}:109:6`, `RFF+ABE:${LRN}`)], own()).summary,
    ).toBe(word);
  });

  it('guesses nothing when an indicator names no list', () => {
    const { summary, messages } = ask([edi('BGM+962+X+9', 'GIS+1', `RFF+ABE:${LRN}`)], own());
    expect(summary).toBe('Sent');
    expect(messages[0]!.facts[0]).toMatchObject({ kind: 'kept', says: expect.stringContaining('no named list') });
  });

  it('takes a positive CONTRL for no acceptance and a negative one for a rejection', () => {
    const contrl = (action: string): Message => {
      const body = `UNB+UNOC:3+CUSTOMS:ZZ+TIDEWAITER:ZZ+261124:0900+K${action}'UNH+1+CONTRL:D:3:UN'UCI+IC1+TIDEWAITER:ZZ+CUSTOMS:ZZ+${action}'UCM+M0001+CUSDEC:D:96B:UN+${action}'UCS+12'UCD+39+4:1'UNT+6+1'UNZ+1+K${action}'`;
      return { ...edi(), body };
    };
    expect(ask([contrl('7')], own()).summary).toBe('Sent');
    const refused = ask([contrl('4')], own());
    expect(refused.summary).toBe('Rejected');
    expect(refused.messages[0]!.problems).toContainEqual(
      expect.objectContaining({ code: '39', pointer: 'M0001/12/4/1' }),
    );
  });

  it.each([
    ['a wrong count', (body: string) => body.replace(/UNT\+\d+/, 'UNT+99'), 'edifact.29'],
    ['no end', (body: string) => body.slice(0, -10), 'edifact.13'],
    ['a wrong UNA', (body: string) => `UNA++.? '${body}`, 'edifact.una'],
    ['nothing of an interchange', () => 'hello', 'edifact.no-interchange'],
    ['a release character at the end', (body: string) => `${body}?`, 'edifact.33'],
  ])('says that %s is unreadable', (_, change, code) => {
    const message = edi('BGM+962+X+9', 'GIS+1:109:6', `RFF+ABE:${LRN}`);
    const { messages } = ask([{ ...message, body: change(message.body as string) }], own());
    expect(messages[0]).toMatchObject({ facts: [], problems: [{ code }] });
  });

  it('reads any service characters and their decimal mark', () => {
    const body = `UNA*|,! ~UNB|UNOC*3|CUSTOMS*ZZ|TIDEWAITER*ZZ|261124*0900|I1~UNH|1|CUSRES*D*96B*UN~BGM|962|X|9~GIS|4*109*6~RFF|ABE*${LRN}~TAX|3|A00**ZZZ~MOA|55*1896,50*GBP~UNT|7|1~UNZ|1|I1~`;
    const read = ask([{ ...edi(), body }], own());
    expect(read.summary).toBe('Released');
    expect(read.messages[0]!.facts).toContainEqual(
      expect.objectContaining({ kind: 'duty', stage: 'final', total: { amount: '1896.50', currency: 'GBP' } }),
    );
  });
});

const ace = (application: string, ...records: string[]): Message => ({
  channel: 'ace',
  conversationId: null,
  receivedAt: '2026-11-24T18:00:00Z',
  body: [
    record('A', [2, 5, 'CBP'], [15, 20, '112426'], [26, 27, application]),
    record('B', [4, 7, '2704'], [8, 10, 'ABC'], [11, 12, application], [60, 80, LRN]),
    ...records,
    record('Y', [4, 7, '2704'], [13, 17, records.length]),
    record('Z'),
  ].join('\n'),
});

describe('messages of ACE', () => {
  const own = {
    references: { entryNumber: 'ABC-1234567-6' },
    attempts: [{ purpose: 'declare' as const, conversationId: LRN }],
  };
  const se10 = record('SE10', [5, 5, 'A'], [6, 8, 'ABC'], [11, 18, '12345676']);
  const so10 = record('SO10', [5, 8, '2704'], [9, 11, 'ABC'], [14, 21, '12345676'], [23, 24, '01']);
  const so60 = (code: string, time: string): string =>
    record('SO60', [5, 10, '112426'], [11, 14, time], [15, 16, code]);

  it.each([
    ['01', 'Rejected'],
    ['02', 'Accepted'],
    ['03', 'Accepted'],
    ['04', 'Sent'],
  ])('result %s of a release', (result, word) => {
    const se90 = record('SE90', [5, 6, result], [7, 9, 'E01'], [10, 49, 'WORDS']);
    expect(ask([ace('SX', se10, se90)], own).summary).toBe(word);
  });

  it('tells the line that a code stands behind', () => {
    const line = record('SE40', [5, 7, 2], [8, 9, 'CN']);
    const hts = record('SE60', [5, 14, '8517130000']);
    const about = record('SE90', [5, 6, '11'], [7, 9, 'T07'], [10, 49, 'HTS NOT ON FILE']);
    const whole = record('SE90', [5, 6, '01'], [7, 9, 'TRN'], [10, 49, 'TRANSACTION REJECTED']);
    expect(ask([ace('SX', se10, line, hts, about, whole)], own).messages[0]!.problems[0]).toMatchObject({
      code: 'T07',
      field: 'lines[1].commodity',
      line: 2,
      text: 'HTS NOT ON FILE',
    });
  });

  it('does not take admissible for released, and follows a hold, its lifting, an exam and a recall', () => {
    const bill = record('SO40', [5, 5, 'M'], [6, 9, 'MAEU'], [10, 59, '123456789']);
    const hold = (code: string, time: string): string =>
      record('SO50', [5, 10, '112426'], [11, 14, time], [15, 16, code]);
    const word = (...records: string[]): string => ask([ace('SO', so10, ...records)], own).summary;
    expect(word(so60('97', '0900'))).not.toMatch(/Released/);
    expect(word(bill, hold('51', '0900'))).toBe('Hold');
    expect(word(bill, hold('51', '0900'), hold('54', '0930'), so60('03', '1000'))).toBe('Exam');
    expect(word(so60('98', '1100'))).toBe('ConditionallyReleased');
    expect(word(so60('99', '1200'), so60('98', '1100'))).toBe('Hold');
  });

  it('folds two results of an agency for one line by their times', () => {
    const so70 = (status: string, time: string): string =>
      record('SO70', [5, 7, 'FDA'], [11, 16, '112426'], [17, 20, time], [53, 54, status], [57, 72, '001']);
    const { vector } = ask([ace('SO', so10, so70('07', '1100'), so70('02', '1000'))], own);
    expect(vector.agencies['FDA']).toMatchObject({ value: 'proceed', at: '2026-11-24T16:00:00.000000Z' });
    expect(vector.lines['1']).toMatchObject({ value: 'proceed' });
  });

  it('takes records without an envelope, and finds the entry by its number', () => {
    const read = ask([{ ...ace('SO'), body: [so10, so60('98', '1100')].join('\r\n') }], own);
    expect(read.messages[0]!.correlation.by).toBe('entry');
    expect(read.summary).toBe('ConditionallyReleased');
  });

  it('tells a fatal condition of a summary from a warning', () => {
    const e1 = (severity: string, disposition = ' '): string => `E1${disposition}${severity}A07SOME CONDITION`;
    expect(ask([ace('AX', record('10', [4, 6, 'ABC'], [9, 16, '12345676']), e1('F'))], own).summary).toBe('Rejected');
    expect(ask([ace('AX', e1('W'), e1(' ', 'A'))], own).summary).toBe('Accepted');
  });

  it.each([
    ['a wrong count', (body: string) => body.replace('00001', '00009'), 'ace.count'],
    ['a record too wide', (body: string) => `${body}\n${'X'.repeat(200)}`, 'ace.width'],
    ['a zero byte', (body: string) => `${body}\0`, 'ace.character'],
    ['no end', (body: string) => body.split('\n').slice(0, -1).join('\n'), 'ace.envelope'],
    ['an unknown application', (body: string) => body.replaceAll('SO', 'QQ'), 'ace.application'],
    ['nothing', () => '', 'ace.empty'],
  ])('says that %s is unreadable', (_, change, code) => {
    const message = ace('SO', so10);
    expect(ask([{ ...message, body: change(message.body as string) }], own).messages[0]).toMatchObject({
      facts: [],
      problems: [{ code }],
    });
  });
});

const SAMPLES = process.env.PUBLISHED_SAMPLES;

if (SAMPLES)
  describe('published messages', () => {
    const sample = (channel: Message['channel'], path: string): Message => ({
      channel,
      conversationId: channel === 'cds' ? 'c1' : null,
      receivedAt: '2026-11-24T10:00:00Z',
      body: { base64: readFileSync(join(SAMPLES, path)).toString('base64') },
    });

    it('follows a standard import to clearance', () => {
      const files = ['01-accepted', '02-tax', '04-cleared'].map((name) =>
        sample('cds', `cds/import-standard/${name}.xml`),
      );
      expect(ask(files).summary).toBe('Released');
      expect(ask(files.reverse()).summary).toBe('Released');
    });

    it('finds the fields of a rejection', () => {
      const { messages, summary } = ask([sample('cds', 'cds/import-rejected/01-rejected.xml')]);
      expect(summary).toBe('Rejected');
      expect(messages[0]!.problems.every((each) => each.pointer !== null)).toBe(true);
    });

    it('reads the composed responses by their private list', () => {
      const accepted = ask([sample('edifact', 'edifact-composed/cusres-accepted-d96b.edi')], {
        references: { lrn: 'LRN-2025-000101' },
      });
      expect(accepted.summary).toBe('Accepted');
      expect(accepted.messages[0]!.facts[0]).toMatchObject({ at: '2025-03-12T09:21:00.000000Z' });
      const rejected = ask([sample('edifact', 'edifact-composed/cusres-rejected-d96b.edi')], {
        references: { lrn: 'LRN-2025-000101' },
      });
      expect(rejected.summary).toBe('Rejected');
      expect(rejected.messages[0]!.problems).toEqual([
        expect.objectContaining({
          code: 'CDS12005',
          line: 1,
          field: 'lines[0]',
          text: 'COMMODITY CODE 6109100011 NOT VALID ON 2025-03-12',
        }),
        expect.objectContaining({ code: 'CDS40025', line: null, text: 'TOTAL NET MASS EXCEEDS GROSS MASS' }),
      ]);
    });
  });
