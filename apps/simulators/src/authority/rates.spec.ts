import { exact } from '@tidewaiter/kernel';
import { readXml } from '@tidewaiter/xml';
import { monthlyRate, ratesXml } from './rates.js';

const rate = (country: 'GB' | 'DE' | 'US', currency: string): string =>
  monthlyRate(country, currency, '2026-11')!.toFixed();

it('publishes the same rate for the same month, another for another', () => {
  expect(rate('GB', 'USD')).toBe(rate('GB', 'USD'));
  expect(monthlyRate('GB', 'USD', '2026-12')!.toFixed()).not.toBe(rate('GB', 'USD'));
});

it('keeps six significant digits', () => {
  for (const currency of ['USD', 'EUR', 'JPY', 'CNY', 'VND']) {
    expect(monthlyRate('GB', currency, '2026-11')!.precision()).toBeLessThanOrEqual(6);
  }
});

it('agrees between the three perspectives', () => {
  const there = exact(rate('GB', 'USD')).times(rate('US', 'GBP'));
  expect(there.minus(1).abs().lessThan('0.00001')).toBe(true);
  const cross = exact(rate('GB', 'JPY')).div(rate('GB', 'EUR'));
  expect(cross.div(rate('DE', 'JPY')).minus(1).abs().lessThan('0.00001')).toBe(true);
});

it('takes its own currency as one and knows no others', () => {
  expect(rate('DE', 'EUR')).toBe('1');
  expect(monthlyRate('GB', 'XXX', '2026-11')).toBeNull();
});

it('writes the list as HMRC publishes it', () => {
  const { root } = readXml(ratesXml('GB', '2024-02'));
  expect(root.attribute('Period')).toBe('01/Feb/2024 to 29/Feb/2024');
  const dollar = root.children('exchangeRate').find((each) => each.textAt('currencyCode') === 'USD')!;
  expect(dollar.elements.map(({ name }) => name)).toEqual([
    'countryName',
    'countryCode',
    'currencyName',
    'currencyCode',
    'rateNew',
  ]);
  expect(dollar.textAt('rateNew')).toBe(monthlyRate('GB', 'USD', '2024-02')!.toFixed());
  expect(root.children('exchangeRate').some((each) => each.textAt('currencyCode') === 'GBP')).toBe(false);
});
