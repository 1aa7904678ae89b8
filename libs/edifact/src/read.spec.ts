import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { contrlOf } from './contrl.js';
import { at, type Interchange } from './interchange.js';
import { readInterchange } from './read.js';
import { outOfOrder, structure } from './structure.js';
import { DEFAULT_UNA, readDecimal, type Charset, type ServiceCharacters } from './syntax.js';
import { printSegment, seg, writeInterchange, type Envelope } from './write.js';

const ENVELOPE: Envelope = {
  charset: 'UNOC',
  syntaxVersion: '3',
  sender: { id: 'US', qualifier: 'ZZ' },
  recipient: { id: 'THEM', qualifier: 'ZZ' },
  date: '260312',
  time: '0915',
  reference: 'IC1',
};

function interchange(bytes: Uint8Array | string): Interchange {
  const reading = readInterchange(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  if (reading.kind === 'unreadable') throw new Error(reading.says);
  return reading.interchange;
}

const codes = (text: string): string[] =>
  interchange(text).faults.map((each) => `${each.code} ${each.tag ?? ''}`.trim());
const envelope = (...body: string[]): string =>
  [
    "UNB+UNOC:3+US:ZZ+THEM:ZZ+260312:0915+IC1'",
    "UNH+M1+CUSRES:D:96B:UN'",
    ...body,
    `UNT+${body.length + 2}+M1'`,
    "UNZ+1+IC1'",
  ].join('\n');

/** Five different signs for component, element, decimal, release and terminator. */
const signs = (most: number): fc.Arbitrary<ServiceCharacters> =>
  fc
    .uniqueArray(
      fc
        .integer({ min: 0x21, max: most })
        .filter((code) => code < 0x7f || code > 0xa0)
        .map((code) => String.fromCharCode(code))
        .filter((each) => !/[0-9A-Za-z]/.test(each)),
      { minLength: 5, maxLength: 5 },
    )
    .map(([component, element, decimal, release, terminator]) => ({
      component: component!,
      element: element!,
      decimal: decimal!,
      release: release!,
      repetition: ' ',
      terminator: terminator!,
    }));

const latin = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code < 0x7f || code > 0x9f)
    .map((code) => String.fromCharCode(code)),
});
const anyText = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\u2028\u2029\ufffe\uffff\p{Cs}]/u.test(text));

