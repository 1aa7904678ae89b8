import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { House } from '../../testing/house.js';
import { declaredOf } from './cusdec.js';
import { at, readInterchange, writeInterchange, type Interchange, type Segment } from './syntax.js';

const read = (text: string | Buffer): Interchange => readInterchange(Buffer.from(text as string, 'latin1'))!;
const segments = (text: string): Segment[] => read(text).messages.flatMap((message) => message.segments);
const all = (text: string, tag: string): string[] =>
  segments(text)
    .filter((each) => each.tag === tag)
    .map(({ elements }) => elements.map((each) => each.join(':')).join('+'));

interface Sketch {
  interchange: string;
  lrn: string;
  func: string;
  commodity: string;
  netMass: string;
  mrn: string | null;
  items: boolean;
}

/** A CUSDEC that is accepted as it stands, with other service characters when the test wants them. */
function cusdec(sketch: Partial<Sketch> = {}, una = ":+.? '"): string {
  const [component, element, decimal, , , terminator] = [...una] as [string, string, string, string, string, string];
  const {
    interchange = 'IC1',
    lrn = 'TW-E-1',
    func = '9',
    commodity = '6109100010',
    netMass = '1100',
    mrn = null,
    items = true,
  } = sketch;
  const body = [
    `BGM+929+SHIP-1+${func}`,
    'CST++4000:117:ZZZ',
    'LOC+11+NLRTM:139:6',
    'LOC+35+CN:162:5',
    'LOC+36+NL:162:5',
    'DTM+137:202611281015:203',
    'MEA+WT+AAD+KGM:1250.5',
    `RFF+ABE:${lrn}`,
    'PAC+40++CT',
    ...(mrn ? [`RFF+ABT:${mrn}`] : []),
    'RFF+UCN:6NL123456789-SHIP-1',
    'TDT+20+412W+1',
    'NAD+EX+++SHANGHAI KNITWEAR',
    'NAD+IM+NL123456789:167:ZZZ',
    'NAD+DT+NL123456789:167:ZZZ',
    'TOD+3++CIF:106:6',
    'MOA+39:20000.00:USD',
    'UNS+D',
    ...(items
      ? [
          `CST+1+${commodity}:169:ZZZ+4000:117:ZZZ`,
          "FTX+AAA+++MEN?'S SHIRTS ?+ MORE",
          'LOC+27+CN:162:5',
          'MEA+WT+AAD+KGM:1250.5',
          `MEA+WT+AAC+KGM:${netMass}`,
          'MOA+38:20000.00:USD',
        ]
      : []),
    'UNS+S',
    `CNT+5:${items ? 1 : 0}`,
    'CNT+11:40',
  ];
  const lines = [
    `UNB+UNOC:3+PARTNER:ZZ+CUSTOMS:ZZ+261128:1015+${interchange}`,
    'UNH+M1+CUSDEC:D:96B:UN',
    ...body,
    `UNT+${body.length + 2}+M1`,
    `UNZ+1+${interchange}`,
  ];
  const translated = lines.map((line) =>
    [...line.matchAll(/\?.|[:+.]|[^:+.?]+/g)]
      .map(([token]) => ({ ':': component, '+': element, '.': decimal })[token] ?? token)
      .join(''),
  );
  return `${una === ":+.? '" ? '' : `UNA${una}`}${translated.map((line) => line + terminator).join('\n')}`;
}

