import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exact } from '@tidewaiter/kernel';
import { el } from '@tidewaiter/xml';
import fc from 'fast-check';
import { aDeclaration, type DeclarationSketch } from '../testing/declaration.js';
import { declaredOf, isDeferred, type Declared } from './declared.js';
import { schemaCheck } from './schema-check.js';
import { computeTax, customsValues, falsified, type TaxCalculation } from './tax.js';
import type { Country } from './tariff.js';

const MONTH = '2026-11';

function declared(sketch: Partial<DeclarationSketch>): Declared {
  const checked = schemaCheck(aDeclaration(sketch));
  if ('errors' in checked) throw new Error(checked.errors.join());
  return declaredOf(checked.declaration);
}

const taxed = (sketch: Partial<DeclarationSketch> & { destination: Country }): TaxCalculation =>
  computeTax(sketch.destination, declared(sketch), MONTH);

const amounts = ({ lines }: TaxCalculation): string[] =>
  lines.flatMap(({ line, taxes }) => taxes.map(({ type, amount }) => `${line} ${type} ${amount}`));

describe('United Kingdom', () => {
  it('taxes bicycles at 14 % and the sum at 20 %', () => {
    const calculation = taxed({ destination: 'GB', lines: [{ price: '1000.00', currency: 'GBP' }] });
    expect(amounts(calculation)).toEqual(['1 A00 140.00', '1 B00 228.00']);
    expect(calculation).toMatchObject({ currency: 'GBP', total: '368.00' });
  });

  it('cuts every tax to the penny and feeds the cut duty into the VAT base', () => {
    const calculation = taxed({ destination: 'GB', lines: [{ price: '33.33', currency: 'GBP' }] });
    // 14 % of 33.33 is 4.6662; 20 % of 33.33 + 4.66 is 7.598
    expect(amounts(calculation)).toEqual(['1 A00 4.66', '1 B00 7.59']);
  });

  it('taxes butter by its net mass', () => {
    const calculation = taxed({
      destination: 'GB',
      lines: [{ commodity: '0405101900', price: '5000.00', currency: 'GBP', netMass: '1234.5', grossMass: '1300' }],
    });
    // 1234.5 kg at 158.00 for 100 kg
    expect(amounts(calculation)).toEqual(['1 A00 1950.51', '1 B00 1390.10']);
  });

  it('shares freight and insurance out by price', () => {
    const charges = [
      { code: 'AK', amount: '90.00', currency: 'GBP' },
      { code: 'AL', amount: '10.00', currency: 'GBP' },
    ];
    const values = customsValues('GB', declared({ charges, lines: [{ price: '300' }, { price: '100' }] }), MONTH);
    expect(values.map((value) => value.toFixed(2))).toEqual(['375.00', '125.00']);
  });

  it('converts at a rate that the contract fixes, where one is declared', () => {
    const rate = el('CurrencyExchange', {}, el('CurrencyTypeCode', {}, 'USD'), el('RateNumeric', {}, '1.25'));
    const lines = [{ price: '1000.00', currency: 'USD' }];
    const valued = (destination: Country, extra = [rate]) =>
      customsValues(destination, declared({ destination, lines, extra }), MONTH).map((value) => value.toFixed(2));
    expect(valued('GB')).toEqual(['800.00']);
    expect(valued('DE')).toEqual(valued('DE', []));
  });

  it('takes what a duty-paid price holds of duty and tax off the line that it stands on', () => {
    const charges = [{ code: 'BC', amount: '368.00', currency: 'GBP' }];
    const lines = [{ price: '1368.00', charges }, { price: '100.00' }];
    const values = customsValues('GB', declared({ incoterm: 'DDP', lines }), MONTH);
    expect(values.map((value) => value.toFixed(2))).toEqual(['1000.00', '100.00']);
  });

  it('gives goods of the European Union with a proof the preference', () => {
    const line = {
      price: '1000.00',
      currency: 'GBP',
      origin: 'FR',
      preference: '300',
      documents: [{ category: 'U', type: '116' }],
    };
    expect(amounts(taxed({ destination: 'GB', lines: [line] }))).toEqual(['1 A00 0.00', '1 B00 200.00']);
  });
});

