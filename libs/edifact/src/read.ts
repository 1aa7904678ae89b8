import { isUtf8 } from 'node:buffer';
import {
  at,
  type Fault,
  type Interchange,
  type Message,
  type Reading,
  type Segment,
  type Unreadable,
} from './interchange.js';
import { CHARSETS, DEFAULT_UNA, outsideOf, unusable, type Charset, type ServiceCharacters } from './syntax.js';

/** What a file may cost before it is refused; counted while reading. */
export interface EdifactLimits {
  bytes: number;
  segments: number;
  /** elements of one segment, and components of one element */
  constituents: number;
  /** characters of one component, unescaped */
  length: number;
  /** faults that are listed; reading goes on */
  faults: number;
}

export const DEFAULT_LIMITS: EdifactLimits = {
  bytes: 10_000_000,
  segments: 200_000,
  constituents: 199,
  length: 9_999,
  faults: 500,
};

const unreadable = (code: Unreadable['code'], says: string, offset = 0): Reading => ({
  kind: 'unreadable',
  code,
  says,
  offset,
});

class TooComplex extends Error {}

/** One pass over the bytes as ISO 8859-1, so that a place in the text is a byte of the file; UTF-8 is read value by value. */
class Reader {
  private readonly faults: Fault[] = [];
  private charset: Charset | null = null;
  private message: Message | null = null;
  private listed = 0;

  constructor(
    private readonly text: string,
    private start: number,
    private readonly una: ServiceCharacters,
    private readonly limits: EdifactLimits,
  ) {}

  read(): Interchange {
    const interchange: Interchange = {
      una: this.una,
      charset: '',
      syntaxVersion: '',
      sender: { id: '', qualifier: '' },
      recipient: { id: '', qualifier: '' },
      prepared: '',
      reference: '',
      test: false,
      messages: [],
      faults: this.faults,
    };
    let opened = false;
    let closed = false;
    let count = 0;
    for (let segment = this.segment(); segment; segment = this.segment()) {
      count += 1;
      if (count > this.limits.segments) throw new TooComplex(`more than ${this.limits.segments} segments`);
      if (closed) {
        this.fault('33', segment, 'a segment after the end of the interchange');
        continue;
      }
      switch (segment.tag) {
        case 'UNB':
          if (opened) this.fault('26', segment, 'a second header of the interchange');
          else this.header(interchange, segment);
          opened = true;
          break;
        case 'UNZ':
          this.endMessage(segment, false);
          this.trailer(interchange, segment, opened);
          closed = true;
          break;
        case 'UNG':
        case 'UNE':
          this.fault('15', segment, 'functional groups are not used here');
          break;
        case 'UNH':
          if (!opened && interchange.messages.length === 0)
            this.fault('13', segment, 'the header of the interchange (UNB) is missing');
          this.startMessage(interchange, segment);
          break;
        default:
          this.inMessage(segment);
      }
    }
    const end = this.text.length;
    if (this.message) this.endMessage(null, false);
    if (opened && !closed) this.faultAt('13', end, 'the interchange is not closed: UNZ is missing');
    if (!opened && interchange.messages.length === 0)
      this.faultAt('13', 0, 'the header of the interchange (UNB) is missing');
    return interchange;
  }

  private header(interchange: Interchange, segment: Segment): void {
    const [level, version] = [at(segment, 0), at(segment, 0, 1)];
    Object.assign(interchange, {
      charset: level,
      syntaxVersion: version,
      sender: { id: at(segment, 1), qualifier: at(segment, 1, 1) },
      recipient: { id: at(segment, 2), qualifier: at(segment, 2, 1) },
      prepared: `${at(segment, 3)}${at(segment, 3, 1)}`,
      reference: at(segment, 4),
      test: at(segment, 10) === '1',
    });
    if ((CHARSETS as readonly string[]).includes(level)) this.charset = level as Charset;
    else this.fault('2', segment, `character set ${level || 'unnamed'} is not read here`, 1, 1);
    if (!/^[1-4]$/.test(version))
      this.fault('2', segment, `syntax version ${version || 'unnamed'} is not read here`, 1, 2);
    this.utf8Service(segment);
    this.reencode(segment);
    this.characters(segment);
    for (const [place, name] of [
      [1, 'sender'],
      [2, 'recipient'],
      [4, 'interchange reference'],
    ] as const) {
      if (at(segment, place) === '') this.fault('13', segment, `the ${name} is missing`, place + 1);
    }
    if (at(segment, 4).length > 14) this.fault('39', segment, 'an interchange reference has at most 14 characters', 5);
  }

