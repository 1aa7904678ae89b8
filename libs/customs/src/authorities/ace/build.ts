import { exact, round } from '@tidewaiter/kernel';
import { contractRates, writtenOff, type Declared, type DeclarationContent } from '../../domain/content.js';
import type { FilingReferences } from '../../domain/declaration.js';
import type { Built } from '../authority.js';
import { localTime } from '../local-time.js';
import { partOf, type Profile } from '../profile.js';
import { digestOfBytes, mustBeWritable } from '../texts.js';
import { BILL_KINDS, CONTAINERISED, PARTIES, TRANSPORT_MODES } from './codes.js';
import { record } from './records.js';

/** A add, R replace (a request for correction, never a repetition), U update of what moves, D cancel. */
export type Action = 'A' | 'R' | 'U' | 'D';

const capitals = (text: string): string => text.toUpperCase();
const dollars = (amount: string): number => round(exact(amount), 0, 'half-up').toNumber();
const cents = (amount: string): number => round(exact(amount).times(100), 0, 'half-up').toNumber();

/** Filer code, and the entry's seven digits with the check digit. */
const entryOf = ({ entryNumber = '' }: FilingReferences): [filer: string, entry: string] => {
  const plain = entryNumber.replace(/[\s-]/g, '');
  return [plain.slice(0, 3), plain.slice(3)];
};

/** Kind and number of an importer: employer, person, assigned by customs. */
function importerOf(id: string): [kind: string, number: string] {
  if (/^\d{3}-\d{2}-\d{4}$/.test(id)) return ['34', id];
  if (/^\d{6}-\d{5}$/.test(id)) return ['ANI', id];
  const plain = id.replace(/[\s-]/g, '');
  return ['EI', `${plain.slice(0, 2)}-${plain.slice(2, 9)}${plain.slice(9) || '00'}`];
}

const entry = (content: DeclarationContent, profile: Profile) => ({
  type: '01',
  bond: '8',
  port: partOf(profile, 'ace').ports[content.portOfEntry] ?? '',
  ...content.entry,
});

function party(role: string, { name, address, identifier }: Declared): string[] {
  return [
    record('SE30', [5, 7, role], [8, 10, identifier ? 'EI' : ''], [11, 25, identifier], [26, 60, capitals(name)]),
    record('SE35', [5, 39, capitals(address.street)]),
    record('SE36', [5, 39, capitals(address.city)], [46, 54, address.postcode], [55, 56, address.country]),
  ];
}

const value = (content: DeclarationContent): string =>
  content.lines.reduce((sum, line) => sum.plus(line.customsValue ?? '0'), exact('0')).toFixed();

/** What of a release says how the goods move: an update may carry nothing else. */
function movement(content: DeclarationContent, references: FilingReferences): string[] {
  const { conveyance = {}, bills = [] } = content;
  return [
    ...(content.entry?.location ? [record('SE11', [5, 8, content.entry.location])] : []),
    ...bills.map((bill) =>
      record(
        'SE15',
        [5, 5, BILL_KINDS[bill.kind]],
        [6, 9, bill.issuer],
        [10, 59, capitals(bill.number)],
        [60, 67, bill.quantity],
      ),
    ),
    ...(conveyance.name || conveyance.voyage
      ? [
          record(
            'SE16',
            [5, 8, conveyance.carrier],
            [9, 13, conveyance.voyage],
            [14, 48, capitals(conveyance.name ?? '')],
          ),
        ]
      : []),
    record('SE20', [5, 7, 'LRN'], [8, 57, references.lrn]),
    record('SE20', [5, 7, 'SRN'], [8, 57, capitals(content.shipmentReference)]),
  ];
}

/** Cargo release, SE. */
export function releaseRecords(
  content: DeclarationContent,
  references: FilingReferences,
  profile: Profile,
  action: Action,
  reason = '',
): string[] {
  const [filer, number] = entryOf(references);
  const { type, port, bond, unladingPort } = entry(content, profile);
  const [kind, importer] = importerOf(content.importer.id);
  const mode =
    content.transport === 'ocean' && content.containers?.length ? CONTAINERISED : TRANSPORT_MODES[content.transport];
  const head = record(
    'SE10',
    [5, 5, action],
    [6, 8, filer],
    [11, 18, number],
    [20, 21, type],
    [22, 24, kind],
    [25, 36, importer],
    [37, 38, mode],
    [39, 39, bond],
    [40, 49, dollars(value(content))],
    [50, 54, port],
    [56, 60, unladingPort ?? port],
  );
  if (action === 'D') return [head, record('SE13', [5, 39, capitals(content.importer.name)], [60, 61, reason || '01'])];
  if (action === 'U') return [head, ...movement(content, references)];
  return [
    head,
    ...movement(content, references),
    ...(content.exporter ? party(PARTIES.exporter, content.exporter) : []),
    ...(content.seller ? party(PARTIES.seller, content.seller) : []),
    ...(content.buyer ? party(PARTIES.buyer, content.buyer) : []),
    ...content.lines.flatMap((line) => [
      record('SE40', [5, 7, line.number], [8, 9, line.origin], [11, 80, capitals(line.description)]),
      record('SE60', [5, 14, line.commodity], [15, 24, dollars(line.customsValue ?? '0')]),
    ]),
  ];
}

/** Fees of a line that are no duty. */
const FEES = new Set(['499', '501']);