describe('the syntax', () => {
  it('reads any service characters, and the decimal mark from them', () => {
    const usual = read(cusdec());
    const other = read(cusdec({}, '|*,? ~'));
    expect([usual.faults, other.faults]).toEqual([[], []]);
    expect(other.messages[0]!.segments).toEqual(
      usual.messages[0]!.segments.map(({ tag, elements }) => ({
        tag,
        elements: elements.map((each) => each.map((text) => (/^\d+\.\d+$/.test(text) ? text.replace('.', ',') : text))),
      })),
    );
    expect(declaredOf(other.messages[0]!, other.decimalMark)).toEqual(
      declaredOf(usual.messages[0]!, usual.decimalMark),
    );
  });

  it('writes what it can read again, whatever the text holds', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -~]{0,60}$/), { minLength: 1, maxLength: 6 }), (texts) => {
        const envelope = {
          sender: { id: 'A', qualifier: '' },
          recipient: { id: 'B', qualifier: '' },
          reference: 'R1',
          at: new Date(0),
          charset: 'UNOC',
        };
        const written = writeInterchange(envelope, 'CUSRES', [['FTX', 'AAO', '', '', texts]]);
        const again = read(written);
        const kept = [...texts];
        while (kept.length > 1 && kept.at(-1) === '') kept.pop();
        expect(again.faults).toEqual([]);
        expect(again.messages[0]!.segments[1]!.elements[3] ?? ['']).toEqual(
          kept.join('') === '' && kept.length === 1 ? [''] : kept,
        );
      }),
    );
  });

  it('never throws, whatever comes', () => {
    const bytes = Buffer.from(cusdec());
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (place, value, isCut) => {
        const spoiled = Buffer.from(bytes);
        spoiled[place] = value;
        expect(() => readInterchange(isCut ? spoiled.subarray(0, place) : spoiled)).not.toThrow();
      }),
    );
  });

  it('reads what a duty-paid price holds of duty and tax, and no carriage beside it', () => {
    const held = cusdec()
      .replace('CIF:106:6', 'DDP:106:6')
      .replace('MOA+39:', "MOA+64:900.00:USD'\nMOA+39:")
      .replace("MOA+38:20000.00:USD'", "MOA+38:20000.00:USD'\nMOA+204:4200.00:EUR'");
    const interchange = read(held.replace(/UNT\+(\d+)/, (_, count) => `UNT+${Number(count) + 2}`));
    expect(interchange.faults).toEqual([]);
    expect(declaredOf(interchange.messages[0]!, interchange.decimalMark)).toMatchObject({
      charges: [],
      items: [{ charges: [{ code: 'BC', amount: { amount: '4200.00', currency: 'EUR' } }] }],
    });
  });

  const bad: [string, (text: string) => string, string][] = [
    ['a wrong count', (text) => text.replace(/UNT\+\d+/, 'UNT+99'), '29'],
    ['another reference at the end', (text) => text.replace(/UNZ\+1\+IC1/, 'UNZ+1+IC2'), '28'],
    ['a segment that is none', (text) => text.replace('TDT+', 'T1T+'), '12'],
    ['a line break inside data', (text) => text.replace('SHANGHAI KNITWEAR', 'SHANGHAI\nKNITWEAR'), '21'],
    ['an unknown character set', (text) => text.replace('UNOC', 'UNOQ'), '2'],
    ['no end', (text) => text.replace(/UNZ[^']*'/, ''), '13'],
  ];
  it.each(bad)('names %s with its code', (_, spoil, code) => {
    expect(read(spoil(cusdec())).faults.map((each) => each.code)).toContain(code);
  });

  it.each([
    ['a lone release character at the end', `${cusdec()}?`],
    ['bad service characters', `UNAAB.? '${cusdec()}`],
    ['no interchange', 'hello'],
  ])('cannot read %s', (_, text) => {
    expect(readInterchange(Buffer.from(text))).toBeNull();
  });

  const samples = process.env.PUBLISHED_SAMPLES;
  if (samples)
    it('reads a published CUSDEC', () => {
      const interchange = readInterchange(readFileSync(join(samples, 'edifact-composed/cusdec-import-d96b.edi')))!;
      expect(interchange.faults).toEqual([]);
      expect(declaredOf(interchange.messages[0]!, interchange.decimalMark)).toMatchObject({
        lrn: 'LRN-2025-000101',
        importer: 'GB123456789000',
        items: [{ commodity: '6109100010', description: "MEN'S COTTON T-SHIRTS, KNITTED", supplementary: '5000' }],
      });
    });
});

