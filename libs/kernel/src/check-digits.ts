/** Outcome of checking an identifier: what it should have ended with, and why it does not pass. */
export interface IdentifierCheck {
  valid: boolean;
  normalised: string;
  expectedCheck: string | null;
  reason: string | null;
}

const strip = (value: string): string => value.replace(/[\s-]/g, '').toUpperCase();

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

/**
 * Movement reference number: 2 digits of the year, country, 13 characters, check digit.
 * @see TAXUD 0879/99; ISO 6346 weights over 17 characters
 */
export function checkMrn(value: string): IdentifierCheck {
  const mrn = strip(value);
  if (!/^\d{2}[A-Z]{2}[0-9A-Z]{13}\d$/.test(mrn)) {
    return bad(mrn, 'an MRN has 2 digits, a country, 13 letters or digits and a check digit');
  }
  const expected = iso6346Check(mrn.slice(0, 17));
  return expected === mrn[17]
    ? ok(mrn, expected)
    : bad(mrn, `check digit ${expected} expected, ${mrn[17]} found`, expected);
}

/** Freight container number. @see ISO 6346 */
export function checkContainer(value: string): IdentifierCheck {
  const number = strip(value);
  if (!/^[A-Z]{3}[UJZ]\d{7}$/.test(number))
    return bad(number, 'a container number has 3 letters, U, J or Z, and 7 digits');
  const expected = iso6346Check(number.slice(0, 10));
  return expected === number[10]
    ? ok(number, expected)
    : bad(number, `check digit ${expected} expected, ${number[10]} found`, expected);
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