describe('an interchange', () => {
  it.each<[Charset, '3' | '4', fc.Arbitrary<string>, number]>([
    ['UNOC', '3', latin, 0xff],
    ['UNOW', '4', anyText, 0x7e],
  ])('in %s carries any text under any service characters', (charset, syntaxVersion, text, most) => {
    fc.assert(
      fc.property(
        signs(most),
        fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        (una, elements) => {
          const written = elements.map((components) => [...components, '.']);
          const body = [{ tag: 'FTX', elements: written }];
          const bytes = writeInterchange({ ...ENVELOPE, charset, syntaxVersion, una }, [
            { reference: 'M1', type: 'CUSDEC', version: 'D', release: '96B', agency: 'UN', body },
          ]);
          const read = interchange(bytes);
          expect(read.faults).toEqual([]);
          expect(read.messages[0]!.segments[1]!.elements).toEqual(written);
        },
      ),
    );
  });

  it('escapes components, elements, releases and terminators, and never the decimal mark', () => {
    const una = { ...DEFAULT_UNA, decimal: ',' };
    expect(printSegment(seg('FTX', ['a+b', "c'd", 'e:f', 'g?h', '1,5']), 'UNOC', una)).toBe(
      "FTX+a?+b:c?'d:e?:f:g??h:1,5'",
    );
  });

  it('leaves out what is empty at the end', () => {
    expect(printSegment(seg('NAD', 'IM', ['1', '', ''], undefined, ''), 'UNOC')).toBe("NAD+IM+1'");
  });

  it('refuses a character outside of the set with its place', () => {
    expect(() => printSegment(seg('FTX', 'AAA', ['', 'naïve']), 'UNOA')).toThrow(
      expect.objectContaining({
        code: 'edifact.illegal-character',
        details: expect.objectContaining({ places: [{ pointer: 'FTX/2/2', reason: 'U+006E is not in UNOA' }] }),
      }),
    );
  });

  it.each([
    ['a wrong count of segments', envelope("BGM+962'").replace('UNT+3', 'UNT+4'), ['29 UNT']],
    ['another reference at the end of the message', envelope("BGM+962'").replace('UNT+3+M1', 'UNT+3+M2'), ['28 UNT']],
    ['a wrong count of messages', envelope("BGM+962'").replace('UNZ+1', 'UNZ+2'), ['29 UNZ']],
    ['another reference at the end', envelope("BGM+962'").replace('UNZ+1+IC1', 'UNZ+1+IC2'), ['28 UNZ']],
    ['an interchange that is not closed', envelope("BGM+962'").replace("UNZ+1+IC1'", ''), ['13']],
    ['a message that is not closed', envelope("BGM+962'").replace("UNT+3+M1'", ''), ['13']],
    [
      'a message reference used twice',
      envelope("BGM+962'").replace('UNZ+1', "UNH+M1+CUSRES:D:96B:UN'BGM+962'UNT+3+M1'UNZ+2"),
      ['26 UNH'],
    ],
    ['a segment outside of a message', envelope("BGM+962'").replace('UNH', "BGM+962'UNH"), ['33 BGM']],
    ['a segment after the end', `${envelope("BGM+962'")}BGM+962'`, ['33 BGM']],
    ['a line end in the data', envelope("FTX+AAO+a\nb'"), ['21 FTX']],
    ['a zero byte', envelope("FTX+AAO+a\0b'"), ['21 FTX']],
    ['a set that is not known', envelope("BGM+962'").replace('UNOC', 'UNOZ'), ['2 UNB']],
    ['small letters under UNOA', envelope("BGM+a'").replace('UNOC', 'UNOA'), ['21 BGM']],
    ['a tag that is none', envelope("b+962'"), ['12 b']],
    ['a release character at the end', `${envelope("BGM+962'")}?`, ['22', '22', '12', '33']],
  ])('names %s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it.each([
    ['UNA', 'edifact.una'],
    ['UNA:+.?', 'edifact.una'],
    ["UNA++.? '", 'edifact.una'],
    ["UNAa+.? 'UNBa", 'edifact.una'],
    ['<xml/>', 'edifact.no-interchange'],
    ['', 'edifact.no-interchange'],
  ])('is none in %j', (text, code) => {
    expect(readInterchange(Buffer.from(text))).toMatchObject({ kind: 'unreadable', code });
  });

  it('has no more bytes and segments than are read', () => {
    expect(readInterchange(Buffer.alloc(50_000_000, 'UNB+'))).toMatchObject({ code: 'edifact.too-large' });
    expect(readInterchange(Buffer.from(`UNB${'+'.repeat(10_000)}'`))).toMatchObject({ code: 'edifact.too-complex' });
    expect(readInterchange(Buffer.from(`UNB${"'BGM".repeat(10_000)}'`), { segments: 9_999 })).toMatchObject({
      code: 'edifact.too-complex',
    });
  });

  it('is told apart from what was cut, doubled or garbled, in time and without a throw', () => {
    const whole = Buffer.from(
      envelope("BGM+962+25GB:x?'y+9'", "ERP+2:1'", "ERC+X::ZZZ'", "FTX+AAO+++words'"),
      'latin1',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(whole.length).map((at) => whole.subarray(0, at)),
          fc
            .tuple(fc.nat(whole.length), fc.uint8Array({ maxLength: 40 }))
            .map(([at, bytes]) => Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)])),
          fc
            .tuple(fc.nat(whole.length), fc.nat(whole.length))
            .map(([from, to]) => Buffer.concat([whole.subarray(0, to), whole.subarray(from)])),
          fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([Buffer.from('UNA'), bytes])),
        ),
        (bytes) => {
          expect(['read', 'unreadable']).toContain(readInterchange(bytes).kind);
        },
      ),
      { numRuns: 2_000, interruptAfterTimeLimit: 5_000 },
    );
  });

  it('reads numbers with the decimal mark of its UNA', () => {
    expect(readDecimal('1250,5', { ...DEFAULT_UNA, decimal: ',' })).toBe('1250.5');
    expect(readDecimal('1250.5', DEFAULT_UNA)).toBe('1250.5');
    expect(readDecimal('1250*5', { ...DEFAULT_UNA, decimal: '*' })).toBe('1250.5');
    expect(readDecimal('.5', DEFAULT_UNA)).toBe('0.5');
    expect(readDecimal('007', DEFAULT_UNA)).toBe('7');
    for (const text of ['1.250,5', '', '.', '-', '1e5', '12 5']) expect(readDecimal(text, DEFAULT_UNA)).toBeNull();
  });

  it('reads repeated elements under syntax 4', () => {
    const una = { ...DEFAULT_UNA, repetition: '*' };
    const read = interchange(
      "UNA:+.?*'UNB+UNOC:4+A+B+20260312:0915+I1'UNH+1+X:D:96B:UN'ABC+a:b*c?*d+e'UNT+3+1'UNZ+1+I1'",
    );
    expect(read.una).toEqual(una);
    expect(read.messages[0]!.segments[1]).toMatchObject({
      elements: [['a', 'b'], ['e']],
      repeats: [{ element: 0, components: ['c*d'] }],
    });
  });
});