describe('Germany', () => {
  it('rounds half-up to the cent', () => {
    const line = { commodity: '9503007500', price: '10.10', currency: 'EUR' };
    // 4.7 % of 10.10 is 0.4747; 19 % of 10.57 is 2.0083
    expect(amounts(taxed({ destination: 'DE', lines: [line] }))).toEqual(['1 A00 0.47', '1 B00 2.01']);
    // 4.7 % of 10.32 is 0.48504: above the half
    expect(amounts(taxed({ destination: 'DE', lines: [{ ...line, price: '10.32' }] }))[0]).toBe('1 A00 0.49');
  });
});

describe('United States', () => {
  it('values each line in whole dollars, free on board, and adds the fees of the entry', () => {
    const calculation = taxed({
      destination: 'US',
      charges: [{ code: 'AK', amount: '500.00', currency: 'USD' }],
      lines: [
        { commodity: '8712001510', price: '10000.49', currency: 'USD' },
        { commodity: '6109100012', price: '9999.50', currency: 'USD' },
      ],
    });
    // 0.3464 % and 0.125 % of 20,000
    expect(amounts(calculation)).toEqual(['0 499 69.28', '0 501 25.00', '1 056 1100.00', '2 056 1650.00']);
    expect(calculation.total).toBe('2844.28');
  });

  it('keeps the processing fee within its limits and asks no harbour fee of air cargo', () => {
    const line = { commodity: '8517130000', currency: 'USD' };
    expect(amounts(taxed({ destination: 'US', mode: '4', lines: [{ ...line, price: '100' }] }))).toEqual([
      '0 499 33.58',
      '1 056 0.00',
    ]);
    expect(amounts(taxed({ destination: 'US', mode: '4', lines: [{ ...line, price: '5000000' }] }))[0]).toBe(
      '0 499 651.50',
    );
  });

  it('takes off what the price contains but the value does not', () => {
    const sketch = { destination: 'US', charges: [{ code: 'BA', amount: '100.00', currency: 'USD' }] };
    const values = customsValues(
      'US',
      declared({ ...sketch, lines: [{ commodity: '8517130000', price: '1100', currency: 'USD' }] }),
      MONTH,
    );
    expect(values[0]!.toFixed()).toBe('1000');
  });
});

it('adds up what it tells', () => {
  const price = fc.integer({ min: 1, max: 10_000_000 }).map((pennies) => exact(String(pennies)).div(100).toFixed(2));
  fc.assert(
    fc.property(
      fc.constantFrom('GB' as const, 'DE' as const),
      fc.array(price, { minLength: 1, maxLength: 6 }),
      (destination, prices) => {
        const calculation = taxed({ destination, lines: prices.map((each) => ({ price: each, currency: 'USD' })) });
        const sum = calculation.lines
          .flatMap(({ taxes }) => taxes)
          .reduce((total, { amount }) => total.plus(amount), exact('0'));
        expect(sum.toFixed(2)).toBe(calculation.total);
      },
    ),
    { numRuns: 30 },
  );
});

it('moves one tax where a script wants it wrong', () => {
  const right = taxed({ destination: 'GB', lines: [{ price: '1000' }, { price: '1000' }] });
  const wrong = falsified(right, { tax: 'B00', by: '-1.00' });
  expect(amounts(wrong)).toEqual(['1 A00 140.00', '1 B00 227.00', '2 A00 140.00', '2 B00 228.00']);
  expect(wrong.total).toBe('735.00');
});

it('sees a deferment account', () => {
  expect(isDeferred(declared({ hasDefermentAccount: true }))).toBe(true);
  expect(isDeferred(declared({}))).toBe(false);
});

const SAMPLES = process.env.PUBLISHED_SAMPLES;
if (SAMPLES)
  it('computes what a published declaration was answered with', () => {
    const checked = schemaCheck(readFileSync(join(SAMPLES, 'cds/import-standard/declaration.xml')));
    if ('errors' in checked) throw new Error(checked.errors.join());
    const answered = readFileSync(join(SAMPLES, 'cds/import-standard/02-tax.xml'), 'utf8');
    const stated = [...answered.matchAll(/<TaxAssessedAmount[^>]*>([\d.]+)</g)].map(([, amount]) => amount);
    const computed = computeTax('GB', declaredOf(checked.declaration), MONTH).lines.flatMap(({ taxes }) => taxes);
    expect(computed.map(({ amount }) => amount)).toEqual(stated);
  });