  private utf8Service(segment: Segment): void {
    if (this.charset === 'UNOW' && Object.values(this.una).some((each: string) => each > '\u007f'))
      this.fault('20', segment, 'a service character that is several bytes in UTF-8');
  }

  private trailer(interchange: Interchange, segment: Segment, opened: boolean): void {
    if (!opened) return;
    const counted = at(segment, 0);
    if (Number(counted) !== interchange.messages.length || counted === '')
      this.fault('29', segment, `${counted || 'no'} messages counted, ${interchange.messages.length} found`, 1);
    if (at(segment, 1) !== interchange.reference)
      this.fault('28', segment, `reference ${at(segment, 1)} at the end, ${interchange.reference} at the head`, 2);
    if (interchange.messages.length === 0) this.fault('32', segment, 'the interchange holds no message');
  }

  private startMessage(interchange: Interchange, segment: Segment): void {
    if (this.message) this.endMessage(null, true);
    const reference = at(segment, 0);
    const message: Message = {
      reference,
      type: at(segment, 1),
      version: at(segment, 1, 1),
      release: at(segment, 1, 2),
      agency: at(segment, 1, 3),
      association: at(segment, 1, 4),
      segments: [],
      faults: [],
    };
    const double = interchange.messages.some((each) => each.reference === reference);
    interchange.messages.push(message);
    this.message = message;
    this.push(segment);
    if (double) this.fault('26', segment, `message reference ${reference} stands twice in the interchange`, 1);
    if (reference === '') this.fault('13', segment, 'the message reference is missing', 1);
    if (reference.length > 14) this.fault('39', segment, 'a message reference has at most 14 characters', 1);
    if (message.type === '') this.fault('13', segment, 'the message type is missing', 2);
  }

  private push(segment: Segment): void {
    const message = this.message!;
    segment.position = message.segments.length + 1;
    message.segments.push(segment);
    this.reencode(segment);
    this.characters(segment);
  }

  private inMessage(segment: Segment): void {
    if (!this.message) {
      this.fault('33', segment, `${segment.tag} stands outside of a message`);
      return;
    }
    this.push(segment);
    if (segment.tag === 'UNT') this.endMessage(segment, false);
  }

  private endMessage(trailer: Segment | null, another: boolean): void {
    const message = this.message;
    if (!message) return;
    if (trailer?.tag === 'UNT') {
      const counted = at(trailer, 0);
      if (Number(counted) !== message.segments.length || counted === '')
        this.fault('29', trailer, `${counted || 'no'} segments counted, ${message.segments.length} found`, 1);
      if (at(trailer, 1) !== message.reference)
        this.fault('28', trailer, `reference ${at(trailer, 1)} at the end, ${message.reference} at the head`, 2);
    } else {
      const offset = message.segments.at(-1)?.offset ?? 0;
      this.faultAt(
        '13',
        offset,
        another ? 'the message is not closed before the next' : 'the message is not closed: UNT is missing',
      );
    }
    this.message = null;
  }

  /** The next segment; line ends before it are no data. Null at the end of the file. */
  private segment(): Segment | null {
    const { text, una } = this;
    while (
      /[\r\n]/.test(text[this.start] ?? '') ||
      (this.start > 0 && text[this.start] === ' ' && text.slice(this.start).trim() === '')
    )
      this.start += 1;
    if (this.start >= text.length) return null;
    const offset = this.start;
    const elements: string[][] = [['']];
    const repeats: Segment['repeats'] = [];
    const reserved: Fault['says'][] = [];
    let components = elements[0]!;
    let value = '';
    let plain = offset;
    let i = offset;
    const flush = (): void => {
      value += text.slice(plain, i);
      if (value.length > this.limits.length)
        throw new TooComplex(`a value of more than ${this.limits.length} characters`);
      components[components.length - 1] = value;
      value = '';
      plain = i + 1;
    };
    for (; ; i += 1) {
      const char = text[i];
      if (char === undefined) {
        flush();
        reserved.push('the segment is not ended');
        this.start = i;
        break;
      }
      if (char === una.release && una.release !== ' ') {
        value += text.slice(plain, i);
        if (i + 1 >= text.length) {
          plain = i + 1;
          reserved.push('a release character at the end of the file');
        } else {
          plain = i + 1;
          i += 1;
        }
      } else if (char === una.terminator) {
        flush();
        this.start = i + 1;
        break;
      } else if (char === una.element) {
        flush();
        components = [''];
        elements.push(components);
        if (elements.length > this.limits.constituents) throw new TooComplex('too many elements in a segment');
      } else if (char === una.component) {
        flush();
        components.push('');
        if (components.length > this.limits.constituents) throw new TooComplex('too many components in an element');
      } else if (char === una.repetition && una.repetition !== ' ') {
        flush();
        components = [''];
        repeats.push({ element: elements.length - 2, components });
        if (repeats.length > this.limits.constituents) throw new TooComplex('too many repetitions in a segment');
      }
    }
    const [tag = ['']] = elements.splice(0, 1);
    const segment: Segment = { tag: tag[0] ?? '', elements, repeats, position: 0, offset };
    for (const says of reserved) this.fault('22', segment, says);
    if (!/^[A-Z]{3}$/.test(segment.tag)) {
      this.fault('12', segment, `“${segment.tag.slice(0, 20)}” is no segment tag`);
      segment.tag = segment.tag.slice(0, 3);
    }
    return segment;
  }

