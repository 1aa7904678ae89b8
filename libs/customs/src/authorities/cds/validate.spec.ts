import type { LodgeRequest } from '@tidewaiter/contracts';
import { contentOf, type DeclarationContent } from '../../domain/content.js';
import { aLodging, americanLodging, dutyPaidLodging, germanLodging, withPermit } from '../../testing/lodging.js';
import { readProfiles } from '../profile.js';
import { buildDeclaration } from './build.js';
import { validateAmendment, validateDeclaration } from './validate.js';

const REFERENCES = { lrn: 'TW-ABCDEFGHIJKLMNOPQR', ducr: '6GB123456789012-NWR-2026-0007' };

function faults(request: LodgeRequest, references = REFERENCES) {
  const profile = readProfiles().find((each) => each.destination === request.situation.destination)!;
  return validateDeclaration(
    buildDeclaration(contentOf(request, profile.importerScheme), references, profile),
    profile,
  );
}
const line = (request: LodgeRequest) => request.goods.lines[0]!;

it('finds nothing in a good declaration, wherever it goes', () => {
  for (const request of [aLodging(), germanLodging(), americanLodging()]) expect(faults(request)).toEqual([]);
});

describe('a duty-paid price', () => {
  const found = (change: (r: LodgeRequest) => void, rate?: string) => {
    const request = dutyPaidLodging(rate);
    change(request);
    return faults(request).map(({ code, field, says }) => [code, field, says]);
  };

  it.each([undefined, '1.25'])('less what is declared of duty and tax is the value (rate %s)', (rate) => {
    expect(found(() => undefined, rate)).toEqual([]);
  });

  it('says when price and deduction do not make the value', () => {
    const cheap = 'Price and charges make 4000 GBP, not 3999.99.';
    expect(found((r) => void (r.assessment.lines[0]!.customsValue = '3999.99'), '1.25')).toEqual([
      ['CDS12056', 'lines[0].customsValue', expect.stringContaining(cheap)],
    ]);
  });

  it('says when nothing is taken off although the value is less than the price', () => {
    expect(found((r) => void delete r.assessment.lines[1]!.contained)).toEqual([
      ['CDS12056', 'lines[1].customsValue', expect.stringContaining('make 672 GBP, not 500.00')],
    ]);
  });

  it('says when more is taken off than the price is', () => {
    expect(found((r) => void (r.assessment.lines[1]!.contained = '672.01'))).toEqual([
      ['CDS10045', 'lines[1].additions', expect.any(String)],
    ]);
  });

  it('cannot tell without a rate of exchange', () => {
    expect(found((r) => void delete r.assessment.fx, '1.25')).toEqual([]);
  });
});

describe('a rate fixed by contract', () => {
  const contract = {
    fixedBy: 'seller-and-buyer' as const,
    ...{ fixedOn: '2026-01-04', contract: 'NWR-PO-7', law: 'TCTA 2018, s. 18' },
  };
  const row = { from: 'GBP', to: 'USD', rate: '1.25', source: 'contract', contract };
  const found = (change: Partial<typeof row>, value = '8225.00', request = aLodging()) => {
    request.assessment.fx = [{ ...row, ...change }];
    if (request.situation.destination === 'GB') {
      request.assessment.lines[0]!.customsValue = value;
      request.assessment.lines[1]!.customsValue = '4935.00';
    }
    return faults(request).map(({ code, field }) => [code, field]);
  };

  it('makes the value of price and charges', () => {
    expect(found({})).toEqual([]);
    expect(found({}, '8225.01')).toEqual([['CDS12056', 'lines[0].customsValue']]);
  });

  it('has a form, and is of the currency of the invoice', () => {
    expect(found({ rate: '1.250001' })).toContainEqual(['CDS10010', 'exchange']);
    expect(found({ rate: '0' })).toContainEqual(['CDS10010', 'exchange']);
    expect(found({ to: 'EUR' })).toContainEqual(['CDS12056', 'exchange']);
  });

  it('is none where law has the published rate alone', () => {
    expect(found({ from: 'EUR', to: 'GBP' }, '', germanLodging())).toContainEqual(['CDS10002', 'exchange']);
  });
});

