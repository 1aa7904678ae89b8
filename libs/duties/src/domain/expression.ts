import type { DutyComponent, PercentBase } from '@tidewaiter/contracts';
import { Invalid } from '@tidewaiter/kernel';
import { UNIT_SPELLINGS, unitOf } from './units.js';

type Term = DutyComponent['term'];
type Specific = Extract<Term, { kind: 'specific' }>;
type Placeholder = Extract<Term, { kind: 'placeholder' }>['placeholder'];

const OPERATORS: readonly (readonly [text: string, op: DutyComponent['op']])[] = [
  ['+', 'add'],
  ['-', 'subtract'],
  ['MIN', 'floor'],
  ['MAX', 'cap'],
];
const PRINTED: Record<DutyComponent['op'], string> = { add: '+', subtract: '-', floor: 'MIN', cap: 'MAX' };

const BASES: readonly (readonly [text: string, of: PercentBase])[] = [
  ['of customs value and duty', 'customsValueAndDuty'],
  ['of CIF + duty', 'customsValueAndDuty'],
  ['of the retail price', 'retailPrice'],
  ['of retail price', 'retailPrice'],
  ['of the customs value', 'customsValue'],
  ['of customs value', 'customsValue'],
  ['/ retail price', 'retailPrice'],
  ['/ RET', 'retailPrice'],
  ['of the freight', 'freight'],
  ['of freight', 'freight'],
  ['of CIF value', 'cif'],
  ['of FOB value', 'fob'],
];
const BASE_PRINTED: Record<PercentBase, string> = {
  customsValue: '',
  retailPrice: ' of retail price',
  customsValueAndDuty: ' of customs value and duty',
  cif: ' of CIF value',
  fob: ' of FOB value',
  freight: ' of freight',
};
const PLACEHOLDERS: readonly (readonly [text: string, placeholder: Placeholder])[] = [
  ['AD S/Z(R)', 'ADSZR'],
  ['AD S/Z', 'ADSZ'],
  ['AD F/M(R)', 'ADFMR'],
  ['AD F/M', 'ADFM'],
  ['ADSZ(R)', 'ADSZR'],
  ['ADFM(R)', 'ADFMR'],
  ['ADSZR', 'ADSZR'],
  ['ADFMR', 'ADFMR'],
  ['ADSZ', 'ADSZ'],
  ['ADFM', 'ADFM'],
  ['EA(R)', 'EAR'],
  ['EAR', 'EAR'],
  ['EA', 'EA'],
];

const LONGEST_TEXT = 500;
const MOST_TERMS = 24;

/** A cursor over the text; every refusal names the character (from 1) and what was expected there. */
class Reader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly pointer: string,
  ) {}

  refuse(expected: string): never {
    const found = this.at >= this.text.length ? 'the end' : `“${this.text.slice(this.at, this.at + 20)}”`;
    throw new Invalid(
      'duties.expression.unreadable',
      `duty expression: ${expected} expected at character ${this.at + 1}, ${found} found`,
      {
        advice: 'Write it as the tariff does, e.g. “9.60 % + 11.90 GBP / 100 kg MAX 30.00 %”, or give its components.',
        places: [{ pointer: this.pointer, reason: `character ${this.at + 1}: ${expected} expected, ${found} found` }],
      },
    );
  }

  space(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\u00a0') this.at += 1;
  }

  done(): boolean {
    this.space();
    return this.at >= this.text.length;
  }

  /** Takes the text when it stands here and, if it ends in a letter, no letter follows. */
  take(text: string): boolean {
    this.space();
    if (!this.text.startsWith(text, this.at)) return false;
    const end = this.at + text.length;
    if (/[A-Za-z]$/.test(text) && /[A-Za-z]/.test(this.text[end] ?? '')) return false;
    this.at = end;
    return true;
  }

  match(pattern: RegExp): string | undefined {
    this.space();
    const found = pattern.exec(this.text.slice(this.at, this.at + 40))?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  number(): string {
    return this.match(/^(0|[1-9]\d{0,17})(\.\d{1,12})?(?![\d.,])/) ?? this.refuse('a number');
  }
}

