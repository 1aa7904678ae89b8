import type { TariffCode } from '../domain/tariff-snapshot.js';
import { csvRows, type CsvRow } from './csv.js';
import { Found, unreadable, type TariffReader } from './read.js';

const COLUMNS = [
  'HTS Number',
  'Indent',
  'Description',
  'Unit of Quantity',
  'General Rate of Duty',
  'Special Rate of Duty',
  'Column 2 Rate of Duty',
  'Quota Quantity',
  'Additional Duties',
];
const [NUMBER, INDENT, DESCRIPTION, UNITS, GENERAL, SPECIAL, COLUMN_2, ADDITIONAL] = [0, 1, 2, 3, 4, 5, 6, 8] as const;

/** Countries that column 2 applies to. @see HTSUS General Note 3(b); Pub. L. 117-110 (Russia, Belarus) */
const COLUMN_2_COUNTRIES = ['BY', 'CU', 'KP', 'RU'];

/**
 * Countries of the preference programs whose members a treaty fixes. Programs by proclamation (A, A+, D, E, J, R …) change with it:
 * their rates are kept and shown, and offered to no origin that nobody has named.
 *
 * @see HTSUS General Notes 3(c), 11, 12, 17 and 25 to 36
 */
const PROGRAM_COUNTRIES: Record<string, readonly string[] | null> = {
  AU: ['AU'],
  BH: ['BH'],
  CL: ['CL'],
  CO: ['CO'],
  IL: ['IL'],
  JO: ['JO'],
  JP: ['JP'],
  KR: ['KR'],
  MA: ['MA'],
  NP: ['NP'],
  OM: ['OM'],
  P: ['CR', 'DO', 'GT', 'HN', 'NI', 'SV'],
  'P+': ['CR', 'DO', 'GT', 'HN', 'NI', 'SV'],
  PA: ['PA'],
  PE: ['PE'],
  S: ['CA', 'MX'],
  'S+': ['CA', 'MX'],
  SG: ['SG'],
  B: ['CA'],
  // By kind of goods, not by country: civil aircraft, pharmaceuticals, intermediate chemicals for dyes.
  C: null,
  K: null,
  L: null,
};

/** Tags that the export leaves in cells, and what they mean as text. */
const plain = (cell: string): string => (PLAIN.test(cell) ? cell : cleaned(cell));
const PLAIN = /^(?:[^\s<]+(?: [^\s<]+)*)?$/;
const cleaned = (cell: string): string =>
  cell
    .replace(/<sup>\s*([23])\s*<\/sup>/g, (_, digit: string) => (digit === '2' ? '²' : '³'))
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();

function unitsOf(cell: string): string[] {
  if (cell === '') return [];
  try {
    const units: unknown = JSON.parse(cell);
    return Array.isArray(units) ? units.map(String) : [cell];
  } catch {
    return [cell];
  }
}

interface Part {
  rate: string;
  programs: string[];
}

/** “Free (A+,AU) 1.3¢/kg (P) See 9822.05.01 (PA)”: rates, each with the programs that it is for; null when it reads otherwise. */
export function specialParts(cell: string): Part[] | null {
  const parts: Part[] = [];
  const rest = cell.replace(/([^()]+?)\s*\(([A-Z0-9+*,\s]+)\)/g, (_all, rate: string, programs: string) => {
    parts.push({
      rate: rate.trim(),
      programs: programs
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    });
    return '';
  });
  return rest.trim() === '' && parts.length > 0 ? parts : null;
}

/** Reads the export of the Harmonized Tariff Schedule that the US International Trade Commission publishes as CSV. */
class HtsReader {
  private readonly above: { indent: number; ordinal: number }[] = [];
  private ordinal = 0;
  private held: { row: CsvRow; code: TariffCode; indent: number } | undefined;

  constructor(
    private readonly found: Found,
    private readonly days: { from: string; to: string | null },
  ) {}

  take(row: CsvRow): void {
    const { line, cells } = row;
    const indent = Number(cells[INDENT]);
    const code = cells[NUMBER]!.replace(/\./g, '');
    if (!/^\d{1,2}$/.test(cells[INDENT]!) || !/^(\d{4}|\d{6}|\d{8}|\d{10})?$/.test(code)) {
      const wrong = /^\d{1,2}$/.test(cells[INDENT]!) ? NUMBER : INDENT;
      this.found.refuse({
        line,
        code,
        column: COLUMNS[wrong]!,
        text: cells[wrong]!,
        reason: 'not a number of the schedule',
      });
      return;
    }
    this.settle(indent);
    while (this.above.length > 0 && this.above.at(-1)!.indent >= indent) this.above.pop();
    this.ordinal += 1;
    const description = plain(cells[DESCRIPTION]!);
    const ancestors = this.above.map(({ ordinal }) => ordinal);
    this.above.push({ indent, ordinal: this.ordinal });
    this.held = {
      row,
      indent,
      code: { ordinal: this.ordinal, code, description, declarable: false, ancestors, units: unitsOf(cells[UNITS]!) },
    };
    this.measures(line, code, cells);
  }

