import { exact, type Exact } from '@tidewaiter/kernel';
import { levelsOf, type Level } from './pointer.js';
import type { Declared, DeclaredItem } from './declared.js';
import { monthlyRate } from './rates.js';
import { customsValues } from './tax.js';
import { dutyRate, hasPreference, isCountry, type Country } from './tariff.js';

export interface Problem {
  code: string;
  pointer: Level[];
  says: string;
}

/** What this authority remembers of earlier filings, asked while it judges a new one. */
export interface Memory {
  /** the LRN belongs to a filing of the last 48 hours that was not refused */
  isLrnTaken(lrn: string): boolean;
  /** the DUCR belongs to a filing of the last 12 months that was not refused */
  isDucrTaken(ducr: string, lrn: string): boolean;
}

const MOST_ERRORS = 50;
const MODES = new Set(['1', '2', '3', '4']);
const INCOTERMS = new Set('EXW FCA CPT CIP DAP DPU DDP FAS FOB CFR CIF'.split(' '));

const problem = (code: string, pointer: string, says: string): Problem => ({ code, pointer: levelsOf(pointer), says });
const missing = (pointer: string, what: string): Problem => problem('CDS10001', pointer, `${what} is missing`);

const number = (text: string | null): Exact | null =>
  text !== null && /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? exact(text) : null;

const isEori = (id: string): boolean =>
  /^(GB|XI)/.test(id) ? /^(GB|XI)(\d{12}|\d{15})$/.test(id) : /^[A-Z]{2}[0-9A-Z]{1,15}$/.test(id);
const isEin = (id: string): boolean => /^\d{2}-?\d{7}[0-9A-Z]{0,2}$/.test(id);
const isFiler = (id: string): boolean => /^[0-9A-Z]{3}$/.test(id);
const isParty = (country: Country | null, id: string): boolean =>
  country === 'US' ? isEin(id) || isFiler(id) || isEori(id) : isEori(id);

const item = (n: number, rest = ''): string => `42A/67A/68A[${n}]${rest}`;

/** Without these nothing else can be judged: the first that is missing stops the run. */
function stops(declared: Declared): Problem[] {
  if (declared.function !== '9') {
    return [problem('CDS10020', '42A.017', 'only function 9, an original declaration, is taken here')];
  }
  if (declared.kind === null) return [missing('42A.D013', 'kind of declaration')];
  if (declared.kind !== 'IMA' && declared.kind !== 'IMD')
    return [problem('CDS10020', '42A.D013', 'kind is not IMA or IMD')];
  const none = declared.items.findIndex(({ procedure }) => procedure === null);
  return none >= 0 ? [missing(item(none + 1, '/70A[1].166'), 'procedure')] : [];
}

function absent(declared: Declared): Problem[] {
  const header: [string | null, string, string][] = [
    [declared.lrn, '42A.D026', 'LRN'],
    [declared.itemCount, '42A.228', 'number of items'],
    [declared.packageCount, '42A.146', 'number of packages'],
    [declared.mode, '42A/15A.T022', 'mode of transport'],
    [declared.declarant, '42A/57B.R123', 'declarant'],
    [declared.exporterId ?? declared.exporterName, '42A/57A.R031', 'exporter'],
    [declared.importer, '42A/67A/74A.R038', 'importer'],
    [declared.destination, '42A/67A/99B.465', 'country of destination'],
    [declared.exportCountry, '42A/67A/95B.062', 'country of dispatch'],
    [declared.ducr, '42A/67A/99A[1].D018', 'DUCR'],
    [declared.incoterm, '42A/67A/22B.090', 'delivery terms'],
    [declared.items.length > 0 ? 'some' : null, '42A/67A/68A', 'goods item'],
  ];
  const lines = declared.items.flatMap((each, index): [string | null, string, string][] => [
    [each.sequence, item(index + 1, '.006'), 'goods item number'],
    [each.description, item(index + 1, '/23A.137'), 'description'],
    [each.commodity, item(index + 1, '/23A/21A[1].145'), 'commodity code'],
    [each.price?.amount ?? null, item(index + 1, '/23A/79A.112'), 'price'],
    [each.grossMass, item(index + 1, '/23A/65A.126'), 'gross mass'],
    [each.netMass, item(index + 1, '/23A/65A.128'), 'net mass'],
    [each.origin, item(index + 1, '/92A[1].063'), 'origin'],
    [each.preference, item(index + 1, '/23A/50A[1].164'), 'preference'],
    [each.packages[0] ?? null, item(index + 1, '/93A[1].144'), 'number of packages'],
  ]);
  return [...header, ...lines].flatMap(([value, pointer, what]) => (value === null ? [missing(pointer, what)] : []));
}

