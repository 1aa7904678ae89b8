/** Outcome of checking an identifier: what it should have ended with, and why it does not pass. */
export interface IdentifierCheck {
  valid: boolean;
  normalised: string;
  expectedCheck: string | null;
  reason: string | null;
}

/** Small letters of ASCII alone are raised: `toUpperCase` would make letters of signs that are none, a dotless i for one. */
export const raised = (value: string): string => value.replace(/[a-z]/g, (letter) => letter.toUpperCase());

const strip = (value: string): string => raised(value.replace(/[\s-]/g, ''));

const ok = (normalised: string, expectedCheck: string | null = null): IdentifierCheck => ({
  valid: true,
  normalised,
  expectedCheck,
  reason: null,
});

const bad = (normalised: string, reason: string, expectedCheck: string | null = null): IdentifierCheck => ({
  valid: false,
  normalised,
  expectedCheck,
  reason,
});

/** ISO 6346 letter values: A = 10 … Z = 38, the multiples of 11 skipped. */
function iso6346Value(char: string): number {
  if (char >= '0' && char <= '9') return Number(char);
  const index = char.charCodeAt(0) - 65;
  return index + 10 + Math.floor((index + 9) / 10);
}

/** Weighted sum 2^i modulo 11, a remainder of 10 printed as 0. */
export function iso6346Check(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i += 1) sum += iso6346Value(body[i]!) * 2 ** i;
  return String((sum % 11) % 10);
}

interface CheckedForm {
  body: RegExp;
  /** characters before the check digit */
  length: number;
  expect: (body: string) => string;
  /** the form in words */
  form: string;
  /** check digits behind the body, when there is more than one */
  digits?: number;
}

/** A body with its check digit behind it. A missing or wrong one is named together with the one that belongs there. */
function checked(number: string, { body, length, expect, form, digits = 1 }: CheckedForm, rest = ''): IdentifierCheck {
  const whole = number.slice(0, length);
  const found = number.slice(length);
  if (!body.test(whole) || found.length > digits) return bad(number + rest, form);
  const expected = expect(whole);
  if (found === expected) return ok(number + rest, expected);
  return bad(number + rest, `check digit ${expected} expected, ${found === '' ? 'none' : found} found`, expected);
}

/**
 * Movement reference number: 2 digits of the year, country, 13 characters (the last may name a procedure), check digit.
 * @see TAXUD 0879/99; ISO 6346 weights over 17 characters
 */
export const checkMrn = (value: string): IdentifierCheck =>
  checked(strip(value), {
    body: /^\d{2}[A-Z]{2}[0-9A-Z]{13}$/,
    length: 17,
    expect: iso6346Check,
    form: 'an MRN has 2 digits, a country, 13 letters or digits and a check digit',
  });

/**
 * Guarantee reference number: 2 digits of the year, country, 12 characters, check digit; a voucher adds a letter and 6 digits.
 * @see TAXUD 0879/99; ISO 6346 weights over 16 characters
 */
export function checkGrn(value: string): IdentifierCheck {
  const grn = strip(value);
  const [, voucher = ''] = /^.{17}([A-Z]\d{6})$/.exec(grn) ?? [];
  return checked(
    voucher ? grn.slice(0, 17) : grn,
    {
      body: /^\d{2}[A-Z]{2}[0-9A-Z]{12}$/,
      length: 16,
      expect: iso6346Check,
      form: 'a GRN has 2 digits, a country, 12 letters or digits and a check digit, a voucher then a letter and 6 digits',
    },
    voucher,
  );
}

/** Freight container number: owner, category (U, J, Z; R for refrigerating units), serial, check digit. @see ISO 6346 */
export const checkContainer = (value: string): IdentifierCheck =>
  checked(strip(value), {
    body: /^[A-Z]{3}[UJZR]\d{6}$/,
    length: 10,
    expect: iso6346Check,
    form: 'a container number has 3 letters, U, J, Z or R, 6 digits and a check digit',
  });

/** Value of a character of a US entry number: A-I and J-R count 1 to 9, S-Z 2 to 9. @see ACE CATAIR, entry summary, table 1 */
function entryValue(char: string): number {
  if (char >= '0' && char <= '9') return Number(char);
  const index = char.charCodeAt(0) - 65;
  return index < 18 ? (index % 9) + 1 : index - 16;
}