describe('the authority over EDIFACT', () => {
  let house: House;
  beforeEach(() => (house = new House()));
  afterEach(() => house.close());

  const post = (text: string): Promise<{ status: number | null }> =>
    house.call('POST', '/edi/PARTNER', Buffer.from(text, 'latin1'));
  let cursor = 0;
  beforeEach(() => (cursor = 0));
  /** Everything that came since the last look, by the kind of message and its indicator. */
  const fetched = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (;;) {
      const reply = await house.call('GET', `/edi/PARTNER/out?after=${cursor}`);
      if (reply.status === 204) return texts;
      cursor = Number(reply.headers!['X-Cursor']);
      texts.push(String(reply.body));
    }
  };
  const brief = (texts: string[]): string[] =>
    texts.map((text) =>
      text.includes('+CONTRL:')
        ? `CONTRL ${all(text, 'UCI')[0]!.split('+')[3]}`
        : `CUSRES ${all(text, 'GIS').join() || all(text, 'BGM')[0]!.slice(0, 3)}`,
    );

  it('acknowledges at once, then accepts, computes, and releases after the money', async () => {
    expect((await post(cusdec())).status).toBe(202);
    const texts = await fetched();
    expect(brief(texts)).toEqual(['CONTRL 7', 'CUSRES 1:109:6', 'CUSRES 1:109:6']);
    expect(all(texts[1]!, 'RFF')).toEqual(['ABE:TW-E-1', expect.stringMatching(/^ABT:\d\dNL/), 'ACW:IC1']);
    expect(all(texts[2]!, 'MOA').at(-1)).toMatch(/^55:/);
    expect(all(texts[2]!, 'TAX')).toContain('4+TOT::ZZZ');
    expect(all(texts[2]!, 'RFF').some((each) => each.startsWith('PQ:CDSI'))).toBe(true);
    for (const text of texts) expect(read(text).faults).toEqual([]);
    await house.pay('TW-E-1');
    expect(brief(await fetched())).toEqual(['CUSRES 4:109:6']);
  });

  it('15: refuses the syntax, takes the correction, ignores a double, and reads another UNA', async () => {
    await post(cusdec().replace(/UNT\+\d+/, 'UNT+99'));
    const [contrl] = await fetched();
    expect(all(contrl!, 'UCI')[0]).toBe('IC1+PARTNER:ZZ+CUSTOMS:ZZ+4');
    expect(all(contrl!, 'UCD')[0]).toContain('29+2');
    expect(house.authority.filings.withLrn('TW-E-1')).toEqual([]);
    await post(cusdec({ interchange: 'IC2' }, '|*,? ~'));
    expect(brief(await fetched()).slice(0, 2)).toEqual(['CONTRL 7', 'CUSRES 1:109:6']);
    await post(cusdec({ interchange: 'IC2' }));
    expect(brief(await fetched())).toEqual(['CONTRL 7']);
    expect(house.authority.filings.withLrn('TW-E-1')).toHaveLength(1);
  });

  it('15: examines and releases', async () => {
    house.script('SHIP-1', {
      authority: [{ channel: 'edifact', then: [{ route: 'physical' }, { release: true }], stop: true }],
    });
    await post(cusdec());
    expect(brief(await fetched())).toEqual(['CONTRL 7', 'CUSRES 1:109:6', 'CUSRES 5:109:6', 'CUSRES 4:109:6']);
  });

  it('rejects by the same rules: the place in ERP, the code in ERC, the words behind it', async () => {
    await post(cusdec({ commodity: '9999999999', netMass: '9000' }));
    const [, rejected] = await fetched();
    expect(all(rejected!, 'GIS')).toEqual(['2:109:6']);
    expect(all(rejected!, 'ERP')).toEqual(['2:1', '2:1']);
    expect(all(rejected!, 'ERC').sort()).toEqual(['CDS11006::ZZZ', 'CDS40059::ZZZ']);
    expect(all(rejected!, 'FTX').every((each) => each.startsWith('AAO'))).toBe(true);
  });

  it('takes a change and a cancellation', async () => {
    await post(cusdec());
    await fetched();
    const { mrn } = house.filing('TW-E-1');
    await post(cusdec({ interchange: 'IC2', func: '4', mrn, netMass: '1000', lrn: 'TW-E-1X' }));
    expect(brief(await fetched()).slice(0, 3)).toEqual(['CONTRL 7', 'CUSRES 17:109:6', 'CUSRES 15:109:6']);
    expect(house.filing('TW-E-1').current.items[0]!.netMass).toBe('1000');
    await post(cusdec({ interchange: 'IC3', func: '1', mrn, items: false, lrn: 'TW-E-1Y' }));
    expect(brief(await fetched()).slice(-2)).toEqual(['CUSRES 15:109:6', 'CUSRES 21:112:ZZZ']);
    expect(house.filing('TW-E-1').standing).toBe('invalidated');
  });

  it('loses a CONTRL, and miscounts a message, where a fault says so', async () => {
    house.faults([{ 'lose-contrl': 'authority' }, { 'wrong-count': 'authority' }]);
    await post(cusdec());
    const texts = await fetched();
    expect(brief(texts)[0]).toBe('CUSRES 1:109:6');
    expect(read(texts[0]!).faults.map(({ code }) => code)).toEqual(['29']);
    expect(read(texts[1]!).faults).toEqual([]);
  });

  it('keeps the mailbox and its order over a restart', async () => {
    await post(cusdec());
    const before = await fetched();
    await house.restart();
    cursor = 0;
    expect(await fetched()).toEqual(before);
    const { n } = house.authority.filings.mailbox[0]!;
    expect((await house.call('GET', `/edi/PARTNER/out?after=${n}`)).status).toBe(200);
    expect((await house.call('GET', '/edi/SOMEBODY/out')).status).toBe(204);
  });

  it('says what is no interchange', async () => {
    expect((await post('not an interchange')).status).toBe(400);
    expect(at(undefined, 1)).toBe('');
  });
});