  private values(segment: Segment): string[][] {
    return [...segment.elements, ...segment.repeats.map((each) => each.components)];
  }

  /** Values were read byte by byte: under UTF-8 they are put together here. */
  private reencode(segment: Segment): void {
    if (this.charset !== 'UNOW') return;
    for (const components of this.values(segment)) {
      for (const [place, value] of components.entries()) {
        if (!/[\u0080-\u00ff]/.test(value)) continue;
        const bytes = Buffer.from(value, 'latin1');
        if (isUtf8(bytes)) components[place] = bytes.toString('utf8');
        else this.fault('21', segment, 'bytes that are no UTF-8', null, null);
      }
    }
  }

  private characters(segment: Segment): void {
    for (const [element, components] of this.values(segment).entries()) {
      for (const [component, value] of components.entries()) {
        const found = outsideOf(value, this.charset ?? 'UNOC', this.una);
        if (found === null) continue;
        const code = `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
        const place =
          element < segment.elements.length ? element : segment.repeats[element - segment.elements.length]!.element;
        this.fault('21', segment, `${code} is not in ${this.charset ?? 'any set read here'}`, place + 1, component + 1);
      }
    }
  }

  private fault(
    code: string,
    segment: Segment,
    says: string,
    element: number | null = null,
    component: number | null = null,
  ): void {
    this.note({
      code,
      message: this.message?.reference ?? null,
      segment: segment.position || null,
      tag: segment.tag,
      element,
      component,
      offset: segment.offset,
      says,
    });
  }

  private faultAt(code: string, offset: number, says: string): void {
    this.note({
      code,
      message: this.message?.reference ?? null,
      segment: null,
      tag: null,
      element: null,
      component: null,
      offset,
      says,
    });
  }

  private note(fault: Fault): void {
    this.listed += 1;
    if (this.listed > this.limits.faults) return;
    this.faults.push(fault);
    this.message?.faults.push(fault);
  }
}

function unaOf(text: string, start: number): ServiceCharacters | null {
  if (!text.startsWith('UNA', start)) return null;
  const [component = '', element = '', decimal = '', release = '', repetition = '', terminator = ''] = text.slice(
    start + 3,
    start + 9,
  );
  return { component, element, decimal, release, repetition, terminator };
}

/**
 * Reads one interchange. Never throws: what is wrong is a fault with its CONTRL code and place, and what is no interchange at all is
 * said to be unreadable.
 */
export function readInterchange(bytes: Uint8Array, limits: Partial<EdifactLimits> = {}): Reading {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  if (bytes.length > bounds.bytes)
    return unreadable('edifact.too-large', `${bytes.length} bytes, at most ${bounds.bytes} are read`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const start = /^(?:ï»¿)?\s*/.exec(text)?.[0].length ?? 0;
  const una = unaOf(text, start);
  if (una && una.terminator === '') return unreadable('edifact.una', 'UNA is cut off', start);
  const why = una && unusable(una);
  if (why) return unreadable('edifact.una', `the service characters of UNA cannot be used: ${why}`, start + 3);
  if (!una && !text.startsWith('UN', start))
    return unreadable('edifact.no-interchange', 'the file begins with none of UNA, UNB, UNH', start);
  try {
    const reader = new Reader(text, una ? start + 9 : start, una ?? DEFAULT_UNA, bounds);
    return { kind: 'read', interchange: reader.read() };
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return unreadable('edifact.too-complex', error.message);
  }
}
