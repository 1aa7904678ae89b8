import { createHash } from 'node:crypto';
import { exact } from '@tidewaiter/kernel';
import {
  DEFAULT_UNA,
  outsideOf,
  printDecimal,
  readInterchange,
  seg,
  writeInterchange,
  type Segment,
  type Written,
} from '@tidewaiter/edifact';
import {
  contractRates,
  writtenOff,
  type Declared,
  type DeclarationContent,
  type DeclaredLine,
} from '../../domain/content.js';
import type { FilingReferences } from '../../domain/declaration.js';
import type { Built } from '../authority.js';
import { localTime } from '../local-time.js';
import { partOf, type Profile } from '../profile.js';
import { digestOfBytes, mustBeWritable, parts, transliterated } from '../texts.js';
import { DATES, DOCUMENTS, FUNCTIONS, LENGTHS, REFERENCES, TRANSPORT_MODES } from './codes.js';

const MESSAGE = { reference: 'M0001', type: 'CUSDEC', version: 'D', release: '96B', agency: 'UN' };

/** What one message is for; a request about what the authority has names its number and a reference of its own. */
export interface Filed {
  purpose: 'declare' | 'amend' | 'cancel' | 'arrive';
  lrn: string;
  mrn?: string;
  reason?: string;
}

/** At most 14 characters, the same for the same filing, purpose and transmission, and never used for another. */
export function interchangeReference({ purpose, lrn }: Filed, content: string, transmission: number): string {
  const digest = createHash('sha256').update(`${lrn}\n${purpose}\n${content}\n${transmission}`).digest('hex');
  return `TW${BigInt(`0x${digest}`)
    .toString(36)
    .toUpperCase()
    .slice(0, LENGTHS.interchange - 2)}`;
}

const number = (value: string): string => printDecimal(exact(value).toFixed(), DEFAULT_UNA);
const money = (qualifier: string, { amount, currency }: { amount: string; currency: string }): Written =>
  seg('MOA', [qualifier, number(amount), currency]);
const place = (qualifier: string, code: string | undefined): Written[] =>
  code ? [seg('LOC', qualifier, [code, '139', '6'])] : [];
const country = (qualifier: string, code: string): Written => seg('LOC', qualifier, [code, '162', '5']);
const mass = (kind: 'AAD' | 'AAC', value: string): Written => seg('MEA', 'WT', kind, ['KGM', number(value)]);

function party(qualifier: string, { name, address, identifier }: Declared): Written {
  const { street, city, postcode, country } = address;
  return seg(
    'NAD',
    qualifier,
    identifier ? [identifier, '167', 'ZZZ'] : '',
    '',
    parts(name, LENGTHS.name, 5),
    parts(street, LENGTHS.street, 3),
    city.slice(0, LENGTHS.city),
    '',
    postcode.slice(0, LENGTHS.postcode),
    country,
  );
}

const identified = (qualifier: string, id: string, name?: string): Written =>
  seg('NAD', qualifier, [id, '167', 'ZZZ'], '', name ? parts(name, LENGTHS.name, 5) : '');

const procedureOf = ({ procedure }: DeclarationContent): string =>
  procedure ? `${procedure.requested}${procedure.previous}` : '4000';

/** Charges beside freight and insurance that the profile has a qualifier for. */
const charges = (additions: DeclarationContent['additions'], profile: Profile): Written[] =>
  (additions ?? []).flatMap(({ type, amount }) => {
    const qualifier = partOf(profile, 'edifact').charges[type];
    return qualifier === undefined ? [] : [money(qualifier, amount)];
  });

function line(content: DeclarationContent, each: DeclaredLine, profile: Profile): Written[] {
  const { packages } = content;
  const { agency } = partOf(profile, 'edifact');
  const own = (list: string, code: string): string[] => [code, list, agency];
  return [
    seg('CST', String(each.number), own('169', each.commodity), own('117', procedureOf(content))),
    seg('FTX', 'AAA', '', '', parts(each.description, LENGTHS.text, 5)),
    country('27', each.origin),
    mass('AAD', each.grossMass),
    mass('AAC', each.netMass),
    seg('MEA', 'AAE', 'AAS', [each.quantity.unit, number(each.quantity.value)]),
    ...(each === content.lines[0] ? [seg('PAC', String(packages.count), '', packages.kind)] : []),
    money('38', each.price),
    ...charges(each.additions, profile),
    ...(each.customsValue === null
      ? []
      : [money('123', { amount: each.customsValue, currency: content.assessmentCurrency })]),
    ...(each.quotaOrder ? [seg('RFF', [REFERENCES.quota, each.quotaOrder])] : []),
    ...(each.documents ?? []).map((document) => seg('DOC', document.code, document.reference)),
    ...(each.preference?.proof ? [seg('DOC', each.preference.proof.document, each.preference.proof.reference)] : []),
    ...(each.preference ? [seg('GIS', own('114', each.preference.code))] : []),
    seg('GIS', own('116', each.valuationMethod ?? '1')),
    ...profile.taxTypes.map((type) => seg('TAX', '1', [type, '', agency])),
  ];
}

