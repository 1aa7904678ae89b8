import { Invalid } from '@tidewaiter/kernel';
import type { Party } from './interchange.js';
import { DEFAULT_UNA, outsideOf, toUna, unusable, type Charset, type ServiceCharacters } from './syntax.js';

/** A segment to be written; trailing empty elements and components are left out. */
export interface Written {
  tag: string;
  elements: readonly (readonly string[])[];
}

/** `seg('MOA', ['39', '20000.00', 'USD'])`; absent parts are empty texts or undefined. */
export const seg = (tag: string, ...elements: (string | undefined | readonly (string | undefined)[])[]): Written => ({
  tag,
  elements: elements.map((each) => (Array.isArray(each) ? each : [each]).map((part: string | undefined) => part ?? '')),
});

export interface Envelope {
  /** default characters when absent, and then no UNA is written */
  una?: ServiceCharacters;
  charset: Charset;
  syntaxVersion: '1' | '2' | '3' | '4';
  sender: Party;
  recipient: Party;
  /** `YYMMDD`, syntax 4 `CCYYMMDD` */
  date: string;
  /** `HHMM` */
  time: string;
  reference: string;
  test?: boolean;
}

export interface WrittenMessage {
  reference: string;
  type: string;
  version: string;
  release: string;
  agency: string;
  association?: string;
  /** without UNH and UNT, which are counted here */
  body: readonly Written[];
}

const trimmed = (parts: readonly string[]): readonly string[] => {
  let end = parts.length;
  while (end > 0 && parts[end - 1] === '') end -= 1;
  return parts.slice(0, end);
};

function escaped(value: string, una: ServiceCharacters, repetition: boolean, place: string): string {
  const special = [una.component, una.element, una.terminator, ...(repetition ? [una.repetition] : [])];
  if (una.release === ' ' && special.some((each) => value.includes(each))) {
    const says = 'a service character in the text, and no release character is in use';
    throw new Invalid('edifact.illegal-character', says, { places: [{ pointer: place, reason: says }] });
  }
  if (una.release !== ' ') special.push(una.release);
  let out = '';
  for (const char of value) out += special.includes(char) ? una.release + char : char;
  return out;
}

/**
 * One segment as text, its terminator included.
 * @throws Invalid `edifact.illegal-character`, the place being `TAG/element/component` from 1
 */
export function printSegment(
  { tag, elements }: Written,
  charset: Charset,
  una: ServiceCharacters = DEFAULT_UNA,
  repetition = false,
): string {
  const parts = elements.map((components, element) =>
    trimmed(
      components.map((value, component) => {
        const place = `${tag}/${element + 1}/${component + 1}`;
        const outside = outsideOf(value, charset, una);
        if (outside !== null) {
          const says = `U+${outside.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} is not in ${charset}`;
          throw new Invalid('edifact.illegal-character', says, {
            places: [{ pointer: place, reason: says }],
            advice: 'Write the value with the characters of the set, or agree on another set.',
          });
        }
        return escaped(value, una, repetition, place);
      }),
    ).join(una.component),
  );
  return [tag, ...trimmed(parts)].join(una.element) + una.terminator;
}

/**
 * Writes one interchange: counts and references of the trailers are made here, segments one per line. The same input gives the same bytes.
 * @throws Invalid `edifact.illegal-character`, `edifact.una`
 */
export function writeInterchange(envelope: Envelope, messages: readonly WrittenMessage[]): Buffer {
  const { charset, syntaxVersion, sender, recipient, date, time, reference } = envelope;
  const una = envelope.una ?? DEFAULT_UNA;
  const why =
    unusable(una) ?? (charset === 'UNOW' && /[^ -\u007f\r\n]/.test(toUna(una)) ? 'not one byte in UTF-8' : null);
  if (why) throw new Invalid('edifact.una', `the service characters cannot be used: ${why}`);
  const repetition = syntaxVersion === '4' && una.repetition !== ' ';
  const print = (segment: Written): string => printSegment(segment, charset, una, repetition);
  const lines = [
    print(
      seg(
        'UNB',
        [charset, syntaxVersion],
        [sender.id, sender.qualifier],
        [recipient.id, recipient.qualifier],
        [date, time],
        reference,
        ...(envelope.test ? ['', '', '', '', '', '1'] : []),
      ),
    ),
    ...messages.flatMap((message) => [
      print(
        seg('UNH', message.reference, [
          message.type,
          message.version,
          message.release,
          message.agency,
          message.association,
        ]),
      ),
      ...message.body.map(print),
      print(seg('UNT', String(message.body.length + 2), message.reference)),
    ]),
    print(seg('UNZ', String(messages.length), reference)),
  ];
  const text = `${envelope.una ? toUna(una) : ''}${envelope.una ? '\n' : ''}${lines.join('\n')}\n`;
  return Buffer.from(text, charset === 'UNOW' ? 'utf8' : 'latin1');
}
