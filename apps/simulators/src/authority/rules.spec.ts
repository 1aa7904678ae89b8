import { el } from '@tidewaiter/xml';
import { aDeclaration, type DeclarationSketch, type LineSketch } from '../testing/declaration.js';
import { declaredOf } from './declared.js';
import { pointerOf } from './pointer.js';
import { judge, warningsOf, type Memory } from './rules.js';
import { schemaCheck } from './schema-check.js';

const NOTHING_KNOWN: Memory = {
  isLrnTaken: () => false,
  isDucrTaken: () => false,
  isAccountUsable: (dan) => dan !== '9999999',
  quotaLeft: () => '0',
};
const NOW = new Date('2026-11-28T10:00:00Z');

function problems(sketch: Partial<DeclarationSketch>, memory: Memory = NOTHING_KNOWN): string[] {
  const checked = schemaCheck(aDeclaration(sketch));
  if ('errors' in checked) throw new Error(checked.errors.join());
  return judge(declaredOf(checked.declaration), memory, NOW).map(
    ({ code, pointer }) => `${code} ${pointerOf(pointer)}`,
  );
}

const ITEM = '42A/67A/68A';

it.each(['GB', 'DE'])('accepts a declaration for %s that is in order', (destination) => {
  expect(problems({ destination })).toEqual([]);
});

it('accepts a declaration for the US that is in order', () => {
  expect(problems({ destination: 'US', lines: [{ commodity: '8712001510', currency: 'USD' }] })).toEqual([]);
});

const header: [string, Partial<DeclarationSketch>, string][] = [
  ['another function', { function: '13' }, 'CDS10020 42A.017'],
  ['another kind', { kind: 'EXA' }, 'CDS10020 42A.D013'],
  ['an absent count', { itemCount: null }, 'CDS10001 42A.228'],
  ['a wrong count', { itemCount: '2' }, 'CDS11003 42A.228'],
  ['an absent DUCR', { ducr: null }, 'CDS10001 42A/67A/99A[1].D018'],
  ['a malformed DUCR', { ducr: 'GB123-REF' }, 'CDS12132 42A/67A/99A[1].D018'],
  ['a country not served', { destination: 'FR' }, 'CDS10020 42A/67A/99B.465'],
  ['a mode that does not exist', { mode: '9' }, 'CDS10020 42A/15A.T022'],
  ['an importer who is the exporter', { exporterId: 'GB123456789012' }, 'CDS12081 42A/67A/74A.R038'],
  ['an invoice in another currency', { invoice: { amount: '1', currency: 'USD' } }, 'CDS12082 42A.109'],
  [
    'a negative charge',
    { charges: [{ code: 'AK', amount: '-1', currency: 'GBP' }] },
    'CDS10021 42A/67A/41A/58B[1].181',
  ],
  [
    'a charge in an unknown currency',
    { charges: [{ code: 'AK', amount: '1', currency: 'XXX' }] },
    'CDS10020 42A/67A/41A/58B[1].181',
  ],
  ['deductions above the price', { charges: [{ code: 'BA', amount: '2000', currency: 'GBP' }] }, `CDS10045 ${ITEM}[1]`],
];
it.each(header)('refuses %s', (_, sketch, expected) => {
  expect(problems(sketch)).toEqual([expected]);
});

it('refuses an importer and a declarant of no form', () => {
  expect(problems({ importer: 'GB12', ducr: '6GB123456789012-A' })).toEqual([
    'CDS12005 42A/57B.R123',
    'CDS12005 42A/67A/74A.R038',
  ]);
});

