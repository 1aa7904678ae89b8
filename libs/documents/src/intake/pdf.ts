import { Invalid } from '@tidewaiter/kernel';
import { inflateSync } from 'node:zlib';

export interface PdfInspection {
  /** page objects; those that a later revision replaced are counted too */
  pages: number;
  /** title of the document information dictionary */
  title: string | null;
}

const PAGES = 500;
const TOKENS = 2_000_000;
const DEPTH = 100;
const INFLATED = 10_000_000;
const INFLATED_IN_ALL = 50_000_000;

/** Names that make a file act instead of lie still. @see ISO 32000-2, 12.6.4 (actions), 13 (multimedia), 12.7.8 (XFA) */
const ACTIVE = new Set(['JavaScript', 'JS', 'Launch', 'RichMedia', 'XFA', 'SubmitForm', 'ImportData']);
const INFO_KEYS = new Set(['Producer', 'Creator', 'CreationDate', 'ModDate']);

const ADVICE: Record<string, string> = {
  'active-content': 'Print the document to a new PDF without scripts and forms, and upload that.',
  encrypted: 'Remove the password protection and upload the document again.',
  'embedded-file': 'Upload the attached file as a document of its own, and the PDF without it.',
  truncated: 'The file has no end: send it again.',
  corrupt: 'Write the PDF again with another program, and upload that.',
  'too-complex': 'Split the document.',
  polyglot: 'Write the PDF again with another program, and upload that.',
};

const refuse = (code: string, offset: number, says: string): never => {
  throw new Invalid(`documents.file.${code}`, says, {
    advice: ADVICE[code] ?? '',
    places: [{ pointer: `byte ${offset}`, reason: says }],
    facts: { offset },
  });
};

const WHITE = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITERS = new Set([...'()<>[]{}/%'].map((char) => char.charCodeAt(0)));
const isRegular = (byte: number | undefined): boolean =>
  byte !== undefined && !WHITE.has(byte) && !DELIMITERS.has(byte);

type Token =
  { kind: 'name' | 'word' | 'string'; text: string; at: number } | { kind: 'open' | 'close'; text: string; at: number };

/** Tokens of PDF syntax; strings, comments and streams can say what they like without being taken for syntax. */
class Lexer {
  at: number;

  constructor(
    readonly bytes: Buffer,
    from: number,
  ) {
    this.at = from;
  }

  next(): Token | null {
    this.skip();
    const { bytes, at } = this;
    const byte = bytes[at];
    if (byte === undefined) return null;
    const char = String.fromCharCode(byte);
    if (char === '/') return this.name();
    if (char === '(') return this.literal();
    if (char === '<' && bytes[at + 1] !== 0x3c) return this.hex();
    if (char === '<' || (char === '>' && bytes[at + 1] === 0x3e)) {
      this.at += 2;
      return { kind: char === '<' ? 'open' : 'close', text: char + char, at };
    }
    if (char === '[' || char === ']') {
      this.at += 1;
      return { kind: char === '[' ? 'open' : 'close', text: char, at };
    }
    if (DELIMITERS.has(byte)) {
      this.at += 1;
      return { kind: 'word', text: char, at };
    }
    let end = at;
    while (isRegular(bytes[end])) end += 1;
    this.at = end;
    return { kind: 'word', text: bytes.toString('latin1', at, Math.min(end, at + 40)), at };
  }

  private skip(): void {
    const { bytes } = this;
    for (;;) {
      while (this.at < bytes.length && WHITE.has(bytes[this.at]!)) this.at += 1;
      if (bytes[this.at] !== 0x25) return;
      while (this.at < bytes.length && bytes[this.at] !== 10 && bytes[this.at] !== 13) this.at += 1;
    }
  }

  private name(): Token {
    const { bytes, at } = this;
    let end = at + 1;
    while (isRegular(bytes[end])) end += 1;
    this.at = end;
    const written = bytes.toString('latin1', at + 1, Math.min(end, at + 200));
    const text = written.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return { kind: 'name', text, at };
  }

  private literal(): Token {
    const { bytes, at } = this;
    let depth = 0;
    let text = '';
    let end = at;
    for (; end < bytes.length; end += 1) {
      const byte = bytes[end]!;
      if (byte === 0x5c) {
        end += 1;
        if (text.length < 400) text += escaped(bytes, end);
        if (/[0-7]/.test(String.fromCharCode(bytes[end] ?? 0))) end += octal(bytes, end).length - 1;
        continue;
      }
      if (byte === 0x28) depth += 1;
      if (byte === 0x29) depth -= 1;
      if (depth === 0) break;
      if (end > at && text.length < 400) text += String.fromCharCode(byte);
    }
    this.at = end + 1;
    return { kind: 'string', text, at };
  }

