import { z } from 'zod';
import { csvRows } from './csv.js';
import { BATCH, linesOf, textOf, unreadable, type Found, type ReadOptions, type TariffReader } from './read.js';

const LAW = 'Customs Tariff (Establishment) (EU Exit) Regulations 2020 (SI 2020/1430), Tariff of the United Kingdom';
const COLUMNS = ['commodity', 'description', 'ukgt_duty_rate'] as const;

const parsedLine = z.object({
  code: z.string(),
  description: z.string(),
  uk: z.object({ expression: z.string() }),
});

/** One code of the list with its third country rate. The list is flat: it has no headings. */
class ListReader {
  private ordinal = 0;
  private readonly seen = new Set<string>();

  constructor(
    private readonly found: Found,
    private readonly options: ReadOptions,
  ) {}

  take(line: number, code: string, description: string, expression: string): void {
    const { found, options } = this;
    const refuse = (column: string, text: string, reason: string): void =>
      found.refuse({ line, code, column, text, reason });
    if (!/^(\d{8}|\d{10})$/.test(code)) return refuse('commodity', code, 'a code of 8 or 10 digits expected');
    if (this.seen.has(code)) return refuse('commodity', code, 'the code is in the file twice');
    this.seen.add(code);
    this.ordinal += 1;
    found.codes.push({
      ordinal: this.ordinal,
      code,
      description: description.trim(),
      declarable: true,
      ancestors: [],
      units: [],
    });
    found.measure(
      {
        id: `gb-103-${code}`,
        commodity: code,
        role: 'basic-duty',
        type: '103',
        area: '1011',
        expression: expression.trim(),
        from: options.validFrom,
        to: options.validTo,
        law: LAW,
        confidence: 'high',
      },
      line,
      'ukgt_duty_rate',
    );
  }

  get rows(): number {
    return this.ordinal;
  }
}

async function* ofCsv(file: AsyncIterable<Buffer>, reader: ListReader): AsyncGenerator<void> {
  let at: number[] = [];
  const accepts = (header: readonly string[]): boolean => {
    at = COLUMNS.map((name) => header.indexOf(name));
    return at.every((place) => place >= 0);
  };
  for await (const rows of csvRows(file, accepts)) {
    for (const { line, cells } of rows) reader.take(line, cells[at[0]!]!, cells[at[1]!]!, cells[at[2]!]!);
    yield;
  }
}

async function* ofLines(file: AsyncIterable<Buffer>, reader: ListReader, found: Found): AsyncGenerator<void> {
  let last: { line: number; fault: string } | undefined;
  let waiting = 0;
  for await (const lines of linesOf(textOf(file))) {
    for (const { line, text } of lines) {
      if (text.trim() === '') continue;
      if (last) throw unreadable('wrong-format', `line ${last.line}`, last.fault);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (error) {
        last = { line, fault: (error as Error).message.slice(0, 150) };
        continue;
      }
      const row = parsedLine.safeParse(value);
      if (row.success) reader.take(line, row.data.code, row.data.description, row.data.uk.expression);
      else
        found.refuse({
          line,
          code: '',
          column: row.error.issues[0]!.path.join('.'),
          text,
          reason: row.error.issues[0]!.message,
        });
      if ((waiting += 1) % BATCH === 0) yield;
    }
  }
  if (last) throw unreadable('cut', `line ${last.line}`, 'the file ends inside a row');
  yield;
}

/** The first byte of a file tells a row of JSON from a header; it is handed on unread. */
async function peek(file: AsyncIterable<Buffer>): Promise<{ first: string; whole: AsyncIterable<Buffer> }> {
  const chunks = file[Symbol.asyncIterator]();
  const start = await chunks.next();
  const first = start.done
    ? ''
    : start.value
        .toString('latin1', 0, 4)
        .replace(/^\u00ef\u00bb\u00bf/, '')
        .trimStart()
        .slice(0, 1);
  return {
    first,
    whole: {
      async *[Symbol.asyncIterator]() {
        if (!start.done) yield start.value;
        for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
      },
    },
  };
}

/**
 * Reads the UK Global Tariff list: the published CSV (`commodity`, `description`, `ukgt_duty_rate` among its columns) or its rows
 * as JSON lines (`code`, `description`, `uk.expression`). The EU rates beside it are not read: they are another tariff.
 */
export const readUkGlobalTariff: TariffReader = async function* (file, found, options) {
  found.areas['1011'] = null;
  const reader = new ListReader(found, options);
  const { first, whole } = await peek(file);
  yield* first === '{' ? ofLines(whole, reader, found) : ofCsv(whole, reader);
  if (reader.rows === 0) throw unreadable('empty', 'line 2', 'no row with a code');
};