const line: [string, Partial<LineSketch>, string][] = [
  ['a code of nine digits', { commodity: '871200300' }, 'CDS10004 [1]/23A/21A[1].145'],
  ['a code that is not in the tariff', { commodity: '9999999999' }, 'CDS40059 [1]/23A/21A[1].145'],
  ['net above gross', { netMass: '101' }, 'CDS11006 [1]/23A/65A.128'],
  ['a negative price', { price: '-5' }, 'CDS10021 [1]/23A/79A.112'],
  [
    'a negative charge of a line',
    { charges: [{ code: 'BC', amount: '-1', currency: 'GBP' }] },
    'CDS10021 [1]/41A/58B[1].181',
  ],
  [
    'more duty in a price than the price',
    { charges: [{ code: 'BC', amount: '1001', currency: 'GBP' }] },
    'CDS10045 [1]',
  ],
  ['another procedure', { procedure: '7100' }, 'CDS12050 [1]/70A[1].166'],
  ['no packages at all', { packages: '0' }, 'CDS12058 [1]/93A[1].144'],
  ['a preference without its proof', { preference: '300', origin: 'FR' }, 'CDS40045 [1]'],
  ['an unknown currency', { currency: 'XXX' }, 'CDS10020 [1]/23A/79A.112'],
];
it.each(line)('refuses %s', (_, sketch, expected) => {
  expect(problems({ lines: [sketch] })).toEqual([expected.replace('[', `${ITEM}[`)]);
});

it('refuses a preference that the origin does not have', () => {
  const documents = [{ category: 'U', type: '116' }];
  expect(problems({ lines: [{ preference: '300', origin: 'CN', documents }] })).toEqual([
    `CDS12056 ${ITEM}[1]/23A/50A[1].164`,
  ]);
});

it('refuses two currencies on one invoice', () => {
  expect(problems({ lines: [{ currency: 'USD' }, { currency: 'EUR' }] })).toEqual([`CDS12057 ${ITEM}[2]/23A/79A.112`]);
});

it('tells everything that is wrong, in the order form, relation, tariff', () => {
  expect(problems({ mode: '9', itemCount: '7', lines: [{ netMass: '500' }] }).map((each) => each.slice(0, 8))).toEqual([
    'CDS10020',
    'CDS11006',
    'CDS11003',
  ]);
});

it('stands in for more than fifty errors with one', () => {
  const found = problems({ lines: Array.from({ length: 60 }, () => ({ commodity: '1' })) });
  expect(found).toHaveLength(50);
  expect(found.at(-1)).toBe('CDS19999 42A');
});

it('refuses an LRN and a DUCR that are in use', () => {
  expect(problems({}, { ...NOTHING_KNOWN, isLrnTaken: () => true })).toEqual(['CDS12003 42A.D026']);
  expect(problems({}, { ...NOTHING_KNOWN, isDucrTaken: () => true })).toEqual(['CDS12062 42A/67A/99A[1].D018']);
});

describe('the gateway', () => {
  const errors = (bytes: string | Buffer): string[] => {
    const checked = schemaCheck(Buffer.from(bytes));
    return 'errors' in checked ? checked.errors : [];
  };

  it('refuses what is no XML, another message, and a DOCTYPE', () => {
    expect(errors('not xml')).toHaveLength(1);
    expect(errors('<Invoice/>')[0]).toContain('MetaData/Declaration expected');
    expect(errors('<!DOCTYPE a [<!ENTITY x "y">]><MetaData/>')[0]).toContain('DOCTYPE');
  });

  it('refuses numbers that are none, values that are too long and elements it has never heard of', () => {
    const bad = aDeclaration({ lrn: 'X'.repeat(23), lines: [{ price: '1,000.00' }] })
      .toString('utf8')
      .replace('</Declaration>', '<Extra/></Declaration>');
    expect(errors(bad)).toEqual([
      expect.stringContaining('cvc-maxLength-valid'),
      expect.stringContaining("'1,000.00'"),
      expect.stringContaining('Extra'),
    ]);
  });

  it('tells at most 25 errors', () => {
    expect(errors(aDeclaration({ lines: Array.from({ length: 40 }, () => ({ netMass: 'much' })) }))).toHaveLength(25);
  });
});

const LICENCE = { category: '9', type: '104', id: 'GBSIL1234567' };
const exchange = (currency: string, rate: string) =>
  el('CurrencyExchange', {}, el('CurrencyTypeCode', {}, currency), el('RateNumeric', {}, rate));