  /** A row is declarable when nothing lies below it, which the next one shows. */
  settle(nextIndent: number): void {
    if (!this.held) return;
    const { code, indent } = this.held;
    this.found.codes.push({ ...code, declarable: code.code.length >= 8 && nextIndent <= indent });
    this.held = undefined;
  }

  private measures(line: number, code: string, cells: readonly string[]): void {
    const general = plain(cells[GENERAL]!);
    const column2 = plain(cells[COLUMN_2]!);
    const additional = plain(cells[ADDITIONAL]!);
    const special = plain(cells[SPECIAL]!);
    if (code === '') {
      for (const [text, column] of [
        [general, GENERAL],
        [special, SPECIAL],
        [column2, COLUMN_2],
      ] as const) {
        if (text !== '')
          this.found.refuse({
            line,
            code,
            column: COLUMNS[column]!,
            text,
            reason: 'a rate on a row without a number',
          });
      }
      return;
    }
    const row = { commodity: code, ...this.days, confidence: 'high' as const };
    const hts = `HTSUS ${cells[NUMBER]!}`;
    if (general !== '') {
      this.rate(line, GENERAL, {
        ...row,
        id: `us-general-${code}`,
        role: 'basic-duty',
        type: 'general',
        area: 'column 1',
        except: ['column 2'],
        expression: general,
        law: `${hts}, column 1 general; 19 USC 1202`,
      });
    }
    if (special !== '' && !this.unchanged(special))
      this.special(line, code, special, { ...row, law: `${hts}, column 1 special; 19 USC 1202` });
    if (column2 !== '') {
      this.rate(line, COLUMN_2, {
        ...row,
        id: `us-column-2-${code}`,
        role: 'basic-duty',
        type: 'column 2',
        area: 'column 2',
        expression: column2,
        law: `${hts}, column 2; 19 USC 1202`,
      });
    }
    if (additional !== '') {
      this.rate(line, ADDITIONAL, {
        ...row,
        id: `us-additional-${code}`,
        role: 'additional-duty',
        type: 'additional',
        area: 'column 1',
        expression: additional,
        law: `${hts}, additional duties; 19 USC 1202`,
      });
    }
  }

  private special(
    line: number,
    code: string,
    text: string,
    row: Pick<Parameters<Found['measure']>[0], 'commodity' | 'from' | 'to' | 'confidence' | 'law'>,
  ): void {
    const parts = specialParts(text);
    if (!parts) {
      this.found.refuse({
        line,
        code,
        column: COLUMNS[SPECIAL]!,
        text,
        reason: 'rates with their programs in brackets expected',
      });
      return;
    }
    parts.forEach(({ rate, programs }, index) =>
      this.rate(line, SPECIAL, {
        ...row,
        id: `us-special-${code}-${index + 1}`,
        role: 'preference',
        type: 'special',
        area: 'column 1',
        programs,
        claim: { preferenceCode: programs.join(','), proofs: ['certificate-of-origin'] },
        expression: rate,
      }),
    );
  }

  /** Chapter 99 says so where the rate of the goods' own chapter stays: that is no rate of its own. */
  private unchanged(text: string): boolean {
    if (text !== 'No change') return false;
    this.found.skip('rate “No change”');
    return true;
  }

  private rate(line: number, column: number, measure: Parameters<Found['measure']>[0]): void {
    if (this.unchanged(measure.expression)) return;
    this.found.measure(measure, line, COLUMNS[column]!);
  }
}

export const readHts: TariffReader = async function* (file, found, { validFrom, validTo }) {
  found.areas['column 1'] = null;
  found.areas['column 2'] = COLUMN_2_COUNTRIES;
  for (const [program, countries] of Object.entries(PROGRAM_COUNTRIES)) {
    found.areas[`program ${program}`] = countries === null ? null : [...countries];
  }
  const reader = new HtsReader(found, { from: validFrom, to: validTo });
  let rows = 0;
  const accepts = (header: readonly string[]): boolean => COLUMNS.every((name, at) => header[at] === name);
  for await (const batch of csvRows(file, accepts)) {
    for (const row of batch) reader.take(row);
    rows += batch.length;
    yield;
  }
  reader.settle(-1);
  if (rows === 0) throw unreadable('empty', 'line 2', 'a header and no rows');
  yield;
};