function body(
  content: DeclarationContent,
  references: FilingReferences,
  filed: Filed,
  at: string,
  profile: Profile,
): Written[] {
  const { agency } = partOf(profile, 'edifact');
  const document = content.shipmentReference.slice(0, LENGTHS.reference);
  const reference = (qualifier: string, value: string | undefined): Written[] =>
    value ? [seg('RFF', [qualifier, value])] : [];
  const { packages, conveyance = {} } = content;
  const sum = (of: 'grossMass' | 'netMass'): string =>
    content.lines.reduce((total, each) => total.plus(each[of]), exact('0')).toFixed();
  const own = [
    seg('BGM', '929', document, FUNCTIONS[filed.purpose]),
    seg('CST', '', [procedureOf(content), '117', agency]),
  ];
  const known = [
    ...reference(REFERENCES.lrn, filed.lrn),
    seg('PAC', String(packages.count), '', packages.kind),
    ...(packages.marks ? [seg('PCI', '28', parts(packages.marks, 35, 10))] : []),
    ...reference(REFERENCES.mrn, filed.mrn),
    ...reference(REFERENCES.ducr, references.ducr),
    ...reference(REFERENCES.deferment, content.defermentAccount),
    ...reference(REFERENCES.guarantee, content.guaranteeReference),
  ];
  return [
    ...own,
    ...place('9', content.loadingPlace),
    ...place('11', content.portOfEntry),
    country('35', content.origin),
    country('36', content.destination),
    seg('DTM', [DATES.message, at, '203']),
    mass('AAD', sum('grossMass')),
    mass('AAC', sum('netMass')),
    ...(content.containers ?? []).map(({ number: id }) => seg('EQD', 'CN', id)),
    ...(content.containers ?? []).flatMap(({ seals }) => seals.map((seal) => seg('SEL', seal))),
    ...(filed.reason ? [seg('FTX', 'ACD', '', '', parts(filed.reason, LENGTHS.text, 5))] : []),
    ...known,
    seg(
      'TDT',
      '20',
      conveyance.voyage,
      TRANSPORT_MODES[content.transport],
      '',
      conveyance.carrier ? [conveyance.carrier, '172', '20'] : '',
      '',
      '',
      conveyance.id || conveyance.name ? [conveyance.id, '146', '11', conveyance.name] : '',
    ),
    ...documentsOf(content).map(({ code, reference: id }) => seg('DOC', code, id.slice(0, LENGTHS.reference))),
    ...(content.exporter ? [party('EX', content.exporter)] : []),
    identified('IM', content.importer.id, content.importer.name),
    identified('DT', content.declarant.id),
    ...(content.representative ? [identified('AE', content.representative.id)] : []),
    ...(content.seller ? [party('SE', content.seller)] : []),
    ...(content.buyer ? [party('BY', content.buyer)] : []),
    seg('TOD', '3', '', [content.incoterm.code, '106', '6']),
    seg('LOC', '1', ['', '', '', content.incoterm.place.slice(0, LENGTHS.text)]),
    money('39', content.invoice.total),
    // Reference currency, and what one unit of it is in the currency of the invoice.
    ...contractRates(content).map(({ from, to, rate }) => seg('CUX', ['2', from], ['3', to, '4'], number(rate))),
    ...(content.charges.freight ? [money('64', content.charges.freight)] : []),
    ...(content.charges.insurance ? [money('70', content.charges.insurance)] : []),
    ...charges(content.additions, profile),
    seg('UNS', 'D'),
    ...content.lines.flatMap((each) => line(content, each, profile)),
    seg('UNS', 'S'),
    seg('CNT', ['5', String(content.lines.length)]),
    seg('CNT', ['11', String(packages.count)]),
  ];
}

const unwritten = ({ lines }: DeclarationContent): string[] =>
  writtenOff(lines).map((each) => `${each}: the message has no element for what is written off a document`);

const documentsOf = ({ documents }: DeclarationContent): { code: string; reference: string }[] =>
  documents.flatMap(({ type, reference }) => {
    const code = DOCUMENTS[type];
    return code ? [{ code, reference }] : [];
  });

/** What of the content this message does not carry or carries shorter, with the reason. */
function leftOut(content: DeclarationContent, profile: Profile): string[] {
  const { charges: carried } = partOf(profile, 'edifact');
  const shortened = (field: string, text: string | undefined, most: number): string[] =>
    text && [...text].length > most ? [`${field}: shortened to ${most} characters`] : [];
  const parties = { exporter: content.exporter, seller: content.seller, buyer: content.buyer };
  return [
    ...content.documents
      .filter(({ type }) => !DOCUMENTS[type])
      .map(
        ({ type, reference }) =>
          `document ${type} ${reference}: the declaration has no code for it; it is kept and shown on request`,
      ),
    ...shortened('shipmentReference', content.shipmentReference, LENGTHS.reference),
    ...content.lines.flatMap((each, index) =>
      shortened(`lines[${index}].description`, each.description, 5 * LENGTHS.text),
    ),
    ...Object.entries(parties).flatMap(([role, each]) =>
      each
        ? [
            ...shortened(`${role}.name`, each.name, 5 * LENGTHS.name),
            ...shortened(`${role}.address.street`, each.address.street, 3 * LENGTHS.street),
            ...shortened(`${role}.address.city`, each.address.city, LENGTHS.city),
            ...shortened(`${role}.address.postcode`, each.address.postcode, LENGTHS.postcode),
          ]
        : [],
    ),
    ...unwritten(content),
    ...(content.authorisations ?? []).map(({ id }) => `authorisation ${id}: the profile has no qualifier for it`),
    ...[...(content.additions ?? []), ...content.lines.flatMap((each) => each.additions ?? [])]
      .filter(({ type }) => carried[type] === undefined)
      .map(({ type }) => `charge ${type}: the profile has no qualifier for it`),
  ];
}

