import { Invalid } from '@tidewaiter/kernel';
import { ILLEGAL, isQName } from './names.js';

/** An element to be written: names as they shall stand in the file, prefix included; order is kept. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly content: readonly (XmlNode | string)[];
}

export type XmlContent = XmlNode | string | null | undefined | false | readonly XmlContent[];

function flat(content: readonly XmlContent[]): (XmlNode | string)[] {
  return content.flatMap((each): (XmlNode | string)[] => {
    if (each === null || each === undefined || each === false) return [];
    if (typeof each === 'string' || 'name' in each) return [each];
    return flat(each);
  });
}

/**
 * Builds an element: `el('cbc:ID', { schemeID: 'HS' }, '8712003000')`. Absent content (`undefined`, `null`, `false`) and
 * absent attributes are left out; arrays are spread, so that optional parts read in place.
 */
export const el = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...content: XmlContent[]
): XmlNode => ({
  name,
  attributes,
  content: flat(content),
});

const TEXT: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const VALUE: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escaped(text: string, table: Record<string, string>, place: string): string {
  const illegal = ILLEGAL.exec(text);
  if (illegal) {
    const code = `U+${(illegal[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    const says = `${code} cannot be written in XML`;
    throw new Invalid('xml.illegal-character', says, {
      places: [{ pointer: place, reason: says }],
      advice: 'Remove the character from the value.',
    });
  }
  return text.replace(/[&<>"\t\n\r]/g, (char) => table[char] ?? char);
}

function checkName(name: string, prefixes: ReadonlySet<string>, place: string): void {
  const prefix = name.includes(':') ? name.slice(0, name.indexOf(':')) : '';
  if (isQName(name) && (prefix === '' || prefixes.has(prefix))) return;
  const says = isQName(name) ? `prefix ${prefix} is not declared` : `“${name}” is no XML name`;
  throw new Invalid('xml.malformed', says, { places: [{ pointer: place, reason: says }] });
}

function print(
  node: XmlNode,
  outer: ReadonlySet<string>,
  parentPlace: string,
  indent: string | null,
  out: string[],
): void {
  const place = `${parentPlace}/${node.name}`;
  const declared = Object.keys(node.attributes).flatMap((name) => (name.startsWith('xmlns:') ? [name.slice(6)] : []));
  const prefixes = declared.length > 0 ? new Set([...outer, ...declared]) : outer;
  checkName(node.name, prefixes, place);
  out.push(`<${node.name}`);
  for (const [name, value] of Object.entries(node.attributes)) {
    if (value === undefined) continue;
    checkName(name, prefixes, `${place}/@${name}`);
    out.push(` ${name}="${escaped(value, VALUE, `${place}/@${name}`)}"`);
  }
  if (node.content.length === 0) {
    out.push('/>');
    return;
  }
  out.push('>');
  // White space beside text would become part of it, so only elements that hold elements alone are indented.
  const inner = indent !== null && node.content.every((each) => typeof each !== 'string') ? `${indent}  ` : null;
  for (const each of node.content) {
    if (inner !== null) out.push(inner);
    if (typeof each === 'string') out.push(escaped(each, TEXT, place));
    else print(each, prefixes, place, inner, out);
  }
  if (inner !== null) out.push(indent!);
  out.push(`</${node.name}>`);
}

const OUTERMOST: ReadonlySet<string> = new Set(['xml', 'xmlns']);

/**
 * Writes UTF-8 with a declaration. The same tree gives the same bytes; attributes and children stand in the order given.
 *
 * @param options.indent two blanks per level and a line feed at the end (default), or everything on one line
 * @throws Invalid `xml.illegal-character` (a control character, half a surrogate pair), `xml.malformed` (a name, an undeclared prefix)
 */
export function writeXml(root: XmlNode, options: { indent?: boolean } = {}): Buffer {
  const indent = options.indent ?? true;
  const out: string[] = [];
  print(root, OUTERMOST, '', indent ? '\n' : null, out);
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>${indent ? '\n' : ''}${out.join('')}${indent ? '\n' : ''}`,
    'utf8',
  );
}