describe('the answer to its syntax', () => {
  const print = (read: Interchange): string =>
    (contrlOf(read) ?? []).map((each) => printSegment(each, 'UNOC')).join('');

  it('acknowledges what has no fault', () => {
    expect(print(interchange(envelope("BGM+962'")))).toBe("UCI+IC1+US:ZZ+THEM:ZZ+7'");
  });

  it('rejects with the place of each fault', () => {
    const read = interchange(envelope("BGM+962'", "FTX+AAO+++a\tb'").replace('UNT+4', 'UNT+9'));
    expect(print(read)).toBe("UCI+IC1+US:ZZ+THEM:ZZ+4'UCM+M1+CUSRES:D:96B:UN+4+21'UCS+3'UCD+21+4:1'UCS+4'UCD+29+1'");
  });

  it('never answers itself', () => {
    expect(contrlOf(interchange(envelope("UCI+I+A+B+7'").replace('CUSRES', 'CONTRL')))).toBeNull();
  });
});

describe('the order of segments', () => {
  const order = structure('UNH BGM DTM*2 (RFF DTM? (PAC PCI*)*)* UNS (CST LOC*)* UNT');
  const tags = (text: string) =>
    text.split(' ').map((tag, place) => ({ tag, elements: [], repeats: [], position: place + 1, offset: 0 }));

  it.each(['UNH BGM UNS UNT', 'UNH BGM DTM DTM RFF DTM PAC PCI PCI PAC RFF UNS CST LOC CST UNT'])(
    'takes %s',
    (text) => {
      expect(outOfOrder(tags(text), order)).toEqual([]);
    },
  );

  it.each([
    ['UNH UNS UNT', '13', 2],
    ['UNH BGM DTM DTM DTM UNS UNT', '35', 5],
    ['UNH BGM PAC UNS UNT', '13', 3],
    ['UNH BGM UNS LOC UNT', '13', 4],
    ['UNH BGM UNS UNT BGM', '15', 5],
  ])('finds what is wrong with %s', (text, code, segment) => {
    expect(outOfOrder(tags(text), order)[0]).toMatchObject({ code, segment });
  });
});

const SAMPLES = process.env.PUBLISHED_SAMPLES;

if (SAMPLES)
  describe('published files', () => {
    const file = (path: string): Buffer => readFileSync(join(SAMPLES, path));

    it.each(['cusdec-import-d96b', 'cusres-accepted-d96b', 'cusres-rejected-d96b'])('%s has no fault', (name) => {
      expect(interchange(file(`edifact-composed/${name}.edi`)).faults).toEqual([]);
    });

    it('reads the decimal comma that a UNA names, and finds what UNOA does not have', () => {
      const read = interchange(file('edifact/invoic-d93a-una.edi'));
      const amount = read.messages[0]!.segments.find((each) => each.tag === 'MOA' && at(each, 0, 1).includes(','));
      expect(readDecimal(at(amount, 0, 1), read.una)).toBe('19.9');
      expect(new Set(read.faults.map((each) => each.code))).toContain('21');
    });

    it('finds the fault of a malformed order', () => {
      const found = interchange(file('edifact/orders-d96a-malformed.edi')).faults.map(
        (each) => `${each.code} ${each.tag ?? ''}`,
      );
      expect(found).toEqual(['33 BGM', '13 UNH', '29 UNT']);
    });
  });