function form(declared: Declared, country: Country | null): Problem[] {
  const problems: Problem[] = [];
  const check = (fires: boolean, code: string, pointer: string, says: string): void => {
    if (fires) problems.push(problem(code, pointer, says));
  };
  const { lrn, ducr, mode, incoterm, destination, declarant, importer, exporterId, exportCountry } = declared;
  check(
    lrn !== null && !/^[0-9A-Za-z_.-]{1,22}$/.test(lrn),
    'CDS10010',
    '42A.D026',
    'LRN has a form of its own: 1 to 22 letters, digits, _ . -',
  );
  check(
    destination !== null && country === null,
    'CDS10020',
    '42A/67A/99B.465',
    `${destination} is not served by this authority`,
  );
  check(exportCountry !== null && !/^[A-Z]{2}$/.test(exportCountry), 'CDS10020', '42A/67A/95B.062', 'no such country');
  check(mode !== null && !MODES.has(mode), 'CDS10020', '42A/15A.T022', 'mode of transport is not 1, 2, 3 or 4');
  check(incoterm !== null && !INCOTERMS.has(incoterm), 'CDS10020', '42A/67A/22B.090', 'no such delivery term');
  check(
    ducr !== null && (ducr.length > 35 || !/^\d[A-Z]{2}[0-9A-Z]{1,15}-[0-9A-Z-]{1,18}$/.test(ducr)),
    'CDS12132',
    '42A/67A/99A[1].D018',
    'DUCR is malformed',
  );
  check(declarant !== null && !isParty(country, declarant), 'CDS12005', '42A/57B.R123', 'declarant is unknown');
  check(
    importer !== null && !(country === 'US' ? isEin(importer) : isEori(importer)),
    'CDS12005',
    '42A/67A/74A.R038',
    'importer is unknown',
  );
  check(importer !== null && importer === exporterId, 'CDS12081', '42A/67A/74A.R038', 'importer is the exporter');
  declared.charges.forEach(({ amount }, index) => {
    check(
      number(amount?.amount ?? null)?.isNegative() ?? false,
      'CDS10021',
      `42A/67A/41A/58B[${index + 1}].181`,
      'negative amount',
    );
  });
  return problems;
}

function itemForm(each: DeclaredItem, n: number, country: Country | null): Problem[] {
  const problems: Problem[] = [];
  const check = (fires: boolean, code: string, rest: string, says: string): void => {
    if (fires) problems.push(problem(code, item(n, rest), says));
  };
  const gross = number(each.grossMass);
  const net = number(each.netMass);
  const isTenDigits = each.commodity !== null && /^\d{10}$/.test(each.commodity);
  check(each.commodity !== null && !isTenDigits, 'CDS10004', '/23A/21A[1].145', 'commodity is not 8 and 2 digits');
  check(
    isTenDigits && country !== null && !dutyRate(country, each.commodity!),
    'CDS40059',
    '/23A/21A[1].145',
    'code cannot be declared on this date',
  );
  check(number(each.price?.amount ?? null)?.isNegative() ?? false, 'CDS10021', '/23A/79A.112', 'negative price');
  check(gross?.isNegative() ?? false, 'CDS10021', '/23A/65A.126', 'negative mass');
  check(net?.isNegative() ?? false, 'CDS10021', '/23A/65A.128', 'negative mass');
  check(
    gross !== null && net !== null && net.greaterThan(gross),
    'CDS11006',
    '/23A/65A.128',
    'net mass is above gross mass',
  );
  check(each.origin !== null && !/^[A-Z]{2}$/.test(each.origin), 'CDS10020', '/92A[1].063', 'no such country');
  check(each.procedure !== '4000', 'CDS12050', '/70A[1].166', 'this authority takes procedure 40 00');
  check(
    each.preference !== null && !['100', '300'].includes(each.preference),
    'CDS10020',
    '/23A/50A[1].164',
    'preference is not 100 or 300',
  );
  const hasProof = each.documents.some(({ category, type }) => `${category}${type}` === 'U116');
  check(each.preference === '300' && !hasProof, 'CDS40045', '', 'preference 300 wants document U116');
  check(
    each.preference === '300' && country !== null && each.origin !== null && !hasPreference(country, each.origin),
    'CDS12056',
    '/23A/50A[1].164',
    'no preference 300 for this origin',
  );
  return problems;
}

