/** UN/EDIFACT as this authority reads and writes it (ISO 9735, syntax 3 and 4). Written from the public rules, for itself. */

export type Element = string[];
export interface Segment {
  tag: string;
  elements: Element[];
}

/** What is wrong, in the codes of 0085 of CONTRL; null places mean the whole above. */
export interface SyntaxFault {
  code: string;
  message: string | null;
  /** position of the segment inside its message, UNH is 1 */
  segment: number | null;
  element: number | null;
  component: number | null;
}

export interface Message {
  reference: string;
  type: string;
  segments: Segment[];
}

export interface Interchange {
  sender: { id: string; qualifier: string };
  recipient: { id: string; qualifier: string };
  reference: string;
  charset: string;
  syntaxVersion: string;
  decimalMark: string;
  messages: Message[];
  faults: SyntaxFault[];
}

interface Una {
  component: string;
  element: string;
  decimal: string;
  release: string;
  terminator: string;
}

const DEFAULT: Una = { component: ':', element: '+', decimal: '.', release: '?', terminator: "'" };
const CHARSETS: Record<string, { encoding: 'latin1' | 'utf8'; allowed: RegExp }> = {
  UNOA: { encoding: 'latin1', allowed: /^[A-Z0-9 .,\-()/='+:?!"%&*;<>\r\n]*$/ },
  UNOB: { encoding: 'latin1', allowed: /^[A-Za-z0-9 .,\-()/='+:?!"%&*;<>\r\n]*$/ },
  UNOC: { encoding: 'latin1', allowed: /^[\x20-\x7e\xa0-\xff\r\n]*$/ },
  UNOW: { encoding: 'utf8', allowed: /^[^\u0000-\u0009\u000b\u000c\u000e-\u001f]*$/u },
};

/** What a reader may meet, so that it ends in time. */
const MOST_BYTES = 10_000_000;
const MOST_SEGMENTS = 100_000;

const at = (segment: Segment | undefined, element: number, component = 0): string =>
  segment?.elements[element]?.[component] ?? '';
export { at };

function unaOf(text: string): { una: Una; rest: string } | null {
  if (!text.startsWith('UNA')) return { una: DEFAULT, rest: text };
  const [component = '', element = '', decimal = '', release = '', , terminator = ''] = text.slice(3, 9);
  const signs = [component, element, decimal, terminator];
  const isGood =
    text.length >= 9 &&
    new Set([component, element, terminator]).size === 3 &&
    signs.every((each) => !/[A-Za-z0-9 ]/.test(each));
  return isGood ? { una: { component, element, decimal, release, terminator }, rest: text.slice(9) } : null;
}

/** Splits into segments, elements, components and takes the release characters out. @returns null when the last is not ended */
function split(text: string, una: Una): Segment[] | null {
  const segments: Segment[] = [];
  let elements: Element[] = [['']];
  let started = false;
  const put = (sign: string): void => {
    const element = elements.at(-1)!;
    element[element.length - 1] += sign;
    started = true;
  };
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index]!;
    if (!started && (sign === '\r' || sign === '\n')) continue;
    // A blank in the place of the release character means that there is none.
    if (sign === una.release && una.release !== ' ') {
      index += 1;
      if (index >= text.length) return null;
      put(text[index]!);
    } else if (sign === una.terminator) {
      if (segments.length >= MOST_SEGMENTS) return null;
      segments.push({ tag: elements[0]![0]!, elements: elements.slice(1) });
      elements = [['']];
      started = false;
    } else if (sign === una.element) {
      elements.push(['']);
      started = true;
    } else if (sign === una.component) {
      elements.at(-1)!.push('');
      started = true;
    } else put(sign);
  }
  return started ? null : segments;
}

const fault = (code: string, more: Partial<SyntaxFault> = {}): SyntaxFault => ({
  ...{ code, message: null, segment: null, element: null, component: null },
  ...more,
});

/**
 * Reads one interchange; whatever is wrong with it is a fault, nothing is thrown.
 *
 * @returns null when it is no interchange: no UNB, a bad UNA, an end that never comes
 */
export function readInterchange(bytes: Buffer): Interchange | null {
  if (bytes.length > MOST_BYTES) return null;
  const found = unaOf(bytes.toString('latin1'));
  if (!found) return null;
  const first = split(found.rest.slice(0, found.rest.indexOf(found.una.terminator) + 1).trimStart(), found.una)?.[0];
  if (first?.tag !== 'UNB') return null;
  const charset = at(first, 0);
  const known = CHARSETS[charset];
  const text = bytes.toString(known?.encoding ?? 'latin1');
  const segments = split(unaOf(text)!.rest, found.una);
  if (!segments) return null;
  const interchange: Interchange = {
    sender: { id: at(first, 1), qualifier: at(first, 1, 1) },
    recipient: { id: at(first, 2), qualifier: at(first, 2, 1) },
    reference: at(first, 4),
    charset,
    syntaxVersion: at(first, 0, 1),
    decimalMark: found.una.decimal,
    messages: [],
    faults: [],
  };
  const { faults } = interchange;
  if (!known || !['1', '2', '3', '4'].includes(interchange.syntaxVersion)) faults.push(fault('2'));
  if (interchange.reference === '') faults.push(fault('13', { element: 5 }));
  if (interchange.reference.length > 14) faults.push(fault('39', { element: 5 }));
  let open: Message | null = null;
  for (const segment of segments.slice(1)) {
    if (segment.tag === 'UNH') {
      if (open) faults.push(fault('13', { message: open.reference }));
      open = { reference: at(segment, 0), type: at(segment, 1), segments: [segment] };
      if (interchange.messages.some(({ reference }) => reference === open!.reference))
        faults.push(fault('26', { message: open.reference }));
      interchange.messages.push(open);
    } else if (segment.tag === 'UNT') {
      if (!open) faults.push(fault('13'));
      else {
        open.segments.push(segment);
        const message = open.reference;
        if (at(segment, 0) !== String(open.segments.length))
          faults.push(fault('29', { message, segment: open.segments.length, element: 2 }));
        if (at(segment, 1) !== open.reference)
          faults.push(fault('28', { message, segment: open.segments.length, element: 3 }));
      }
      open = null;
    } else if (open) {
      open.segments.push(segment);
      faults.push(...contentFaults(segment, open, known?.allowed));
    } else if (segment.tag !== 'UNZ') faults.push(fault('15'));
  }
  const last = segments.at(-1);
  if (last?.tag !== 'UNZ') faults.push(fault('13'));
  else {
    if (at(last, 0) !== String(interchange.messages.length)) faults.push(fault('29'));
    if (at(last, 1) !== interchange.reference) faults.push(fault('28'));
  }
  return interchange;
}

function contentFaults(
  segment: Segment,
  { reference: message, segments }: Message,
  allowed: RegExp | undefined,
): SyntaxFault[] {
  const place = { message, segment: segments.length };
  if (!/^[A-Z]{3}$/.test(segment.tag)) return [fault('12', place)];
  return segment.elements.flatMap((components, element) =>
    components.flatMap((text, component) => {
      const here = { ...place, element: element + 2, component: component + 1 };
      // A line break inside data is no blank.
      if (/[\r\n]/.test(text) || (allowed && !allowed.test(text))) return [fault('21', here)];
      return text.length > 512 ? [fault('39', here)] : [];
    }),
  );
}

/** A segment as it is written: a string is an element of one component. */
export type Written = [tag: string, ...elements: (string | readonly string[])[]];

const escaped = (text: string): string => text.replace(/[?'+:]/g, (sign) => `?${sign}`);

function segmentText([tag, ...elements]: Written): string {
  const texts = elements.map((element) => {
    const components = typeof element === 'string' ? [element] : [...element];
    while (components.length > 1 && components.at(-1) === '') components.pop();
    return components.map(escaped).join(':');
  });
  while (texts.length > 0 && texts.at(-1) === '') texts.pop();
  return `${[tag, ...texts].join('+')}'`;
}

export interface Envelope {
  sender: { id: string; qualifier: string };
  recipient: { id: string; qualifier: string };
  reference: string;
  at: Date;
  charset: string;
}

/** `YYMMDDHHMM` in UTC: interchange times are for people. */
const short = (at: Date): [string, string] => {
  const digits = at.toISOString().replace(/\D/g, '');
  return [digits.slice(2, 8), digits.slice(8, 12)];
};

/**
 * Writes an interchange of one message.
 *
 * @param miscount how far UNT is off, as the fault `wrong-count` wants it
 */
export function writeInterchange(
  { sender, recipient, reference, at: time, charset }: Envelope,
  type: 'CUSRES' | 'CONTRL',
  body: readonly Written[],
  miscount = 0,
): string {
  const [date, clock] = short(time);
  const message = reference.slice(-10);
  const kind = type === 'CONTRL' ? ['CONTRL', 'D', '3', 'UN'] : ['CUSRES', 'D', '96B', 'UN'];
  const set = charset === 'UNOW' ? 'UNOW' : 'UNOC';
  const segments: Written[] = [
    [
      'UNB',
      [set, set === 'UNOW' ? '4' : '3'],
      [sender.id, sender.qualifier],
      [recipient.id, recipient.qualifier],
      [date, clock],
      reference,
    ],
    ['UNH', message, kind],
    ...body,
    ['UNT', String(body.length + 2 + miscount), message],
    ['UNZ', '1', reference],
  ];
  return segments.map(segmentText).join('\n');
}

/** 0083 of UCI and UCM: 4 rejected, 7 acknowledged, 8 received. */
export function contrlBody(
  { sender, recipient, reference, messages, faults }: Interchange,
  action: '4' | '7' | '8',
): Written[] {
  const whole = faults.find(({ message }) => message === null);
  const uci: Written = [
    'UCI',
    reference,
    [sender.id, sender.qualifier],
    [recipient.id, recipient.qualifier],
    action,
    whole?.code ?? '',
  ];
  const broken = messages.flatMap((message): Written[] => {
    const own = faults.filter((each) => each.message === message.reference);
    if (own.length === 0) return [];
    const kind = [message.type, ...(message.segments[0]?.elements[1] ?? []).slice(1, 4)];
    const places = own.flatMap((each): Written[] => [
      ['UCS', String(each.segment ?? 1), each.element === null ? each.code : ''],
      ...(each.element === null
        ? []
        : ([['UCD', each.code, [String(each.element), String(each.component ?? 1)]]] as Written[])),
    ]);
    return [['UCM', message.reference, kind, '4'], ...places];
  });
  return [uci, ...broken];
}