/** Entry summary, AE: the same entry with its money. */
export function summaryRecords(
  content: DeclarationContent,
  references: FilingReferences,
  profile: Profile,
  action: Exclude<Action, 'U'>,
): string[] {
  const [filer, number] = entryOf(references);
  const { type, port } = entry(content, profile);
  const taxes = content.lines.map((line) => line.taxes ?? []);
  const sum = (wanted: (type: string) => boolean): number =>
    taxes.flat().reduce((total, tax) => (wanted(tax.type) ? total + cents(tax.amount.amount) : total), 0);
  return [
    record(
      '10',
      [3, 3, action],
      [4, 6, filer],
      [9, 16, number],
      [18, 21, port],
      [34, 35, type],
      [51, 51, content.methodOfPayment],
    ),
    ...(action === 'D'
      ? []
      : [
          ...content.lines.flatMap((line, index) => [
            record('40', [3, 5, line.number], [6, 7, line.origin]),
            record(
              '50',
              [3, 12, line.commodity],
              [
                14,
                23,
                taxes[index]!.reduce(
                  (total, tax) => (FEES.has(tax.type) ? total : total + cents(tax.amount.amount)),
                  0,
                ),
              ],
              [25, 34, dollars(line.customsValue ?? '0')],
            ),
            ...taxes[index]!.flatMap((tax) =>
              FEES.has(tax.type) ? [record('62', [3, 5, tax.type], [6, 13, cents(tax.amount.amount)])] : [],
            ),
          ]),
          ...[...FEES].flatMap((fee) => {
            const total = sum((each) => each === fee);
            return total === 0 ? [] : [record('89', [3, 5, fee], [6, 16, total])];
          }),
          record('90', [3, 13, sum((each) => !FEES.has(each))], [14, 24, sum((each) => FEES.has(each))]),
        ]),
  ];
}

/** User text of a block, at most 21 characters: our reference; a later version under it has a name of its own, which its answers bear. */
const transactionName = ({ lrn, version = 1 }: FilingReferences): string =>
  version === 1 ? lrn : `${lrn.slice(0, 18)}-${version}`.slice(0, 21);

/** Envelope of one transaction. The password's place stays blank: it is written when the bytes leave, and is stored nowhere. */
export function batched(
  application: string,
  userText: string,
  records: readonly string[],
  at: string,
  profile: Profile,
): Buffer {
  const { site, filer, port } = partOf(profile, 'ace');
  const date = `${at.slice(4, 8)}${at.slice(2, 4)}`;
  const lines = [
    record('A', [2, 5, site], [6, 8, filer], [15, 20, date], [26, 27, application]),
    record('B', [4, 7, port], [8, 10, filer], [11, 12, application], [60, 80, userText]),
    ...records,
    record('Y', [4, 7, port], [8, 10, filer], [11, 12, application]),
    record('Z', [2, 5, site], [6, 8, filer], [15, 20, date]),
  ];
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

const PASSWORD: [from: number, to: number] = [9, 14];

/** The bytes with the password in its place, for the wire alone. */
export function withPassword(bytes: Uint8Array, password: string): Buffer {
  const out = Buffer.from(bytes);
  out.write(password.slice(0, PASSWORD[1] - PASSWORD[0] + 1).padEnd(6), PASSWORD[0] - 1, 'latin1');
  return out;
}

function leftOut(content: DeclarationContent): string[] {
  const shortened = (name: string, text: string, most: number): string[] =>
    text.length > most ? [`${name}: shortened to ${most} characters`] : [];
  const cut = content.lines.flatMap((line, index) => shortened(`lines[${index}].description`, line.description, 70));
  return [
    'texts: written in capitals',
    'amounts: whole dollars',
    ...cut,
    ...(content.exporter
      ? [
          ...shortened('exporter.name', content.exporter.name, 35),
          ...shortened('exporter.address.street', content.exporter.address.street, 35),
          ...shortened('exporter.address.city', content.exporter.address.city, 35),
          ...shortened('exporter.address.postcode', content.exporter.address.postcode, 9),
        ]
      : []),
    ...content.documents.map(({ type, reference }) => `document ${type} ${reference}: shown on request, by image`),
    `invoice ${content.invoice.number}: shown on request, by image`,
    // 19 USC 1401a(b)(3)(B): what is identified apart from the price is no part of the value.
    ...content.lines.flatMap(({ additions = [] }, index) =>
      additions.map(
        ({ type, amount }) =>
          `lines[${index}].additions ${type} ${amount.amount} ${amount.currency}: the entered value is told net of it`,
      ),
    ),
    ...contractRates(content).map(({ to, rate }) => `exchange ${to} ${rate}: values are told in dollars`),
    ...writtenOff(content.lines).map((each) => `${each}: the entry has no record for what is written off a permit`),
    ...content.lines.map((line, index) => `lines[${index}].netMass: ${line.netMass} kg, not asked for at release`),
  ];
}

/**
 * Builds one transaction in a batch of its own: cargo release, or the entry summary where the profile files that. Pure.
 * @throws Invalid `customs.content.unwritable`, its places naming our fields
 */
export function buildAce(
  content: DeclarationContent,
  references: FilingReferences,
  profile: Profile,
  about: { action: Action; lrn: string; reason?: string } = { action: 'A', lrn: references.lrn },
): Built {
  mustBeWritable({ ...content, references: { ...references } }, (text) => /[^\u0020-\u007e]/u.exec(text)?.[0] ?? null);
  const { filing } = partOf(profile, 'ace');
  const { action } = about;
  const records =
    filing === 'entry-summary'
      ? summaryRecords(content, references, profile, action === 'U' ? 'R' : action)
      : releaseRecords(content, references, profile, action, about.reason);
  const application = filing === 'entry-summary' ? 'AE' : 'SE';
  const userText = about.lrn === references.lrn ? transactionName(references) : about.lrn;
  const bytes = batched(application, userText, records, localTime(references.preparedAt, profile.zone), profile);
  return {
    content,
    references,
    bytes,
    mediaType: 'text/plain; charset=US-ASCII',
    digest: digestOfBytes(bytes),
    leftOut: leftOut(content),
  };
}