function relations(declared: Declared): Problem[] {
  const problems: Problem[] = [];
  const check = (fires: boolean, code: string, pointer: string, says: string): void => {
    if (fires) problems.push(problem(code, pointer, says));
  };
  const { items, invoice, itemCount } = declared;
  const count = number(itemCount);
  check(count !== null && !count.equals(items.length), 'CDS11003', '42A.228', `${items.length} items are declared`);
  const seen = new Set<string>();
  items.forEach(({ sequence, price }, index) => {
    if (sequence !== null) {
      check(seen.has(sequence), 'CDS12024', item(index + 1, '.006'), 'goods item number stands twice');
      seen.add(sequence);
      check(
        number(sequence)?.greaterThan(items.length) ?? false,
        'CDS12022',
        item(index + 1, '.006'),
        'goods item number is above the count',
      );
    }
    check(
      price !== null && price.currency === null,
      'CDS10001',
      item(index + 1, '/23A/79A.112'),
      'currency is missing',
    );
    check(
      price?.currency !== items[0]?.price?.currency && price !== null,
      'CDS12057',
      item(index + 1, '/23A/79A.112'),
      'invoice currencies differ between items',
    );
  });
  check(
    items.length > 0 &&
      items.every(({ packages }) => packages.length > 0 && packages.every((each) => number(each)?.isZero() ?? false)),
    'CDS12058',
    item(1, '/93A[1].144'),
    'all package counts are 0',
  );
  check(
    invoice !== null && items[0]?.price !== null && invoice.currency !== items[0]?.price?.currency,
    'CDS12082',
    '42A.109',
    'currency of the invoice differs from the items',
  );
  return problems;
}

function valuation(declared: Declared, country: Country, month: string): Problem[] {
  const unknown = declared.items.flatMap(({ price }, index) =>
    price?.currency && !monthlyRate(country, price.currency, month)
      ? [problem('CDS10020', item(index + 1, '/23A/79A.112'), `no rate is published for ${price.currency}`)]
      : [],
  );
  const charges = declared.charges.flatMap(({ amount }, index) =>
    amount && !monthlyRate(country, amount.currency ?? '', month)
      ? [
          problem(
            'CDS10020',
            `42A/67A/41A/58B[${index + 1}].181`,
            `no rate is published for ${amount.currency ?? 'an amount without currency'}`,
          ),
        ]
      : [],
  );
  if (unknown.length + charges.length > 0) return [...unknown, ...charges];
  return customsValues(country, declared, month).flatMap((value, index) =>
    value.isNegative() ? [problem('CDS10045', item(index + 1), 'deductions make the value negative')] : [],
  );
}

/**
 * Judges a declaration that has passed the schema check: form, then relation, then tariff; everything that fires is told,
 * except that a missing kind or procedure ends the run. Past 50 the rest is `CDS19999`.
 *
 * @param month `YYYY-MM` of the day, for the rates of exchange
 * @returns empty when the declaration can be accepted
 */
export function judge(declared: Declared, memory: Memory, month: string): Problem[] {
  const stopped = stops(declared);
  if (stopped.length > 0) return stopped;
  const country = isCountry(declared.destination) ? declared.destination : null;
  const found = [
    ...absent(declared),
    ...form(declared, country),
    ...declared.items.flatMap((each, index) => itemForm(each, index + 1, country)),
    ...relations(declared),
  ];
  const { lrn, ducr } = declared;
  if (lrn !== null && memory.isLrnTaken(lrn))
    found.push(problem('CDS12003', '42A.D026', 'LRN was used and not refused'));
  else if (lrn !== null && ducr !== null && memory.isDucrTaken(ducr, lrn)) {
    found.push(problem('CDS12062', '42A/67A/99A[1].D018', 'DUCR was used in the last 12 months'));
  }
  if (found.length === 0 && country !== null) found.push(...valuation(declared, country, month));
  if (found.length <= MOST_ERRORS) return found;
  return [...found.slice(0, MOST_ERRORS - 1), problem('CDS19999', '42A', 'there are more errors than shown')];
}
