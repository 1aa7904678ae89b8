import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse, type Info } from 'csv-parse';
import { textOf, unreadable } from './read.js';

export interface CsvRow {
  /** line of the file on which the row ends */
  line: number;
  cells: readonly string[];
}

interface Parsed {
  record: string[];
  info: Info;
}

const ROWS_AT_ONCE = 500;

/**
 * Rows of a CSV file (RFC 4180), in batches. Every row must have as many cells as the header.
 *
 * @param accepts takes the header when it is the source's
 * @throws Invalid `duties.tariff.wrong-format`, `.cut`, `.empty`, `.wrong-encoding`, `.too-large`
 */
export async function* csvRows(
  file: AsyncIterable<Buffer>,
  accepts: (header: readonly string[]) => boolean,
): AsyncGenerator<CsvRow[]> {
  const parser = parse({ relax_column_count: true, info: true, skip_empty_lines: true, max_record_size: 1024 * 1024 });
  const piping = pipeline(Readable.from(textOf(file)), parser);
  // What goes wrong on the way destroys the parser and is thrown where its rows are read.
  piping.catch(() => undefined);
  let columns = 0;
  let odd: { line: number; cells: number } | undefined;
  let batch: CsvRow[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      // Whether a row with too few cells is the wrong format or the end of a file that was cut shows when another follows.
      if (odd)
        throw unreadable('wrong-format', `line ${odd.line}`, `${odd.cells} cells where the header has ${columns}`);
      if (columns === 0) {
        const header = record.map((name) => name.trim());
        if (!accepts(header)) {
          throw unreadable(
            'wrong-format',
            'line 1',
            `columns “${header.join(', ').slice(0, 200)}” are not of this source`,
          );
        }
        columns = header.length;
      } else if (record.length === columns) batch.push({ line: info.lines, cells: record });
      else odd = { line: info.lines, cells: record.length };
      if (batch.length === ROWS_AT_ONCE) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    throw error instanceof CsvError ? ofCsv(error) : error;
  }
  if (odd)
    throw unreadable('cut', `line ${odd.line}`, `the last row has ${odd.cells} cells where the header has ${columns}`);
  if (columns === 0) throw unreadable('empty', 'line 1', 'no header');
  yield batch;
}

function ofCsv(error: CsvError): Error {
  const place = `line ${String((error as unknown as { lines?: number }).lines ?? 'unknown')}`;
  return error.code === 'CSV_QUOTE_NOT_CLOSED'
    ? unreadable('cut', place, 'the file ends inside a quoted cell')
    : unreadable('wrong-format', place, error.message.slice(0, 200));
}