describe('what is written off a permit', () => {
  const found = (...quantities: string[]) => {
    const draws = quantities.map((value, index) => ({ line: index + 1, taken: { value, unit: 'NAR' } }));
    const request = aLodging(withPermit({ draws }));
    quantities.forEach((value, index) => void (request.goods.lines[index]!.quantity.value = value));
    return faults(request).map(({ code, field, who, says }) => [code, field, who, says]);
  };

  it('may be all that is left', () => {
    expect(found('40', '20')).toEqual([]);
  });

  it('is no more than is left, all lines together', () => {
    const says = expect.stringContaining('L100 GBSIL2600417 has 60 NAR left, 60.5 are written off.');
    expect(found('40', '20.5')).toEqual([['CDS12006', 'lines[1].documents[0].reference', 'importer', says]]);
  });

  it('is counted as the permit counts', () => {
    const says = expect.stringContaining('is counted in LTR, the line in NAR.');
    const request = aLodging(withPermit({ left: { value: '900', unit: 'LTR' } }));
    expect(faults(request)).toEqual([
      expect.objectContaining({ code: 'CDS12056', field: 'lines[0].documents[0].writeOff', says }),
    ]);
  });

  it('is something', () => {
    expect(found('0').map(([code, field]) => [code, field])).toContainEqual([
      'CDS10021',
      'lines[0].documents[0].writeOff',
    ]);
  });

  it('follows the line where that was corrected after its papers were judged', () => {
    const request = aLodging(withPermit());
    request.goods.lines[0]!.quantity.value = '35';
    const [line] = contentOf(request, 'EORI').lines;
    expect(line!.documents![0]!.writeOff!.taken).toEqual({ value: '35', unit: 'NAR' });
  });
});

const cases: [string, string, string, (request: LodgeRequest) => void][] = [
  ['no identifier of the importer', 'CDS10001', 'importer.id', (r) => void (r.situation.importer.identifiers = [])],
  ['no exporter', 'CDS10001', 'exporter.name', (r) => void (r.situation.parties = [])],
  ['a line that was not assessed', 'CDS10001', 'lines[1].customsValue', (r) => void r.assessment.lines.pop()],
  ['8 digits of commodity', 'CDS10004', 'lines[0].commodity', (r) => void (line(r).commodity = '85171300')],
  ['four decimals in a price', 'CDS10010', 'lines[0].price', (r) => void (line(r).price.amount = '10.1234')],
  ['a description of blanks', 'CDS10010', 'lines[0].description', (r) => void (line(r).description = '   ')],
  [
    'a delivery place without end',
    'CDS10010',
    'incoterm.place',
    (r) => void (r.situation.incoterm.place = 'x'.repeat(71)),
  ],
  ['an unknown package type', 'CDS10020', 'packages.kind', (r) => void (r.goods.packages.kind = 'c-')],
  ['an unknown preference', 'CDS10020', 'lines[0].preference.code', (r) => void (line(r).preference = { code: '900' })],
  ['a negative price', 'CDS10021', 'lines[0].price', (r) => void (line(r).price.amount = '-1')],
  ['net above gross', 'CDS11006', 'lines[0].netMass', (r) => void (line(r).grossMass = '12.4')],
  ['a hole in the numbers', 'CDS12022', 'lines[1].number', (r) => void (r.goods.lines[1]!.number = 7)],
  ['the same number twice', 'CDS12024', 'lines[0].number', (r) => void (r.goods.lines[1]!.number = 1)],
  [
    'an EORI that is none',
    'CDS12005',
    'importer.id',
    (r) => void (r.situation.importer.identifiers[0]!.value = 'GB12'),
  ],
  ['two invoice currencies', 'CDS12057', 'lines[1].price', (r) => void (r.goods.lines[1]!.price.currency = 'EUR')],
  ['no packages', 'CDS12058', 'packages.count', (r) => void (r.goods.packages.count = 0)],
  [
    'the importer as exporter',
    'CDS12081',
    'importer.id',
    (r) => void (r.situation.parties[0]!.identifier = 'GB123456789012'),
  ],
  ['an invoice in another currency', 'CDS12082', 'invoice.total', (r) => void (r.goods.invoice.total.currency = 'EUR')],
  ['a quantity of 0', 'CDS12123', 'lines[0].quantity', (r) => void (line(r).quantity.value = '0')],
  [
    'a preference without proof',
    'CDS40045',
    'lines[0].preference.proof',
    (r) => void (line(r).preference = { code: '300' }),
  ],
];

it.each(cases)('says of %s: %s at %s', (_, code, field, change) => {
  const found = faults(aLodging(change));
  expect(found).toContainEqual(expect.objectContaining({ code, field }));
  expect(found.every((each) => each.pointer.startsWith('42A') && each.says !== '')).toBe(true);
});

it('says of a malformed DUCR: CDS12132', () => {
  expect(faults(aLodging(), { ...REFERENCES, ducr: 'GB-1' })).toContainEqual(
    expect.objectContaining({ code: 'CDS12132', field: 'references.ducr' }),
  );
});

const document = (code: string, status?: string, reason?: string) => ({ code, reference: 'REF-1', status, reason });
const usd = (amount: string) => ({ amount, currency: 'USD' });
const AUTHORISED = { id: 'GB123456789012', category: 'CGU' };

