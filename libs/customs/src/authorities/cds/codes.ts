import type { Situation } from '@tidewaiter/contracts';

/** Function codes of notifications with their short names. @see customs-channels, 1a; GUIDE */
export const NOTIFICATIONS: Record<string, string> = {
  '01': 'DMSACC',
  '02': 'DMSRCV',
  '03': 'DMSREJ',
  '05': 'DMSCTL',
  '06': 'DMSDOC',
  '07': 'DMSRES',
  '08': 'DMSROG',
  '09': 'DMSCLE',
  '10': 'DMSINV',
  '11': 'DMSREQ',
  '13': 'DMSTAX',
  '14': 'DMSCPI',
  '15': 'DMSCPR',
  '16': 'DMSEOG',
  '17': 'DMSEXT',
  '18': 'DMSGER',
  '50': 'DMSALV',
  '51': 'DMSQRY',
};

/** Mode of transport at the border, DE 7/4. */
export const TRANSPORT_MODES: Record<Situation['transport'], string> = {
  ocean: '1',
  rail: '2',
  road: '3',
  air: '4',
  post: '5',
  'inland-waterway': '8',
};

/** What a DMSTAX is about: three statements about one debt. */
export const DEBT_STAGES: Record<string, 'indicative' | 'secured' | 'final'> = {
  '67': 'indicative',
  '115': 'secured',
  '4': 'final',
};

/** Answers to a request. */
export const REQUEST_ANSWERS: Record<string, 'granted' | 'denied'> = { '39': 'granted', '41': 'denied' };

/** Charges beside the price, DE 4/9. */
export const CHARGE_TYPES = { freight: 'AK', insurance: 'AL', containedInPrice: 'BA' } as const;

/** Which charges the price already contains, by delivery term. @see Incoterms 2020; GACV on delivered prices */
export const PRICE_CONTAINS: Record<Situation['incoterm']['code'], { freight: boolean; insurance: boolean }> = {
  EXW: { freight: false, insurance: false },
  FCA: { freight: false, insurance: false },
  FAS: { freight: false, insurance: false },
  FOB: { freight: false, insurance: false },
  CFR: { freight: true, insurance: false },
  CPT: { freight: true, insurance: false },
  CIF: { freight: true, insurance: true },
  CIP: { freight: true, insurance: true },
  DAP: { freight: true, insurance: true },
  DPU: { freight: true, insurance: true },
  DDP: { freight: true, insurance: true },
};

/** Category and type of a supporting document, DE 2/3, with the status that goes with it; what is absent is not declared. */
export const DOCUMENT_CODES: Record<string, { category: string; type: string; status: string }> = {
  'commercial-invoice': { category: 'N', type: '935', status: 'AC' },
  'packing-list': { category: 'N', type: '271', status: 'AC' },
  'bill-of-lading': { category: 'N', type: '705', status: 'AC' },
  'sea-waybill': { category: 'N', type: '710', status: 'AC' },
  'air-waybill': { category: 'N', type: '740', status: 'AC' },
  'road-note': { category: 'N', type: '730', status: 'AC' },
};

/** Preferences that are no claim: `100` is the rate for everybody. */
export const NO_PREFERENCE = '100';

/** Status of a proof of origin that is held and can be shown. */
export const PROOF_STATUS = 'AE';

/** Refused because another declaration under the same reference lives (seen within 48 hours). */
export const SAME_REFERENCE = 'CDS12003';

/** Our words for the authority's error codes; a code that is not here is shown with the authority's own text. */
export const ERROR_WORDS: Record<string, string> = {
  CDS10001: 'A needed element is missing.',
  CDS10002: 'The element does not belong to this data set.',
  CDS10003: 'There are too many of a kind.',
  CDS10004: 'The commodity code is not 8 and 2 digits.',
  CDS10010: 'Length, characters or form of a number are wrong.',
  CDS10020: 'The value is not in the code list of the day.',
  CDS10021: 'An amount or a mass is negative.',
  CDS10045: 'Deductions make a value negative.',
  CDS11003: 'The count of items differs from the items.',
  CDS11004: 'The kind of declaration does not go with the procedure.',
  CDS11005: 'Procedures of two categories are mixed.',
  CDS11006: 'The net mass is above the gross mass.',
  CDS12003: 'The local reference was seen in the last 48 hours and not refused.',
  CDS12005: 'The party is not known.',
  CDS12006: 'The licence is unknown, spent, or for other goods.',
  CDS12007: 'The authorisation has ended or is unknown.',
  CDS12013: 'The number of the VAT party is not known.',
  CDS12016: 'The acceptance date lies ahead or too far back.',
  CDS12022: 'An item number is above the count of items.',
  CDS12024: 'An item number is used twice.',
  CDS12050: 'The requested procedure is not known.',
  CDS12056: 'These values cannot stand together.',
  CDS12057: 'The invoice currency differs between the lines.',
  CDS12058: 'All package counts are 0.',
  CDS12062: 'The DUCR was used in the last 12 months.',
  CDS12070: 'The measure wants supplementary units.',
  CDS12071: 'The same is said at the header and at the line.',
  CDS12078: 'No deferment account, yet no immediate method of payment.',
  CDS12081: 'Importer and exporter are the same party.',
  CDS12082: 'The header currency differs from the lines.',
  CDS12099: 'The location of the goods is not known.',
  CDS12100: 'The delivery term excludes this addition.',
  CDS12117: 'The importer is the buyer: the buyer is left out.',
  CDS12123: 'Supplementary units are 0.',
  CDS12132: 'The DUCR is malformed.',
  CDS13000: 'The value is not credible for the mass.',
  CDS19999: 'There are more errors than are shown.',
  CDS40045: 'The document that the measure asks for is missing.',
  CDS40047: 'The goods are forbidden from this origin.',
  CDS40049: 'The quota is used up.',
  CDS40059: 'The commodity code cannot be declared on the date.',
  CDS77002: 'A document lacks its status.',
  CDS77003: 'A licence lacks the DUCR.',
  CDS77005: 'A waiver lacks its reason.',
};
