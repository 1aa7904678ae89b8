import { assessmentRequest, type AssessmentResult } from '@tidewaiter/contracts';
import fc from 'fast-check';
import { exact, type Exact } from '@tidewaiter/kernel';
import { books } from '../testing/books.js';
import { assess } from './assess.js';

type Loose = Record<string, unknown>;

const ask = (over: Loose): AssessmentResult =>
  assess(
    assessmentRequest.parse({ origin: 'CN', lawDate: '2026-03-10', transport: 'air', incoterm: 'CIF', ...over }),
    books,
  );

const cents = fc.integer({ min: 100, max: 90_000_000 }).map((amount) => exact(String(amount)).div(100).toFixed(2));
const percent = fc.integer({ min: 0, max: 600 }).map((tenths) => exact(String(tenths)).div(10).toFixed(1));
const totalsOf = (
  result: AssessmentResult,
): Record<'duty' | 'excise' | 'fees' | 'tax' | 'payableNow' | 'payableLater', Exact> => {
  const { landedCost: _landed, ...totals } = result.totals!;
  return Object.fromEntries(Object.entries(totals).map(([name, amount]) => [name, exact(amount)])) as never;
};
const charged = (result: AssessmentResult): Exact => {
  const { duty, excise, fees, tax } = totalsOf(result);
  return duty.plus(excise).plus(fees).plus(tax);
};
const amountOf = (result: AssessmentResult, measure: string): Exact =>
  exact(
    result.lines[0]!.options.find(({ chosen }) => chosen)!.charges.find((charge) => charge.measure === measure)!.amount,
  );

describe('a price delivered duty paid', () => {
  it('is the value and its charges again, but for what rounding takes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GB', 'DE', 'CA', 'AE', 'SG'),
        cents,
        percent,
        percent,
        (destination, price, duty, vat) => {
          const { currency } = books.find(({ book }) => book.destination === destination)!.book;
          const result = ask({
            destination,
            incoterm: 'DDP',
            charges: { freight: { amount: '0.00', currency }, insurance: { amount: '0.00', currency } },
            lines: [
              {
                number: 1,
                commodity: '851679',
                price: { amount: price, currency },
                measures: [
                  { id: 'm1', role: 'basic-duty', expression: `${duty} %` },
                  { id: 'm2', role: 'vat', expression: `${vat} %` },
                ],
              },
            ],
          });
          const value = exact(result.lines[0]!.customsValue!.amount);
          expect(value.plus(charged(result)).minus(price).abs().lte('0.05')).toBe(true);
          expect(value.lte(price)).toBe(true);
        },
      ),
    );
  });
  it('that the charges exceed is refused, and one whose charges are not known has no value', () => {
    const line = { number: 1, commodity: '040510', price: { amount: '10.00', currency: 'GBP' } };
    const measures = [{ id: 'm1', role: 'basic-duty', expression: '158.00 GBP / 100 kg' }];
    const heavy = { ...line, quantities: [{ unit: 'KGM', value: '100' }], measures };
    expect(() => ask({ destination: 'GB', incoterm: 'DDP', lines: [heavy] })).toThrow(/more than its price/);
    const open = ask({ destination: 'GB', incoterm: 'DDP', lines: [{ ...line, measures }] });
    expect(open.lines[0]!.customsValue).toBeNull();
    expect(open.lines[0]!.questions.map(({ code }) => code)).toEqual(['quantity']);
  });
});

describe('a quota that holds a part', () => {
  it('costs between all of it within and all of it beyond, whatever the balance', () => {
    const total = (quotaBalance: string, value: string): Exact =>
      charged(
        ask({
          destination: 'GB',
          lines: [
            {
              number: 1,
              commodity: '720851',
              customsValue: { amount: value, currency: 'GBP' },
              quantities: [{ unit: 'KGM', value: '1000' }],
              preference: { code: '120' },
              measures: [
                { id: 'm1', role: 'basic-duty', expression: '12 %' },
                {
                  id: 'm2',
                  role: 'quota',
                  expression: '0 %',
                  quotaStatus: 'open',
                  quotaBalance: { unit: 'KGM', value: quotaBalance },
                },
                { id: 'm3', role: 'vat', expression: '20 %' },
              ],
            },
          ],
        }),
      );
    fc.assert(
      fc.property(cents, fc.integer({ min: 0, max: 1000 }), (value, balance) => {
        const split = total(String(balance), value);
        expect(split.gte(total('1000', value).minus('0.03'))).toBe(true);
        expect(split.lte(total('0', value).plus('0.03'))).toBe(true);
      }),
    );
  });
});