/** What is wrong with the good declaration once it states more than the ordinary. */
const extras: [string, string, string | null, (content: DeclarationContent) => Partial<DeclarationContent>][] = [
  [
    'the nationality of a train',
    'CDS10002',
    'conveyance.nationality',
    () => ({ transport: 'rail', conveyance: { nationality: 'FR' } }),
  ],
  [
    'a hundred documents on a line',
    'CDS10003',
    'lines[0].documents',
    (c) => ({
      lines: [{ ...c.lines[0]!, documents: Array.from({ length: 100 }, () => document('Y900', 'AC')) }, c.lines[1]!],
    }),
  ],
  [
    'a thousand lines',
    'CDS10003',
    'lines',
    (c) => ({ lines: Array.from({ length: 1000 }, (_, index) => ({ ...c.lines[0]!, number: index + 1 })) }),
  ],
  ['deductions above the price', 'CDS10045', 'charges', () => ({ additions: [{ type: 'BA', amount: usd('99999') }] })],
  [
    'an export procedure',
    'CDS11004',
    'procedure',
    () => ({ procedure: { requested: '10', previous: '00', additional: [] } }),
  ],
  [
    'an unknown procedure',
    'CDS12050',
    'procedure',
    () => ({ procedure: { requested: '99', previous: '00', additional: [] } }),
  ],
  [
    'a previous procedure that cannot stand there',
    'CDS12056',
    'procedure',
    () => ({ procedure: { requested: '40', previous: '22', additional: [] } }),
  ],
  [
    '000 beside another code',
    'CDS12149',
    'procedure',
    () => ({ procedure: { requested: '40', previous: '00', additional: ['000', 'C07'] } }),
  ],
  [
    'goods that come back without a reason',
    'CDS12077',
    'procedure',
    () => ({ procedure: { requested: '61', previous: '10', additional: ['000'] } }),
  ],
  ['an acceptance ahead', 'CDS12016', 'acceptanceDate', () => ({ acceptanceDate: '2026-11-25' })],
  ['an acceptance long past', 'CDS12016', 'acceptanceDate', () => ({ acceptanceDate: '2026-05-01' })],
  ['a VAT number that is none', 'CDS12013', 'vatParty', () => ({ vatParty: 'GB123456789' })],
  [
    'a representative without a number',
    'CDS12005',
    'representative.id',
    () => ({ representative: { id: 'GB1', status: 'direct' } }),
  ],
  [
    'an authorisation of nobody',
    'CDS12005',
    'authorisations',
    () => ({ authorisations: [{ id: 'GB1', category: 'CGU' }] }),
  ],
  [
    'an authorisation that is none',
    'CDS12007',
    'authorisations',
    () => ({ authorisations: [{ ...AUTHORISED, category: 'QQQ' }] }),
  ],
  ['an authorisation without its document', 'CDS12096', 'authorisations', () => ({ authorisations: [AUTHORISED] })],
  [
    'a comprehensive guarantee of another type',
    'CDS12113',
    'guaranteeType',
    () => ({ authorisations: [AUTHORISED], guaranteeType: '3' }),
  ],
  [
    'a statement at header and line',
    'CDS12071',
    'lines[0].statements',
    (c) => ({
      statements: [{ code: '00500', text: 'IMPORTER' }],
      lines: [{ ...c.lines[0]!, statements: [{ code: '00500', text: 'IMPORTER' }] }, c.lines[1]!],
    }),
  ],
  ['deferment without an account', 'CDS12078', 'methodOfPayment', () => ({ methodOfPayment: 'E' })],
  ['an account without deferment', 'CDS12102', 'methodOfPayment', () => ({ defermentAccount: '1234567' })],
  [
    'an account of six digits',
    'CDS12125',
    'defermentAccount',
    () => ({ defermentAccount: '123456', methodOfPayment: 'E' }),
  ],
  [
    'the deferment document without deferment',
    'CDS12148',
    'methodOfPayment',
    (c) => ({ lines: [{ ...c.lines[0]!, documents: [document('C506', 'AC')] }, c.lines[1]!] }),
  ],
  ['a place in another country', 'CDS12099', 'portOfEntry', () => ({ portOfEntry: 'NLRTM' })],
  [
    'freight added to a delivered price',
    'CDS12100',
    'charges',
    () => ({ incoterm: { code: 'CIF', place: 'Felixstowe' }, additions: [{ type: 'AK', amount: usd('10') }] }),
  ],
  [
    'a quota beside no quota preference',
    'CDS12110',
    'lines[0].quotaOrder',
    (c) => ({ lines: [{ ...c.lines[0]!, quotaOrder: '051234' }, c.lines[1]!] }),
  ],
  [
    'a quota of the Union',
    'CDS12144',
    'lines[0].quotaOrder',
    (c) => ({ lines: [{ ...c.lines[0]!, quotaOrder: '091234' }, c.lines[1]!] }),
  ],
  [
    'a tax by hand in dollars',
    'CDS12111',
    'lines[0].taxes',
    (c) => ({ lines: [{ ...c.lines[0]!, taxes: [{ type: 'A00', amount: usd('1') }] }, c.lines[1]!] }),
  ],
  [
    'a tax by hand without its statement',
    'CDS12139',
    'lines[0].statements',
    (c) => ({
      lines: [{ ...c.lines[0]!, taxes: [{ type: 'A00', amount: { amount: '1', currency: 'GBP' } }] }, c.lines[1]!],
    }),
  ],
  [
    'an airport without air freight',
    'CDS12112',
    'charges',
    () => ({ transport: 'air', loadingPlace: 'CNPVG', charges: {} }),
  ],
  [
    'the importer as buyer',
    'CDS12117',
    'buyer.identifier',
    (c) => ({ buyer: { ...c.exporter!, identifier: 'GB123456789012' } }),
  ],
  [
    'a document without status',
    'CDS77002',
    'lines[0].documents[0].status',
    (c) => ({ lines: [{ ...c.lines[0]!, documents: [document('Y900')] }, c.lines[1]!] }),
  ],
  [
    'a waiver without reason',
    'CDS77005',
    'lines[0].documents[0].reason',
    (c) => ({ lines: [{ ...c.lines[0]!, documents: [document('C640', 'XX')] }, c.lines[1]!] }),
  ],
  [
    'a method of valuation that is none',
    'CDS10020',
    'lines[0].valuationMethod',
    (c) => ({ lines: [{ ...c.lines[0]!, valuationMethod: '9' }, c.lines[1]!] }),
  ],
  ['a nature of transaction that is none', 'CDS10020', 'transactionNature', () => ({ transactionNature: 'X' })],
];

