import type { DutyComponent } from '@tidewaiter/contracts';
import { exact, Invalid } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { evaluate } from './evaluate.js';
import { parseExpression, printExpression } from './expression.js';
import { declaredQuantities } from './quantities.js';

const decimal = fc
  .tuple(fc.integer({ min: 0, max: 999_999 }), fc.option(fc.integer({ min: 0, max: 9999 }), { nil: undefined }))
  .map(([whole, fraction]) =>
    fraction === undefined ? String(whole) : `${whole}.${String(fraction).padStart(4, '0')}`,
  );
const positive = fc.constantFrom('1', '10', '100', '1000', '0.5', '1.0');
const unit = fc.constantFrom(
  'KGM',
  'DTN',
  'TNE',
  'KGM_DRAINED',
  'HLT',
  'LPA',
  'ASV',
  'NAR',
  'MIL',
  'NPR',
  'DPR',
  'MTQ',
  'C62',
);
const term = fc.oneof(
  fc
    .tuple(decimal, fc.constantFrom('customsValue', 'retailPrice', 'customsValueAndDuty', 'cif', 'fob', 'freight'))
    .map(([rate, of]): DutyComponent['term'] => ({ kind: 'percent', rate, of: of as 'customsValue' })),
  fc
    .constantFrom('EA', 'EAR', 'ADSZ', 'ADSZR', 'ADFM', 'ADFMR')
    .map((placeholder): DutyComponent['term'] => ({ kind: 'placeholder', placeholder })),
  fc
    .record({
      amount: decimal,
      currency: fc.constantFrom('GBP', 'EUR', 'USD'),
      per: fc.array(fc.record({ quantity: positive, unit }), { minLength: 1, maxLength: 3 }),
    })
    .map((parts): DutyComponent['term'] => ({ kind: 'specific', ...parts })),
);
const components = fc
  .tuple(
    term,
    fc.array(
      fc.record({ op: fc.constantFrom('add' as const, 'subtract' as const, 'floor' as const, 'cap' as const), term }),
      { maxLength: 5 },
    ),
  )
  .map(([first, rest]): DutyComponent[] => [{ op: 'add', term: first }, ...rest]);

const percent = (rate: string): DutyComponent['term'] => ({ kind: 'percent', rate, of: 'customsValue' });
const per = (amount: string, currency: string, ...units: [string, string][]): DutyComponent['term'] => ({
  kind: 'specific',
  amount,
  currency,
  per: units.map(([quantity, code]) => ({ quantity, unit: code })),
});

const grounds = (base: string, kilograms = '200') => ({
  base: exact(base),
  currency: 'GBP',
  quantities: declaredQuantities([{ unit: 'KGM', value: kilograms }], ''),
  rates: [],
  pointer: '',
});
const amountOf = (text: string, base: string, kilograms?: string): string => {
  const outcome = evaluate(parseExpression(text), grounds(base, kilograms));
  return outcome.kind === 'amount' ? outcome.exact.toFixed() : `missing ${outcome.units.join()}`;
};

