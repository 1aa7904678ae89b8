import { exact, type Exact } from '@tidewaiter/kernel';
import { isEntryNumber } from './ace/records.js';
import { DEFERRED_METHODS, methodsOf, type Declared, type DeclaredDocument, type DeclaredItem } from './declared.js';
import { levelsOf, type Level } from './pointer.js';
import { monthlyRate } from './rates.js';
import { CURRENCY, hasPreference, isCountry, measureOf, PROCEDURES, type Country, type Measure } from './tariff.js';
import { customsValues, TAKES_CONTRACT_RATES, type QuotaLeft } from './tax.js';

export interface Problem {
  code: string;
  pointer: Level[];
  says: string;
}

/** What this authority remembers of earlier filings and accounts, asked while it judges a new one. */
export interface Memory {
  /** the LRN belongs to a filing of the last 48 hours that was not refused */
  isLrnTaken(lrn: string): boolean;
  /** the DUCR belongs to a filing of the last 12 months that was not refused */
  isDucrTaken(ducr: string, lrn: string): boolean;
  /** whether one of the parties may put debts on the deferment account */
  isAccountUsable(dan: string, parties: readonly string[]): boolean;
  quotaLeft: QuotaLeft;
}

interface Case {
  declared: Declared;
  country: Country | null;
  memory: Memory;
  now: Date;
}

/** One public code in our words, and the places where it fires. */
interface Rule {
  code: string;
  says: string;
  at: (given: Case) => readonly string[];
}

const MOST_ERRORS = 50;
const MOST_DOCUMENTS = 99;
const DAY = 86_400_000;
const KINDS = new Set(['IMA', 'IMD', 'IMC', 'IMF', 'IMY', 'IMZ']);
const SIMPLIFIED = new Set(['IMC', 'IMF']);
const SUPPLEMENTARY = new Set(['IMY', 'IMZ']);
const MODES = new Set(['1', '2', '3', '4']);
const INCOTERMS = new Set('EXW FCA CPT CIP DAP DPU DDP FAS FOB CFR CIF'.split(' '));
const METHODS = new Set('A B C D E G H J K M N P R S T U V Z'.split(' '));
const STATUSES = new Set('AC AE AF AG AP AS AT CC CE EA EE EL EP ES FP GE GP IA IE IP IS JA JE JP JS LE LP RE SP TP UA UE UP US XA XB XF XO XU XW XX'.split(' ')); // prettier-ignore
const WAIVERS = new Set(['UA', 'UE', 'UP', 'US', 'XW', 'XX']);
const AUTHORISATIONS: Record<string, string> = {
  CGU: 'C505',
  DPO: 'C506',
  CWP: 'C517',
  EUS: 'N990',
  IPO: 'C601',
  TEA: 'C516',
};
/** Delivery terms whose price holds the carriage already. */
const CARRIAGE_PAID = new Set(['CIF', 'CIP', 'CFR', 'CPT', 'DAP', 'DPU', 'DDP']);
const AIR_FREIGHT = new Set(['AR', 'AS', 'AT']);
const LICENCES = new Set(['9104', 'X002', 'L100']);
const wantsStatus = (code: string): boolean => /^(N9(35|54)|N271|N7\d\d|U\d{3}|9\d{3}|C690|X002|L100)$/.test(code);

const number = (text: string | null): Exact | null =>
  text !== null && /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? exact(text) : null;
const isNegative = (text: string | null): boolean => number(text)?.isNegative() ?? false;

const isEori = (id: string): boolean =>
  !/^[A-Z]{2}0+$/.test(id) &&
  (/^(GB|XI)/.test(id) ? /^(GB|XI)(\d{12}|\d{15})$/.test(id) : /^[A-Z]{2}[0-9A-Z]{1,15}$/.test(id));
const isEin = (id: string): boolean => /^\d{2}-?\d{7}[0-9A-Z]{0,2}$/.test(id);
const isFiler = (id: string): boolean => /^[0-9A-Z]{3}$/.test(id);
const isParty = (country: Country | null, id: string): boolean =>
  country === 'US' ? isEin(id) || isFiler(id) || isEori(id) : isEori(id);
