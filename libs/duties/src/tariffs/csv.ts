import { textOf, unreadable } from './read.js';

export interface CsvRow {
  /** line of the file on which the row ends */
  line: number;
  cells: string[];
}

const LONGEST_ROW = 1024 * 1024;

/**
 * Splits CSV (RFC 4180) into rows as its text arrives. Written for this: of the time that a schedule of 35,000 rows takes to load, a
 * general parser of streams took a third.
 */
class Splitter {
  private rest = '';
  private lines = 0;

  /** @param last no more text follows: what is left is a row or was cut */
  take(text: string, last: boolean): CsvRow[] {
    const all = this.rest + text;
    const rows: CsvRow[] = [];
    let at = 0;
    for (;;) {
      const end = this.row(all, at, last, rows);
      if (end < 0) break;
      at = end;
    }
    this.rest = all.slice(at);
    if (this.rest.length > LONGEST_ROW)
      throw unreadable('wrong-format', `line ${this.lines + 1}`, `a row of more than ${LONGEST_ROW} characters`);
    return rows;
  }

  /** Reads one row. @returns where the next begins; -1 when its end is not there yet */
  private row(all: string, start: number, last: boolean, rows: CsvRow[]): number {
    if (start >= all.length) return -1;
    const cells: string[] = [];
    let inner = 0;
    let newline = all.indexOf('\n', start);
    for (let at = start; ;) {
      let end: number;
      if (all.charCodeAt(at) === QUOTE) {
        let close = all.indexOf('"', at + 1);
        let doubled = false;
        while (close >= 0 && all.charCodeAt(close + 1) === QUOTE) {
          doubled = true;
          close = all.indexOf('"', close + 2);
        }
        if (close < 0 || (close + 1 === all.length && !last)) {
          if (last) throw unreadable('cut', `line ${this.lines + 1}`, 'the file ends inside a quoted cell');
          return -1;
        }
        const cell = all.slice(at + 1, close);
        cells.push(doubled ? cell.replaceAll('""', '"') : cell);
        end = close + 1;
        if (newline >= 0 && newline < close) {
          for (let n = all.indexOf('\n', at); n >= 0 && n < close; n = all.indexOf('\n', n + 1)) inner += 1;
          newline = all.indexOf('\n', close);
        }
        if (all.charCodeAt(end) === RETURN) {
          if (end + 1 === all.length && !last) return -1;
          if (end + 1 === newline || end + 1 === all.length) end += 1;
        }
      } else {
        const comma = all.indexOf(',', at);
        end = comma >= 0 && (newline < 0 || comma < newline) ? comma : newline < 0 ? all.length : newline;
        const cell = all.slice(at, end);
        if (cell.includes('"'))
          throw unreadable('wrong-format', `line ${this.lines + inner + 1}`, 'a quotation mark inside a cell');
        cells.push(end === newline && cell.endsWith('\r') ? cell.slice(0, -1) : cell);
      }
      if (all.charCodeAt(end) === COMMA) {
        at = end + 1;
        continue;
      }
      if (end === all.length ? !last : end !== newline) {
        if (end < all.length)
          throw unreadable('wrong-format', `line ${this.lines + inner + 1}`, 'text after a closing quotation mark');
        return -1;
      }
      this.lines += inner + 1;
      if (cells.length > 1 || cells[0] !== '') rows.push({ line: this.lines, cells });
      return end + 1;
    }
  }
}

const QUOTE = 34;
const COMMA = 44;
const RETURN = 13;

/**
 * Rows of a CSV file, in batches. Every row must have as many cells as the header.
 *
 * @param accepts takes the header when it is the source's
 * @throws Invalid `duties.tariff.wrong-format`, `.cut`, `.empty`, `.wrong-encoding`, `.too-large`
 */
export async function* csvRows(
  file: AsyncIterable<Buffer>,
  accepts: (header: readonly string[]) => boolean,
): AsyncGenerator<CsvRow[]> {
  const splitter = new Splitter();
  let columns = 0;
  let odd: CsvRow | undefined;
  const checked = (rows: readonly CsvRow[]): CsvRow[] =>
    rows.filter((row) => {
      // Whether a row with too few cells is the wrong format or the end of a file that was cut shows when another follows.
      if (odd)
        throw unreadable(
          'wrong-format',
          `line ${odd.line}`,
          `${odd.cells.length} cells where the header has ${columns}`,
        );
      if (columns === 0) {
        const header = row.cells.map((name) => name.trim());
        if (!accepts(header)) {
          throw unreadable(
            'wrong-format',
            'line 1',
            `columns “${header.join(', ').slice(0, 200)}” are not of this source`,
          );
        }
        columns = header.length;
        return false;
      }
      if (row.cells.length !== columns) odd = row;
      return row.cells.length === columns;
    });
  for await (const text of textOf(file)) yield checked(splitter.take(text, false));
  yield checked(splitter.take('', true));
  if (odd)
    throw unreadable(
      'cut',
      `line ${odd.line}`,
      `the last row has ${odd.cells.length} cells where the header has ${columns}`,
    );
  if (columns === 0) throw unreadable('empty', 'line 1', 'no header');
}
