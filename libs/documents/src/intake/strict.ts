import { isUtf8 } from 'node:buffer';
import { Invalid } from '@tidewaiter/kernel';
import { firstBadUtf8, readXml, type XmlElement } from '@tidewaiter/xml';
import { inspectPdf } from './pdf.js';
import type { MediaType } from './sniff.js';

const CODES: Record<string, string> = {
  'xml.doctype': 'doctype',
  'xml.too-large': 'too-large',
  'xml.too-complex': 'too-complex',
  'xml.charset': 'charset',
  'xml.malformed': 'corrupt',
};

const refused = (code: string, place: string, says: string, advice: string): Invalid =>
  new Invalid(`documents.file.${code}`, says, { advice, places: [{ pointer: place, reason: says }] });

const PAGES = new Set(['http://www.w3.org/1999/xhtml', 'http://www.w3.org/2000/svg']);

function noPages(element: XmlElement): void {
  if (PAGES.has(element.namespace)) {
    throw refused(
      'type-not-allowed',
      element.place,
      'the XML holds a web page or a drawing',
      'Send the message without it.',
    );
  }
  element.elements.forEach(noPages);
}

function xml(bytes: Buffer): void {
  try {
    noPages(readXml(bytes).root);
  } catch (error) {
    if (error instanceof Invalid && CODES[error.code])
      throw new Invalid(`documents.file.${CODES[error.code]}`, error.message, error.details);
    throw error;
  }
}

function utf8(bytes: Buffer): void {
  if (!isUtf8(bytes)) {
    const offset = firstBadUtf8(bytes);
    throw refused('charset', `byte ${offset}`, 'a byte that is no UTF-8', 'Save the file as UTF-8 and send it again.');
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    throw refused('charset', `byte ${zero}`, 'a zero byte in a text', 'Save the file as UTF-8 text and send it again.');
}

function json(bytes: Buffer): void {
  utf8(bytes);
  try {
    JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refused(
      'corrupt',
      '/',
      `the file is no JSON: ${(error as Error).message.slice(0, 140)}`,
      'Write the file with a JSON library and send it again.',
    );
  }
}

const LINE = 64_000;

function csv(bytes: Buffer): void {
  utf8(bytes);
  for (let from = 0, row = 1; from < bytes.length; row += 1) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    if (to - from > LINE)
      throw refused(
        'too-complex',
        `row ${row}`,
        `a line of more than ${LINE} bytes`,
        'Write the table with line ends.',
      );
    from = to + 1;
  }
}

const CHECKS: Record<MediaType, (bytes: Buffer) => unknown> = {
  'application/pdf': inspectPdf,
  'application/xml': xml,
  'application/json': json,
  'text/csv': csv,
};

/**
 * The second look: a whole, strict pass over the bytes by the rules of their format. What passes is well formed, within bounds
 * and lies still; what it means is for the reading.
 *
 * @throws Invalid `documents.file.…` with the place
 */
export function checkStrictly(mediaType: MediaType, bytes: Buffer): void {
  CHECKS[mediaType](bytes);
}