const isImporter = (country: Country | null, id: string): boolean => (country === 'US' ? isEin(id) : isEori(id));

export const item = (n: number, rest = ''): string => `42A/67A/68A[${n}]${rest}`;
const codeOf = ({ category, type }: DeclaredDocument): string => `${category ?? ''}${type ?? ''}`;

export const problem = (code: string, pointer: string, says: string): Problem => ({
  code,
  pointer: levelsOf(pointer),
  says,
});
const missing = (pointer: string, what: string): Problem => problem('CDS10001', pointer, `${what} is missing`);

const rule = (code: string, says: string, at: Rule['at']): Rule => ({ code, says, at });
const when = (fires: boolean, ...pointers: string[]): string[] => (fires ? pointers : []);

/** A rule that looks at each goods item. @param at what follows `68A[n]` in the pointer, where it fires */
const each = (code: string, says: string, at: (one: DeclaredItem, given: Case, index: number) => string[]): Rule =>
  rule(code, says, (given) =>
    given.declared.items.flatMap((one, index) => at(one, given, index).map((rest) => item(index + 1, rest))),
  );
const measured = (one: DeclaredItem, { country }: Case): Measure | null =>
  country && one.commodity ? measureOf(country, one.commodity) : null;
const documentsAt = (one: DeclaredItem, fires: (document: DeclaredDocument) => boolean, tag: string): string[] =>
  one.documents.flatMap((document, index) => when(fires(document), `/02A[${index + 1}]${tag}`));
const taxesAt = (one: DeclaredItem, fires: (tax: DeclaredItem['taxes'][number]) => boolean, tag: string): string[] =>
  one.taxes.flatMap((tax, index) => when(fires(tax), `/23A/50A[${index + 1}]${tag}`));
const statementPointer = '/03A[1].226';
const hasDocument = (declared: Declared, code: string): boolean =>
  declared.items.some(({ documents }) => documents.some((document) => codeOf(document) === code));
const charges = (declared: Declared, fires: (charge: Declared['charges'][number]) => boolean, tag: string): string[] =>
  declared.charges.flatMap((one, index) => when(fires(one), `42A/67A/41A/58B[${index + 1}].${tag}`));

