import { exact } from '@tidewaiter/kernel';
import { parse } from 'csv-parse/sync';
import type { FilePlace, PackageRow, PackingListFacts } from '../domain/facts.js';
import { canonicalDecimal } from './decimals.js';
import { unreadable } from './refusal.js';

/**
 * Columns of our packing list, each with words that other senders use. `net` and `gross` are kilograms of all packages of the
 * row together. A row that repeats the packages of an earlier one tells more of their contents and is not counted again.
 */
const COLUMNS = {
  from: [
    'package_from',
    'from',
    'carton_from',
    'first_package',
    'package',
    'package_no',
    'carton',
    'carton_no',
    'von',
    'packstueck',
    'colis',
  ],
  to: ['package_to', 'to', 'carton_to', 'last_package', 'bis'],
  count: [
    'count',
    'packages',
    'number_of_packages',
    'cartons',
    'ctns',
    'anzahl',
    'anzahl_packstuecke',
    'nombre_de_colis',
  ],
  kind: ['kind', 'package_kind', 'package_type', 'packaging', 'verpackung', 'emballage'],
  marks: ['marks', 'shipping_marks', 'marks_and_numbers', 'markierung', 'marques'],
  item: ['item', 'article', 'sku', 'item_no', 'part_no', 'style', 'artikel', 'artikelnummer'],
  description: ['description', 'goods', 'contents', 'bezeichnung', 'designation'],
  quantity: ['quantity', 'qty', 'pieces', 'pcs', 'menge', 'quantite'],
  unit: ['unit', 'uom', 'einheit', 'unite'],
  net: ['net_kg', 'net', 'net_weight', 'net_weight_kg', 'nw', 'nw_kg', 'nettogewicht', 'poids_net'],
  gross: ['gross_kg', 'gross', 'gross_weight', 'gross_weight_kg', 'gw', 'gw_kg', 'bruttogewicht', 'poids_brut'],
} as const;
type Column = keyof typeof COLUMNS;

const REQUIRED: Column[] = ['from', 'kind', 'gross'];
const ROWS = 200_000;
const FIELDS = 500;
/** UN/ECE Recommendation 21, by the words people write. */
const KINDS: Record<string, string> = {
  CARTON: 'CT',
  CARTONS: 'CT',
  BOX: 'BX',
  BOXES: 'BX',
  PALLET: 'PX',
  PALLETS: 'PX',
  CRATE: 'CR',
  CRATES: 'CR',
  BAG: 'BG',
  BAGS: 'BG',
  DRUM: 'DR',
  DRUMS: 'DR',
};

const ADVICE = 'Correct the packing list and upload it again; the columns are in the documentation of packing lists.';
const refuse = (what: string, place: string, says: string): never => {
  throw unreadable(`packing-list.${what}`, place, says, ADVICE);
};

const headerKey = (text: string): string =>
  text
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/ü/g, 'ue')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

interface Sheet {
  header: string[];
  columns: Partial<Record<Column, number>>;
  rows: string[][];
}

function sheetOf(bytes: Uint8Array): Sheet {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const firstLine = text.slice(0, 10_000).split(/\r?\n/)[0] ?? '';
  const delimiter = [',', ';', '\t'].reduce((best, each) =>
    firstLine.split(each).length > firstLine.split(best).length ? each : best,
  );
  let records: string[][];
  try {
    records = parse(text, {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 64_000,
      to: ROWS + 2,
    });
  } catch (error) {
    const { lines, message } = error as { lines?: number; message: string };
    return refuse('unreadable', `row ${lines ?? 1}`, `the table breaks here: ${message.slice(0, 140)}`);
  }
  const [header = [], ...rows] = records;
  if (header.length > FIELDS) refuse('unreadable', 'row 1', `more than ${FIELDS} columns`);
  if (rows.length > ROWS) refuse('unreadable', `row ${ROWS + 2}`, `more than ${ROWS} rows`);
  const columns: Sheet['columns'] = {};
  header.forEach((name, index) => {
    const column = (Object.keys(COLUMNS) as Column[]).find((each) =>
      (COLUMNS[each] as readonly string[]).includes(headerKey(name)),
    );
    if (column === undefined) return;
    if (columns[column] !== undefined)
      refuse('header-unclear', `row 1, column ${name}`, `two columns mean “${column}”`);
    columns[column] = index;
  });
  const missing = REQUIRED.filter((column) => columns[column] === undefined);
  if (missing.length > 0)
    refuse('header-unclear', 'row 1', `no column for ${missing.map((column) => COLUMNS[column][0]).join(', ')}`);
  return { header, columns, rows };
}

class RowReader {
  constructor(
    private readonly sheet: Sheet,
    private readonly cells: readonly string[],
    /** as the file counts, header included */
    private readonly row: number,
    private readonly pointer: string,
    private readonly places: Record<string, FilePlace>,
  ) {}

  place(column: Column): string {
    const index = this.sheet.columns[column];
    return index === undefined ? `row ${this.row}` : `row ${this.row}, column ${this.sheet.header[index]!.trim()}`;
  }

  text(column: Column, pointer: string): string | undefined {
    const index = this.sheet.columns[column];
    const value = index === undefined ? '' : (this.cells[index] ?? '').trim();
    if (value === '') return undefined;
    this.places[`${this.pointer}${pointer}`] = { place: this.place(column) };
    return value;
  }

