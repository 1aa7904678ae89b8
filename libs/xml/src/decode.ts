import { isUtf8 } from 'node:buffer';
import { Invalid } from '@tidewaiter/kernel';

export type XmlEncoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';

/** Text of a file with the way back from a character to the byte it came from. */
export interface Decoded {
  text: string;
  encoding: XmlEncoding;
  /** @param index UTF-16 code unit in `text`; @returns offset in the file, byte order mark counted */
  byteAt: (index: number) => number;
}

const charset = (offset: number, says: string, advice: string): Invalid =>
  new Invalid('xml.charset', says, {
    advice,
    places: [{ pointer: `byte ${offset}`, reason: says }],
    facts: { offset },
  });

const STEP = 4096;

/** Every 4,096 characters the byte is noted, so that one offset costs a short walk and a file without questions costs one pass. */
function utf8Offsets(text: string, start: number): (index: number) => number {
  const marks: number[] = [start];
  const width = (index: number): number => {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) return 1;
    if (unit < 0x800) return 2;
    return unit >= 0xd800 && unit < 0xe000 ? 2 : 3; // each half of a pair stands for two of its four bytes
  };
  return (index) => {
    while (marks.length * STEP <= index) {
      let bytes = marks[marks.length - 1]!;
      for (let i = (marks.length - 1) * STEP; i < marks.length * STEP; i += 1) bytes += width(i);
      marks.push(bytes);
    }
    const mark = Math.floor(index / STEP);
    let bytes = marks[mark]!;
    for (let i = mark * STEP; i < index && i < text.length; i += 1) bytes += width(i);
    return bytes;
  };
}

/** Offset of the first byte that is no UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
export function firstBadUtf8(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    const more =
      lead < 0x80
        ? 0
        : lead >= 0xc2 && lead < 0xe0
          ? 1
          : lead >= 0xe0 && lead < 0xf0
            ? 2
            : lead >= 0xf0 && lead < 0xf5
              ? 3
              : -1;
    if (more < 0) return i;
    for (let k = 1; k <= more; k += 1) {
      const next = bytes[i + k];
      if (next === undefined || (next & 0xc0) !== 0x80) return i;
      if (k === 1) {
        if (lead === 0xe0 && next < 0xa0) return i;
        if (lead === 0xed && next > 0x9f) return i;
        if (lead === 0xf0 && next < 0x90) return i;
        if (lead === 0xf4 && next > 0x8f) return i;
      }
    }
    i += more + 1;
  }
  return -1;
}

function declaredEncoding(text: string): string | null {
  const declaration = /^<\?xml\s[^?]{0,200}\?>/.exec(text)?.[0];
  const match = declaration && /\sencoding\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(declaration);
  return match ? (match[1] ?? match[2] ?? '').toUpperCase() : null;
}

function decodeUtf16(bytes: Uint8Array, encoding: 'UTF-16LE' | 'UTF-16BE'): Decoded {
  const body = Buffer.from(bytes.subarray(2));
  if (body.length % 2 === 1)
    throw charset(bytes.length - 1, 'half a UTF-16 character at the end', 'Send the whole file.');
  const text = (encoding === 'UTF-16LE' ? body : body.swap16()).toString('utf16le');
  const half = /\p{Surrogate}/u.exec(text);
  if (half) throw charset(2 + half.index * 2, 'half of a UTF-16 pair', 'Save the file as UTF-8 and send it again.');
  const declared = declaredEncoding(text);
  if (declared !== null && declared !== 'UTF-16' && declared !== encoding) {
    throw charset(
      0,
      `the bytes are ${encoding} and the declaration says ${declared}`,
      'Make the declaration say what the bytes are.',
    );
  }
  return { text, encoding, byteAt: (index) => 2 + index * 2 };
}

/**
 * Decides by byte order mark, then by declaration, and believes neither against the bytes.
 * UTF-8 (and ASCII, its part) and UTF-16 with a mark are read; UTF-7, EBCDIC, Latin and other code pages are refused.
 *
 * @throws Invalid `xml.charset` with the offset of the first byte that does not fit
 */
export function decodeXml(bytes: Uint8Array): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, 'UTF-16LE');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, 'UTF-16BE');
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const body = bytes.subarray(start);
  const zero = body.indexOf(0);
  if (zero >= 0)
    throw charset(start + zero, 'a zero byte: no UTF-8 text, and UTF-16 needs its mark', 'Save the file as UTF-8.');
  if (!isUtf8(body)) {
    throw charset(start + firstBadUtf8(body), 'a byte that is no UTF-8', 'Save the file as UTF-8 and send it again.');
  }
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const declared = declaredEncoding(text);
  if (declared !== null && declared !== 'UTF-8' && declared !== 'US-ASCII' && declared !== 'ASCII') {
    throw charset(
      start,
      `the declaration says ${declared}`,
      'Save the file as UTF-8, with a declaration that says so.',
    );
  }
  return { text, encoding: 'UTF-8', byteAt: utf8Offsets(text, start) };
}