const FORM: Rule[] = [
  rule('CDS10002', 'this element does not belong to an import', ({ declared }) => declared.strange),
  rule('CDS10010', 'LRN has a form of its own: 1 to 22 letters, digits, _ . -', ({ declared: { lrn, channel } }) =>
    when(channel !== 'ace' && lrn !== null && !/^[0-9A-Za-z_.-]{1,22}$/.test(lrn), '42A.D026'),
  ),
  rule('CDS10010', 'check digit of the entry number is wrong', ({ declared: { lrn, channel } }) =>
    when(channel === 'ace' && lrn !== null && !isEntryNumber(lrn.replace('/AE', '')), '42A.D026'),
  ),
  rule('CDS10020', 'the country is not served by this authority', ({ declared, country }) =>
    when(declared.destination !== null && country === null, '42A/67A/99B.465'),
  ),
  rule('CDS10020', 'no such country', ({ declared: { exportCountry } }) =>
    when(exportCountry !== null && !/^[A-Z]{2}$/.test(exportCountry), '42A/67A/95B.062'),
  ),
  rule('CDS10020', 'mode of transport is not 1, 2, 3 or 4', ({ declared: { mode } }) =>
    when(mode !== null && !MODES.has(mode), '42A/15A.T022'),
  ),
  rule('CDS10020', 'no such delivery term', ({ declared: { incoterm } }) =>
    when(incoterm !== null && !INCOTERMS.has(incoterm), '42A/67A/22B.090'),
  ),
  rule('CDS12132', 'DUCR is malformed', ({ declared: { ducr } }) =>
    when(
      ducr !== null && (ducr.length > 35 || !/^\d[A-Z]{2}[0-9A-Z]{1,15}-[0-9A-Z()-]{1,18}$/.test(ducr)),
      '42A/67A/99A[1].D018',
    ),
  ),
  rule('CDS12005', 'declarant is unknown', ({ declared: { declarant }, country }) =>
    when(declarant !== null && !isParty(country, declarant), '42A/57B.R123'),
  ),
  rule('CDS12005', 'importer is unknown', ({ declared: { importer }, country }) =>
    when(importer !== null && !isImporter(country, importer), '42A/67A/74A.R038'),
  ),
  rule('CDS12005', 'representative is unknown', ({ declared: { representative }, country }) =>
    when(typeof representative?.id === 'string' && !isParty(country, representative.id), '42A/05A.R004'),
  ),
  rule('CDS12005', 'holder of the authorisation is unknown', ({ declared, country }) =>
    declared.authorisations.flatMap(({ holder }, index) =>
      when(holder !== null && !isParty(country, holder), `42A/17C[${index + 1}].R144`),
    ),
  ),
  rule('CDS12007', 'authorisation has ended or is unknown', ({ declared }) =>
    declared.authorisations.flatMap(({ category }, index) =>
      when(category !== null && !(category in AUTHORISATIONS), `42A/17C[${index + 1}].R145`),
    ),
  ),
  rule('CDS12013', 'VAT party is unknown', ({ declared: { vatParty } }) =>
    when(vatParty !== null && !/^[A-Z]{2}\d{9}(\d{3})?$/.test(vatParty), '42A/67A/55B.R119'),
  ),
  rule('CDS12081', 'importer is the exporter', ({ declared: { importer, exporterId } }) =>
    when(importer !== null && importer === exporterId, '42A/67A/74A.R038'),
  ),
  rule('CDS12117', 'importer is the buyer: leave the buyer out', ({ declared: { importer, buyer } }) =>
    when(buyer !== null && importer === buyer, '42A/67A/16A.R010'),
  ),
  rule('CDS10021', 'negative amount', ({ declared }) =>
    charges(declared, ({ amount }) => isNegative(amount?.amount ?? null), '181'),
  ),
  rule('CDS12016', 'acceptance lies ahead or over 180 days back', ({ declared: { acceptance }, now }) => {
    const at = acceptance === null ? NaN : Date.parse(acceptance.replace(/^(\d{4})(\d\d)(\d\d).*$/, '$1-$2-$3'));
    return when(at > now.getTime() || at < now.getTime() - 180 * DAY, '42A.023');
  }),
  rule('CDS12099', 'location of the goods is unknown', ({ declared: { location } }) => {
    const { name, country, qualifier } = location ?? { name: null, country: null, qualifier: null };
    if (name === null) return [];
    const isLocode = /^[A-Z]{2}[A-Z2-9]{3}$/.test(name);
    const lies =
      qualifier === 'U' && name.length === 5 && (!isLocode || (country !== null && !name.startsWith(country)));
    return when(lies || !/^[0-9A-Z]{4,35}$/.test(name) || name === 'GBXXX', '42A/67A/28A/64A.L016');
  }),
  rule('CDS10002', 'no rate by contract is taken here', ({ declared: { exchange }, country }) =>
    when(exchange.length > 0 && country !== null && !TAKES_CONTRACT_RATES.includes(country), '42A/40A[1]'),
  ),
  rule('CDS10010', 'a rate is more than 0, with 5 decimals at most', ({ declared: { exchange } }) =>
    exchange.flatMap(({ rate }, index) =>
      when(!/^\d{1,7}(\.\d{1,5})?$/.test(rate ?? '') || number(rate)!.isZero(), `42A/40A[${index + 1}].118`),
    ),
  ),
  rule('CDS12056', 'the rate is of no currency that is invoiced', ({ declared: { exchange, items } }) =>
    exchange.flatMap(({ currency }, index) =>
      when(!items.some(({ price }) => price?.currency === currency), `42A/40A[${index + 1}].135`),
    ),
  ),
  each('CDS10003', `more than ${MOST_DOCUMENTS} documents on a line`, ({ documents }) =>
    when(documents.length > MOST_DOCUMENTS, `/02A[${MOST_DOCUMENTS + 1}]`),
  ),
  each('CDS10004', 'commodity is not 8 and 2 digits', ({ commodity }) =>
    when(commodity !== null && !/^\d{10}$/.test(commodity), '/23A/21A[1].145'),
  ),
  each('CDS40059', 'code cannot be declared on this date', (one, given) =>
    when(
      given.country !== null && /^\d{10}$/.test(one.commodity ?? '') && measured(one, given) === null,
      '/23A/21A[1].145',
    ),
  ),
  each('CDS10021', 'negative price', ({ price }) => when(isNegative(price?.amount ?? null), '/23A/79A.112')),
  each('CDS10021', 'negative charge', (one) =>
    one.charges.flatMap(({ amount }, index) => when(isNegative(amount?.amount ?? null), `/41A/58B[${index + 1}].181`)),
  ),
  each('CDS10021', 'negative mass', ({ grossMass }) => when(isNegative(grossMass), '/23A/65A.126')),
  each('CDS10021', 'negative mass', ({ netMass }) => when(isNegative(netMass), '/23A/65A.128')),
  each('CDS11006', 'net mass is above gross mass', ({ grossMass, netMass }) => {
    const [gross, net] = [number(grossMass), number(netMass)];
    return when(gross !== null && net !== null && net.greaterThan(gross), '/23A/65A.128');
  }),
  each('CDS10020', 'no such country', ({ origin }) =>
    when(origin !== null && !/^[A-Z]{2}$/.test(origin), '/92A[1].063'),
  ),
  each('CDS10020', 'preference is not 1, 3 or 4 and two digits', ({ preference }) =>
    when(preference !== null && !/^[134](00|10|15|20|23|25|40|50)$/.test(preference), '/23A/50A[1].164'),
  ),
  each('CDS10020', 'no such method of payment', (one) =>
    taxesAt(one, ({ method }) => method !== null && !METHODS.has(method), '/94A.107'),
  ),
  each('CDS10020', 'no such document status', (one) =>
    documentsAt(one, ({ status }) => status !== null && !STATUSES.has(status), '.360'),
  ),
  each('CDS12149', '000 stands beside another additional code', ({ additionalProcedures }) =>
    when(
      additionalProcedures.length > 1 && additionalProcedures.includes('000'),
      `/70A[${additionalProcedures.indexOf('000') + 2}].166`,
    ),
  ),
];