  /** A weight or quantity, as written; `1,234` has two readings and none is chosen. */
  decimal(column: Column, pointer: string): string | undefined {
    const written = this.text(column, pointer);
    if (written === undefined) return undefined;
    const value = canonicalDecimal(written);
    if (value === null) {
      const unclear = /^\d{1,3}([.,\s']\d{3})*([.,]\d+)?$/.test(written)
        ? ': write it without thousands marks, with a point'
        : '';
      return refuse(
        'number-unreadable',
        this.place(column),
        `“${written.slice(0, 30)}” is no decimal number${unclear}`,
      );
    }
    if (value.startsWith('-')) refuse('number-negative', this.place(column), `${value} is negative`);
    return value;
  }

  whole(column: Column, pointer: string): number | undefined {
    const value = this.decimal(column, pointer);
    if (value === undefined) return undefined;
    return /^[1-9]\d{0,6}$/.test(value)
      ? Number(value)
      : refuse('number-unreadable', this.place(column), `${value} is no number of packages`);
  }
}

function kindOf(row: RowReader): string {
  const written = (
    row.text('kind', '/kind') ?? refuse('cell-missing', row.place('kind'), 'the kind of package is missing')
  ).toUpperCase();
  const code = KINDS[written] ?? written;
  return /^[A-Z0-9]{1,2}$/.test(code)
    ? code
    : refuse(
        'kind-unknown',
        row.place('kind'),
        `“${written.slice(0, 20)}” is no package code (UN/ECE Recommendation 21)`,
      );
}

function countOf(row: RowReader, from: string, to: string): number {
  const stated = row.whole('count', '/count');
  const numbers = [from, to].map((each) => /(\d+)$/.exec(each)?.[1]);
  const span =
    numbers[0] !== undefined && numbers[1] !== undefined ? exact(numbers[1]).minus(numbers[0]).plus('1') : null;
  if (span && (span.lt('1') || span.gt('9999999')))
    refuse('range-invalid', row.place('to'), `packages ${from.slice(0, 20)} to ${to.slice(0, 20)} are no range`);
  if (stated !== undefined && span && !span.eq(stated)) {
    refuse(
      'range-invalid',
      row.place('count'),
      `packages ${from.slice(0, 20)} to ${to.slice(0, 20)} are ${span.toFixed()}, the row says ${stated}`,
    );
  }
  return stated ?? span?.toNumber() ?? 1;
}

function contentsOf(row: RowReader): PackageRow['contents'] {
  const item = row.text('item', '/contents/item');
  if (item === undefined) return undefined;
  const quantity =
    row.decimal('quantity', '/contents/quantity') ??
    refuse('cell-missing', row.place('quantity'), 'an item without its quantity');
  const description = row.text('description', '/contents/description');
  const unit = row.text('unit', '/contents/unit');
  return {
    item: item.slice(0, 70),
    quantity,
    ...(description ? { description: description.slice(0, 512) } : {}),
    ...(unit ? { unit: unit.slice(0, 16) } : {}),
  };
}

function totalsOf(rows: readonly PackageRow[]): PackingListFacts['values']['totals'] {
  const sum = (which: 'net' | 'gross'): string | null => {
    const stated = rows.flatMap((row) => row[which] ?? []);
    return stated.length === 0 ? null : stated.reduce((total, value) => total.plus(value), exact('0')).toFixed();
  };
  const kinds = [...new Set(rows.map((row) => row.kind))];
  return {
    packages: rows.reduce((total, row) => total + row.count, 0),
    kind: kinds.length === 1 ? kinds[0]! : 'PK',
    net: sum('net'),
    gross: sum('gross'),
  };
}

/**
 * Reads a packing list in CSV (comma, semicolon or tab; UTF-8). What a cell holds is text, never a formula.
 *
 * @throws Invalid `documents.packing-list.…` with row and column as the file has them
 */
export function readPackingList(bytes: Uint8Array): PackingListFacts {
  const sheet = sheetOf(bytes);
  const places: Record<string, FilePlace> = {};
  const seen = new Set<string>();
  const packages = sheet.rows.map((cells, index): PackageRow => {
    const row = new RowReader(sheet, cells, index + 2, `/packages/${index}`, places);
    const from = (
      row.text('from', '/from') ??
      refuse('cell-missing', row.place('from'), 'the number of the first package is missing')
    ).slice(0, 35);
    const to = (row.text('to', '/to') ?? from).slice(0, 35);
    const repeated = seen.has(`${from} ${to}`);
    seen.add(`${from} ${to}`);
    const marks = row.text('marks', '/marks');
    const net = row.decimal('net', '/net');
    const gross = row.decimal('gross', '/gross');
    if (!repeated && gross === undefined) refuse('cell-missing', row.place('gross'), 'the gross weight is missing');
    const contents = contentsOf(row);
    const counted = countOf(row, from, to);
    return {
      from,
      to,
      count: repeated ? 0 : counted,
      kind: kindOf(row),
      ...(marks ? { marks: marks.slice(0, 140) } : {}),
      ...(net === undefined ? {} : { net }),
      ...(gross === undefined ? {} : { gross }),
      ...(contents ? { contents } : {}),
    };
  });
  if (packages.length === 0) refuse('unreadable', 'row 2', 'the packing list has no rows');
  return { kind: 'packing-list', method: 'csv', values: { packages, totals: totalsOf(packages) }, places };
}
