import { exact } from '@tidewaiter/kernel';
import { evaluate } from './evaluate.js';
import { parseExpression, printExpression } from './expression.js';
import { declaredQuantities } from './quantities.js';
import { unitOf } from './units.js';

type Given = Record<string, string>;

const quantities = (given: Given) =>
  declaredQuantities(
    Object.entries(given).map(([unit, value]) => ({ unit, value })),
    '',
  );

const amountOf = (text: string, given: Given): string => {
  const on = { base: exact('1000'), currency: 'GBP', quantities: quantities(given), rates: [], pointer: '' };
  const outcome = evaluate(parseExpression(text), on);
  return outcome.kind === 'amount' ? outcome.exact.toFixed() : `missing ${outcome.units.join(' ')}`;
};

describe('quantities of a line', () => {
  it.each<[string, Given, string, string | undefined]>([
    ['kilograms serve hundreds of them', { KGM: '250' }, 'DTN', '2.5'],
    ['thousands of pairs serve pairs', { MPR: '2' }, 'NPR', '2000'],
    ['a qualified weight serves its own kind', { DTNR: '3' }, 'KGM_STDQUAL', '300'],
    ['the plain weight does not serve a qualified one', { KGM: '300' }, 'TNEI', undefined],
    ['a product is found by its parts', { ASV: '8.4', LTR: '1000' }, 'ASVX', '84'],
    ['a product may be declared as it stands', { ASVX: '84' }, 'ASVX', '84'],
    ['half a product is none', { ASV: '8.4' }, 'ASVX', undefined],
    ['pure alcohol follows from strength and volume', { ASV: '40', LTR: '250' }, 'LPA', '100'],
    ['declared pure alcohol goes before', { ASV: '40', LTR: '250', LPA: '99' }, 'LPA', '99'],
    ['a US proof litre is half pure alcohol', { ASV: '40', LTR: '250' }, 'LPF', '200'],
  ])('%s', (_says, given, unit, value) => {
    expect(quantities(given).in(unit)?.toFixed()).toBe(value);
  });
});

describe('compound units in an expression', () => {
  it.each<[string, Given, string]>([
    ['0.50 GBP / 100 kg/net/%sacchar.', { KGM: '200', BRX: '30' }, '30'],
    ['0.50 GBP / DTNZ', { KGM: '200', BRX: '30' }, '30'],
    ['1.20 GBP / 100 kg / gross', { KGM: '90', KGM_GROSS: '100' }, '1.2'],
    ['12.00 GBP/100kg eda', { KGM_DRAINED: '50' }, '6'],
    ['1,150.00 GBP / tonne', { KGM: '200' }, '230'],
    ['0.9 GBP / 1,000 items', { NAR: '2000' }, '1.8'],
    ['24.77 GBP / LPA - 1.00 GBP / SPQ', { LPA: '84', SPR: '5' }, '1660.68'],
    ['21.01 GBP / ASVX - 1.00 GBP / SPQ', { ASV: '8.4', LTR: '1000', SPR: '5' }, '1344.84'],
    ['21.01 GBP / ASVX - 1.00 GBP / SPQ', { ASV: '8.4' }, 'missing HLT SPR'],
    ['1.00 GBP / TNEI', { KGM: '1000' }, 'missing TNEI'],
    ['NIHIL', {}, '0'],
  ])('%s', (text, given, amount) => {
    expect(amountOf(text, given)).toBe(amount);
  });
});

/** Codes of the UK's list of measurement units, but for the euro of statistics and the units without a code of their own. */
const PUBLISHED =
  `ASV ASVX BRX CCT CEN CTM DAP DHS DTN DTNE DTNF DTNG DTNL DTNM DTNR DTNS DTNZ GFI GRM GRT HLT HMT KCC KCL KGM KGMA
  KGME KGMG KGMP KGMS KGMT KLT KMA KMT KNI KNS KPH KPO KPP KSD KSH KUR LPA LTR LTRA MIL MPR MTK MTQ MTQC MTR MWH NAR NARB NCL NPR RET
  SPQ SPQLPA SPQLTR SPR TJO TNE TNEE TNEI TNEJ TNEK TNEM TNER TNEZ WAT`.split(/\s+/);

describe('published units', () => {
  it.each(PUBLISHED)('%s is known, and read again as it is printed', (code) => {
    expect(unitOf(code)).toBeDefined();
    const per = [
      { quantity: '100', unit: code },
      { quantity: '1', unit: code },
    ];
    for (const some of [per, per.slice(0, 1), per.slice(1)]) {
      const components = [
        { op: 'add' as const, term: { kind: 'specific' as const, amount: '1.50', currency: 'EUR', per: some } },
      ];
      expect(parseExpression(printExpression(components))).toEqual(components);
    }
  });
});