const node = (name: string, value = 'X') => el(name, {}, value);

/** Every code of the authority's table that a declaration alone can bring about, beside those above. */
const table: [code: string, what: string, sketch: Partial<DeclarationSketch>, expected: string[]][] = [
  ['CDS10002', 'an exit office on an import', { extra: [el('ExitOffice', {}, node('ID'))] }, ['CDS10002 42A/97A']],
  [
    'CDS10003',
    'a hundred documents on a line',
    { lines: [{ documents: Array.from({ length: 100 }, () => ({ category: 'Y', type: '900' })) }] },
    [`CDS10003 ${ITEM}[1]/02A[100]`],
  ],
  ['CDS10010', 'an LRN with a blank', { lrn: 'TW 1' }, ['CDS10010 42A.D026']],
  [
    'CDS10020',
    'a method of payment that does not exist',
    { lines: [{ method: 'X' }] },
    [`CDS10020 ${ITEM}[1]/23A/50A[1]/94A.107`],
  ],
  [
    'CDS11004',
    'a simplified declaration to temporary admission',
    { kind: 'IMC', lines: [{ procedure: '5300', statements: ['00100'] }] },
    ['CDS11004 42A.D013', `CDS11004 ${ITEM}[1]/70A[1].166`],
  ],
  [
    'CDS11005',
    'two categories of procedure',
    { lines: [{}, { procedure: '5300', statements: ['00100'] }] },
    [`CDS11005 ${ITEM}[2]/70A[1].166`],
  ],
  ['CDS12005', 'a representative of no form', { representative: 'GB1' }, ['CDS12005 42A/05A.R004']],
  [
    'CDS10002',
    'a rate by contract in the Union',
    { destination: 'DE', extra: [exchange('GBP', '0.86')] },
    ['CDS10002 42A/40A[1]'],
  ],
  ['CDS10010', 'a rate of nothing', { extra: [exchange('GBP', '0')] }, ['CDS10010 42A/40A[1].118']],
  ['CDS12056', 'a rate of another currency', { extra: [exchange('USD', '1.25')] }, ['CDS12056 42A/40A[1].135']],
  [
    'CDS10021',
    'nothing written off a licence',
    { lines: [{ documents: [{ ...LICENCE, writeOff: { value: '0', unit: 'KGM' } }] }] },
    [`CDS10021 ${ITEM}[1]/02A[1]/22C.502`],
  ],
  [
    'CDS10001',
    'a quantity written off without its unit',
    { lines: [{ documents: [{ ...LICENCE, writeOff: { value: '1', unit: null } }] }] },
    [`CDS10001 ${ITEM}[1]/02A[1]/22C.502`],
  ],
  [
    'CDS12006',
    'more written off than the line weighs',
    { lines: [{ documents: [{ ...LICENCE, writeOff: { value: '90.1', unit: 'KGM' } }] }] },
    [`CDS12006 ${ITEM}[1]/02A[1].D005`],
  ],
  [
    'CDS12006',
    'a licence that nobody has issued',
    { lines: [{ commodity: '9304000000', documents: [{ ...LICENCE, id: 'MINE' }] }] },
    [`CDS12006 ${ITEM}[1]/02A[1].D005`],
  ],
  [
    'CDS12007',
    'an authorisation that has ended',
    { authorisations: [{ holder: 'GB123456789012', category: 'OLD' }] },
    ['CDS12007 42A/17C[1].R145'],
  ],
  ['CDS12013', 'an unknown VAT party', { vatParty: 'GB1' }, ['CDS12013 42A/67A/55B.R119']],
  ['CDS12016', 'an acceptance that lies ahead', { acceptance: '20270101' }, ['CDS12016 42A.023']],
  ['CDS12016', 'an acceptance over 180 days back', { acceptance: '20260101' }, ['CDS12016 42A.023']],
  ['CDS12024', 'an equipment number twice', { equipment: ['1', '1'] }, ['CDS12024 42A/67A/28A/31B[2].006']],
  [
    'CDS12070',
    'a measure without its units',
    { lines: [{ commodity: '6403919800' }] },
    [`CDS12070 ${ITEM}[1]/23A/65A.130`],
  ],
  [
    'CDS12071',
    'a dispatch country at the header and at a line',
    { lines: [{ extra: [el('ExportCountry', {}, node('ID', 'CN'))] }] },
    ['CDS12071 42A/67A/95B.062', `CDS12071 ${ITEM}[1]/95B.062`],
  ],
  [
    'CDS12077',
    'temporary admission without its statement',
    { lines: [{ procedure: '5300' }] },
    [`CDS12077 ${ITEM}[1]/70A[1].166`, `CDS12077 ${ITEM}[1]/03A[1].226`],
  ],
  [
    'CDS12078',
    'a deferred tax without an account',
    { lines: [{ method: 'E' }] },
    [`CDS12078 ${ITEM}[1]/23A/50A[1]/94A.107`],
  ],
  [
    'CDS12096',
    'an authorisation without its document',
    { guarantees: ['1'], authorisations: [{ holder: 'GB123456789012', category: 'CGU' }] },
    ['CDS12096 42A/17C[1].R145'],
  ],
  ['CDS12099', 'a location of another country', { location: 'DEHAM' }, ['CDS12099 42A/67A/28A/64A.L016']],
  [
    'CDS12100',
    'freight added to a delivered price',
    { incoterm: 'CIF', charges: [{ code: 'AK', amount: '10', currency: 'GBP' }] },
    ['CDS12100 42A/67A/22B.090', 'CDS12100 42A/67A/41A/58B[1].371'],
  ],
  [
    'CDS12102',
    'an account and no deferred tax',
    { dan: '1234567', lines: [{ method: 'A' }] },
    [`CDS12102 ${ITEM}[1]/23A/50A[1]/94A.107`],
  ],
  [
    'CDS12110',
    'a quota without its preference',
    { lines: [{ commodity: '0406902100', quota: '050013' }] },
    [`CDS12110 ${ITEM}[1]/23A/50A[1].401`],
  ],
  [
    'CDS12111',
    'a tax by hand in dollars',
    { lines: [{ manual: { amount: '1.00', currency: 'USD' }, statements: ['OVR01'] }] },
    [`CDS12111 ${ITEM}[1]/23A/50A[1]/94A.378`],
  ],
  ['CDS12112', 'an airport of loading without air freight', { loading: 'PVG' }, ['CDS12112 42A/67A/41A/58B[1].371']],
  [
    'CDS12113',
    'a comprehensive guarantee without security 0 or 1',
    {
      authorisations: [{ holder: 'GB123456789012', category: 'CGU' }],
      lines: [{ documents: [{ category: 'C', type: '505' }] }],
    },
    ['CDS12113 42A/90A.101'],
  ],
  ['CDS12117', 'a buyer who is the importer', { buyer: 'GB123456789012' }, ['CDS12117 42A/67A/16A.R010']],
  [
    'CDS12123',
    'supplementary units of zero',
    { lines: [{ commodity: '6403919800', supplementary: '0' }] },
    [`CDS12123 ${ITEM}[1]/23A/65A.130`],
  ],
  ['CDS12125', 'an account that is not theirs to use', { dan: '9999999' }, ['CDS12125 42A/02A[1].D005']],
  [
    'CDS12139',
    'a tax by hand without OVR01',
    { lines: [{ manual: { amount: '1.00', currency: 'GBP' } }] },
    [`CDS12139 ${ITEM}[1]/03A[1].226`],
  ],
  [
    'CDS12144',
    'a quota of the Union',
    { lines: [{ commodity: '0406902100', preference: '120', quota: '090013' }] },
    [`CDS12144 ${ITEM}[1]/23A/50A[1].401`],
  ],
  [
    'CDS12148',
    'document C506 without a deferred tax',
    { lines: [{ documents: [{ category: 'C', type: '506' }] }] },
    [`CDS12148 ${ITEM}[1]/23A/50A[1]/94A.107`],
  ],
  [
    'CDS12149',
    '000 beside another additional code',
    { lines: [{ additionalProcedures: ['000', 'F01'] }] },
    [`CDS12149 ${ITEM}[1]/70A[2].166`],
  ],
  ['CDS40045', 'a measure without its document', { lines: [{ commodity: '9304000000' }] }, [`CDS40045 ${ITEM}[1]`]],
  [
    'CDS40047',
    'goods that are forbidden from their origin',
    { lines: [{ commodity: '2709009000', origin: 'RU' }] },
    [`CDS40047 ${ITEM}[1]/92A[1].063`],
  ],
  [
    'CDS40049',
    'a quota that is used up and has no fallback',
    { lines: [{ commodity: '0202309000', preference: '120', quota: '050099' }] },
    [`CDS40049 ${ITEM}[1]/23A/50A[1].401`],
  ],
  [
    'CDS77002',
    'a document without its status',
    { lines: [{ documents: [{ category: 'N', type: '935', status: null }] }] },
    [`CDS77002 ${ITEM}[1]/02A[1].360`],
  ],
  [
    'CDS77003',
    'a licence without a DUCR',
    { ducr: null, lines: [{ commodity: '9304000000', documents: [LICENCE] }] },
    ['CDS10001 42A/67A/99A[1].D018', 'CDS77003 42A/67A/99A[1].D018'],
  ],
  [
    'CDS77005',
    'a waiver without its reason',
    { lines: [{ documents: [{ category: 'Y', type: '900', status: 'XX' }] }] },
    [`CDS77005 ${ITEM}[1]/02A[1].D028`],
  ],
];
it.each(table)('%s: refuses %s', (_, __, sketch, expected) => {
  expect(problems(sketch)).toEqual(expected);
});

