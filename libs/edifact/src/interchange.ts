import type { ServiceCharacters } from './syntax.js';

/** One segment. Elements are lists of components, unescaped; absent ones are empty texts. */
export interface Segment {
  tag: string;
  elements: string[][];
  /** further occurrences of an element under syntax 4, by the element's place from 0 */
  repeats: { element: number; components: string[] }[];
  /** place in its message from 1, where UNH is 1; outside messages 0 */
  position: number;
  /** byte of the file at which its tag begins */
  offset: number;
}

/** @returns the component at a place, empty when it is absent; both count from 0 */
export const at = (segment: Segment | undefined, element: number, component = 0): string =>
  segment?.elements[element]?.[component] ?? '';

/**
 * What is wrong with the syntax, in the words of CONTRL.
 * @see UN/EDIFACT code list 0085: 2 level not supported, 12 invalid value, 13 missing, 15 not supported here, 16 too many constituents,
 *      20 and 22 service characters, 21 invalid character, 26 double, 28 references differ, 29 counts differ, 32 empty,
 *      33 outside of a message, 35 and 36 too many repetitions, 39 too long, 40 too short
 */
export interface Fault {
  code: string;
  /** reference of the message it lies in; null for the interchange */
  message: string | null;
  /** position of the segment in its message from 1 (0096); null when it concerns the whole */
  segment: number | null;
  tag: string | null;
  /** place of the element (0098) and of the component (0104), both from 1 */
  element: number | null;
  component: number | null;
  /** byte of the file */
  offset: number;
  says: string;
}

export interface Message {
  reference: string;
  /** `CUSRES`, and of which directory: `D`, `96B`, `UN` */
  type: string;
  version: string;
  release: string;
  agency: string;
  association: string;
  /** from UNH to UNT, both included */
  segments: Segment[];
  faults: Fault[];
}

export interface Party {
  id: string;
  qualifier: string;
}

export interface Interchange {
  una: ServiceCharacters;
  /** as the header names it, `UNOC`; empty without a header */
  charset: string;
  syntaxVersion: string;
  sender: Party;
  recipient: Party;
  /** date and time of preparation as they were written */
  prepared: string;
  reference: string;
  test: boolean;
  messages: Message[];
  /** all of them, those of the messages included, in the order of the file */
  faults: Fault[];
}

/** Nothing in the bytes can be taken as an interchange. */
export interface Unreadable {
  code: 'edifact.too-large' | 'edifact.no-interchange' | 'edifact.una' | 'edifact.too-complex';
  says: string;
  offset: number;
}

export type Reading = { kind: 'read'; interchange: Interchange } | ({ kind: 'unreadable' } & Unreadable);
