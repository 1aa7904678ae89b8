import { isUtf8 } from 'node:buffer';
import { Invalid } from '@tidewaiter/kernel';
import { fileTypeFromBuffer } from 'file-type';

export const MEDIA_TYPES = ['application/pdf', 'application/xml', 'application/json', 'text/csv'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** How many bytes at the beginning decide what a file is. */
export const HEAD = 4_100;

/** What people, browsers and tools call the four. */
const DECLARED: Record<string, MediaType> = {
  'application/pdf': 'application/pdf',
  'application/x-pdf': 'application/pdf',
  'application/xml': 'application/xml',
  'text/xml': 'application/xml',
  'application/json': 'application/json',
  'text/json': 'application/json',
  'text/csv': 'text/csv',
  'application/csv': 'text/csv',
  'text/plain': 'text/csv',
  'application/vnd.ms-excel': 'text/csv', // what browsers on Windows say of any .csv
};
const EXTENSIONS: Record<string, MediaType> = {
  pdf: 'application/pdf',
  xml: 'application/xml',
  json: 'application/json',
  csv: 'text/csv',
  txt: 'text/csv',
};
/** Says nothing: the tool did not know. */
const UNDECLARED = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

const refused = (code: string, says: string, advice: string): Invalid =>
  new Invalid(`documents.file.${code}`, says, { advice, places: [{ pointer: 'byte 0', reason: says }] });

const notAllowed = (what: string): Invalid =>
  refused(
    'type-not-allowed',
    `the file is ${what}`,
    'Upload invoices as UBL 2.1 XML, packing lists as CSV, transport documents as JSON, licences as JSON or PDF, everything else as PDF.',
  );

/** Without the bytes of a character that the end of the head cuts in two. */
function wholeCharacters(head: Buffer): Buffer {
  for (let cut = 0; cut < 4 && cut <= head.length; cut += 1) {
    const part = head.subarray(0, head.length - cut);
    if (isUtf8(part)) return part;
  }
  return head;
}

function textType(text: string): MediaType {
  const begin = text.replace(/^\uFEFF/, '').trimStart();
  if (/^<(!doctype\s+html|html|head|body|script|iframe|img)\b/i.test(begin)) throw notAllowed('a web page');
  if (/^(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*)*<svg\b/i.test(begin))
    throw notAllowed('a drawing that can run scripts (SVG)');
  if (begin.startsWith('#!')) throw notAllowed('a script');
  if (begin.startsWith('<')) return 'application/xml';
  return begin.startsWith('{') || begin.startsWith('[') ? 'application/json' : 'text/csv';
}

/**
 * What the bytes say they are. Text is looked at first: signature tables take any text that begins with two unlucky letters
 * for a picture or a program.
 *
 * @param head the first 4,100 bytes, or all
 * @throws Invalid `documents.file.type-not-allowed`
 */
export async function sniff(head: Buffer): Promise<MediaType> {
  if (/^(?:\u00EF\u00BB\u00BF)?[\0\t\n\f\r ]*%PDF-/.test(head.toString('latin1', 0, 1024))) return 'application/pdf';
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return 'application/xml';
  const binary = await fileTypeFromBuffer(head);
  const text = wholeCharacters(head);

  if (isUtf8(text) && !/[\u0001-\u0008\u000E-\u001F]/.test(text.toString('latin1'))) {
    if (text.includes(0) && binary) throw notAllowed(binary.mime);
    return textType(text.toString('utf8'));
  }
  if (binary && binary.mime !== 'application/xml') throw notAllowed(binary.mime);
  // Not clean text and no known signature: let the strict reader of what it begins like name the first bad byte.
  return textType(head.toString('latin1'));
}

const extensionOf = (name: string): string | null => /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? null;

/**
 * Declared type, extension and bytes must agree, and fit what the document is said to be.
 *
 * @throws Invalid `documents.file.type-mismatch`, `documents.file.type-not-allowed`
 */
export function agree(found: MediaType, declared: string, name: string, allowed: readonly MediaType[]): void {
  const said = declared.split(';')[0]!.trim().toLowerCase();
  if (!UNDECLARED.has(said) && DECLARED[said] !== found) {
    throw refused(
      'type-mismatch',
      `it was sent as ${said.slice(0, 60)}, the bytes are ${found}`,
      'Send the file as what it is.',
    );
  }
  const extension = extensionOf(name);
  if (extension !== null && EXTENSIONS[extension] !== found) {
    throw refused(
      'type-mismatch',
      `its name ends in .${extension}, the bytes are ${found}`,
      'Give the file the name that fits it.',
    );
  }
  if (!allowed.includes(found)) {
    throw refused(
      'type-not-allowed',
      `this document is taken as ${allowed.join(' or ')}, the file is ${found}`,
      'Upload it in that form, or as the document that it is.',
    );
  }
}

/** Formats that each document is taken in: those that can be read, and PDF for papers that people read. */
export function allowedFor(documentType: string): readonly MediaType[] {
  switch (documentType) {
    case 'commercial-invoice':
      return ['application/xml'];
    case 'packing-list':
      return ['text/csv'];
    case 'bill-of-lading':
    case 'sea-waybill':
    case 'air-waybill':
    case 'road-note':
      return ['application/json'];
    case 'import-licence':
      return ['application/pdf', 'application/json'];
    default:
      return ['application/pdf'];
  }
}