it('asks a supplementary declaration for the acceptance it rests on, and stops', () => {
  expect(problems({ kind: 'IMY', itemCount: '9' })).toEqual(['CDS10001 42A.023']);
});

describe('a declaration whose extras are in order', () => {
  const good: [string, Partial<DeclarationSketch>][] = [
    ['goes to an account', { dan: '1234567' }],
    [
      'uses a comprehensive guarantee',
      {
        authorisations: [{ holder: 'GB123456789012', category: 'CGU' }],
        guarantees: ['0'],
        lines: [{ documents: [{ category: 'C', type: '505' }] }],
      },
    ],
    [
      'comes by air with its freight',
      { loading: 'PVG', mode: '4', charges: [{ code: 'AS', amount: '10', currency: 'GBP' }] },
    ],
    ['is admitted temporarily', { lines: [{ procedure: '5300', statements: ['00100'] }] }],
    ['draws on a quota', { lines: [{ commodity: '0406902100', preference: '120', quota: '050013' }] }],
    [
      'waives a document with a reason',
      { lines: [{ documents: [{ category: 'Y', type: '900', status: 'XX', reason: 'not covered' }] }] },
    ],
    [
      'writes a quantity off a licence',
      { lines: [{ commodity: '9304000000', documents: [{ ...LICENCE, writeOff: { value: '90', unit: 'KGM' } }] }] },
    ],
    ['shows a licence', { lines: [{ commodity: '9304000000', documents: [LICENCE] }] }],
    ['was accepted a month ago', { kind: 'IMY', acceptance: '20261101' }],
    ['lies at a port of the country', { location: 'GBFXT' }],
  ];
  it.each(good)('%s', (_, sketch) => {
    expect(problems(sketch)).toEqual([]);
  });
});

it('warns of a value that is hard to believe, and stops nothing', () => {
  const checked = schemaCheck(aDeclaration({ lines: [{ commodity: '8517130000', price: '1.00', netMass: '90' }] }));
  if ('errors' in checked) throw new Error(checked.errors.join());
  const declared = declaredOf(checked.declaration);
  expect(judge(declared, NOTHING_KNOWN, NOW)).toEqual([]);
  expect(warningsOf(declared, NOW).map(({ code }) => code)).toEqual(['CDS13000']);
});
