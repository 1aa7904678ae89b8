import type { RefusedRow } from '@tidewaiter/contracts';
import { Invalid } from '@tidewaiter/kernel';
import { parseExpression } from '../domain/expression.js';
import type { Areas, TariffCode, TariffMeasure } from '../domain/tariff-snapshot.js';

/** What a reader has found since it was last emptied. */
export class Found {
  codes: TariffCode[] = [];
  measures: TariffMeasure[] = [];
  refused: RefusedRow[] = [];
  readonly areas: Record<string, string[] | null> = {};
  readonly skipped: Record<string, number> = {};
  private readonly ids = new Set<string>();
  private readonly faults = new Map<string, string | null>();

  skip(kind: string): void {
    this.skipped[kind] = (this.skipped[kind] ?? 0) + 1;
  }

  refuse(row: RefusedRow): void {
    this.refused.push({ ...row, text: row.text.slice(0, 500) });
  }

  /** Takes a measure, or says what of it cannot be used: text that cannot be read is kept as refused, never guessed. */
  measure(measure: TariffMeasure, line: number, column: string): void {
    const reason =
      this.fault(measure.expression) ?? (this.ids.has(measure.id) ? `${measure.id} is in the file twice` : null);
    if (reason === null) {
      this.ids.add(measure.id);
      this.measures.push(measure);
    } else this.refuse({ line, code: measure.commodity, column, text: measure.expression, reason });
  }

  /** Why an expression cannot be read; null when it can. Published tariffs repeat a few thousand texts. */
  fault(text: string): string | null {
    const known = this.faults.get(text);
    if (known !== undefined) return known;
    let fault: string | null = null;
    try {
      parseExpression(text);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      fault = error.details.places?.[0]?.reason ?? error.message;
    }
    if (this.faults.size < 20_000) this.faults.set(text, fault);
    return fault;
  }
}

export interface ReadOptions {
  destination: string;
  validFrom: string;
  validTo: string | null;
  /** areas that the house's rule book describes: for files that name a group of countries and not its members */
  areas: Areas;
}

/** Reads a file and yields whenever it has found enough to be taken away. @throws Invalid `duties.tariff.…` with the line */
export type TariffReader = (file: AsyncIterable<Buffer>, found: Found, options: ReadOptions) => AsyncGenerator<void>;

/** How many rows a reader finds before it lets them be taken away. */
export const BATCH = 2000;

const ADVICE: Record<string, string> = {
  'wrong-format':
    'Name the source that the file is of: uk-global-tariff, usitc-hts-csv, uk-trade-tariff-json or tidewaiter-csv.',
  'wrong-encoding': 'Save it as UTF-8 and send it again; nothing of it was loaded.',
  cut: 'Fetch the file again; nothing of it was loaded.',
  empty: 'Fetch the file again; nothing of it was loaded.',
  'too-large': 'Load it in parts, or ask for a larger limit.',
};

export const unreadable = (
  what: 'wrong-format' | 'wrong-encoding' | 'cut' | 'empty' | 'too-large',
  place: string,
  says: string,
): Invalid =>
  new Invalid(`duties.tariff.${what}`, `the tariff cannot be read: ${place}: ${says}`, {
    advice: ADVICE[what]!,
    places: [{ pointer: place, reason: says }],
  });

const LARGEST = 256 * 1024 * 1024;

/** The text of a file, piece by piece. Strictly UTF-8, without its byte order mark. @throws Invalid `duties.tariff.wrong-encoding`, `.too-large` */
export async function* textOf(file: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let lines = 1;
  const decode = (chunk?: Buffer): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw unreadable('wrong-encoding', `line ${lines} or after`, 'bytes that are no UTF-8');
    }
  };
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > LARGEST) throw unreadable('too-large', `byte ${LARGEST}`, `larger than ${LARGEST / 1024 / 1024} MB`);
    const text = decode(chunk);
    if (text.includes('\0'))
      throw unreadable('wrong-encoding', `line ${lines} or after`, 'a NUL: this is UTF-16 or no text');
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
    yield text;
  }
  yield decode();
}

/** Lines of a text with their numbers, without their ends. The last one may be empty. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<{ line: number; text: string }[]> {
  let rest = '';
  let line = 0;
  for await (const piece of text) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop()!;
    yield parts.map((each) => ({ line: (line += 1), text: each.endsWith('\r') ? each.slice(0, -1) : each }));
  }
  yield [{ line: line + 1, text: rest }];
}
