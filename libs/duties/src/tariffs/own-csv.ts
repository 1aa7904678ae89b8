import { MEASURE_ROLES, type MeasureRole } from '@tidewaiter/contracts';
import { isLegalDate } from '@tidewaiter/kernel';
import { csvRows } from './csv.js';
import { unreadable, type Found, type ReadOptions, type TariffReader } from './read.js';

/**
 * Columns of our own form, in any order; `libs/duties/tariffs.md` says what each holds. A row is a code of the nomenclature, a
 * measure, or an area with its members, as its `kind` says.
 */
export const OWN_COLUMNS = [
  'kind',
  'code',
  'level',
  'description',
  'declarable',
  'units',
  'id',
  'role',
  'type',
  'area',
  'members',
  'except',
  'expression',
  'preference',
  'proofs',
  'additional_code',
  'from',
  'to',
  'law',
  'confidence',
] as const;
type Column = (typeof OWN_COLUMNS)[number];
const NEEDED: readonly Column[] = ['kind', 'code', 'description', 'role', 'area', 'expression', 'law'];

type Row = (column: Column) => string;
const CONFIDENCE = ['high', 'medium', 'low'] as const;
const words = (cell: string): string[] => cell.split(/[\s,;]+/).filter((each) => each !== '');

class OwnReader {
  private readonly above: { level: number; ordinal: number }[] = [];
  private readonly seen = new Set<string>();
  private ordinal = 0;
  private measures = 0;

  constructor(
    private readonly found: Found,
    private readonly options: ReadOptions,
  ) {}

  get rows(): number {
    return this.ordinal + this.measures;
  }

  take(line: number, row: Row): void {
    const kind = row('kind');
    if (kind === 'code') this.code(line, row);
    else if (kind === 'measure') this.measure(line, row);
    else if (kind === 'area') this.area(line, row);
    else this.refuse(line, row, 'kind', 'code, measure or area expected');
  }

  private refuse(line: number, row: Row, column: Column, reason: string): void {
    this.found.refuse({ line, code: row('code'), column, text: row(column), reason });
  }

  private code(line: number, row: Row): void {
    const code = row('code');
    if (!/^\d{0,14}$/.test(code))
      return this.refuse(line, row, 'code', 'digits expected, or nothing for a heading without a number');
    if (code !== '' && this.seen.has(code)) return this.refuse(line, row, 'code', 'the code is in the file twice');
    if (!/^\d{0,2}$/.test(row('level'))) return this.refuse(line, row, 'level', 'a number from 0 expected');
    if (row('description') === '') return this.refuse(line, row, 'description', 'a description expected');
    if (!['yes', 'no', ''].includes(row('declarable')))
      return this.refuse(line, row, 'declarable', 'yes or no expected');
    this.seen.add(code);
    const level = Number(row('level'));
    while (this.above.length > 0 && this.above.at(-1)!.level >= level) this.above.pop();
    this.ordinal += 1;
    this.found.codes.push({
      ordinal: this.ordinal,
      code,
      description: row('description'),
      declarable: code !== '' && row('declarable') !== 'no',
      ancestors: this.above.map(({ ordinal }) => ordinal),
      units: words(row('units')),
    });
    this.above.push({ level, ordinal: this.ordinal });
  }

  private area(line: number, row: Row): void {
    const members = words(row('members'));
    if (row('area') === '') return this.refuse(line, row, 'area', 'a name expected');
    if (members.length === 0)
      return this.refuse(line, row, 'members', 'country codes expected, or * for every country');
    const odd = members.find((each) => each !== '*' && !/^[A-Z]{2}$/.test(each));
    if (odd !== undefined) return this.refuse(line, row, 'members', `“${odd}” is no country code`);
    this.found.areas[row('area')] = members.includes('*') ? null : members;
  }

  private measure(line: number, row: Row): void {
    const code = row('code');
    const role = MEASURE_ROLES.find((each) => each === row('role'));
    const confidence = CONFIDENCE.find((each) => each === (row('confidence') || 'medium'));
    const from = row('from') || this.options.validFrom;
    const to = row('to') || this.options.validTo;
    const proofs = words(row('proofs'));
    if (!/^\d{0,10}$/.test(code)) return this.refuse(line, row, 'code', 'up to ten digits expected');
    if (!role) return this.refuse(line, row, 'role', `one of ${MEASURE_ROLES.join(', ')} expected`);
    if (!confidence) return this.refuse(line, row, 'confidence', 'high, medium or low expected');
    if (row('area') === '') return this.refuse(line, row, 'area', 'an area or a country expected');
    if (row('law').length < 5) return this.refuse(line, row, 'law', 'the law expected that the rate stands in');
    if (!isLegalDate(from)) return this.refuse(line, row, 'from', 'a date such as 2026-01-31 expected');
    if (to !== null && (!isLegalDate(to) || to < from))
      return this.refuse(line, row, 'to', 'a date not before “from” expected');
    if (row('preference') !== '' && proofs.length === 0)
      return this.refuse(line, row, 'proofs', 'the documents that support the claim expected');
    this.measures += 1;
    const type = row('type') || role;
    this.found.measure(
      {
        id:
          row('id') ||
          `${role}-${type}-${row('area')}-${code}${row('additional_code') === '' ? '' : `-${row('additional_code')}`}`,
        commodity: code,
        role: role satisfies MeasureRole,
        type,
        area: row('area'),
        ...(row('except') === '' ? {} : { except: words(row('except')) }),
        expression: row('expression'),
        ...(row('preference') === '' ? {} : { claim: { preferenceCode: row('preference'), proofs } }),
        ...(row('additional_code') === '' ? {} : { additionalCode: row('additional_code') }),
        from,
        to,
        law: row('law'),
        confidence,
      },
      line,
      'expression',
    );
  }
}

/** Reads our own form: for any publisher whose tariff comes in no form that we know. */
export const readOwnCsv: TariffReader = async function* (file, found, options) {
  const reader = new OwnReader(found, options);
  const at = new Map<string, number>();
  const accepts = (header: readonly string[]): boolean => {
    header.forEach((name, place) => at.set(name, place));
    return (
      header.every((name) => (OWN_COLUMNS as readonly string[]).includes(name)) && NEEDED.every((name) => at.has(name))
    );
  };
  for await (const batch of csvRows(file, accepts)) {
    for (const { line, cells } of batch) reader.take(line, (column) => (cells[at.get(column) ?? -1] ?? '').trim());
    yield;
  }
  if (reader.rows === 0) throw unreadable('empty', 'line 2', 'no row with a code or a measure');
};