describe('reading a duty expression', () => {
  it.each<[string, DutyComponent['term'][]]>([
    ['9.60 %', [percent('9.60')]],
    ['9.60%', [percent('9.60')]],
    ['Free', [percent('0')]],
    ['158.00 GBP / 100 kg', [per('158.00', 'GBP', ['100', 'KGM'])]],
    ['11.90 EUR / 100 kg/net eda', [per('11.90', 'EUR', ['100', 'KGM_DRAINED'])]],
    ['0.90 GBP / % vol / hl', [per('0.90', 'GBP', ['1', 'ASV'], ['1', 'HLT'])]],
    ['$1.541/kg', [per('1.541', 'USD', ['1', 'KGM'])]],
    ['41.3¢/kg + 2.5%', [per('0.413', 'USD', ['1', 'KGM']), percent('2.5')]],
    ['0.9 cents each', [per('0.009', 'USD', ['1', 'NAR'])]],
    ['2 EUR / 1000 p/st', [per('2', 'EUR', ['1000', 'NAR'])]],
  ])('takes %s', (text, terms) => {
    expect(parseExpression(text).map((component) => component.term)).toEqual(terms);
  });

  it.each([
    ['', 1],
    ['See 9822.05.10', 1],
    ['9.60', 5],
    ['9.60 % +', 9],
    ['9.60 % foo', 8],
    ['9.60 % of the lead content', 8],
    ['10.00 GBP', 10],
    ['10.00 GBP / firkin', 13],
    ['10.00 GBP / 0 kg', 17],
    ['1,000 %', 1],
    ['33 1/3%', 4],
    ['-5 %', 1],
    ['5 % MINIMUM', 5],
  ])('refuses “%s” at character %i', (text, character) => {
    let refusal: unknown;
    try {
      parseExpression(text, '/lines/0/measures/0/expression');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Invalid);
    expect((refusal as Invalid).code).toBe('duties.expression.unreadable');
    expect((refusal as Invalid).details.places?.[0]?.pointer).toBe('/lines/0/measures/0/expression');
    expect((refusal as Invalid).details.places?.[0]?.reason).toContain(`character ${character}:`);
  });

  it('reads again what it prints, as the same components', () => {
    fc.assert(fc.property(components, (parts) => expect(parseExpression(printExpression(parts))).toEqual(parts)));
  });

  it('answers any text with components or with a refusal, never otherwise', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 600 }),
      fc
        .array(fc.constantFrom('1', '0.5', '%', 'GBP', '/', 'kg', 'MIN', 'MAX', '+', '-', ' ', '$', '¢', '100'), {
          maxLength: 80,
        })
        .map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, (any) => {
        try {
          expect(parseExpression(any).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Invalid);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('evaluating it', () => {
  it('takes MIN as at least and MAX as at most, on both sides of the limit', () => {
    expect(amountOf('5 % MIN 4.00 GBP / 100 kg', '160.00')).toBe('8');
    expect(amountOf('5 % MIN 4.00 GBP / 100 kg', '160.20')).toBe('8.01');
    expect(amountOf('5 % MIN 4.00 GBP / 100 kg', '159.80')).toBe('8');
    expect(amountOf('5 % MAX 4.00 GBP / 100 kg', '159.80')).toBe('7.99');
    expect(amountOf('5 % MAX 4.00 GBP / 100 kg', '160.20')).toBe('8');
  });

  it('splits at the last limit: later terms belong to its right operand', () => {
    expect(amountOf('10 % MIN 20.00 GBP / 100 kg - 7.00 GBP / 100 kg', '1000')).toBe('100');
    expect(amountOf('10 % MIN 60.00 GBP / 100 kg - 7.00 GBP / 100 kg', '1000')).toBe('106');
    expect(amountOf('10 % MIN 20 % MAX 15 % + 1 %', '1000')).toBe('160');
  });

  it('never goes below zero', () => {
    expect(amountOf('1 % - 50.00 GBP / 100 kg', '100')).toBe('0');
  });

  it('names the units it misses instead of taking zero', () => {
    expect(amountOf('5 % + 1.00 GBP / hl + 2.00 GBP / p/st', '100')).toBe('missing HLT,NAR');
  });

  it('stays inside its limits for any figures', () => {
    const positiveDecimal = fc.integer({ min: 0, max: 10_000_000 }).map((cents) => (cents / 100).toFixed(2));
    fc.assert(
      fc.property(positiveDecimal, decimal, decimal, decimal, (base, rate, floor, cap) => {
        const value = (text: string) => exact(amountOf(text, base));
        expect(value(`${rate} % MIN ${floor} GBP / 100 kg`).gte(value(`${floor} GBP / 100 kg`))).toBe(true);
        expect(value(`${rate} % MAX ${cap} GBP / 100 kg`).lte(value(`${cap} GBP / 100 kg`))).toBe(true);
      }),
    );
  });
});
