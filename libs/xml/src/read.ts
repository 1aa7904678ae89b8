import { Invalid } from '@tidewaiter/kernel';
import { decodeXml, type Decoded } from './decode.js';
import { XmlElement, type XmlDocument } from './element.js';
import { DEFAULT_LIMITS, type XmlLimits } from './limits.js';
import { ILLEGAL, isXmlChar, QNAME, XML_NAMESPACE, XMLNS_NAMESPACE } from './names.js';

type Code = 'xml.doctype' | 'xml.too-large' | 'xml.too-complex' | 'xml.malformed';

const ADVICE: Record<Code, string> = {
  'xml.doctype': 'Send the message without a DOCTYPE: nothing of it is ever read.',
  'xml.too-large': 'Split the message, or send it without embedded attachments.',
  'xml.too-complex': 'Split the message.',
  'xml.malformed': 'Write the file with an XML library and send it again.',
};

const PREDEFINED: Record<string, string> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' };
const SPACE = /[ \t\r\n]*/y;
const REFERENCE = /&(?:#(\d{1,8})|#x([0-9A-Fa-f]{1,8})|([A-Za-z]{2,4}));/y;

interface Frame {
  element: XmlElement;
  qname: string;
  /** prefix to namespace URI, declared on this element; null when none is */
  scope: Map<string, string> | null;
  seen: Map<string, number>;
}

interface RawAttribute {
  prefix: string;
  local: string;
  value: string;
  at: number;
}

/** One pass over the text, one stack, no recursion: the depth of a message is a number, not our call stack. */
class Reader {
  private at = 0;
  private nodes = 0;
  private references = 0;
  private readonly open: Frame[] = [];

  constructor(
    private readonly source: Decoded,
    private readonly limits: XmlLimits,
  ) {}

  read(): XmlElement {
    const { text } = this.source;
    const illegal = ILLEGAL.exec(text);
    this.declaration();
    this.misc();
    // After the DOCTYPE check and before anything else is believed: a DOCTYPE is named as such even in a dirty file.
    if (illegal) this.fail('xml.malformed', 'a character that XML does not allow', illegal.index);
    if (text[this.at] !== '<')
      this.fail('xml.malformed', this.at >= text.length ? 'no element' : 'text before the first element');
    const root = this.startTag();
    while (this.open.length > 0) this.content();
    this.misc();
    if (this.at < text.length) this.fail('xml.malformed', 'something after the end of the message');
    return root;
  }

  private declaration(): void {
    const { text } = this.source;
    if (!/^<\?xml[ \t\r\n]/.test(text)) return;
    const match =
      /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/.exec(
        text.slice(0, 400),
      );
    if (!match) this.fail('xml.malformed', 'a declaration that cannot be read');
    this.at = match[0].length;
  }

  /** White space, comments and processing instructions outside the root element; a DOCTYPE ends it all. */
  private misc(): void {
    for (;;) {
      this.space();
      if (this.comment() || this.instruction()) continue;
      this.refuseDoctype();
      return;
    }
  }

  private refuseDoctype(): void {
    if (this.source.text.slice(this.at, this.at + 9).toUpperCase() === '<!DOCTYPE') {
      this.fail('xml.doctype', 'a DOCTYPE is refused before entities are looked at');
    }
  }

  private content(): void {
    const { text } = this.source;
    const frame = this.open[this.open.length - 1]!;
    const next = text.indexOf('<', this.at);
    if (next < 0) this.fail('xml.malformed', `<${frame.qname}> is never closed`, text.length);
    if (next > this.at) {
      this.count();
      frame.element.text += this.characters(this.at, next);
      this.at = next;
    }
    const after = text[next + 1];
    if (after === '/') this.endTag(frame);
    else if (after === '!') this.marked(frame);
    else if (after === '?') this.instruction();
    else this.startTag();
  }

  private marked(frame: Frame): void {
    if (this.comment()) return;
    const { text } = this.source;
    if (text.startsWith('<![CDATA[', this.at)) {
      const end = text.indexOf(']]>', this.at + 9);
      if (end < 0) this.fail('xml.malformed', 'a CDATA section that never ends');
      this.count();
      frame.element.text += lines(text.slice(this.at + 9, end));
      this.at = end + 3;
      return;
    }
    this.refuseDoctype();
    this.fail('xml.malformed', 'markup that is none of XML’s');
  }

  private comment(): boolean {
    const { text } = this.source;
    if (!text.startsWith('<!--', this.at)) return false;
    const end = text.indexOf('--', this.at + 4);
    if (end < 0 || text[end + 2] !== '>')
      this.fail('xml.malformed', 'a comment with “--” inside, or one that never ends');
    this.count();
    this.at = end + 3;
    return true;
  }

  private instruction(): boolean {
    const { text } = this.source;
    if (!text.startsWith('<?', this.at)) return false;
    const end = text.indexOf('?>', this.at + 2);
    if (end < 0) this.fail('xml.malformed', 'a processing instruction that never ends');
    const name = this.qname(this.at + 2);
    if (!name || name.prefix || /^xml$/i.test(name.local))
      this.fail('xml.malformed', 'a processing instruction without a name of its own');
    if (name.end < end && !/[ \t\r\n]/.test(text[name.end]!))
      this.fail('xml.malformed', 'a processing instruction without a name of its own');
    this.count();
    this.at = end + 2;
    return true;
  }

  private startTag(): XmlElement {
    const { text } = this.source;
    const start = this.at;
    const name = this.qname(start + 1);
    if (!name) this.fail('xml.malformed', '“<” that begins no tag');
    this.count();
    this.at = name.end;
    const attributes: RawAttribute[] = [];
    for (;;) {
      const before = this.at;
      this.space();
      const here = text[this.at];
      if (here === '>' || here === '/') break;
      if (here === undefined) this.fail('xml.malformed', `<${name.qname}> is cut off`, start);
      if (this.at === before) this.fail('xml.malformed', 'no space before an attribute');
      attributes.push(this.rawAttribute());
      if (attributes.length > this.limits.attributes)
        this.fail('xml.too-complex', `more than ${this.limits.attributes} attributes`, start);
    }
    const empty = text[this.at] === '/';
    if (empty && text[this.at + 1] !== '>') this.fail('xml.malformed', '“/” inside a tag');
    this.at += empty ? 2 : 1;
    return this.enter(start, name, attributes, empty);
  }

  private enter(
    start: number,
    name: { prefix: string; local: string; qname: string },
    raw: RawAttribute[],
    empty: boolean,
  ): XmlElement {
    const parent = this.open[this.open.length - 1];
    const scope = this.declarations(raw);
    const ordinal = (parent?.seen.get(name.local) ?? 0) + 1;
    parent?.seen.set(name.local, ordinal);
    const namespace = this.resolve(name.prefix, scope, start);
    const element = new XmlElement(name.local, namespace, parent?.element ?? null, ordinal, start, this.source.byteAt);
    const seen = new Set<string>();
    for (const { prefix, local, value, at } of raw) {
      const isDeclaration = prefix === 'xmlns' || (prefix === '' && local === 'xmlns');
      const uri = isDeclaration ? XMLNS_NAMESPACE : prefix === '' ? '' : this.resolve(prefix, scope, at);
      const key = `${uri} ${prefix === '' && isDeclaration ? '' : local}`;
      if (seen.has(key)) this.fail('xml.malformed', `attribute ${local} stands twice`, at);
      seen.add(key);
      if (!isDeclaration) element.attributes.push({ name: local, namespace: uri, value });
    }
    parent?.element.elements.push(element);
    if (empty) {
      element.end = this.at;
      return element;
    }
    if (this.open.length >= this.limits.depth)
      this.fail('xml.too-complex', `more than ${this.limits.depth} elements inside one another`, start);
    this.open.push({ element, qname: name.qname, scope, seen: new Map() });
    return element;
  }

  private declarations(raw: readonly RawAttribute[]): Map<string, string> | null {
    let scope: Map<string, string> | null = null;
    for (const { prefix, local, value, at } of raw) {
      const isDefault = prefix === '' && local === 'xmlns';
      if (!isDefault && prefix !== 'xmlns') continue;
      const declared = isDefault ? '' : local;
      const reserved =
        declared === 'xmlns' || value === XMLNS_NAMESPACE || (declared === 'xml') !== (value === XML_NAMESPACE);
      if (reserved || (!isDefault && value === ''))
        this.fail('xml.malformed', 'a namespace declaration that is not allowed', at);
      scope ??= new Map();
      scope.set(declared, value);
    }
    return scope;
  }

  private resolve(prefix: string, scope: Map<string, string> | null, at: number): string {
    if (prefix === 'xml') return XML_NAMESPACE;
    const own = scope?.get(prefix);
    if (own !== undefined) return own;
    for (let i = this.open.length - 1; i >= 0; i -= 1) {
      const uri = this.open[i]!.scope?.get(prefix);
      if (uri !== undefined) return uri;
    }
    if (prefix === '') return '';
    return this.fail('xml.malformed', `prefix ${prefix} is not declared`, at);
  }

  private rawAttribute(): RawAttribute {
    const { text } = this.source;
    const at = this.at;
    const name = this.qname(at);
    if (!name) this.fail('xml.malformed', 'something in a tag that is no attribute');
    this.count();
    this.at = name.end;
    this.space();
    if (text[this.at] !== '=') this.fail('xml.malformed', `attribute ${name.qname} has no value`);
    this.at += 1;
    this.space();
    const quote = text[this.at];
    if (quote !== '"' && quote !== "'") this.fail('xml.malformed', `the value of ${name.qname} is not in quotes`);
    const end = text.indexOf(quote, this.at + 1);
    if (end < 0) this.fail('xml.malformed', `the value of ${name.qname} never ends`);
    const from = this.at + 1;
    const less = text.slice(from, end).indexOf('<');
    if (less >= 0) this.fail('xml.malformed', '“<” in the value of an attribute', from + less);
    const value = this.resolved(from, end, (part) => part.replace(/\r\n|[\t\n\r]/g, ' '));
    this.at = end + 1;
    return { prefix: name.prefix, local: name.local, value, at };
  }

  private endTag(frame: Frame): void {
    const { text } = this.source;
    const start = this.at;
    if (!text.startsWith(frame.qname, start + 2)) this.fail('xml.malformed', `</${frame.qname}> expected`);
    this.at = start + 2 + frame.qname.length;
    this.space();
    if (text[this.at] !== '>') this.fail('xml.malformed', `</${frame.qname}> expected`, start);
    this.at += 1;
    frame.element.end = this.at;
    this.open.pop();
  }

  private characters(from: number, to: number): string {
    const closing = this.source.text.slice(from, to).indexOf(']]>');
    if (closing >= 0) this.fail('xml.malformed', '“]]>” outside a CDATA section', from + closing);
    return this.resolved(from, to, lines);
  }

  private resolved(from: number, to: number, plain: (part: string) => string): string {
    const part = this.source.text.slice(from, to);
    let result = '';
    let done = 0;
    for (let ampersand = part.indexOf('&'); ampersand >= 0; ampersand = part.indexOf('&', done)) {
      result += plain(part.slice(done, ampersand)) + this.reference(from + ampersand);
      done = REFERENCE.lastIndex - from;
    }
    return result + plain(part.slice(done));
  }

  private reference(at: number): string {
    this.references += 1;
    if (this.references > this.limits.references)
      this.fail('xml.too-complex', `more than ${this.limits.references} references`, at);
    REFERENCE.lastIndex = at;
    const match = REFERENCE.exec(this.source.text);
    if (!match) this.fail('xml.malformed', '“&” that begins no reference', at);
    if (match[3] !== undefined)
      return PREDEFINED[match[3]] ?? this.fail('xml.malformed', `entity ${match[3]} is unknown`, at);
    const code = match[1] === undefined ? Number.parseInt(match[2]!, 16) : Number(match[1]);
    if (!isXmlChar(code)) this.fail('xml.malformed', 'a reference to a character that XML does not allow', at);
    return String.fromCodePoint(code);
  }

  private qname(at: number): { prefix: string; local: string; qname: string; end: number } | null {
    QNAME.lastIndex = at;
    const match = QNAME.exec(this.source.text);
    if (!match) return null;
    return { prefix: match[1] ?? '', local: match[2]!, qname: match[0], end: QNAME.lastIndex };
  }

  private space(): void {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.source.text);
    this.at = SPACE.lastIndex;
  }

  private count(): void {
    this.nodes += 1;
    if (this.nodes > this.limits.nodes) this.fail('xml.too-complex', `more than ${this.limits.nodes} nodes`);
  }

  private fail(code: Code, says: string, at = this.at): never {
    const before = this.source.text.slice(0, at);
    const line = (before.match(/\n/g)?.length ?? 0) + 1;
    const column = at - before.lastIndexOf('\n');
    const offset = this.source.byteAt(at);
    const path = this.open[this.open.length - 1]?.element.place ?? '/';
    throw new Invalid(code, `${says} (line ${line}, column ${column})`, {
      advice: ADVICE[code],
      places: [{ pointer: path, reason: `${says}: line ${line}, column ${column}, byte ${offset}` }],
      facts: { offset, line, column },
    });
  }
}

/** Line ends as every platform writes them become `\n`. @see XML 1.0, 2.11 */
const lines = (part: string): string => (part.includes('\r') ? part.replace(/\r\n?/g, '\n') : part);

/**
 * Reads one XML 1.0 message with namespaces, strictly, in one pass and within limits.
 *
 * A DOCTYPE is refused before anything of it is looked at, so there are no entities but the five predefined ones, no
 * files and no addresses. Comments and processing instructions are skipped.
 *
 * @throws Invalid `xml.too-large`, `xml.charset`, `xml.doctype`, `xml.too-complex`, `xml.malformed`; `details.places[0]` has the
 *         element it happened in and line, column and byte; `details.facts.offset` the byte
 */
export function readXml(bytes: Uint8Array, limits: Partial<XmlLimits> = {}): XmlDocument {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  if (bytes.length > bounds.bytes) {
    const says = `${bytes.length} bytes, at most ${bounds.bytes} are read`;
    throw new Invalid('xml.too-large', says, {
      advice: ADVICE['xml.too-large'],
      places: [{ pointer: '/', reason: says }],
    });
  }
  const source = decodeXml(bytes);
  return { root: new Reader(source, bounds).read(), encoding: source.encoding };
}
