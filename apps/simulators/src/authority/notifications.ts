import { el, writeXml, type XmlContent, type XmlNode } from '@tidewaiter/xml';
import type { Correction } from './plot.js';
import type { Level } from './pointer.js';
import { ELEMENTS, TAGS } from './requests.js';
import type { Problem } from './rules.js';
import type { Tax, TaxCalculation } from './tax.js';
import type { Said, Speech, Voice } from './voice.js';

/** Whom a notification is about. */
export interface About {
  lrn: string;
  mrn: string;
  /** null: the message does not say */
  version: number | null;
}

export interface Due {
  reference: string;
  amount: string;
  currency: string;
  by: Date;
}

const PAYEE = { name: 'Simulated Customs Authority', bank: 'SIMUGB2L', account: 'GB29SIMU60161331926819' };
const SPACES = {
  'xmlns:md': 'urn:wco:datamodel:WCO:DocumentMetaData-DMS:2',
  xmlns: 'urn:wco:datamodel:WCO:RES-DMS:2',
  'xmlns:p': 'urn:wco:datamodel:WCO:Response_DS:DMS:2',
};

/** `CCYYMMDDHHMMSSZ`, whole seconds. */
export const stamp = (at: Date): string =>
  at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');

const time = (name: string, at: Date): XmlNode =>
  el(name, {}, el('p:DateTimeString', { formatCode: '304' }, stamp(at)));

const pointerNode = ({ section, index, tag }: Level): XmlNode =>
  el(
    'Pointer',
    {},
    index !== null && el('SequenceNumeric', {}, String(index)),
    el('DocumentSectionCode', {}, section),
    tag !== null && el('TagID', {}, tag),
  );

interface Response {
  code: string;
  id: string;
  at: Date;
  about: About;
  /** between the issue time and the declaration, in schema order */
  before?: XmlContent;
  accepted?: Date;
  cancelled?: Date;
  rejected?: Date;
  inside?: XmlContent;
  /** behind the declaration */
  after?: XmlContent;
}

/** The order of the members is the schema's. @see WCO_RES_2_DMS.xsd */
function responseXml({ code, id, at, about, before, accepted, cancelled, rejected, inside, after }: Response): string {
  return writeXml(
    el(
      'md:MetaData',
      SPACES,
      el('md:WCODataModelVersionCode', {}, '3.6'),
      el('md:WCOTypeName', {}, 'RES'),
      el(
        'Response',
        {},
        el('FunctionCode', {}, code),
        el('FunctionalReferenceID', {}, id),
        time('IssueDateTime', at),
        before,
        el(
          'Declaration',
          {},
          accepted && time('AcceptanceDateTime', accepted),
          cancelled && time('CancellationDateTime', cancelled),
          el('FunctionalReferenceID', {}, about.lrn),
          el('ID', {}, about.mrn),
          rejected && time('RejectionDateTime', rejected),
          about.version !== null && el('VersionID', {}, String(about.version)),
          inside,
        ),
        after,
      ),
    ),
  ).toString('utf8');
}

type Envelope = Pick<Response, 'id' | 'at' | 'about'>;

const errorNodes = (problems: readonly Problem[]): XmlNode[] =>
  problems.map(({ code, pointer, says }) =>
    el('Error', {}, el('Description', {}, says), el('ValidationCode', {}, code), pointer.map(pointerNode)),
  );

/** DMSRCV. */
export const registeredXml = (envelope: Envelope): string => responseXml({ ...envelope, code: '02' });

/** DMSACC. @param warnings come with it and stop nothing */
export const acceptedXml = (envelope: Envelope, warnings: readonly Problem[] = []): string =>
  responseXml({ ...envelope, code: '01', accepted: envelope.at, before: errorNodes(warnings) });

/** DMSREJ. */
export const rejectedXml = (envelope: Envelope, problems: readonly Problem[]): string =>
  responseXml({ ...envelope, code: '03', rejected: envelope.at, before: errorNodes(problems) });

/** DMSREQ. */
export const answeredXml = (envelope: Envelope, granted: boolean): string =>
  responseXml({ ...envelope, code: '11', before: el('Status', {}, el('NameCode', {}, granted ? '39' : '41')) });

/** Customs corrected it at its own examination. */
const CORRECTED_BY_CUSTOMS = '16';

interface Branch {
  name: string;
  /** number of a goods item */
  sequence: string | null;
  below: Branch[];
  value: string | null;
}

const branch = (name: string, sequence: string | null = null): Branch => ({ name, sequence, below: [], value: null });

