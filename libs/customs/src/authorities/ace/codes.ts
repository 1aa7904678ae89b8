import type { Situation } from '@tidewaiter/contracts';

/** Mode of transport of cargo release; by sea the goods are in containers or not. */
export const TRANSPORT_MODES: Record<Situation['transport'], string> = {
  ocean: '10',
  rail: '20',
  road: '30',
  air: '40',
  post: '50',
  'inland-waterway': '10',
};
export const CONTAINERISED = '11';

/** Kind of a bill. */
export const BILL_KINDS = { master: 'M', house: 'H', simple: 'R' } as const;

/** Parties of cargo release. */
export const PARTIES = { seller: 'SE', buyer: 'BY', exporter: 'MF', consignee: 'CN' } as const;

/** Results of a transaction, SE90: 01 rejects it whole; 11 and 13 are about one record. */
export const RESULTS: Record<string, 'rejected' | 'accepted' | 'review' | 'error' | 'warning'> = {
  '01': 'rejected',
  '02': 'accepted',
  '03': 'accepted',
  '04': 'review',
  '11': 'error',
  '13': 'warning',
};

type EntryResult =
  | 'note'
  | 'released'
  | 'exam'
  | 'detained'
  | 'invalidated'
  | 'not-released'
  | 'documents'
  | 'denied'
  | 'replaced'
  | 'review';

/** Results of an entry, SO60. 97 is admissible, and no release. */
export const ENTRY_RESULTS: Record<string, { is: EntryResult; says: string }> = {
  '01': { is: 'note', says: 'All agencies may proceed.' },
  '03': { is: 'exam', says: 'An intensive examination waits.' },
  '04': { is: 'detained', says: 'The goods are detained.' },
  '22': { is: 'note', says: 'The date of the release was changed.' },
  '23': { is: 'invalidated', says: 'The entry was cancelled.' },
  '25': { is: 'note', says: 'The entry will be cancelled: no bill matches.' },
  '26': { is: 'note', says: 'The entry will be cancelled.' },
  '28': { is: 'note', says: 'No bill matches.' },
  '29': { is: 'not-released', says: 'The goods are not released.' },
  '70': { is: 'note', says: 'Quota is being examined.' },
  '71': { is: 'note', says: 'Quota was accepted.' },
  '72': { is: 'note', says: 'Quota was refused.' },
  '73': { is: 'note', says: 'Quota is used up.' },
  '76': { is: 'note', says: 'The entry summary is missing.' },
  '84': { is: 'documents', says: 'Papers are wanted.' },
  '85': { is: 'documents', says: 'Papers are wanted.' },
  '86': { is: 'denied', says: 'The correction was refused.' },
  '87': { is: 'denied', says: 'The cancellation was refused.' },
  '88': { is: 'replaced', says: 'The entry was replaced.' },
  '90': { is: 'review', says: 'The entry is under review.' },
  '96': { is: 'documents', says: 'Papers are wanted.' },
  '97': { is: 'note', says: 'Admissible; this is no release.' },
  '98': { is: 'released', says: 'Released.' },
  '99': { is: 'not-released', says: 'The release is suspended.' },
};

/** Results of a bill, SO50. */
export const BILL_RESULTS: Record<string, { is: 'note' | 'hold' | 'lifted'; says: string }> = {
  '51': { is: 'hold', says: 'Hold on the bill.' },
  '52': { is: 'hold', says: 'Hold on the bill.' },
  '53': { is: 'hold', says: 'Hold on the bill.' },
  '54': { is: 'lifted', says: 'Hold on the bill lifted.' },
  '55': { is: 'lifted', says: 'Hold on the bill lifted.' },
  '56': { is: 'lifted', says: 'Hold on the bill lifted.' },
  '91': { is: 'note', says: 'No bill on file matches.' },
  '93': { is: 'note', says: 'The bill is on file.' },
  '94': { is: 'note', says: 'The conveyance has departed.' },
  '95': { is: 'note', says: 'The conveyance has arrived.' },
};

/** Decisions of agencies, SO70. */
export const AGENCY_STATUS: Record<
  string,
  'reviewing' | 'hold' | 'refused' | 'documents' | 'exam' | 'proceed' | 'not-presented'
> = {
  '01': 'reviewing',
  '02': 'hold',
  '04': 'refused',
  '06': 'hold',
  '07': 'proceed',
  '10': 'documents',
  '11': 'exam',
  '13': 'not-presented',
};

/** Statuses of an entry summary, UC. */
export const SUMMARY_STATUS: Record<
  string,
  { is: 'documents' | 'rejected' | 'invalidated' | 'detained' | 'lifted' | 'denied' | 'note'; says: string }
> = {
  '1': { is: 'documents', says: 'Data or papers are wanted.' },
  '2': { is: 'documents', says: 'Papers are wanted.' },
  '3': { is: 'documents', says: 'Papers are wanted.' },
  '4': { is: 'rejected', says: 'The entry summary was rejected.' },
  '5': { is: 'note', says: 'The entry summary is inactive.' },
  '6': { is: 'invalidated', says: 'The entry summary was cancelled.' },
  D: { is: 'detained', says: 'The goods are detained.' },
  C: { is: 'lifted', says: 'The detention was lifted.' },
  Q: { is: 'note', says: 'Quota.' },
  P: { is: 'note', says: 'Another agency works on it.' },
  R: { is: 'denied', says: 'The correction was undone.' },
};

/** The field of ours that stands in each kind of record; `{n}` is the place of the line. */
export const RECORD_FIELDS: Record<string, string | null> = {
  SE10: 'entry',
  SE11: 'entry.location',
  SE13: 'declarant.id',
  SE15: 'bills',
  SE16: 'conveyance',
  SE20: 'references.lrn',
  SE30: 'exporter',
  SE35: 'exporter.address',
  SE36: 'exporter.address',
  SE40: 'lines[{n}]',
  SE50: 'lines[{n}]',
  SE60: 'lines[{n}].commodity',
  '10': 'entry',
  '40': 'lines[{n}]',
  '50': 'lines[{n}].commodity',
  '62': 'lines[{n}].taxes',
};