  private hex(): Token {
    const end = this.bytes.indexOf(0x3e, this.at);
    if (end < 0) refuse('corrupt', this.at, 'a hexadecimal string that never ends');
    const digits = this.bytes
      .toString('latin1', this.at + 1, Math.min(end, this.at + 801))
      .replace(/[^0-9A-Fa-f]/g, '');
    const token: Token = {
      kind: 'string',
      text: Buffer.from(digits.length % 2 ? `${digits}0` : digits, 'hex').toString('latin1'),
      at: this.at,
    };
    this.at = end + 1;
    return token;
  }
}

const octal = (bytes: Buffer, at: number): string =>
  /^[0-7]{1,3}/.exec(bytes.toString('latin1', at, at + 3))?.[0] ?? '';

function escaped(bytes: Buffer, at: number): string {
  const char = String.fromCharCode(bytes[at] ?? 0);
  if (/[0-7]/.test(char)) return String.fromCharCode(Number.parseInt(octal(bytes, at), 8) & 0xff);
  return { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '\n': '', '\r': '' }[char] ?? char;
}

/** Text strings are UTF-16BE or UTF-8 with a mark, else (close enough to PDFDocEncoding) Latin-1. */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  const plain =
    bytes[0] === 0xfe && bytes[1] === 0xff
      ? Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
          .swap16()
          .toString('utf16le')
      : bytes[0] === 0xef && bytes[1] === 0xbb
        ? bytes.toString('utf8').slice(1)
        : text;
  return plain.replace(/[\p{C}\s]+/gu, ' ').trim();
}

interface Frame {
  open: '<<' | '[';
  /** direct values by key: names, numbers and strings as they are, names of an array joined by blanks */
  values: Map<string, string>;
  /** keys whose value is a string of its own and not a reference */
  strings: Set<string>;
  key: string | null;
  /** names in an array, and the key that it stands under */
  names: string[];
  under: string | null;
  isInfo: boolean;
}

const frame = (open: Frame['open'], under: string | null): Frame => ({
  open,
  values: new Map(),
  strings: new Set(),
  key: null,
  names: [],
  under,
  isInfo: false,
});

/** How many objects that are nothing but a string are remembered: a title may be one. */
const REMEMBERED = 1_000;

class Inspector {
  private pages = 0;
  private title: { text: string } | { object: string } | null = null;
  private readonly strings = new Map<string, string>();
  private tokens = 0;
  private inflated = 0;
  private objects = 0;

  inspect(bytes: Buffer, start: number): PdfInspection {
    this.walk(new Lexer(bytes, start), true);
    if (this.objects === 0) refuse('corrupt', start, 'there is no object in it');
    const title = this.title && ('text' in this.title ? this.title.text : this.strings.get(this.title.object));
    return { pages: this.pages, title: (title && decoded(title)) || null };
  }

  private walk(lexer: Lexer, withStreams: boolean): void {
    const open: Frame[] = [];
    let last: Frame | null = null;
    let words: string[] = [];
    let object = '';
    for (let token = lexer.next(); token; token = lexer.next()) {
      this.tokens += 1;
      if (this.tokens > TOKENS) refuse('too-complex', token.at, `more than ${TOKENS} tokens`);
      const top = open[open.length - 1];
      if (token.kind === 'open') {
        if (open.length >= DEPTH) refuse('too-complex', token.at, `more than ${DEPTH} objects inside one another`);
        open.push(frame(token.text as Frame['open'], top?.key ?? null));
        if (top) top.key = null;
      } else if (token.kind === 'close') {
        last = open.pop() ?? null;
        if (last) this.closed(last, open[open.length - 1]);
      } else if (token.kind === 'word' && token.text === 'stream' && withStreams && !top) {
        this.stream(lexer, last, token.at);
        last = null;
      } else {
        if (token.kind === 'name') this.look(token);
        if (top) note(top, token);
        else if (token.kind === 'string' && this.strings.size < REMEMBERED) this.strings.set(object, token.text);
        else if (token.text === 'obj') {
          this.objects += 1;
          object = words[words.length - 2] ?? '';
        }
        words = token.kind === 'word' ? [...words.slice(-1), token.text] : [];
      }
    }
  }

  private look({ text, at }: Token): void {
    if (ACTIVE.has(text)) refuse('active-content', at, `the PDF holds active content (${text})`);
    if (text === 'EmbeddedFile' || text === 'EmbeddedFiles')
      refuse('embedded-file', at, 'the PDF carries another file inside');
    if (text === 'Encrypt') refuse('encrypted', at, 'the PDF is encrypted');
  }

