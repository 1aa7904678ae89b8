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