/** Puts a new value into the elements that its pointer runs through; where no element is known for them it is left out. */
function grow(root: Branch, { pointer, value }: Correction): void {
  const leaf = TAGS[pointer.at(-1)?.tag ?? ''];
  const names = pointer.slice(1).map(({ section }) => ELEMENTS[section]);
  if (leaf === undefined || names.includes(undefined)) return;
  let here = root;
  for (const [index, name] of names.entries()) {
    const item = name === 'GovernmentAgencyGoodsItem' ? (pointer[index + 1]!.index ?? null) : null;
    const sequence = item === null ? null : String(item);
    let next = here.below.find((each) => each.name === name && each.sequence === sequence);
    if (!next) here.below.push((next = branch(name!, sequence)));
    here = next;
  }
  here.below.push({ ...branch(leaf), value });
}

const branchNode = ({ name, sequence, below, value }: Branch): XmlNode =>
  el(name, {}, value ?? [sequence !== null && el('SequenceNumeric', {}, sequence), below.map(branchNode)]);

/** The declaration's own namespace: the new values stand in a part of it behind the response's. */
const DECLARATION_SPACE = 'urn:wco:datamodel:WCO:DEC-DMS:2';

function newValues(corrections: readonly Correction[]): XmlNode | null {
  const root = branch('Declaration');
  for (const each of corrections) grow(root, each);
  if (root.below.length === 0) return null;
  return el('Declaration', { xmlns: DECLARATION_SPACE }, el('FunctionCode', {}, '9'), root.below.map(branchNode));
}

/** DMSRES: the places in `Amendment`, the new values in a declaration of their own. */
export const correctedXml = (envelope: Envelope, corrections: readonly Correction[]): string =>
  responseXml({
    ...envelope,
    code: '07',
    before: corrections.map(({ pointer }) =>
      el('Amendment', {}, el('ChangeReasonCode', {}, CORRECTED_BY_CUSTOMS), pointer.map(pointerNode)),
    ),
    after: newValues(corrections),
  });

/** DMSCPI and DMSCPR. */
export const shortXml = (
  envelope: Envelope,
  dan: string,
  amount: string,
  currency: string,
  isReminder: boolean,
): string =>
  responseXml({
    ...envelope,
    code: isReminder ? '15' : '14',
    before: el('Bank', {}, el('ReferenceID', {}, PAYEE.bank), el('ID', {}, PAYEE.account)),
    inside: el(
      'DutyTaxFee',
      {},
      el(
        'Payment',
        {},
        el('PaymentAmount', { currencyID: currency }, amount),
        el('ObligationGuarantee', {}, el('ReferenceID', {}, dan)),
      ),
    ),
  });

/** Codes without a public sample (17, 50, 51): the agency's or officer's word in the information before the declaration. */
const toldXml = (envelope: Envelope, code: string, statement: string, says: string, by?: Date): string =>
  responseXml({
    ...envelope,
    code,
    before: el(
      'AdditionalInformation',
      {},
      el('StatementCode', {}, statement),
      el('StatementDescription', {}, says),
      by && time('LimitDateTime', by),
    ),
  });

/** DMSCTL. */
export const examinationXml = (envelope: Envelope): string => responseXml({ ...envelope, code: '05' });

/** DMSDOC. @param by last moment for the papers */
export const documentsXml = (envelope: Envelope, by: Date): string =>
  responseXml({
    ...envelope,
    code: '06',
    before: el(
      'AdditionalInformation',
      {},
      el('StatementCode', {}, 'ACA'),
      el('StatementDescription', {}, 'Invoice and packing list are wanted'),
      time('LimitDateTime', by),
      el('StatementTypeCode', {}, 'ACA'),
    ),
  });

/** DMSROG. */
export const releasedXml = (envelope: Envelope): string =>
  responseXml({
    ...envelope,
    code: '08',
    before: el('AdditionalInformation', {}, el('StatementCode', {}, 'A1'), el('StatementTypeCode', {}, 'AFB')),
  });

/** DMSCLE. */
export const clearedXml = (envelope: Envelope): string =>
  responseXml({
    ...envelope,
    code: '09',
    before: el('AdditionalInformation', {}, el('StatementCode', {}, 'A2'), el('StatementTypeCode', {}, 'AFB')),
  });

/** DMSINV. */
export const invalidatedXml = (envelope: Envelope, reason: string): string =>
  responseXml({
    ...envelope,
    code: '10',
    cancelled: envelope.at,
    before: el('AdditionalInformation', {}, el('StatementCode', {}, 'A3'), el('StatementDescription', {}, reason)),
  });

const TAX_STATUS = { indicative: '67', secured: '115', assessed: '4' } as const;

const feeNode = (tax: Tax, currency: string): XmlNode => {
  const amount = (name: string, value: string): XmlNode => el(name, { currencyID: currency }, value);
  return el(
    'DutyTaxFee',
    {},
    'amount' in tax.base && amount('AdValoremTaxBaseAmount', tax.base.amount),
    amount('DeductAmount', '0.00'),
    tax.preference !== null && el('DutyRegimeCode', {}, tax.preference),
    'kilograms' in tax.base && el('SpecificTaxBaseQuantity', { unitCode: 'KGM' }, tax.base.kilograms),
    el('TaxRateNumeric', {}, tax.rate),
    el('TypeCode', {}, tax.type),
    el('Payment', {}, amount('TaxAssessedAmount', tax.amount), amount('PaymentAmount', tax.amount)),
  );
};

