import fc from 'fast-check';
import { compare, exact, minorUnits, money, round, shareOut, sum, zero } from './money.js';

const currencies = fc.constantFrom('GBP', 'JPY', 'KWD');
const amountIn = (currency: string) =>
  fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }).map((units) =>
    exact(String(units))
      .div(exact('10').pow(minorUnits(currency)))
      .toFixed(minorUnits(currency)),
  );
const weights = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 6 }))
    .map(([digits, places]) => exact(String(digits)).div(exact('10').pow(places)).toString()),
  { minLength: 1, maxLength: 40 },
);

describe('shareOut', () => {
  it('gives parts that add up exactly, each within one minor unit of its share', () => {
    fc.assert(
      fc.property(
        currencies.chain((currency) => fc.tuple(fc.constant(currency), amountIn(currency))),
        weights,
        ([currency, amount], by) => {
          const parts = shareOut({ amount, currency }, by);
          expect(parts).toHaveLength(by.length);
          expect(sum(parts, currency)).toEqual(money(amount, currency));
          const whole = by.reduce((total, weight) => total.plus(weight), exact('0'));
          parts.forEach((part, index) => {
            const share = whole.isZero() ? exact(amount).div(by.length) : exact(amount).times(by[index]!).div(whole);
            expect(
              exact(part.amount)
                .minus(share)
                .abs()
                .lt(exact('10').pow(-minorUnits(currency))),
            ).toBe(true);
          });
        },
      ),
    );
  });

  it('gives nothing to a line that weighs nothing', () => {
    expect(shareOut(money('0.05', 'GBP'), ['1', '0', '1', '0'])).toEqual(
      ['0.03', '0.00', '0.02', '0.00'].map((part) => money(part, 'GBP')),
    );
  });

  it('gives the remainder to the largest rest, and between equals to the earlier line', () => {
    expect(shareOut(money('100.00', 'EUR'), ['1', '1', '1']).map((part) => part.amount)).toEqual([
      '33.34',
      '33.33',
      '33.33',
    ]);
    expect(shareOut(money('1.00', 'EUR'), ['1', '2']).map((part) => part.amount)).toEqual(['0.33', '0.67']);
  });

  it('shares a credit out as it shares a charge', () => {
    expect(shareOut(money('-100.00', 'EUR'), ['1', '1', '1']).map((part) => part.amount)).toEqual([
      '-33.34',
      '-33.33',
      '-33.33',
    ]);
  });

  it('shares equally when no weight is known', () => {
    expect(shareOut(money('10', 'JPY'), ['0', '0', '0']).map((part) => part.amount)).toEqual(['4', '3', '3']);
  });

  it('rounds an amount that is finer than its currency before it is shared', () => {
    expect(shareOut({ amount: '1.005', currency: 'GBP' }, ['1', '1']).map((part) => part.amount)).toEqual([
      '0.51',
      '0.50',
    ]);
  });

  it('refuses to share with nobody: the amount would be lost', () => {
    expect(() => shareOut(money('1.00', 'GBP'), [])).toThrow(RangeError);
  });
});

describe('rounding', () => {
  it.each([
    ['2.345', 'half-up', '2.35'],
    ['-2.345', 'half-up', '-2.35'],
    ['2.345', 'half-even', '2.34'],
    ['2.349', 'down', '2.34'],
    ['-2.349', 'down', '-2.34'],
    ['2.341', 'up', '2.35'],
  ] as const)('takes %s %s to %s', (value, mode, expected) => {
    expect(round(exact(value), 2, mode).toFixed(2)).toBe(expected);
  });

  it('keeps a half a half: no binary fraction comes between', () => {
    expect(round(exact('1.005'), 2).toFixed(2)).toBe('1.01');
    expect(exact('0.1').plus('0.2').toString()).toBe('0.3');
  });
});

describe('money', () => {
  it.each([
    ['1234.5', 'GBP', '1234.50'],
    ['1234.5', 'JPY', '1235'],
    ['1234.5', 'KWD', '1234.500'],
    ['0.0005', 'BHD', '0.001'],
    ['1500', 'XOF', '1500'],
    ['7.5', 'JOD', '7.500'],
  ])('prints %s %s as %s', (value, currency, printed) => {
    expect(money(value, currency)).toEqual({ amount: printed, currency });
  });

  it('prints large amounts in full', () => {
    expect(money('123456789012345678901.99', 'USD').amount).toBe('123456789012345678901.99');
  });

  it('adds and compares within one currency only', () => {
    expect(sum([money('0.10', 'GBP'), money('0.20', 'GBP')], 'GBP')).toEqual(money('0.30', 'GBP'));
    expect(sum([], 'JPY')).toEqual(zero('JPY'));
    expect(compare(money('2.00', 'GBP'), money('10.00', 'GBP'))).toBe(-1);
    const mixed = expect.objectContaining({ code: 'kernel.money.mixed-currency' });
    expect(() => sum([money('1', 'GBP'), money('1', 'EUR')], 'GBP')).toThrow(mixed);
    expect(() => compare(money('1', 'GBP'), money('1', 'EUR'))).toThrow(mixed);
  });
});
