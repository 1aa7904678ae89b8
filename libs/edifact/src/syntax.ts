/** The six service characters of UNA: each one character. `release` is blank when none is in use, `repetition` before syntax 4. */
export interface ServiceCharacters {
  component: string;
  element: string;
  decimal: string;
  release: string;
  repetition: string;
  terminator: string;
}

/** What holds without a UNA. @see ISO 9735, 5.1 */
export const DEFAULT_UNA: ServiceCharacters = {
  component: ':',
  element: '+',
  decimal: '.',
  release: '?',
  repetition: ' ',
  terminator: "'",
};

export const CHARSETS = ['UNOA', 'UNOB', 'UNOC', 'UNOW'] as const;
/** UNOA: capitals and few signs; UNOB: small letters too; UNOC: ISO 8859-1; UNOW: UTF-8 (syntax 4, by agreement). */
export type Charset = (typeof CHARSETS)[number];

const SIGNS = ` .,\\-()/='+:?!"%&*;<>`;
const OUTSIDE: Record<Charset, RegExp> = {
  UNOA: new RegExp(`[^A-Z0-9${SIGNS}]`, 'u'),
  UNOB: new RegExp(`[^A-Za-z0-9${SIGNS}]`, 'u'),
  UNOC: /[^\u0020-\u007e\u00a0-\u00ff]/u,
  UNOW: /[\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/u,
};

/**
 * First character of a text that the set does not have; null when all can be carried.
 * @param una its own service characters are carried in any set, as the release character stands before them
 */
export function outsideOf(text: string, charset: Charset, una: ServiceCharacters): string | null {
  for (let rest = text; ;) {
    const found = OUTSIDE[charset].exec(rest)?.[0];
    if (found === undefined) return null;
    if (!isService(found, una)) return found;
    rest = rest.replaceAll(found, '');
  }
}

const isService = (char: string, una: ServiceCharacters): boolean =>
  char === una.component || char === una.element || char === una.release || char === una.terminator;

export const toUna = ({ component, element, decimal, release, repetition, terminator }: ServiceCharacters): string =>
  `UNA${component}${element}${decimal}${release}${repetition}${terminator}`;

/**
 * Why a set of service characters cannot be used; null when it can. Letters and digits would make tags of data, a control character
 * other than a line end cannot be seen, and each must be told from the others.
 */
export function unusable(una: ServiceCharacters): string | null {
  const separators = [una.component, una.element, una.release, una.terminator, una.repetition].filter(
    (each) => each !== ' ',
  );
  if ([una.component, una.element, una.terminator].includes(' ')) return 'a blank separates nothing';
  if (separators.some((each) => /[0-9A-Za-z\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/.test(each)))
    return 'a letter, digit or control character as service character';
  if ([una.component, una.element, una.release, una.repetition].some((each) => /[\r\n]/.test(each)))
    return 'a line end can only end segments';
  if (new Set(separators).size < separators.length) return 'two service characters are the same';
  if (separators.includes(una.decimal)) return 'the decimal mark is a separator';
  return null;
}

/** A number as it is written under a UNA: `1250.5` with a decimal comma is `1250,5`; never thousands marks. */
export const printDecimal = (value: string, una: ServiceCharacters): string => value.replace('.', una.decimal);

/** @returns the number with a point, null when it is none: point and comma are both decimal marks, whichever UNA names */
export function readDecimal(text: string, una: ServiceCharacters): string | null {
  const plain = una.decimal === '.' || una.decimal === ',' ? text.replace(',', '.') : text.replace(una.decimal, '.');
  return /^-?(\d{1,18}(\.\d{0,12})?|\.\d{1,12})$/.test(plain)
    ? plain
        .replace(/^(-?)\./, '$10.')
        .replace(/\.$/, '')
        .replace(/^(-?)0+(?=\d)/, '$1')
    : null;
}