function perOf(read: Reader): Specific['per'][number] {
  const quantity = read.match(/^(0|[1-9]\d{0,17})(\.\d{1,12})?(?=[\s\u00a0]|[A-Za-z%])/) ?? '1';
  const spelling = UNIT_SPELLINGS.find(([text]) => read.take(text)) ?? read.refuse('a unit');
  return { quantity, unit: spelling[1] };
}

function specificOf(read: Reader, amount: string, currency: string): Specific {
  if (read.take('each')) return { kind: 'specific', amount, currency, per: [{ quantity: '1', unit: 'NAR' }] };
  const per: Specific['per'] = [];
  while (read.take('/')) per.push(perOf(read));
  if (per.length === 0 || per.length > 4) read.refuse('“/” and a unit');
  if (per.some((each) => !/[1-9]/.test(each.quantity))) read.refuse('a quantity greater than zero');
  return { kind: 'specific', amount, currency, per };
}

/** The US schedule prints cents: 41.3¢ is 0.413 USD; the point moves, nothing is computed in binary. */
function centsToDollars(cents: string): string {
  const [whole = '0', fraction = ''] = cents.split('.');
  const digits = whole.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}`;
}

function termOf(read: Reader): Term {
  if (read.take('Free') || read.take('free')) return { kind: 'percent', rate: '0', of: 'customsValue' };
  const placeholder = PLACEHOLDERS.find(([text]) => read.take(text));
  if (placeholder) return { kind: 'placeholder', placeholder: placeholder[1] };
  if (read.take('$')) return specificOf(read, read.number(), 'USD');
  const number = read.number();
  if (read.take('%')) {
    const base = BASES.find(([text]) => read.take(text));
    return { kind: 'percent', rate: number, of: base?.[1] ?? 'customsValue' };
  }
  if (read.take('¢') || read.take('cents')) return specificOf(read, centsToDollars(number), 'USD');
  const currency = read.match(/^[A-Z]{3}(?![A-Za-z])/) ?? read.refuse('“%” or a currency');
  return specificOf(read, number, currency);
}

/**
 * Reads a duty expression as tariffs publish it (UK and EU style, and the plain formulas of the US schedule).
 *
 * @param pointer place of the text in the request, for the error
 * @returns components in the order of the text
 * @throws Invalid `duties.expression.unreadable` with the character; text is never guessed ("See 9822.05" is refused)
 */
export function parseExpression(text: string, pointer = ''): DutyComponent[] {
  const read = new Reader(text, pointer);
  if (text.length > LONGEST_TEXT) read.refuse(`an expression of at most ${LONGEST_TEXT} characters`);
  const components: DutyComponent[] = [{ op: 'add', term: termOf(read) }];
  while (!read.done()) {
    const operator = OPERATORS.find(([sign]) => read.take(sign)) ?? read.refuse('“+”, “-”, MIN, MAX or the end');
    if (components.length === MOST_TERMS) read.refuse(`at most ${MOST_TERMS} terms`);
    components.push({ op: operator[1], term: termOf(read) });
  }
  return components;
}

const printPer = ({ quantity, unit }: Specific['per'][number]): string =>
  ` / ${quantity === '1' ? '' : `${quantity} `}${unitOf(unit)?.name ?? unit}`;

function printTerm(term: Term): string {
  if (term.kind === 'placeholder') return term.placeholder;
  if (term.kind === 'percent') return `${term.rate} %${BASE_PRINTED[term.of]}`;
  return `${term.amount} ${term.currency}${term.per.map(printPer).join('')}`;
}

/** The text of the components; reading it again gives the same components. */
export const printExpression = (components: readonly DutyComponent[]): string =>
  components.map(({ op, term }, index) => `${index === 0 ? '' : ` ${PRINTED[op]} `}${printTerm(term)}`).join('');