describe('a declaration that states more', () => {
  const profile = readProfiles()[0]!;
  const content = contentOf(aLodging(), profile.importerScheme);
  const references = { ...REFERENCES, preparedAt: '2026-11-24T12:00:00.000000Z' };
  const judge = (change: Partial<DeclarationContent>, own = references) =>
    validateDeclaration(buildDeclaration({ ...content, ...change }, own, profile), profile);

  it.each(extras)('says of %s: %s at %s', (_, code, field, change) => {
    const found = judge(change(content));
    expect(found).toContainEqual(expect.objectContaining({ code, field }));
    expect(found.every((each) => each.pointer.startsWith('42A') && each.says !== '')).toBe(true);
  });

  it('says of a licence without DUCR: CDS77003', () => {
    const licensed = [{ ...content.lines[0]!, documents: [document('X001', 'AE')] }, content.lines[1]!];
    expect(judge({ lines: licensed }, { ...references, ducr: '' })).toContainEqual(
      expect.objectContaining({ code: 'CDS77003', field: 'references.ducr', who: 'importer' }),
    );
  });

  it('may not amend who imports', () => {
    const other = { ...content, importer: { ...content.importer, id: 'GB999999999999' } };
    expect(validateAmendment(content, other)).toMatchObject([{ code: 'CDS11012', field: 'importer.id' }]);
    expect(validateAmendment(content, content)).toEqual([]);
  });

  it('finds nothing when all of it fits', () => {
    const lines = content.lines.map((line) => ({
      ...line,
      documents: [document('C505', 'AC'), document('C506', 'AC'), document('C640', 'XX', 'not for food')],
      statements: [{ code: 'OVR01', text: 'worked out by hand' }],
      taxes: [{ type: 'A00', amount: { amount: '1.00', currency: 'GBP' } }],
    }));
    expect(
      judge({
        lines,
        kind: 'prelodged',
        procedure: { requested: '40', previous: '71', additional: ['C07'] },
        acceptanceDate: '2026-11-24',
        representative: { id: 'GB123456789012', status: 'indirect' },
        authorisations: [AUTHORISED, { ...AUTHORISED, category: 'DPO' }],
        defermentAccount: '1234567',
        methodOfPayment: 'E',
        vatParty: 'GB123456782',
        conveyance: { nationality: 'FR', id: '9321483', idType: '10' },
        containers: [{ number: 'MSKU1234565', seals: ['S1'] }],
        seller: { ...content.exporter!, identifier: 'CN1' },
        loadingPlace: 'CNSHA',
        additions: [{ type: 'AD', amount: usd('5') }],
        previousDocuments: [{ category: 'Z', type: '355', reference: '26GB1' }],
        statements: [{ code: '00500', text: 'IMPORTER' }],
      }),
    ).toEqual([]);
  });

  it('tells 45 codes at least', () => {
    const told = new Set([...cases.map(([, code]) => code), ...extras.map(([, code]) => code)]);
    expect(told.size + ['CDS12132', 'CDS77003', 'CDS11012'].length).toBeGreaterThanOrEqual(45);
  });
});