/** Every second value is doubled and its digits are added up; the check digit fills the sum to the next ten. */
export function usEntryCheck(body: string): string {
  let sum = 0;
  for (const [place, char] of [...body].entries()) {
    const weighted = entryValue(char) * (place % 2 === 1 ? 2 : 1);
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return String((10 - (sum % 10)) % 10);
}

/** US entry number: filer code of 3 letters or digits, 7 digits, check digit. @see ACE CATAIR; CBP ruling HQ H005628 */
export const checkUsEntry = (value: string): IdentifierCheck =>
  checked(strip(value), {
    body: /^[0-9A-Z]{3}\d{7}$/,
    length: 10,
    expect: usEntryCheck,
    form: 'an entry number has a filer code of 3 letters or digits, 7 digits and a check digit',
  });

/** From this day on new numbers of Brazilian taxpayers may hold letters. @see IN RFB 2.229/2024 */
export const CNPJ_LETTERS_FROM = '2026-07-01';

/** Letters count as their place in ASCII less 48; weights 2 to 9 from the right, again and again. */
function cnpjDigit(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i += 1) sum += (body.charCodeAt(i) - 48) * (2 + ((body.length - 1 - i) % 8));
  return String(sum % 11 < 2 ? 0 : 11 - (sum % 11));
}

/**
 * Brazilian taxpayer: 12 digits, letters among them since July 2026, and two check digits; old numbers stay as they are.
 *
 * @param on legal date that the number was given on; without it either form will do
 */
export function checkCnpj(value: string, on?: string): IdentifierCheck {
  const cnpj = strip(value.replace(/[./]/g, ''));
  if (on !== undefined && on < CNPJ_LETTERS_FROM && /[A-Z]/.test(cnpj))
    return bad(cnpj, `a CNPJ has no letters before ${CNPJ_LETTERS_FROM}`);
  return checked(cnpj, {
    body: /^[0-9A-Z]{12}$/,
    length: 12,
    expect: (body) => {
      const first = cnpjDigit(body);
      return `${first}${cnpjDigit(`${body}${first}`)}`;
    },
    digits: 2,
    form: 'a CNPJ has 12 digits or letters and 2 check digits',
  });
}

/** Air waybill: airline of 3 digits, serial of 7 digits, the serial modulo 7. */
export const checkAwb = (value: string): IdentifierCheck =>
  checked(strip(value), {
    body: /^\d{10}$/,
    length: 10,
    expect: (body) => String(Number(body.slice(3)) % 7),
    form: 'an air waybill has 3 digits of the airline, 7 of the serial and a check digit',
  });

/**
 * US importer of record: `NN-NNNNNNNXX` (employer, suffix `00` when absent), `NNN-NN-NNNN` (a person; shown by its last four digits alone),
 * `YYDDPP-NNNNN` (assigned by customs). Where the hyphens stand tells them apart; without any it is an employer's.
 */
export function checkUsImporter(value: string): IdentifierCheck {
  const number = raised(value.replace(/\s/g, ''));
  const [, tail] = /^\d{3}-\d{2}-(\d{4})$/.exec(number) ?? [];
  if (tail) return ok(`***-**-${tail}`);
  if (/^\d{6}-\d{5}$/.test(number)) return ok(number);
  const [, head, body, suffix] = /^(\d{2})-?(\d{7})-?([0-9A-Z]{2})?$/.exec(number) ?? [];
  return head
    ? ok(`${head}-${body}${suffix ?? '00'}`)
    : bad(number, 'an importer number is NN-NNNNNNNXX, NNN-NN-NNNN or YYDDPP-NNNNN');
}

/**
 * Local reference number: 1 to 22 letters, digits, hyphens, points, slashes or underscores; unique per declarant. The schema allows 35
 * characters, the guide 22.
 */
export function checkLrn(value: string): IdentifierCheck {
  const lrn = value.trim();
  if (lrn.length > 22) return bad(lrn, `a local reference has at most 22 characters, this one ${lrn.length}`);
  return /^[0-9A-Za-z./_-]+$/.test(lrn)
    ? ok(lrn)
    : bad(lrn, 'a local reference is letters, digits, hyphens, points, slashes and underscores');
}

/**
 * Declaration unique consignment reference: the year's last digit, country and body of an EORI, a hyphen, 1 to 18 of `0-9 A-Z ( ) -`.
 * @see gov.uk on DUCR
 */
export function checkDucr(value: string): IdentifierCheck {
  const ducr = raised(value.trim());
  if (ducr.length > 35) return bad(ducr, `a DUCR has at most 35 characters, this one ${ducr.length}`);
  return /^\d[A-Z]{2}[0-9A-Z]{1,15}-[0-9A-Z()-]{1,18}$/.test(ducr)
    ? ok(ducr)
    : bad(ducr, 'a DUCR is a digit of the year, an EORI, a hyphen and 1 to 18 of the characters 0-9 A-Z ( ) -');
}