const countOf = (declared: Declared): Exact | null => number(declared.itemCount);

const RELATION: Rule[] = [
  rule('CDS11003', 'the count differs from the items', ({ declared }) =>
    when(countOf(declared) !== null && !countOf(declared)!.equals(declared.items.length), '42A.228'),
  ),
  rule('CDS11004', 'a simplified declaration does not go with this procedure', ({ declared }) =>
    when(
      SIMPLIFIED.has(declared.kind ?? '') && PROCEDURES[declared.items[0]?.procedure ?? '']?.category === 'H3',
      '42A.D013',
      item(1, '/70A[1].166'),
    ),
  ),
  each('CDS11005', 'procedures of two categories are mixed', ({ procedure }, { declared }) => {
    const category = (code: string | null | undefined): string | undefined => PROCEDURES[code ?? '']?.category;
    return when(category(procedure) !== category(declared.items[0]?.procedure), '/70A[1].166');
  }),
  each('CDS12024', 'goods item number stands twice', ({ sequence }, { declared }, index) =>
    when(sequence !== null && declared.items.slice(0, index).some((other) => other.sequence === sequence), '.006'),
  ),
  rule('CDS12024', 'equipment number stands twice', ({ declared: { equipment } }) =>
    equipment.flatMap((sequence, index) =>
      when(equipment.indexOf(sequence) < index, `42A/67A/28A/31B[${index + 1}].006`),
    ),
  ),
  each('CDS12022', 'goods item number is above the count', ({ sequence }, { declared }) =>
    when(number(sequence)?.greaterThan(declared.items.length) ?? false, '.006'),
  ),
  each('CDS10001', 'currency is missing', ({ price }) =>
    when(price !== null && price.currency === null, '/23A/79A.112'),
  ),
  each('CDS12057', 'invoice currencies differ between items', ({ price }, { declared }) =>
    when(price !== null && price.currency !== declared.items[0]?.price?.currency, '/23A/79A.112'),
  ),
  rule('CDS12058', 'all package counts are 0', ({ declared: { items } }) =>
    when(
      items.length > 0 &&
        items.every(({ packages }) => packages.length > 0 && packages.every((one) => number(one)?.isZero() ?? false)),
      item(1, '/93A[1].144'),
    ),
  ),
  rule('CDS12082', 'currency of the invoice differs from the items', ({ declared: { invoice, items } }) =>
    when(invoice !== null && items[0]?.price != null && invoice.currency !== items[0].price.currency, '42A.109'),
  ),
  rule('CDS12071', 'this stands at the header and at a line', ({ declared: { atHeader, items } }) => {
    const twice = new Set(items.flatMap(({ repeated }) => repeated).filter((name) => atHeader.includes(name)));
    return [...twice].flatMap((name) => {
      const tag = { Destination: '99B.465', ExportCountry: '95B.062', TransactionNatureCode: '103', UCR: '35B.009' }[
        name
      ]!;
      const first = items.findIndex(({ repeated }) => repeated.includes(name)) + 1;
      return name === 'TransactionNatureCode'
        ? ['42A/67A.103', `42A/67A/68A[${first}].103`]
        : [`42A/67A/${tag}`, item(first, `/${tag}`)];
    });
  }),
  each('CDS12077', 'the procedure wants statement 00100', ({ procedure, statements }, { declared }) => {
    const wanted = PROCEDURES[procedure ?? '']?.statement;
    const isThere = wanted === undefined || statements.includes(wanted) || declared.statements.includes(wanted);
    return when(!isThere, '/70A[1].166', statementPointer);
  }),
  rule('CDS12125', 'the deferment account is unknown, suspended, or not theirs to use', ({ declared, memory }) => {
    const { dan, importer, declarant, representative } = declared;
    const parties = [importer, declarant, representative?.id ?? null].flatMap((id) => id ?? []);
    return when(dan !== null && !memory.isAccountUsable(dan, parties), '42A/02A[1].D005');
  }),
  rule('CDS12102', 'an account is given and no tax is deferred', ({ declared }) =>
    when(
      declared.dan !== null && !methodsOf(declared).some((method) => DEFERRED_METHODS.has(method)),
      item(1, '/23A/50A[1]/94A.107'),
    ),
  ),
  each('CDS12078', 'no account is given and the tax is deferred', (one, { declared }) =>
    declared.dan !== null
      ? []
      : taxesAt(one, ({ method }) => method !== null && DEFERRED_METHODS.has(method), '/94A.107').slice(0, 1),
  ),
  rule('CDS12148', 'document C506 is given and no tax is deferred', ({ declared }) =>
    when(
      hasDocument(declared, 'C506') && !methodsOf(declared).some((method) => DEFERRED_METHODS.has(method)),
      item(1, '/23A/50A[1]/94A.107'),
    ),
  ),
  rule('CDS12096', 'authorisation without its document', ({ declared }) =>
    declared.authorisations.flatMap(({ category }, index) => {
      const wanted = AUTHORISATIONS[category ?? ''];
      return when(wanted !== undefined && !hasDocument(declared, wanted), `42A/17C[${index + 1}].R145`);
    }),
  ),
  rule('CDS12113', 'a comprehensive guarantee wants security 0 or 1', ({ declared: { authorisations, guarantees } }) =>
    when(
      authorisations.some(({ category }) => category === 'CGU') && !guarantees.some((kind) => /^[01]$/.test(kind)),
      '42A/90A.101',
    ),
  ),
  rule('CDS12100', 'the delivery term holds this addition already', ({ declared }) =>
    CARRIAGE_PAID.has(declared.incoterm ?? '')
      ? charges(declared, ({ code }) => code === 'AK', '371').flatMap((pointer) => ['42A/67A/22B.090', pointer])
      : [],
  ),
  rule('CDS12112', 'an airport of loading wants its air freight', ({ declared: { loading, charges: given } }) =>
    when(
      /^[A-Z]{3}$/.test(loading ?? '') && !given.some(({ code }) => AIR_FREIGHT.has(code ?? '')),
      '42A/67A/41A/58B[1].371',
    ),
  ),
  each('CDS12111', 'a tax by hand is stated in the national currency', (one, { country }) =>
    taxesAt(
      one,
      ({ manual }) => manual !== null && country !== null && manual.currency !== CURRENCY[country],
      '/94A.378',
    ),
  ),
  each('CDS12139', 'a tax by hand wants statement OVR01', (one) =>
    when(one.taxes.some(({ manual }) => manual !== null) && !one.statements.includes('OVR01'), statementPointer),
  ),
];

