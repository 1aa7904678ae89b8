import { exact, type Exact } from '@tidewaiter/kernel';
import { el, writeXml } from '@tidewaiter/xml';
import { drawn } from '../plumbing/digest.js';
import { CURRENCY, type Country } from './tariff.js';

interface Currency {
  /** units for one US dollar around which the months move */
  perDollar: string;
  name: string;
  country: string;
  code: string;
}

const CURRENCIES: Record<string, Currency> = {
  AUD: { perDollar: '1.5240', name: 'Dollar', country: 'Australia', code: 'AU' },
  BDT: { perDollar: '121.90', name: 'Taka', country: 'Bangladesh', code: 'BD' },
  BRL: { perDollar: '5.4310', name: 'Real', country: 'Brazil', code: 'BR' },
  CAD: { perDollar: '1.3870', name: 'Dollar', country: 'Canada', code: 'CA' },
  CHF: { perDollar: '0.8012', name: 'Franc', country: 'Switzerland', code: 'CH' },
  CNY: { perDollar: '7.1180', name: 'Yuan', country: 'China', code: 'CN' },
  CZK: { perDollar: '20.940', name: 'Koruna', country: 'Czech Republic', code: 'CZ' },
  DKK: { perDollar: '6.4120', name: 'Krone', country: 'Denmark', code: 'DK' },
  EUR: { perDollar: '0.8590', name: 'Euro', country: 'Eurozone', code: 'EU' },
  GBP: { perDollar: '0.7480', name: 'Pound', country: 'United Kingdom', code: 'GB' },
  HKD: { perDollar: '7.8020', name: 'Dollar', country: 'Hong Kong', code: 'HK' },
  IDR: { perDollar: '16540', name: 'Rupiah', country: 'Indonesia', code: 'ID' },
  INR: { perDollar: '88.210', name: 'Rupee', country: 'India', code: 'IN' },
  JPY: { perDollar: '149.30', name: 'Yen', country: 'Japan', code: 'JP' },
  KRW: { perDollar: '1402.0', name: 'Won', country: 'South Korea', code: 'KR' },
  MXN: { perDollar: '18.420', name: 'Peso', country: 'Mexico', code: 'MX' },
  NOK: { perDollar: '10.020', name: 'Krone', country: 'Norway', code: 'NO' },
  NZD: { perDollar: '1.7160', name: 'Dollar', country: 'New Zealand', code: 'NZ' },
  PLN: { perDollar: '3.6480', name: 'Zloty', country: 'Poland', code: 'PL' },
  SEK: { perDollar: '9.4310', name: 'Krona', country: 'Sweden', code: 'SE' },
  SGD: { perDollar: '1.2880', name: 'Dollar', country: 'Singapore', code: 'SG' },
  THB: { perDollar: '32.310', name: 'Baht', country: 'Thailand', code: 'TH' },
  TRY: { perDollar: '41.620', name: 'Lira', country: 'Türkiye', code: 'TR' },
  TWD: { perDollar: '30.440', name: 'Dollar', country: 'Taiwan', code: 'TW' },
  USD: { perDollar: '1', name: 'Dollar', country: 'USA', code: 'US' },
  VND: { perDollar: '26350', name: 'Dong', country: 'Vietnam', code: 'VN' },
  ZAR: { perDollar: '17.310', name: 'Rand', country: 'South Africa', code: 'ZA' },
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Units per dollar in a month: up to 3 % either side of the base, always the same for the month. */
function perDollar(currency: string, month: string): Exact | null {
  const known = CURRENCIES[currency];
  if (!known) return null;
  if (currency === 'USD') return exact('1');
  const tenThousandths = 9_700 + drawn(`${currency}/${month}`, 601);
  return exact(known.perDollar).times(tenThousandths).div(10_000);
}

/**
 * Units of a currency for one unit of the country's own, six significant digits, as published for the month.
 *
 * @param month `YYYY-MM`
 * @returns null for a currency that is not published
 */
export function monthlyRate(country: Country, currency: string, month: string): Exact | null {
  if (currency === CURRENCY[country]) return exact('1');
  const own = perDollar(CURRENCY[country], month);
  const foreign = perDollar(currency, month);
  return own && foreign ? foreign.div(own).toSignificantDigits(6) : null;
}

export const isMonth = (text: string): boolean => /^(19|20)\d{2}-(0[1-9]|1[0-2])$/.test(text);

/** The month's list in the XML that HMRC publishes. @param month `YYYY-MM` */
export function ratesXml(country: Country, month: string): Buffer {
  const [year, number] = month.split('-');
  const name = MONTHS[Number(number) - 1]!;
  const last = new Date(Date.UTC(Number(year), Number(number), 0)).getUTCDate();
  return writeXml(
    el(
      'exchangeRateMonthList',
      { Period: `01/${name}/${year} to ${last}/${name}/${year}` },
      Object.entries(CURRENCIES)
        .filter(([code]) => code !== CURRENCY[country])
        .map(([code, currency]) =>
          el(
            'exchangeRate',
            {},
            el('countryName', {}, currency.country),
            el('countryCode', {}, currency.code),
            el('currencyName', {}, currency.name),
            el('currencyCode', {}, code),
            el('rateNew', {}, monthlyRate(country, code, month)!.toFixed()),
          ),
        ),
    ),
  );
}