/**
 * DMSTAX.
 *
 * @param due what is payable now; null when nothing is, or it goes to a deferment account
 */
export function taxXml(
  envelope: Envelope,
  kind: keyof typeof TAX_STATUS,
  calculation: TaxCalculation,
  due: Due | null,
): string {
  const total = (name: string, amount: string): XmlNode => el(name, { currencyID: calculation.currency }, amount);
  return responseXml({
    ...envelope,
    code: '13',
    before: [
      due &&
        el('AdditionalInformation', {}, el('StatementCode', {}, 'PAYEE'), el('StatementDescription', {}, PAYEE.name)),
      due && el('Bank', {}, el('ReferenceID', {}, PAYEE.bank), el('ID', {}, PAYEE.account)),
      el('Status', {}, el('NameCode', {}, TAX_STATUS[kind])),
    ],
    inside: [
      due &&
        el(
          'DutyTaxFee',
          {},
          el(
            'Payment',
            {},
            el('ReferenceID', {}, due.reference),
            total('TaxAssessedAmount', calculation.total),
            time('DueDateTime', due.by),
            total('PaymentAmount', due.amount),
          ),
        ),
      el(
        'GoodsShipment',
        {},
        calculation.lines.map(({ line, taxes }) =>
          el(
            'GovernmentAgencyGoodsItem',
            {},
            el('SequenceNumeric', {}, String(line)),
            el(
              'Commodity',
              {},
              taxes.map((tax) => feeNode(tax, calculation.currency)),
            ),
          ),
        ),
      ),
    ],
  });
}

/** CDS: one `MetaData/Response` for an act. @see WCO DMS notifications */
export const cdsVoice: Voice = {
  say({ id, at, act, filing, lrn, mrn, version, calculation, due, papersBy }: Speech): Said | null {
    const envelope: Envelope = { id, at, about: { lrn, mrn, version } };
    const said = (code: string, body: string): Said => ({ code, body });
    switch (act.do) {
      case 'register':
        return said('02', registeredXml(envelope));
      case 'accept':
        return said('01', acceptedXml(envelope, act.warnings));
      case 'reject':
        return said('03', rejectedXml(envelope, act.problems));
      case 'answer':
        return said('11', answeredXml(envelope, act.granted));
      case 'route':
        if (act.to === 'documents') return said('06', documentsXml(envelope, papersBy));
        return act.to === 'physical' ? said('05', examinationXml(envelope)) : null;
      case 'tax':
        return calculation && said('13', taxXml(envelope, act.kind, calculation, due));
      case 'correct':
        return said('07', correctedXml(envelope, act.corrections));
      case 'exam':
        return null;
      case 'release':
        return said('08', releasedXml(envelope));
      case 'clear':
        return said('09', clearedXml(envelope));
      case 'short':
        return said(
          act.isReminder ? '15' : '14',
          shortXml(
            envelope,
            filing?.current.dan ?? '',
            act.amount,
            filing?.calculation?.currency ?? 'GBP',
            act.isReminder,
          ),
        );
      case 'agency':
        return said('50', toldXml(envelope, '50', act.code, act.decision));
      case 'hold':
        return said('50', toldXml(envelope, '50', 'H01', act.says));
      case 'lift':
        return said('50', toldXml(envelope, '50', 'H02', act.says));
      case 'suspend':
        return said('50', toldXml(envelope, '50', 'H03', act.says));
      case 'seize':
        return said('50', toldXml(envelope, '50', 'H04', act.says));
      case 'invalidate':
        return said('10', invalidatedXml(envelope, act.reason));
      case 'query':
        return said('51', toldXml(envelope, '51', 'Q01', act.says, papersBy));
      case 'manual':
        return said('17', toldXml(envelope, '17', 'M01', act.says));
      case 'raw':
        return said('raw', act.body);
    }
  },
};

export interface UploadResult {
  reference: string;
  batch: string;
  fileName: string;
  outcome: 'SUCCESS' | 'FAILURE';
  details: string;
}

/** What became of an uploaded file. @see FileUploadNotification.xsd */
export const uploadXml = ({ reference, batch, fileName, outcome, details }: UploadResult): string =>
  writeXml(
    el(
      'Root',
      { xmlns: 'hmrc:fileupload' },
      el('FileReference', {}, reference),
      el('BatchId', {}, batch),
      el('FileName', {}, fileName),
      el('Outcome', {}, outcome),
      el('Details', {}, details),
    ),
  ).toString('utf8');