const TARIFF: Rule[] = [
  each('CDS12070', 'the measure wants supplementary units', (one, given) =>
    when(measured(one, given)?.unit !== undefined && one.supplementary === null, '/23A/65A.130'),
  ),
  each('CDS12123', 'supplementary units are 0', ({ supplementary }) =>
    when(number(supplementary)?.isZero() ?? false, '/23A/65A.130'),
  ),
  each('CDS12144', 'a quota of the Union', (one, { country }) =>
    country === 'GB' ? taxesAt(one, ({ quota }) => quota?.startsWith('09') ?? false, '.401') : [],
  ),
  each('CDS12110', 'the preference is not one of a quota', (one) =>
    one.preference?.[1] === '2' ? [] : taxesAt(one, ({ quota }) => quota !== null, '.401'),
  ),
  each('CDS40049', 'the quota is used up', (one, given) => {
    const quota = measured(one, given)?.quota;
    if (!quota || quota.hasFallback) return [];
    const short = exact(given.memory.quotaLeft(quota.order)).lessThan(number(one.netMass) ?? 0);
    return short ? taxesAt(one, (tax) => tax.quota === quota.order, '.401') : [];
  }),
  each('CDS40045', 'the document that the measure wants is missing', (one, given) => {
    const wanted = one.preference === '300' ? 'U116' : measured(one, given)?.document;
    return when(wanted !== undefined && !one.documents.some((document) => codeOf(document) === wanted), '');
  }),
  each('CDS40047', 'goods of this origin are forbidden', (one, given) =>
    when(measured(one, given)?.forbidden?.includes(one.origin ?? '') ?? false, '/92A[1].063'),
  ),
  each('CDS12056', 'no preference 300 for this origin', ({ preference, origin }, { country }) =>
    when(
      preference === '300' && country !== null && origin !== null && !hasPreference(country, origin),
      '/23A/50A[1].164',
    ),
  ),
  each('CDS12006', 'the licence is unknown', (one) =>
    documentsAt(
      one,
      (document) => LICENCES.has(codeOf(document)) && !/^GB[A-Z]{3}\d{7}$/.test(document.id ?? ''),
      '.D005',
    ),
  ),
  each('CDS10021', 'nothing, or less, is written off', (one) =>
    documentsAt(
      one,
      ({ writeOff }) => {
        const written = number(writeOff?.quantity?.value ?? writeOff?.amount?.amount ?? null);
        return written !== null && !written.greaterThan(0);
      },
      '/22C.502',
    ),
  ),
  each('CDS10001', 'what is written off wants its unit', (one) =>
    documentsAt(one, ({ writeOff }) => writeOff?.quantity != null && !writeOff.quantity.unit, '/22C.502'),
  ),
  each('CDS12006', 'more is written off than the line has', (one) =>
    documentsAt(
      one,
      ({ writeOff }) => {
        const { value = null, unit = null } = writeOff?.quantity ?? {};
        const has = unit === 'KGM' ? number(one.netMass) : unit === 'NAR' ? number(one.supplementary) : null;
        return has !== null && (number(value)?.greaterThan(has) ?? false);
      },
      '.D005',
    ),
  ),
  rule('CDS77003', 'a licence wants a DUCR', ({ declared }) =>
    when(
      declared.channel === 'cds' &&
        declared.ducr === null &&
        declared.items.some(({ documents }) => documents.some((document) => LICENCES.has(codeOf(document)))),
      '42A/67A/99A[1].D018',
    ),
  ),
  each('CDS77002', 'the document wants its status', (one) =>
    documentsAt(one, (document) => document.status === null && wantsStatus(codeOf(document)), '.360'),
  ),
  each('CDS77005', 'a waiver wants its reason', (one) =>
    documentsAt(one, ({ status, reason }) => WAIVERS.has(status ?? '') && !reason, '.D028'),
  ),
];

