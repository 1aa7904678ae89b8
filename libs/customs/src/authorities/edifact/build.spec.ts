import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { at, outOfOrder, readInterchange, type Interchange, type Segment } from '@tidewaiter/edifact';
import { contentOf, type DeclarationContent } from '../../domain/content.js';
import { aLodging, dutyPaidLodging, withPermit } from '../../testing/lodging.js';
import { readProfiles } from '../profile.js';
import { buildCusdec, buildHead, resent } from './build.js';
import { CUSDEC } from './codes.js';
import { validateCusdec } from './validate.js';

const profile = readProfiles().find((each) => each.channel === 'edifact')!;
const REFERENCES = {
  lrn: 'TW-ABCDEFGHIJKLMNOPQR',
  ducr: '6GB123456789012-NWR-2026-0007',
  preparedAt: '2026-11-24T12:30:00.000000Z',
};
const lodging = aLodging((request) => {
  request.situation.destination = 'NL';
  request.situation.portOfEntry = 'NLRTM';
});
const content = contentOf(lodging, profile.importerScheme);

function read(bytes: Uint8Array): Interchange {
  const reading = readInterchange(bytes);
  if (reading.kind === 'unreadable') throw new Error(reading.says);
  return reading.interchange;
}

const segments = (change: Partial<DeclarationContent> = {}): Segment[] =>
  read(buildCusdec({ ...content, ...change }, REFERENCES, profile).bytes).messages[0]!.segments;
const all = (tag: string, change: Partial<DeclarationContent> = {}): string[] =>
  segments(change)
    .filter((each) => each.tag === tag)
    .map((each) => each.elements.map((components) => components.join(':')).join('+'));

