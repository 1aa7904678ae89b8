import fc from 'fast-check';
import { usEntryCheck } from './check-digits.js';
import {
  checkIdentifier,
  IDENTIFIER_SCHEMES,
  parseIdentifier,
  printIdentifier,
  type IdentifierScheme,
} from './identifiers.js';

const VECTORS: [IdentifierScheme, string, string, string | null][] = [
  ['mrn', '24GB22WOA1EV2P6AR5', '24GB22WOA1EV2P6AR5', '5'],
  ['mrn', '22GB37AEDQ0215GAR0', '22GB37AEDQ0215GAR0', '0'],
  ['container', 'MSKU 123456-5', 'MSKU1234565', '5'],
  ['container', 'csqu3054383', 'CSQU3054383', '3'],
  ['lrn', 'TW-2601-0000417-1', 'TW-2601-0000417-1', null],
  ['ducr', '6GB123456789012-TW2601417', '6GB123456789012-TW2601417', null],
  ['eori', 'GB123456789012', 'GB123456789012', null],
  ['dan', '1234567', '1234567', null],
  ['us-entry', 'ABC 1234567 6', 'ABC12345676', '6'],
  ['us-entry', '002-6110316-2', '00261103162', '2'],
  ['us-importer', '12-345678900', '12-345678900', null],
  ['us-importer', '12-3456789', '12-345678900', null],
  ['us-importer', '123-45-6789', '***-**-6789', null],
  ['us-importer', '260704-12345', '260704-12345', null],
  ['awb', '020-12345675', '02012345675', '5'],
];

describe('identifiers', () => {
  it.each(VECTORS)('believes a %s: %s', (scheme, value, normalised, expectedCheck) => {
    expect(checkIdentifier(scheme, value)).toEqual({ valid: true, normalised, expectedCheck, reason: null });
  });

  it.each<[IdentifierScheme, string, string]>([
    ['mrn', '24GB22WOA1EV2P6AR4', '5'],
    ['grn', '24GB000000000TW94', '5'],
    ['container', 'MSKU1234564', '5'],
    ['us-entry', 'ABC12345675', '6'],
    ['awb', '020-12345674', '5'],
  ])('names the digit expected of a %s: %s', (scheme, value, expectedCheck) => {
    const found = value.at(-1);
    expect(checkIdentifier(scheme, value)).toMatchObject({
      valid: false,
      expectedCheck,
      reason: `check digit ${expectedCheck} expected, ${found} found`,
    });
    expect(() => parseIdentifier(scheme, value)).toThrow(
      expect.objectContaining({ code: `identifier.${scheme}`, details: { facts: { expectedCheck } } }),
    );
  });

  it('names the digit that is missing', () => {
    expect(checkIdentifier('mrn', '24GB22WOA1EV2P6AR')).toMatchObject({
      valid: false,
      expectedCheck: '5',
      reason: 'check digit 5 expected, none found',
    });
  });

  it.each<[IdentifierScheme, string]>([
    ['mrn', '2GGB22WOA1EV2P6AR5'],
    ['mrn', '24GB22WOA1EV2P6AR55'],
    ['mrn', '２４GB22WOA1EV2P6AR5'],
    ['grn', ''],
    ['container', 'MSKA1234565'],
    ['lrn', 'TW-2601-0000417-1-TOO-LONG'],
    ['lrn', 'with a blank'],
    ['lrn', ''],
    ['ducr', '6GB123456789012'],
    ['ducr', '6GB123456789012-'],
    ['ducr', '6GB123456789012-1234567890123456789'],
    ['eori', 'GB1234567890'],
    ['eori', 'gı123456789012'],
    ['dan', '123456'],
    ['us-entry', 'AB1234567'],
    ['us-importer', '12-34567'],
    ['awb', '02A-12345675'],
  ])('refuses the form of a %s: %j', (scheme, value) => {
    expect(checkIdentifier(scheme, value)).toMatchObject({ valid: false, expectedCheck: null });
  });

  it('takes the 7 characters of a voucher behind a guarantee reference', () => {
    const [body, check] = ['24GB000000000TW9', '5'];
    expect(checkIdentifier('grn', `${body}${check}`)).toMatchObject({ valid: true, expectedCheck: check });
    expect(checkIdentifier('grn', `${body}${check}A000017`)).toMatchObject({
      valid: true,
      normalised: `${body}${check}A000017`,
    });
  });

  it('prints what people read, and reads it again', () => {
    for (const [scheme, value] of VECTORS) {
      if (scheme === 'us-importer') continue;
      const parsed = parseIdentifier(scheme, value);
      expect(parseIdentifier(scheme, printIdentifier(parsed))).toEqual(parsed);
    }
    expect(printIdentifier(parseIdentifier('us-entry', 'ABC12345676'))).toBe('ABC-1234567-6');
  });

  it('finds a single wrong digit of a US entry number always', () => {
    const filer = fc.array(fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(filer, fc.integer({ min: 0, max: 9_999_999 }), fc.nat(), fc.nat(9), (code, serial, at, other) => {
        const body = `${code.join('')}${String(serial).padStart(7, '0')}`;
        const entry = body + usEntryCheck(body);
        expect(checkIdentifier('us-entry', entry).valid).toBe(true);
        const places = [...entry].flatMap((char, index) => (/\d/.test(char) ? [index] : []));
        const place = places[at % places.length]!;
        fc.pre(entry[place] !== String(other));
        const wrong = `${entry.slice(0, place)}${other}${entry.slice(place + 1)}`;
        expect(checkIdentifier('us-entry', wrong).valid).toBe(false);
      }),
    );
  });

  it('finds a single wrong digit of an air waybill, but for the two that modulo 7 cannot tell apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), fc.nat(6), fc.nat(9), (serial, place, other) => {
        const body = String(serial).padStart(7, '0');
        const wrong = `${body.slice(0, place)}${other}${body.slice(place + 1)}`;
        fc.pre((Number(body[place]) - other) % 7 !== 0);
        expect(checkIdentifier('awb', `020${wrong}${serial % 7}`).valid).toBe(false);
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.constantFrom(...IDENTIFIER_SCHEMES), fc.string({ unit: 'binary' }), (scheme, value) => {
        expect(typeof checkIdentifier(scheme, value).valid).toBe('boolean');
      }),
    );
  });
});
