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

/** Everything but the signs that stand for themselves in any text and value. */
const TO_LOOK_AT = /[^ !#-%'-;=?-~]/;

function escaped(text: string, table: Record<string, string>, place: () => string): string {
  if (!TO_LOOK_AT.test(text)) return text;
  const illegal = ILLEGAL.exec(text);
  if (illegal) {
    const code = `U+${(illegal[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    const says = `${code} cannot be written in XML`;
    throw new Invalid('xml.illegal-character', says, {
      places: [{ pointer: place(), reason: says }],
      advice: 'Remove the character from the value.',
    });
  }
  return text.replace(/[&<>"\t\n\r]/g, (char) => table[char] ?? char);
}

/** Names repeat: those of one message are looked at once. */
class Printer {
  private readonly out: string[] = [];
  private readonly path: string[] = [];
  private readonly names = new Set<string>();

  print(node: XmlNode, prefixes: ReadonlySet<string>, indent: string | null): void {
    this.path.push(node.name);
    this.element(node, prefixes, indent);
    this.path.pop();
  }

  get text(): string {
    return this.out.join('');
  }

  private place(attribute?: string): string {
    return `/${this.path.join('/')}${attribute === undefined ? '' : `/@${attribute}`}`;
  }

  private checkName(name: string, prefixes: ReadonlySet<string>, attribute?: string): void {
    const prefix = name.includes(':') ? name.slice(0, name.indexOf(':')) : '';
    const isName = this.names.has(name) || isQName(name);
    if (isName && (prefix === '' || prefixes.has(prefix))) {
      this.names.add(name);
      return;
    }
    const says = isName ? `prefix ${prefix} is not declared` : `“${name}” is no XML name`;
    throw new Invalid('xml.malformed', says, { places: [{ pointer: this.place(attribute), reason: says }] });
  }

  private element(node: XmlNode, outer: ReadonlySet<string>, indent: string | null): void {
    const { out } = this;
    const attributes = Object.entries(node.attributes);
    const declared = attributes.flatMap(([name]) => (name.startsWith('xmlns:') ? [name.slice(6)] : []));
    const prefixes = declared.length > 0 ? new Set([...outer, ...declared]) : outer;
    this.checkName(node.name, prefixes);
    out.push('<', node.name);
    for (const [name, value] of attributes) {
      if (value === undefined) continue;
      this.checkName(name, prefixes, name);
      out.push(
        ' ',
        name,
        '="',
        escaped(value, VALUE, () => this.place(name)),
        '"',
      );
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
      if (typeof each === 'string') out.push(escaped(each, TEXT, () => this.place()));
      else this.print(each, prefixes, inner);
    }
    if (inner !== null) out.push(indent!);
    out.push('</', node.name, '>');
  }
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
  const printer = new Printer();
  printer.print(root, OUTERMOST, indent ? '\n' : null);
  const end = indent ? '\n' : '';
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${end}${printer.text}${end}`, 'utf8');
}