/** Without these nothing else can be judged: the first that is missing or unknown stops the run. */
function stops(declared: Declared): Problem[] {
  if (declared.function !== '9')
    return [problem('CDS10020', '42A.017', 'function 9, an original declaration, is taken here')];
  if (declared.kind === null) return [missing('42A.D013', 'kind of declaration')];
  if (!KINDS.has(declared.kind)) return [problem('CDS10020', '42A.D013', 'no kind of import')];
  if (SUPPLEMENTARY.has(declared.kind) && declared.acceptance === null) return [missing('42A.023', 'acceptance date')];
  const none = declared.items.findIndex(({ procedure }) => procedure === null);
  if (none >= 0) return [missing(item(none + 1, '/70A[1].166'), 'procedure')];
  const unknown = declared.items.findIndex(({ procedure }) => !(procedure! in PROCEDURES));
  return unknown < 0 ? [] : [problem('CDS12050', item(unknown + 1, '/70A[1].166'), 'this procedure is not run here')];
}

function absent(declared: Declared): Problem[] {
  const header: [string | null, string, string][] = [
    [declared.lrn, '42A.D026', 'LRN'],
    [declared.itemCount, '42A.228', 'number of items'],
    [declared.packageCount, '42A.146', 'number of packages'],
    [declared.mode, '42A/15A.T022', 'mode of transport'],
    [declared.declarant, '42A/57B.R123', 'declarant'],
    [declared.exporterId ?? declared.exporterName ?? declared.seller, '42A/57A.R031', 'exporter'],
    // A summary names its importer in the release.
    [declared.lrn?.endsWith('/AE') ? 'named' : declared.importer, '42A/67A/74A.R038', 'importer'],
    [declared.destination, '42A/67A/99B.465', 'country of destination'],
    [declared.exportCountry, '42A/67A/95B.062', 'country of dispatch'],
    // Only CDS asks for a consignment reference; the others are found by their own.
    [declared.channel === 'cds' ? declared.ducr : 'none', '42A/67A/99A[1].D018', 'DUCR'],
    [declared.incoterm, '42A/67A/22B.090', 'delivery terms'],
    [declared.items.length > 0 ? 'some' : null, '42A/67A/68A', 'goods item'],
  ];
  const lines = declared.items.flatMap((one, index): [string | null, string, string][] => [
    [one.sequence, item(index + 1, '.006'), 'goods item number'],
    [one.description, item(index + 1, '/23A.137'), 'description'],
    [one.commodity, item(index + 1, '/23A/21A[1].145'), 'commodity code'],
    [one.price?.amount ?? null, item(index + 1, '/23A/79A.112'), 'price'],
    [one.grossMass, item(index + 1, '/23A/65A.126'), 'gross mass'],
    [one.netMass, item(index + 1, '/23A/65A.128'), 'net mass'],
    [one.origin, item(index + 1, '/92A[1].063'), 'origin'],
    [one.preference, item(index + 1, '/23A/50A[1].164'), 'preference'],
    [one.packages[0] ?? null, item(index + 1, '/93A[1].144'), 'number of packages'],
  ]);
  return [...header, ...lines].flatMap(([value, pointer, what]) => (value === null ? [missing(pointer, what)] : []));
}