  private closed({ open, values, strings, names, under, isInfo }: Frame, parent: Frame | undefined): void {
    if (open === '[') {
      if (parent && under !== null) parent.values.set(under, names.join(' '));
      return;
    }
    if (values.get('Type') === 'Page') {
      this.pages += 1;
      if (this.pages > PAGES) refuse('too-complex', 0, `more than ${PAGES} pages`);
    }
    const title = values.get('Title');
    if (isInfo && title !== undefined) this.title = strings.has('Title') ? { text: title } : { object: title };
  }

  /** Goes past a stream's bytes; only those that hold objects are opened, and what they inflate to is counted. */
  private stream(lexer: Lexer, dictionary: Frame | null, at: number): void {
    const { bytes } = lexer;
    let from = lexer.at;
    if (bytes[from] === 13) from += 1;
    if (bytes[from] === 10) from += 1;
    const stated = Number(dictionary?.values.get('Length') ?? Number.NaN);
    const fits =
      Number.isInteger(stated) &&
      stated >= 0 &&
      /^\s{0,2}endstream/.test(bytes.toString('latin1', from + stated, from + stated + 11));
    const end = fits ? from + stated : bytes.indexOf('endstream', from, 'latin1');
    if (end < 0) refuse('truncated', at, 'a stream that never ends');
    if (dictionary?.values.get('Type') === 'ObjStm') this.objectStream(bytes.subarray(from, end), dictionary, at);
    lexer.at = end;
  }

  private objectStream(packed: Buffer, dictionary: Frame, at: number): void {
    const filter = dictionary.values.get('Filter');
    if (filter !== undefined && filter !== 'FlateDecode')
      refuse('corrupt', at, `objects packed with ${filter} are not opened`);
    if (filter === undefined && dictionary.values.has('Filter[]'))
      refuse('corrupt', at, 'objects packed more than once are not opened');
    const bytes = filter === undefined ? packed : this.inflate(packed, at);
    this.inflated += bytes.length;
    if (this.inflated > INFLATED_IN_ALL)
      refuse('too-complex', at, `more than ${INFLATED_IN_ALL} bytes of packed objects`);
    this.walk(new Lexer(bytes, 0), false);
  }

  private inflate(packed: Buffer, at: number): Buffer {
    try {
      return inflateSync(packed, { maxOutputLength: INFLATED });
    } catch (error) {
      const tooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
      return refuse(
        tooLarge ? 'too-complex' : 'corrupt',
        at,
        tooLarge ? `packed objects of more than ${INFLATED} bytes` : 'packed objects that cannot be inflated',
      );
    }
  }
}

/** Notes `key value` pairs of a dictionary, and the names of an array; of a reference the number of its object. */
function note(top: Frame, { kind, text }: Token): void {
  if (top.open === '[') {
    if (kind === 'name' && top.names.length < 20) top.names.push(text);
    return;
  }
  if (top.key === null) {
    if (kind !== 'name') return;
    top.key = text;
    if (INFO_KEYS.has(text)) top.isInfo = true;
    return;
  }
  top.values.set(top.key, text);
  if (kind === 'string') top.strings.add(top.key);
  top.key = null;
}

/** Bytes before the header: a mark of UTF-8 and white space, no more. */
function headerAt(bytes: Buffer): number {
  const head = bytes.toString('latin1', 0, 1024);
  const match = /^(?:\u00EF\u00BB\u00BF)?[\0\t\n\f\r ]*(?=%PDF-[12]\.\d)/.exec(head);
  return match ? match[0].length : refuse('corrupt', 0, 'there is no PDF header at its beginning');
}

/**
 * Looks at the structure of a PDF without drawing it or running anything: header, end, objects (packed ones too), and the names
 * that make a file act. Bounds: 2,000,000 tokens, depth 100, 500 pages, 10 MB from one packed stream and 50 MB in all.
 *
 * @throws Invalid `documents.file.corrupt`, `.truncated`, `.encrypted`, `.active-content`, `.embedded-file`, `.too-complex`, `.polyglot`, with the byte
 */
export function inspectPdf(given: Uint8Array): PdfInspection {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const start = headerAt(bytes);
  const end = bytes.lastIndexOf('%%EOF', undefined, 'latin1');
  if (end < 0 || bytes.length - end > 1024 + 5) refuse('truncated', bytes.length, 'the PDF has no end (%%EOF)');
  const zip = bytes.subarray(Math.max(0, bytes.length - 66_000)).lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  if (zip >= 0) refuse('polyglot', Math.max(0, bytes.length - 66_000) + zip, 'the PDF is a zip archive as well');
  return new Inspector().inspect(bytes, start);
}