/** EU and UK economic operator number: country and up to 15 characters; GB and XI have 12 or 15 digits. No check digit. */
export function checkEori(value: string): IdentifierCheck {
  const eori = strip(value);
  if (/^(GB|XI)/.test(eori)) {
    return /^(GB|XI)(\d{12}|\d{15})$/.test(eori)
      ? ok(eori)
      : bad(eori, 'a GB or XI EORI has 12 or 15 digits after the country');
  }
  return /^[A-Z]{2}[0-9A-Z]{1,15}$/.test(eori)
    ? ok(eori)
    : bad(eori, 'an EORI is a country code and up to 15 letters or digits');
}

/** US employer identification number as customs takes it: NN-NNNNNNN with a two-character suffix, `00` when absent. */
export function checkEin(value: string): IdentifierCheck {
  const ein = strip(value);
  if (!/^\d{9}([0-9A-Z]{2})?$/.test(ein))
    return bad(ein, 'an EIN has 9 digits (NN-NNNNNNN) and a two-character suffix');
  return ok(`${ein.slice(0, 2)}-${ein.slice(2, 9)}${ein.slice(9) || '00'}`);
}

/** German VAT number: DE and 9 digits, check digit by ISO 7064 MOD 11,10. */
function checkGermanVat(vat: string): IdentifierCheck {
  if (!/^DE\d{9}$/.test(vat)) return bad(vat, 'a German VAT number is DE and 9 digits');
  let product = 10;
  for (const digit of vat.slice(2, 10)) {
    let total = (Number(digit) + product) % 10;
    if (total === 0) total = 10;
    product = (2 * total) % 11;
  }
  const expected = String((11 - product) % 10);
  return expected === vat[10]
    ? ok(vat, expected)
    : bad(vat, `check digit ${expected} expected, ${vat[10]} found`, expected);
}

/** United Kingdom VAT number: 9 digits, weights 8…2 with the last two digits, modulo 97 or modulo 97 plus 55. */
function checkBritishVat(vat: string): IdentifierCheck {
  if (!/^GB(\d{9}|\d{12})$/.test(vat))
    return bad(vat, 'a United Kingdom VAT number is GB and 9 digits (12 for a branch)');
  const digits = vat.slice(2);
  let total = 0;
  for (let i = 0; i < 7; i += 1) total += Number(digits[i]) * (8 - i);
  const tail = Number(digits.slice(7, 9));
  const classic = (97 - (total % 97)) % 97;
  const newer = (97 - ((total + 55) % 97)) % 97;
  const expected = String(classic).padStart(2, '0');
  return tail === classic || tail === newer
    ? ok(vat, digits.slice(7, 9))
    : bad(
        vat,
        `check digits ${expected} or ${String(newer).padStart(2, '0')} expected, ${digits.slice(7, 9)} found`,
        expected,
      );
}

/** VAT number with its country; the check digit is computed for DE and GB, the form alone elsewhere. */
export function checkVat(value: string): IdentifierCheck {
  const vat = strip(value);
  if (vat.startsWith('DE')) return checkGermanVat(vat);
  if (vat.startsWith('GB')) return checkBritishVat(vat);
  return /^[A-Z]{2}[0-9A-Z]{2,13}$/.test(vat)
    ? ok(vat)
    : bad(vat, 'a VAT number is a country code and 2 to 13 letters or digits');
}

/** Deferment account number of the UK: 7 digits. */
export function checkDan(value: string): IdentifierCheck {
  const dan = strip(value);
  return /^\d{7}$/.test(dan) ? ok(dan) : bad(dan, 'a deferment account number has 7 digits');
}

/**
 * A Japanese corporate number: 12 digits behind a check digit that is 9 less their sum, weighed 1 and 2 from the right, modulo 9.
 * The four digits of a branch, as customs knows it, may follow.
 *
 * @see Ordinance of the Ministry of Finance No. 70 of 2014, art. 2
 */
export function checkJapaneseCorporateNumber(value: string): IdentifierCheck {
  const number = strip(value);
  if (!/^\d{13}(\d{4})?$/.test(number))
    return bad(number, 'a Japanese corporate number has 13 digits, with 4 more for a branch');
  const sum = [...number.slice(1, 13)].reverse().reduce((total, digit, n) => total + Number(digit) * ((n % 2) + 1), 0);
  const expected = String(9 - (sum % 9));
  return number[0] === expected ? ok(number) : bad(number, `check digit ${expected} expected, ${number[0]} found`);
}