const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

function valuation(declared: Declared, country: Country, month: string): Problem[] {
  const unknown = declared.items.flatMap(({ price }, index) =>
    price?.currency && !monthlyRate(country, price.currency, month)
      ? [problem('CDS10020', item(index + 1, '/23A/79A.112'), `no rate is published for ${price.currency}`)]
      : [],
  );
  const strange = charges(declared, ({ amount }) => !!amount && !monthlyRate(country, amount.currency ?? '', month), '181')
    .map((pointer) => problem('CDS10020', pointer, 'no rate is published for the currency of the charge')); // prettier-ignore
  if (unknown.length + strange.length > 0) return [...unknown, ...strange];
  return customsValues(country, declared, month).flatMap((value, index) =>
    value.isNegative() ? [problem('CDS10045', item(index + 1), 'deductions make the value negative')] : [],
  );
}

/**
 * Judges a declaration that has passed the schema check: form, then relation, then tariff; everything that fires is told,
 * except that a missing acceptance, kind or procedure ends the run. Past 50 the rest is `CDS19999`.
 *
 * @param now picks the month of the rates of exchange, and what lies ahead
 * @returns empty when the declaration can be accepted
 */
export function judge(declared: Declared, memory: Memory, now: Date): Problem[] {
  const stopped = stops(declared);
  if (stopped.length > 0) return stopped;
  const country = isCountry(declared.destination) ? declared.destination : null;
  const given: Case = { declared, country, memory, now };
  const found = absent(declared);
  for (const { code, says, at } of [...FORM, ...RELATION, ...TARIFF]) {
    found.push(...at(given).map((pointer) => problem(code, pointer, says)));
  }
  const { lrn, ducr } = declared;
  if (lrn !== null && memory.isLrnTaken(lrn))
    found.push(problem('CDS12003', '42A.D026', 'LRN was used and not refused'));
  else if (lrn !== null && ducr !== null && memory.isDucrTaken(ducr, lrn)) {
    found.push(problem('CDS12062', '42A/67A/99A[1].D018', 'DUCR was used in the last 12 months'));
  }
  if (found.length === 0 && country !== null) found.push(...valuation(declared, country, monthOf(now)));
  if (found.length <= MOST_ERRORS) return found;
  return [...found.slice(0, MOST_ERRORS - 1), problem('CDS19999', '42A', 'there are more errors than shown')];
}

/** Value and mass of a line that was judged good; null where they cannot be compared. */
function perKilogram(declared: Declared, country: Country, now: Date): (Exact | null)[] {
  const values = customsValues(country, declared, monthOf(now));
  return declared.items.map(({ netMass }, index) => {
    const mass = number(netMass);
    return mass === null || mass.isZero() ? null : values[index]!.div(mass);
  });
}

/** `CDS13000`: values that are hard to believe for their mass. They come with the acceptance and stop nothing. */
export function warningsOf(declared: Declared, now: Date): Problem[] {
  const country = declared.destination;
  if (!isCountry(country)) return [];
  return perKilogram(declared, country, now).flatMap((value, index) => {
    const band = measureOf(country, declared.items[index]!.commodity ?? '')?.perKilogram;
    const fits = !band || value === null || (value.greaterThanOrEqualTo(band[0]) && value.lessThanOrEqualTo(band[1]));
    return fits ? [] : [problem('CDS13000', item(index + 1), 'the value is hard to believe for the mass')];
  });
}

/** What makes the unscripted authority look closer. */
export const hasWaiver = (declared: Declared): boolean =>
  declared.items.some(({ documents }) => documents.some(({ status }) => WAIVERS.has(status ?? '')));
