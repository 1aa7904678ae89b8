export interface XmlAttribute {
  /** local name */
  name: string;
  /** namespace URI; empty for attributes without a prefix */
  namespace: string;
  value: string;
}

/** Half-open range of bytes in the file: `[from, to)`. */
export type ByteRange = readonly [from: number, to: number];

/** An element as it was read. Names are local names; prefixes carry no meaning and are not kept. */
export class XmlElement {
  readonly attributes: XmlAttribute[] = [];
  /** child elements in the file's order */
  readonly elements: XmlElement[] = [];
  /** character data directly inside, references resolved, line ends as `\n`; not that of children */
  text = '';
  /** @internal end of the end tag, in characters */
  end = 0;

  constructor(
    readonly name: string,
    /** namespace URI, empty when there is none */
    readonly namespace: string,
    readonly parent: XmlElement | null,
    /** place among the siblings of the same local name, from 1 */
    readonly ordinal: number,
    /** @internal start of the start tag, in characters */
    readonly start: number,
    private readonly byteAt: (index: number) => number,
  ) {}

  /** Where it stands: `/Invoice[1]/InvoiceLine[2]/Price[1]`; local names, counted from 1. */
  get place(): string {
    return `${this.parent?.place ?? ''}/${this.name}[${this.ordinal}]`;
  }

  /** From the `<` of its start tag to the `>` of its end tag. */
  get bytes(): ByteRange {
    return [this.byteAt(this.start), this.byteAt(this.end)];
  }

  /** Text without the white space around it. */
  get value(): string {
    return this.text.trim();
  }

  attribute(name: string, namespace = ''): string | undefined {
    return this.attributes.find((each) => each.name === name && each.namespace === namespace)?.value;
  }

  /** Child elements, all or those of a local name (and namespace URI when given). */
  children(name?: string, namespace?: string): XmlElement[] {
    if (name === undefined) return this.elements;
    return this.elements.filter(
      (each) => each.name === name && (namespace === undefined || each.namespace === namespace),
    );
  }

  /** First child of that local name (and namespace URI when given). */
  child(name: string, namespace?: string): XmlElement | undefined {
    return this.elements.find(
      (each) => each.name === name && (namespace === undefined || each.namespace === namespace),
    );
  }

  /**
   * Walks down by local names: `Price/PriceAmount`, `InvoiceLine[2]/ID`; without a number the first.
   * A path that begins with `/` starts above the root, as `place` prints it.
   */
  at(path: string): XmlElement | undefined {
    if (path.startsWith('/')) return this.root().fromAbove(path.slice(1));
    return path.split('/').reduce<XmlElement | undefined>((here, step) => here?.step(step), this);
  }

  /** Trimmed text of `at(path)`; undefined when the element is absent or has none. */
  textAt(path: string): string | undefined {
    return this.at(path)?.value || undefined;
  }

  private step(step: string): XmlElement | undefined {
    const match = /^([^[\]]+)(?:\[(\d+)\])?$/.exec(step);
    const ordinal = Number(match?.[2] ?? 1);
    return this.elements.find((each) => each.name === match?.[1] && each.ordinal === ordinal);
  }

  private root(): XmlElement {
    return this.parent?.root() ?? this;
  }

  private fromAbove(path: string): XmlElement | undefined {
    const [first = '', ...rest] = path.split('/');
    if (first !== this.name && first !== `${this.name}[1]`) return undefined;
    return rest.length === 0 ? this : this.at(rest.join('/'));
  }
}

/** A message that was read whole. */
export interface XmlDocument {
  root: XmlElement;
  encoding: 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';
}