describe('a tax inside its own base', () => {
  it('is its rate of everything, itself included', () => {
    fc.assert(
      fc.property(cents, percent, fc.integer({ min: 1, max: 40 }), (value, ii, icms) => {
        const result = ask({
          destination: 'BR',
          lines: [
            {
              number: 1,
              commodity: '85167990',
              customsValue: { amount: value, currency: 'BRL' },
              measures: [
                { id: 'm1', role: 'basic-duty', type: 'II', expression: `${ii} %` },
                { id: 'm2', role: 'vat', type: 'ICMS', expression: `${icms} %` },
              ],
            },
          ],
        });
        const all = exact(value).plus(charged(result));
        expect(amountOf(result, 'm2').minus(all.times(icms).div(100)).abs().lte('0.01')).toBe(true);
      }),
    );
  });
});

describe('roundings by law', () => {
  const plainEntry = (destination: string, currency: string, value: string, vat: string): AssessmentResult =>
    ask({
      destination,
      lines: [
        {
          number: 1,
          commodity: '610910',
          customsValue: { amount: value, currency },
          measures: [
            { id: 'm1', role: 'basic-duty', expression: '10.9 %' },
            { id: 'm2', role: 'vat', expression: `${vat} %` },
          ],
        },
      ],
    });
  it('cut what Japan is owed to 100 yen, and never owe more than the uncut figures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90_000_000 }), (value) => {
        const { duty, tax } = totalsOf(plainEntry('JP', 'JPY', String(value), '7.8'));
        expect(duty.mod(100).isZero() && tax.mod(100).isZero()).toBe(true);
        expect(duty.lte(exact(String(value)).times('0.109'))).toBe(true);
        expect(tax.lte(exact(String(value)).times('1.109').times('0.1'))).toBe(true);
      }),
    );
  });
  it('bring Swiss charges to five centimes and Indian ones to the rupee', () => {
    fc.assert(
      fc.property(cents, (value) => {
        const swiss = totalsOf(plainEntry('CH', 'CHF', value, '8.1'));
        expect(swiss.duty.mod('0.05').isZero() && swiss.tax.mod('0.05').isZero()).toBe(true);
        const indian = totalsOf(plainEntry('IN', 'INR', value, '18'));
        expect(indian.duty.isInteger() && indian.tax.isInteger()).toBe(true);
      }),
    );
  });
});

describe('what is payable later', () => {
  it('and what is payable now are what is due', () => {
    const payment = fc.constantFrom(
      { vat: 'postponed' },
      { vat: 'deferred', duty: 'deferred' },
      { duty: 'deferred' },
      {},
    );
    fc.assert(
      fc.property(fc.constantFrom('GB', 'NL', 'FR', 'NO', 'US'), cents, payment, (destination, value, how) => {
        const { currency } = books.find(({ book }) => book.destination === destination)!.book;
        const result = ask({
          destination,
          payment: how,
          lines: [
            {
              number: 1,
              commodity: '851679',
              customsValue: { amount: value, currency },
              measures: [
                { id: 'm1', role: 'basic-duty', expression: '2.7 %' },
                { id: 'm2', role: 'vat', expression: '20 %' },
              ],
            },
          ],
        });
        const { payableNow, payableLater } = totalsOf(result);
        expect(payableNow.plus(payableLater).eq(charged(result))).toBe(true);
        expect(payableLater.isNegative()).toBe(false);
      }),
    );
  });
  it('needs a rule of the country: without one it is payable now, with a notice', () => {
    const result = ask({
      destination: 'US',
      payment: { vat: 'postponed' },
      lines: [
        {
          number: 1,
          commodity: '847130',
          customsValue: { amount: '100000', currency: 'USD' },
          measures: [{ id: 'm1', role: 'basic-duty', expression: '1 %' }],
        },
      ],
    });
    expect(result.totals!.payableLater).toBe('0.00');
    expect(result.notices.map(({ code }) => code)).toContain('duties.deferral.unknown');
  });
});