describe('a CUSDEC', () => {
  it('is an interchange without a fault, its segments in their strict order', () => {
    const { bytes, mediaType, digest } = buildCusdec(content, REFERENCES, profile);
    const interchange = read(bytes);
    expect(interchange.faults).toEqual([]);
    expect(outOfOrder(interchange.messages[0]!.segments, CUSDEC)).toEqual([]);
    expect(mediaType).toContain('EDIFACT');
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(interchange).toMatchObject({ prepared: '2611241230', reference: expect.stringMatching(/^TW[0-9A-Z]{12}$/) });
  });

  it('finds nothing wrong with a good declaration', () => {
    expect(validateCusdec(buildCusdec(content, REFERENCES, profile), profile)).toEqual([]);
  });

  it('carries references, masses, money and lines', () => {
    expect(all('BGM')).toEqual(['929+NWR-2026-0007+9']);
    expect(all('RFF')).toEqual([
      'ABE:TW-ABCDEFGHIJKLMNOPQR',
      'UCN:6GB123456789012-NWR-2026-0007',
      'ABL:26GB0000000001',
    ]);
    expect(all('MEA').slice(0, 2)).toEqual(['WT+AAD+KGM:42', 'WT+AAC+KGM:35']);
    expect(all('MOA')).toEqual([
      '39:16000:USD',
      '64:400:USD',
      '70:50:USD',
      '38:10000:USD',
      '123:7874.59:GBP',
      '38:6000:USD',
      '123:4724.75:GBP',
    ]);
    expect(all('CST')).toEqual([
      '+4000:117:ZZZ',
      '1+8517130000:169:ZZZ+4000:117:ZZZ',
      '2+8471300000:169:ZZZ+4000:117:ZZZ',
    ]);
    expect(all('CNT')).toEqual(['5:2', '11:5']);
  });

  it('takes duty and tax that a price holds off it, behind the price of each line', () => {
    const { lines, incoterm, invoice } = contentOf(dutyPaidLodging(), profile.importerScheme);
    const change = { lines, incoterm, invoice, charges: {}, additions: [{ type: 'AD', amount: invoice.total }] };
    expect(all('MOA', change)).toEqual([
      '39:6144:GBP',
      ...['38:5472:GBP', '204:1472:GBP', '123:4000:GBP'],
      ...['38:672:GBP', '204:172:GBP', '123:500:GBP'],
    ]);
    expect(outOfOrder(segments(change), CUSDEC)).toEqual([]);
    const { leftOut } = buildCusdec({ ...content, ...change }, REFERENCES, profile);
    expect(leftOut.filter((each) => each.startsWith('charge'))).toEqual([
      'charge AD: the profile has no qualifier for it',
    ]);
  });

  it('carries a rate that a contract fixes behind the sum of the invoice', () => {
    const contract = { fixedBy: 'seller-and-buyer' as const, fixedOn: '2026-01-04', contract: 'PO-7', law: 'law' };
    const exchange = [{ from: 'EUR', to: 'USD', rate: '1.0825', source: 's', contract }];
    expect(all('CUX', { exchange })).toEqual(['2:EUR+3:USD:4+1.0825']);
    expect(outOfOrder(segments({ exchange }), CUSDEC)).toEqual([]);
    expect(all('CUX')).toEqual([]);
  });

  it('names a permit at its line and says that it cannot carry what is written off', () => {
    const { lines, documents } = contentOf(aLodging(withPermit()), profile.importerScheme);
    expect(all('DOC', { lines, documents })).toContain('L100+GBSIL2600417');
    const { leftOut } = buildCusdec({ ...content, lines, documents }, REFERENCES, profile);
    expect(leftOut.filter((each) => each.includes('L100'))).toEqual([
      'lines[0].documents[0] L100 GBSIL2600417, 40 NAR: the message has no element for what is written off a document',
    ]);
  });

  it('carries what only some filings state, in the strict order too', () => {
    const change: Partial<DeclarationContent> = {
      containers: [{ number: 'MSKU1234565', seals: ['S1', 'S2'] }],
      conveyance: { voyage: '412W', carrier: 'MAEU', id: '9321483', name: 'DEMO VESSEL' },
      loadingPlace: 'CNSHA',
      defermentAccount: '1234567',
      seller: content.exporter!,
      buyer: content.exporter!,
      representative: { id: 'NL123', status: 'direct' },
      lines: [
        {
          ...content.lines[0]!,
          quotaOrder: '091234',
          preference: { code: '320', proof: { document: 'N954', reference: 'A1' } },
          documents: [{ code: 'C640', reference: 'CHED-1', status: 'AE' }],
        },
      ],
    };
    expect(outOfOrder(segments(change), CUSDEC)).toEqual([]);
    expect(all('TDT', change)).toEqual(['20+412W+1++MAEU:172:20+++9321483:146:11:DEMO VESSEL']);
    expect(all('SEL', change)).toEqual(['S1', 'S2']);
    expect(all('GIS', change)).toEqual(['320:114:ZZZ', '1:116:ZZZ']);
  });

  it('is the same for the same content and another for other content', () => {
    const digest = (change: Partial<DeclarationContent>): string =>
      buildCusdec({ ...content, ...change }, REFERENCES, profile).digest;
    expect(digest({})).toBe(digest({}));
    expect(digest({ shipmentReference: 'OTHER' })).not.toBe(digest({}));
  });

  it('writes what its set does not have as the profile says, and lists it', () => {
    const [first, second] = content.lines;
    const { leftOut } = buildCusdec(
      { ...content, lines: [{ ...first!, description: 'men’s shirts' }, second!] },
      REFERENCES,
      profile,
    );
    expect(leftOut).toContain("lines[0].description: “’” is written “'”");
    expect(all('FTX', { lines: [{ ...first!, description: 'men’s' }] })[0]).toBe("AAA+++men's");
  });

  it('refuses a character that it cannot carry with its field', () => {
    const [first] = content.lines;
    const strange = { ...content, lines: [{ ...first!, description: '手机' }] };
    expect(() => buildCusdec(strange, REFERENCES, profile)).toThrow(
      expect.objectContaining({
        code: 'customs.content.unwritable',
        details: expect.objectContaining({ places: [expect.objectContaining({ pointer: 'lines[0].description' })] }),
      }),
    );
  });

  it('carries any text that its set has', () => {
    const text = fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code < 0x7f || code > 0x9f)
        .map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 70,
    });
    fc.assert(
      fc.property(text, (description) => {
        const [found] = segments({ lines: [{ ...content.lines[0]!, description }] }).filter(
          (each) => each.tag === 'FTX',
        );
        expect(at(found, 3)).toBe(description);
      }),
      { numRuns: 50 },
    );
  });

  it('goes out again as function 35 under another interchange reference, all else as it was', () => {
    const { bytes } = buildCusdec(content, REFERENCES, profile);
    const [first, second] = [read(bytes), read(resent(bytes, 2))];
    expect(second.reference).not.toBe(first.reference);
    expect(read(resent(bytes, 2)).reference).toBe(second.reference);
    expect(read(resent(bytes, 3)).reference).not.toBe(second.reference);
    const plain = (interchange: Interchange): string =>
      JSON.stringify(interchange.messages[0]!.segments.map(({ tag, elements }) => [tag, elements]));
    expect(plain(second)).toBe(
      plain(first).replace('[["929"],["NWR-2026-0007"],["9"]]', '[["929"],["NWR-2026-0007"],["35"]]'),
    );
  });

  it('amends as function 4 and cancels as function 1, each with the authority’s number', () => {
    const filed = { purpose: 'cancel', lrn: 'TW-C1', mrn: '25GB1Q3RTK463FGVR3', reason: 'lodged twice' } as const;
    const cancelled = read(buildHead(filed, 'NWR', REFERENCES, profile).bytes).messages[0]!.segments;
    expect(outOfOrder(cancelled, CUSDEC)).toEqual([]);
    expect(at(cancelled[1], 2)).toBe('1');
    const amended = read(buildCusdec(content, REFERENCES, profile, { ...filed, purpose: 'amend' }).bytes).messages[0]!
      .segments;
    expect(outOfOrder(amended, CUSDEC)).toEqual([]);
    expect(at(amended[1], 2)).toBe('4');
    expect(amended.some((each) => each.tag === 'RFF' && at(each, 0) === 'ABT')).toBe(true);
  });

  it('places problems as the authority would: heading, or the line of the detail section', () => {
    const wrong = {
      ...content,
      packages: { ...content.packages, count: 0 },
      lines: content.lines.map((each) => ({ ...each, commodity: '12' })),
    };
    expect(validateCusdec(buildCusdec(wrong, REFERENCES, profile), profile)).toEqual([
      expect.objectContaining({ code: 'CDS10004', pointer: '2:1', field: 'lines[0].commodity' }),
      expect.objectContaining({ code: 'CDS10004', pointer: '2:2', field: 'lines[1].commodity' }),
      expect.objectContaining({ code: 'CDS12058', pointer: '1', field: 'packages.count' }),
    ]);
  });
});

const SAMPLES = process.env.PUBLISHED_SAMPLES;

if (SAMPLES)
  it('a published CUSDEC stands in the same strict order', () => {
    const bytes = readFileSync(join(SAMPLES, 'edifact-composed/cusdec-import-d96b.edi'));
    expect(outOfOrder(read(bytes).messages[0]!.segments, CUSDEC)).toEqual([]);
  });