function written(filed: Filed, segments: Written[], at: string, profile: Profile, key: string): Buffer {
  const { charset, sender, recipient } = partOf(profile, 'edifact');
  const syntaxVersion = charset === 'UNOW' ? '4' : '3';
  return writeInterchange(
    {
      charset,
      syntaxVersion,
      sender,
      recipient,
      date: syntaxVersion === '4' ? at.slice(0, 8) : at.slice(2, 8),
      time: at.slice(8, 12),
      reference: interchangeReference(filed, key, 1),
    },
    [{ ...MESSAGE, body: segments }],
  );
}

/**
 * Builds a CUSDEC D.96B in an interchange of its own. Pure: the same content and references give the same bytes.
 * @throws Invalid `customs.content.unwritable`, its places naming our fields
 */
export function buildCusdec(
  given: DeclarationContent,
  references: FilingReferences,
  profile: Profile,
  about?: Filed,
): Built {
  const { charset, transliterate } = partOf(profile, 'edifact');
  const filed: Filed = about ?? { purpose: 'declare', lrn: references.lrn };
  const { value: content, changed } = transliterated(given, transliterate);
  mustBeWritable({ ...content, references: { ...references } }, (text) => outsideOf(text, charset, DEFAULT_UNA));
  const at = localTime(references.preparedAt, partOf(profile, 'edifact').timesIn ?? profile.zone);
  const segments = body(content, references, filed, at, profile);
  const bytes = written(filed, segments, at, profile, JSON.stringify(segments));
  return {
    content: given,
    references,
    bytes,
    mediaType: `application/EDIFACT; charset=${charset === 'UNOW' ? 'UTF-8' : 'ISO-8859-1'}`,
    digest: digestOfBytes(bytes),
    leftOut: [...changed, ...leftOut(content, profile)],
  };
}

/** A cancellation, or the report that goods have arrived: the head alone. */
export function buildHead(
  filed: Filed,
  documentReference: string,
  references: FilingReferences,
  profile: Profile,
): { bytes: Buffer; digest: string } {
  const at = localTime(references.preparedAt, partOf(profile, 'edifact').timesIn ?? profile.zone);
  const segments = [
    seg('BGM', '929', documentReference, FUNCTIONS[filed.purpose]),
    ...(filed.purpose === 'arrive' ? [seg('DTM', [DATES.arrival, at, '203'])] : []),
    seg('DTM', [DATES.message, at, '203']),
    ...(filed.reason ? [seg('FTX', 'ACD', '', '', parts(filed.reason, LENGTHS.text, 5))] : []),
    seg('RFF', [REFERENCES.lrn, filed.lrn]),
    ...(filed.mrn ? [seg('RFF', [REFERENCES.mrn, filed.mrn])] : []),
    seg('RFF', [REFERENCES.ducr, references.ducr]),
    seg('UNS', 'D'),
    seg('UNS', 'S'),
  ];
  const bytes = written(filed, segments, at, profile, JSON.stringify(segments));
  return { bytes, digest: digestOfBytes(bytes) };
}

const again = ({ tag, elements }: Segment): Written =>
  tag === 'BGM' ? seg('BGM', elements[0], elements[1], FUNCTIONS.resend) : { tag, elements };

/**
 * The same message for another transmission: function 35, an interchange reference of its own, all else as it was.
 * @param transmission from 2
 */
export function resent(bytes: Uint8Array, transmission: number): Buffer {
  const reading = readInterchange(bytes);
  if (reading.kind === 'unreadable') throw new Error(`our own interchange cannot be read: ${reading.says}`);
  const { interchange } = reading;
  const { charset, syntaxVersion, sender, recipient, prepared, reference, una } = interchange;
  const cut = prepared.length - 4;
  return writeInterchange(
    {
      una,
      charset: charset as 'UNOC',
      syntaxVersion: syntaxVersion as '3',
      sender,
      recipient,
      date: prepared.slice(0, cut),
      time: prepared.slice(cut),
      reference: interchangeReference({ purpose: 'declare', lrn: reference }, '', transmission),
    },
    interchange.messages.map(({ segments, ...message }) => ({ ...message, body: segments.slice(1, -1).map(again) })),
  );
}

/** Our interchange's reference: what the answers of the authority come back with. */
export function referenceOf(bytes: Uint8Array): string {
  const reading = readInterchange(bytes);
  return reading.kind === 'read' ? reading.interchange.reference : '';
}
