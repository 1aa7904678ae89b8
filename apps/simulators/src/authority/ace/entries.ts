import { exact } from '@tidewaiter/kernel';
import type { Declared, DeclaredItem } from '../declared.js';
import type { RequestKind, RequestRead } from '../requests.js';
import { field } from './records.js';

/** One transaction of a block: a cargo release (SE) or an entry summary (AE). */
export interface Transaction {
  kind: 'SE' | 'AE';
  /** A add, R replace, U update, D cancel */
  action: string;
  filer: string;
  /** serial and check digit */
  number: string;
  records: string[];
}

/** A summary is a filing of its own beside the release of the same entry. */
export const keyOf = ({ kind, filer, number }: Pick<Transaction, 'kind' | 'filer' | 'number'>): string =>
  kind === 'AE' ? `${filer}${number}/AE` : `${filer}${number}`;

/** Cuts a block's records into transactions, each from its head on. */
export function transactionsOf(kind: 'SE' | 'AE', records: readonly string[]): Transaction[] {
  const transactions: Transaction[] = [];
  for (const record of records) {
    const isHead = kind === 'SE' ? record.startsWith('SE10') : record.startsWith('10');
    if (!isHead) {
      transactions.at(-1)?.records.push(record);
      continue;
    }
    transactions.push(
      kind === 'SE'
        ? {
            kind,
            action: field(record, 5, 5),
            filer: field(record, 6, 8),
            number: field(record, 11, 18),
            records: [record],
          }
        : {
            kind,
            action: field(record, 3, 3),
            filer: field(record, 4, 6),
            number: field(record, 9, 16),
            records: [record],
          },
    );
  }
  return transactions;
}

/** Modes of transport by number: 10 and 11 vessel, 20 and 21 rail, 30 to 32 road, 40 and 41 air. */
const mode = (code: string): string | null => ({ '1': '1', '2': '2', '3': '3', '4': '4' })[code[0] ?? ''] ?? null;

const item = (
  sequence: string,
  origin: string,
  description: string,
  commodity: string,
  value: string,
): DeclaredItem => ({
  sequence: sequence === '' ? null : String(Number(sequence)),
  documents: [],
  description: description || null,
  commodity: commodity || null,
  preference: '100',
  taxes: [],
  grossMass: '0',
  netMass: '0',
  supplementary: '1',
  price: value === '' ? null : { amount: exact(value).toFixed(2), currency: 'USD' },
  procedure: '4000',
  additionalProcedures: [],
  statements: [],
  charges: [],
  origin: origin || null,
  packages: ['1'],
  repeated: [],
});

const digits = (text: string): string => (/^\d+$/.test(text) ? text : '');

function itemsOf({ kind, records }: Transaction): DeclaredItem[] {
  const items: DeclaredItem[] = [];
  let line = { number: '', origin: '', words: '' };
  for (const record of records) {
    if (kind === 'SE' && record.startsWith('SE40'))
      line = { number: field(record, 5, 7), origin: field(record, 8, 9), words: field(record, 11, 80) };
    if (kind === 'SE' && record.startsWith('SE60'))
      items.push(item(line.number, line.origin, line.words, field(record, 5, 14), digits(field(record, 15, 24))));
    if (kind === 'AE' && record.startsWith('40'))
      line = { number: field(record, 3, 5), origin: field(record, 6, 7), words: 'AS RELEASED' };
    if (kind === 'AE' && record.startsWith('50'))
      items.push(item(line.number, line.origin, line.words, field(record, 3, 12), digits(field(record, 25, 34))));
  }
  return items;
}

/** What this authority reads in a release or a summary. @param release what was declared for the same entry before */
export function declaredOf(transaction: Transaction, release: Declared | null): Declared {
  const { kind, records, filer } = transaction;
  const head = records[0]!;
  const items = itemsOf(transaction);
  const references = records
    .filter((each) => each.startsWith('SE20'))
    .flatMap((each) => each.slice(7).trim().split(/\s+/));
  const importer = kind === 'SE' ? field(head, 25, 36) : (release?.importer ?? null);
  return {
    channel: 'ace',
    function: '9',
    lrn: keyOf(transaction),
    kind: 'IMA',
    acceptance: null,
    itemCount: String(items.length),
    packageCount: '1',
    invoice: null,
    dan: null,
    authorisations: [],
    guarantees: [],
    mode: kind === 'SE' ? mode(field(head, 37, 38)) : (release?.mode ?? '1'),
    declarant: filer || null,
    representative: null,
    exporterId: null,
    exporterName: 'AS IN THE PARTIES',
    importer: importer || null,
    buyer: null,
    seller: null,
    vatParty: null,
    destination: 'US',
    exportCountry: items[0]?.origin ?? null,
    location: null,
    loading: null,
    equipment: [],
    ducr: null,
    incoterm: 'FOB',
    exchange: [],
    charges: [],
    statements: [],
    references: [...references, `${filer}${transaction.number}`, ...(release?.references ?? [])],
    strange: [],
    atHeader: [],
    items,
  };
}

const REQUESTS: Record<string, RequestKind> = { R: 'amend', U: 'amend', D: 'cancel' };

/** A replacement, an update or a cancellation; null for an addition. A replacement is a request for correction. */
export function requestOf(transaction: Transaction, current: Declared | null): RequestRead | null {
  const kind = REQUESTS[transaction.action];
  if (kind === undefined) return null;
  const common = { lrn: keyOf(transaction), mrn: keyOf(transaction), submitter: transaction.filer };
  const reason =
    transaction.records.filter((each) => each.startsWith('SE13')).map((each) => field(each, 60, 61))[0] || null;
  if (kind === 'cancel') return { ...common, kind, reason, changes: [] };
  const after = declaredOf(transaction, current);
  const changes = after.items.flatMap((each, index) => {
    const old = current?.items[index];
    const line = `42A/67A/68A[${index + 1}]`;
    const compare = (
      pointer: string,
      before: string | null | undefined,
      next: string | null,
    ): RequestRead['changes'] => (next === null || before === next ? [] : [{ pointer, reason: null, value: next }]);
    return [
      ...compare(`${line}/23A/79A.112`, old?.price?.amount, each.price?.amount ?? null),
      ...compare(`${line}/23A/21A[1].145`, old?.commodity, each.commodity),
      ...compare(`${line}/92A[1].063`, old?.origin, each.origin),
    ];
  });
  // How goods move may change without a word about what they are.
  const moved = [{ pointer: '42A/15A.T022', reason: null, value: after.mode ?? current?.mode ?? '1' }];
  return { ...common, kind, reason: null, changes: changes.length > 0 ? changes : moved };
}
