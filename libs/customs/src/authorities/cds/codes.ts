import type { FieldProblem, Situation } from '@tidewaiter/contracts';

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

/**
 * What the codes of a border agency's decision say where they are no names of agencies: H01 holds, the others end or follow what it
 * holds. No public sample has them; a code that is not here names the agency, and its words the decision.
 */
export const BORDER_AGENCY = 'H01';
export const BORDER_DECISIONS: Record<string, 'hold' | 'proceed' | 'suspended' | 'seized'> = {
  H01: 'hold',
  H02: 'proceed',
  H03: 'suspended',
  H04: 'seized',
};

/** Words by which a decision is known, the first that fits; a lifted hold is no hold. */
export const DECISION_WORDS: readonly [
  RegExp,
  'proceed' | 'seized' | 'suspended' | 'refused' | 'detained' | 'exam' | 'hold' | 'documents',
][] = [
  [/\b(lift|releas|proceed|clear)/i, 'proceed'],
  [/\bseiz/i, 'seized'],
  [/\b(suspend|recall)/i, 'suspended'],
  [/\b(refus|reject|deni)/i, 'refused'],
  [/\bdetain/i, 'detained'],
  [/\b(hold|held)/i, 'hold'],
  [/\b(exam|inspect)/i, 'exam'],
  [/\b(document|paper)/i, 'documents'],
];

/** Preferences that are no claim: `100` is the rate for everybody. */
export const NO_PREFERENCE = '100';

/** Release for free circulation: requested and previous procedure, no additional one. */
export const FREE_CIRCULATION = { requested: '40', previous: '00', additional: ['000'] };

/** Requested procedures of an import with the previous ones that may stand beside them; the others are exports or none. */
export const PROCEDURES: Record<string, readonly string[]> = {
  '01': ['00', '51', '53', '71'],
  '07': ['00', '51', '53', '71'],
  '40': ['00', '51', '53', '71', '78', '95'],
  '42': ['00', '51', '53', '71', '78'],
  '44': ['00', '51', '53', '71', '78'],
  '51': ['00', '51', '53', '54', '71', '78'],
  '53': ['00', '51', '53', '71', '78'],
  '61': ['10', '11', '21', '22', '23', '31'],
  '63': ['10', '11', '21', '22', '23', '31'],
  '71': ['00', '10', '51', '53', '71', '78'],
};
export const EXPORT_PROCEDURES: readonly string[] = ['10', '11', '21', '22', '23', '31'];
/** Procedures that say why goods come back, or who pays the tax elsewhere, by an additional code. */
export const WANT_ADDITIONAL_CODE: readonly string[] = ['42', '61', '63'];

/** Authorisations with the document that goes with each. */
export const AUTHORISATIONS: Record<string, string> = {
  ACE: 'C521',
  CGU: 'C505',
  CW1: 'C517',
  CW2: 'C518',
  CWP: 'C519',
  DPO: 'C506',
  EIR: 'C514',
  EUS: 'N990',
  IPO: 'C601',
  OPO: 'C019',
  SDE: 'C512',
  TEA: 'C516',
  TST: 'C626',
};

/** Methods of payment that are not immediate: deferment, and security on deferment. */
export const DEFERRED: readonly string[] = ['E', 'R'];

/** Statuses of a document that claim a waiver. */
export const WAIVERS: readonly string[] = ['UA', 'UE', 'UP', 'US', 'XW', 'XX'];

/** Statement that a tax was worked out by hand. */
export const OVERRIDE = 'OVR01';

/** Who can do something about a code; for all others the declarant can. */
export const WHO: Record<string, NonNullable<FieldProblem['who']>> = {
  CDS12005: 'importer',
  CDS12006: 'importer',
  CDS12007: 'importer',
  CDS12013: 'importer',
  CDS12113: 'importer',
  CDS12125: 'importer',
  CDS11006: 'supplier',
  CDS40045: 'supplier',
  CDS40047: 'importer',
  CDS40049: 'importer',
  CDS77003: 'importer',
};

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
  CDS11007: 'The request comes from another submitter.',
  CDS11012: 'This may not be amended.',
  CDS12014: 'There is no pre-lodged declaration to tell the arrival of.',
  CDS12015: 'There is no open declaration to ask about.',
  CDS12016: 'The acceptance date lies ahead or too far back.',
  CDS12022: 'An item number is above the count of items.',
  CDS12024: 'An item number is used twice.',
  CDS12026: 'An element is amended twice.',
  CDS12031: 'The arrival is told later than 30 days.',
  CDS12034: 'The request comes by another channel.',
  CDS12036: 'A request is still open.',
  CDS12046: 'It lapsed before the goods arrived.',
  CDS12050: 'The requested procedure is not known.',
  CDS12056: 'These values cannot stand together.',
  CDS12057: 'The invoice currency differs between the lines.',
  CDS12058: 'All package counts are 0.',
  CDS12062: 'The DUCR was used in the last 12 months.',
  CDS12070: 'The measure wants supplementary units.',
  CDS12071: 'The same is said at the header and at the line.',
  CDS12077: 'The procedure wants a statement or an additional code.',
  CDS12078: 'No deferment account, yet no immediate method of payment.',
  CDS12081: 'Importer and exporter are the same party.',
  CDS12082: 'The header currency differs from the lines.',
  CDS12096: 'An authorisation lacks its document.',
  CDS12099: 'The location of the goods is not known.',
  CDS12100: 'The delivery term excludes this addition.',
  CDS12102: 'A deferment account is given, yet no deferred method of payment.',
  CDS12110: 'A quota number stands beside a preference without quota.',
  CDS12111: 'A tax worked out by hand is in another currency.',
  CDS12112: 'The airport of loading is given, yet no air freight.',
  CDS12113: 'A comprehensive guarantee wants a guarantee of type 0 or 1.',
  CDS12117: 'The importer is the buyer: the buyer is left out.',
  CDS12123: 'Supplementary units are 0.',
  CDS12125: 'The deferment account is unknown, suspended, or not theirs to use.',
  CDS12132: 'The DUCR is malformed.',
  CDS12139: 'A tax worked out by hand wants the statement OVR01.',
  CDS12144: 'The quota number is one of the European Union.',
  CDS12148: 'The deferment document wants a deferred method of payment.',
  CDS12149: '000 stands beside another additional code.',
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
