import { PLACEHOLDERS, type DutyComponent } from '@tidewaiter/contracts';
import { Invalid } from '@tidewaiter/kernel';
import { UNIT_SPELLINGS, unitOf } from './units.js';

type Term = DutyComponent['term'];
type Specific = Extract<Term, { kind: 'specific' }>;

const OPERATORS: readonly (readonly [text: string, op: DutyComponent['op']])[] = [
  ['+', 'add'],
  ['-', 'subtract'],
  ['MIN', 'floor'],
  ['MAX', 'cap'],
];
const PRINTED: Record<DutyComponent['op'], string> = { add: '+', subtract: '-', floor: 'MIN', cap: 'MAX' };

const LONGEST_FIRST = [...PLACEHOLDERS].sort((a, b) => b.length - a.length);
/** How tariffs say that a percentage is of the retail price. */
const RETAIL = ['RET', '/ RET', 'of the retail price', 'of retail price'];

const LONGEST_TEXT = 500;
const LONGEST_WORD = 80;
const MOST_TERMS = 24;

/** Thousands are set apart by commas where a currency or a unit follows; in a rate a comma could as well be the decimal point. */
const THOUSANDS = String.raw`[1-9]\d{0,2}(?:,\d{3})+`;
const AMOUNT = new RegExp(String.raw`^${THOUSANDS}(\.\d{1,12})?(?=\s*[A-Z]{3}\b)`);
const QUANTITY = new RegExp(
  String.raw`^(${THOUSANDS}|(0|[1-9]\d{0,17})(\.\d{1,12})?(?![\d.,]))(?=\s*[A-Za-z%]|\s*$|\s*\+)`,
);

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
    const found = pattern.exec(this.text.slice(this.at, this.at + LONGEST_WORD))?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Whether the pattern stands next; nothing is taken. */
  sees(pattern: RegExp): boolean {
    this.space();
    return pattern.test(this.text.slice(this.at, this.at + LONGEST_WORD));
  }

  number(): string {
    return this.match(/^(0|[1-9]\d{0,17})(\.\d{1,12})?(?![\d.,])/) ?? this.refuse('a number');
  }
}

function perOf(read: Reader): Specific['per'][number] {
  const quantity = read.match(QUANTITY)?.replaceAll(',', '');
  const found = UNIT_SPELLINGS.find(({ pattern }) => read.match(pattern) !== undefined);
  // the US schedule counts pieces without naming them: 5¢/1,000
  if (!found && quantity !== undefined && read.sees(/^(\+|$)/)) return { quantity, unit: 'NAR' };
  return { quantity: quantity ?? '1', unit: found?.code ?? read.refuse('a unit') };
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
  if (['Free', 'free', 'NIHIL'].some((word) => read.take(word)))
    return { kind: 'percent', rate: '0', of: 'customsValue' };
  const placeholder = LONGEST_FIRST.find((name) => read.take(name));
  if (placeholder) return { kind: 'placeholder', placeholder };
  if (read.take('$')) return specificOf(read, read.number(), 'USD');
  const number = read.match(AMOUNT)?.replaceAll(',', '') ?? read.number();
  if (read.take('%'))
    return {
      kind: 'percent',
      rate: number,
      of: RETAIL.some((text) => read.take(text)) ? 'retailPrice' : 'customsValue',
    };
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
  if (term.kind === 'percent') return `${term.rate} %${term.of === 'retailPrice' ? ' RET' : ''}`;
  return `${term.amount} ${term.currency}${term.per.map(printPer).join('')}`;
}

/** The text of the components; reading it again gives the same components. */
export const printExpression = (components: readonly DutyComponent[]): string =>
  components.map(({ op, term }, index) => `${index === 0 ? '' : ` ${PRINTED[op]} `}${printTerm(term)}`).join('');
