import { createHash } from 'node:crypto';
import { Invalid, type Place } from '@tidewaiter/kernel';

/** `sha256:` and the digest of a message's bytes. */
export const digestOfBytes = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Shows each text of a value with its path: `lines[0].description`; the path is made only for who asks. */
function eachText(
  value: unknown,
  path: readonly string[],
  look: (text: string, path: readonly string[]) => void,
): void {
  if (typeof value === 'string') look(value, path);
  else if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value);
    for (const [name, each] of Object.entries(value)) {
      if (typeof each === 'string' || typeof each === 'object')
        eachText(each, [...path, isList ? `[${name}]` : `.${name}`], look);
    }
  }
}

/**
 * @param unfit the first character of a text that the format cannot carry; null when it carries all
 * @throws Invalid `customs.content.unwritable`, its places naming our fields
 */
export function mustBeWritable(content: unknown, unfit: (text: string) => string | null): void {
  const places: Place[] = [];
  eachText(content, [], (text, path) => {
    const char = unfit(text);
    if (char === null) return;
    const code = `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    places.push({ pointer: path.join('').slice(1), reason: `${code} is a character that the message cannot carry` });
  });
  if (places.length > 0)
    throw new Invalid('customs.content.unwritable', 'the content holds characters that the message cannot carry', {
      places,
    });
}

/** Writes texts with the characters that a table puts in place of others; what was changed is listed. */
export function transliterated<T>(value: T, table: Readonly<Record<string, string>>): { value: T; changed: string[] } {
  const changed: string[] = [];
  const walk = (each: unknown, field: string): unknown => {
    if (typeof each === 'string') {
      let text = each;
      for (const [from, to] of Object.entries(table)) {
        if (!text.includes(from)) continue;
        text = text.replaceAll(from, to);
        changed.push(`${field}: “${from}” is written “${to}”`);
      }
      return text;
    }
    if (Array.isArray(each)) return each.map((part, index) => walk(part, `${field}[${index}]`));
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(
      Object.entries(each).map(([name, part]) => [name, walk(part, field === '' ? name : `${field}.${name}`)]),
    );
  };
  return { value: walk(value, '') as T, changed };
}

/** A text in parts of at most so many characters, at most so many parts; what is left over is cut off. */
export function parts(text: string, length: number, most: number): string[] {
  const characters = [...text];
  const found: string[] = [];
  for (let at = 0; at < characters.length && found.length < most; at += length)
    found.push(characters.slice(at, at + length).join(''));
  return found;
}
