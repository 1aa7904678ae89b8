import fc from 'fast-check';
import {
  checkCnpj,
  checkContainer,
  checkDan,
  checkJapaneseCorporateNumber,
  checkEin,
  checkEori,
  checkMrn,
  checkVat,
  iso6346Check,
  type IdentifierCheck,
} from './check-digits.js';

const digit = fc.integer({ min: 0, max: 9 }).map(String);
const digits = (count: number) => fc.array(digit, { minLength: count, maxLength: count }).map((each) => each.join(''));
const alphanumeric = (count: number) =>
  fc
    .array(fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'), { minLength: count, maxLength: count })
    .map((each) => each.join(''));

/** The weighted sum before 10 is printed as 0: the one pair of remainders that a check digit cannot tell apart. */
const remainder = (body: string): number => {
  const values = '0123456789A?BCDEFGHIJK?LMNOPQRSTU?VWXYZ';
  return [...body].reduce((sum, char, index) => sum + values.indexOf(char) * 2 ** index, 0) % 11;
};

/** Puts another digit at a place that holds one. */
const withOther = (text: string, place: number, other: string) =>
  `${text.slice(0, place)}${other}${text.slice(place + 1)}`;

function findsEveryWrongDigit(check: (value: string) => IdentifierCheck, bodies: fc.Arbitrary<string>) {
  fc.assert(
    fc.property(bodies, fc.nat(), digit, (body, at, other) => {
      const whole = body + iso6346Check(body);
      expect(check(whole)).toEqual({ valid: true, normalised: whole, expectedCheck: whole.slice(-1), reason: null });
      const places = [...whole].flatMap((char, index) => (/\d/.test(char) ? [index] : []));
      const place = places[at % places.length]!;
      fc.pre(whole[place] !== other);
      const wrong = withOther(whole, place, other);
      const alike = new Set([remainder(body), remainder(wrong.slice(0, -1))]);
      fc.pre(!(alike.has(0) && alike.has(10)));
      expect(check(wrong).valid).toBe(false);
    }),
  );
}

describe('movement reference numbers', () => {
  it.each(['24GB22WOA1EV2P6AR5', '22GB37AEDQ0215GAR0', '24 gb 22wo a1ev 2p6ar5'])('believes %s', (mrn) => {
    expect(checkMrn(mrn)).toMatchObject({ valid: true, normalised: mrn.replace(/ /g, '').toUpperCase() });
  });

  it('names the digit that was expected', () => {
    expect(checkMrn('24GB22WOA1EV2P6AR6')).toEqual({
      valid: false,
      normalised: '24GB22WOA1EV2P6AR6',
      expectedCheck: '5',
      reason: 'check digit 5 expected, 6 found',
    });
  });

  it('finds one wrong digit wherever it stands', () => {
    findsEveryWrongDigit(
      checkMrn,
      fc.tuple(digits(2), alphanumeric(13)).map(([year, rest]) => `${year}GB${rest}`),
    );
  });

  it.each(['', '24GB22WOA1EV2P6A', '2XGB22WOA1EV2P6AR5', '24G122WOA1EV2P6AR5', '24GB22WOA1EV2P6AÄ5'])(
    'refuses the form of %p',
    (mrn) => {
      expect(checkMrn(mrn)).toMatchObject({ valid: false, expectedCheck: null });
    },
  );
});

describe('container numbers', () => {
  it.each(['MSKU1234565', 'CSQU3054383', 'csqu 305438-3'])('believes %s', (number) => {
    expect(checkContainer(number).valid).toBe(true);
  });

  it('finds one wrong digit wherever it stands', () => {
    findsEveryWrongDigit(
      checkContainer,
      fc.tuple(fc.constantFrom('MSKU', 'CSQU', 'TGHJ'), digits(6)).map(([owner, serial]) => owner + serial),
    );
  });

  it.each(['MSKA1234565', 'MSKU12345', 'MSK01234565', ''])('refuses the form of %p', (number) => {
    expect(checkContainer(number)).toMatchObject({ valid: false, expectedCheck: null });
  });
});

describe('numbers of traders', () => {
  it.each([
    ['GB 123456789000', true, 'GB123456789000'],
    ['XI123456789000', true, 'XI123456789000'],
    ['GB12345678', false, 'GB12345678'],
    ['DE1234567', true, 'DE1234567'],
    ['D1', false, 'D1'],
    ['FR12345678901234567', false, 'FR12345678901234567'],
  ])('EORI %s: %p', (eori, valid, normalised) => {
    expect(checkEori(eori)).toMatchObject({ valid, normalised });
  });

  it.each([
    ['12-3456789', true, '12-345678900'],
    ['12-345678901', true, '12-345678901'],
    ['123456789AB', true, '12-3456789AB'],
    ['12-34567', false, '1234567'],
  ])('EIN %s: %p', (ein, valid, normalised) => {
    expect(checkEin(ein)).toMatchObject({ valid, normalised });
  });

  it('computes the check digit of German VAT numbers, and finds one wrong digit wherever it stands', () => {
    expect(checkVat('DE136695976')).toMatchObject({ valid: true, expectedCheck: '6' });
    expect(checkVat('DE136695977')).toMatchObject({
      valid: false,
      expectedCheck: '6',
      reason: 'check digit 6 expected, 7 found',
    });
    fc.assert(
      fc.property(digits(8), fc.integer({ min: 2, max: 10 }), digit, (serial, place, other) => {
        const vat = `DE${serial}${checkVat(`DE${serial}0`).expectedCheck}`;
        expect(checkVat(vat).valid).toBe(true);
        fc.pre(vat[place] !== other);
        expect(checkVat(withOther(vat, place, other)).valid).toBe(false);
      }),
    );
  });

  it('takes British VAT numbers of the old and the newer series, and of a branch', () => {
    expect(checkVat('GB 980 7806 84').valid).toBe(true);
    const [older, newer] = checkVat('GB434031400').reason!.match(/\d{2}/g)!;
    for (const check of [older, newer]) expect(checkVat(`GB4340314${check}`).valid).toBe(true);
    expect(checkVat(`GB4340314${older}001`).valid).toBe(true);
    expect(checkVat('GB12345')).toMatchObject({ valid: false, expectedCheck: null });
  });

  it('judges the form alone elsewhere', () => {
    expect(checkVat('NL123456789B01').valid).toBe(true);
    expect(checkVat('123').valid).toBe(false);
  });

  it('takes deferment accounts of seven digits', () => {
    expect(checkDan('123 4567').valid).toBe(true);
    expect(checkDan('12345678').valid).toBe(false);
  });

  it('knows the corporate numbers of Japan, with or without a branch, by the digit in front', () => {
    expect(checkJapaneseCorporateNumber('7000 0120 50002')).toMatchObject({ valid: true, normalised: '7000012050002' });
    expect(checkJapaneseCorporateNumber('70000120500020000').valid).toBe(true);
    expect(checkJapaneseCorporateNumber('6000012050002')).toMatchObject({ reason: 'check digit 7 expected, 6 found' });
    expect(checkJapaneseCorporateNumber('700001205000').valid).toBe(false);
  });
});

describe('Brazilian taxpayers', () => {
  it.each([
    ['12.ABC.345/01DE-35', '2026-07-01', true, '35'],
    ['12abc34501de35', undefined, true, '35'],
    ['12.ABC.345/01DE-36', '2026-07-01', false, '35'],
    ['12.ABC.345/01DE-35', '2026-06-30', false, null],
    ['11.222.333/0001-81', '2026-06-30', true, '81'],
    ['11.222.333/0001-81', '2026-07-01', true, '81'],
    ['11.222.333/0001-8A', undefined, false, '81'],
    ['11.222.333/0001', undefined, false, '81'],
    ['11.222.333/00018', undefined, false, '81'],
    ['11.222.333/0001-811', undefined, false, null],
  ])('%s on %s', (value, on, valid, expectedCheck) => {
    expect(checkCnpj(value, on)).toMatchObject({ valid, expectedCheck });
  });
});
