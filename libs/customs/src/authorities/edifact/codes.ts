import type { Situation } from '@tidewaiter/contracts';
import { structure } from '@tidewaiter/edifact';

/** Order of CUSDEC D.96B. @see UN/EDIFACT D.96B, CUSDEC; packages stand only inside a reference group at the head */
export const CUSDEC =
  structure(`UNH BGM CST? LOC* DTM* GIS* FII* MEA* EQD* SEL* FTX* (RFF DTM* (PAC (PCI FTX*)*)*)* (TDT TPL*)* (DOC DTM* LOC*)*
  (NAD (RFF DTM*)* (CTA COM*)*)* (TOD LOC* FTX*)* (MOA (CUX DTM*)*)* UNS (CST FTX* LOC* DTM* MEA* NAD* TDT* (PAC PCI*)* (MOA CUX*)* RFF* DOC* TOD* GDS* GIS*
  (TAX MOA* GIS*)*)* UNS CNT* (TAX MOA*)* AUT* UNT`);

/** Order of CUSRES D.96B. */
export const CUSRES =
  structure(`UNH BGM DTM* FTX* TDT* LOC* GIS* EQD* NAD* (RFF DTM*)* (ERP RFF* (ERC FTX*)*)* (TAX MOA*)*
  (DOC DTM* RFF* GIS* (CST DTM* FTX* GIS* RFF* (TAX MOA*)*)*)* CNT* AUT* UNT`);

/** Message function, 1225. */
export const FUNCTIONS = { declare: '9', amend: '4', cancel: '1', arrive: '4', resend: '35' } as const;

/** Reference qualifiers, 1153. */
export const REFERENCES = {
  lrn: 'ABE',
  mrn: 'ABT',
  ducr: 'UCN',
  deferment: 'ABI',
  quota: 'ABJ',
  answered: 'ACW',
  guarantee: 'ABL',
} as const;

/** Date qualifiers, 2005. */
export const DATES = { arrival: '132', message: '137', acceptance: '148', clearance: '58', release: '204' } as const;

export const TRANSPORT_MODES: Record<Situation['transport'], string> = {
  ocean: '1',
  rail: '2',
  road: '3',
  air: '4',
  post: '5',
  'inland-waterway': '8',
};

/** Document names, 1001; what is absent is not declared. */
export const DOCUMENTS: Record<string, string> = {
  'commercial-invoice': '380',
  'packing-list': '271',
  'bill-of-lading': '705',
  'sea-waybill': '710',
  'air-waybill': '740',
  'road-note': '730',
};

/** Characters that an element takes, unescaped. @see UN/EDIFACT D.96B */
export const LENGTHS = {
  reference: 35,
  name: 35,
  street: 35,
  city: 35,
  postcode: 9,
  text: 70,
  interchange: 14,
} as const;

/** What the CONTRL codes (0085) say. */
export const SYNTAX_WORDS: Record<string, string> = {
  '2': 'Syntax version or character set is not supported.',
  '7': 'We are not the recipient’s partner.',
  '12': 'A value is wrong.',
  '13': 'Something is missing.',
  '15': 'Something does not belong at this position.',
  '16': 'There are too many parts.',
  '18': 'An error without a name.',
  '20': 'A character cannot be a service character.',
  '21': 'A character is not in the set.',
  '22': 'A service character stands where none may.',
  '23': 'The sender is unknown.',
  '26': 'It came before.',
  '28': 'References differ.',
  '29': 'Counts differ.',
  '35': 'A segment stands too often.',
  '36': 'A group stands too often.',
  '37': 'A number is none, or a text holds none.',
  '39': 'A value is too long.',
  '40': 'A value is too short.',
};
