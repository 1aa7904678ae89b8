import { el, writeXml, type XmlContent, type XmlNode } from '@tidewaiter/xml';
import type { Level } from './pointer.js';
import type { Problem } from './rules.js';
import type { Tax, TaxCalculation } from './tax.js';

/** Whom a notification is about. */
export interface About {
  lrn: string;
  mrn: string;
  version: number;
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
}

/** The order of the members is the schema's. @see WCO_RES_2_DMS.xsd */
function responseXml({ code, id, at, about, before, accepted, cancelled, rejected, inside }: Response): string {
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
          el('VersionID', {}, String(about.version)),
          inside,
        ),
      ),
    ),
  ).toString('utf8');
}

type Envelope = Pick<Response, 'id' | 'at' | 'about'>;

/** DMSACC. */
export const acceptedXml = (envelope: Envelope): string =>
  responseXml({ ...envelope, code: '01', accepted: envelope.at });

/** DMSREJ. */
export const rejectedXml = (envelope: Envelope, problems: readonly Problem[]): string =>
  responseXml({
    ...envelope,
    code: '03',
    rejected: envelope.at,
    before: problems.map(({ code, pointer, says }) =>
      el('Error', {}, el('Description', {}, says), el('ValidationCode', {}, code), pointer.map(pointerNode)),
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
