/** The authority's own tariff, typed by hand from public rates; it knows nothing of the platform's rule book. */

export type Country = 'GB' | 'DE' | 'US';
export const isCountry = (code: string | null): code is Country => code === 'GB' || code === 'DE' || code === 'US';

export const CURRENCY: Record<Country, string> = { GB: 'GBP', DE: 'EUR', US: 'USD' };

export type DutyRate =
  | { kind: 'percent'; rate: string }
  /** amount in the country's currency for so many kilograms of net mass */
  | { kind: 'mass'; amount: string; perKilograms: string };

const percent = (rate: string): DutyRate => ({ kind: 'percent', rate });
const perMass = (amount: string, perKilograms: string): DutyRate => ({ kind: 'mass', amount, perKilograms });

const TARIFF: Record<Country, Record<string, DutyRate>> = {
  GB: {
    '8517130000': percent('0'),
    '8471300000': percent('0'),
    '8712003000': percent('14'),
    '6109100010': percent('12'),
    '0405101900': perMass('158.00', '100'),
    '9503007500': percent('0'),
    '8516797000': percent('2'),
  },
  DE: {
    '8517130000': percent('0'),
    '8471300000': percent('0'),
    '8712003000': percent('14'),
    '6109100010': percent('12'),
    '0405101900': perMass('189.60', '100'),
    '9503007500': percent('4.7'),
    '8516797000': percent('2.7'),
  },
  US: {
    '8517130000': percent('0'),
    '8471300000': percent('0'),
    '8712001510': percent('11'),
    '6109100012': percent('16.5'),
    '0405102000': perMass('1.541', '1'),
    '9503000073': percent('0'),
    '8516799000': percent('2.7'),
  },
};

/** Third-country rate of a ten-digit code; null when the code cannot be declared. */
export const dutyRate = (country: Country, commodity: string): DutyRate | null => TARIFF[country][commodity] ?? null;

const EU = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '));

/** Whether preference 300 under the Trade and Cooperation Agreement can be had for this origin here. */
export const hasPreference = (country: Country, origin: string): boolean =>
  (country === 'DE' && origin === 'GB') || (country === 'GB' && EU.has(origin));

/** Import VAT in percent; the United States have none. */
export const VAT: Partial<Record<Country, string>> = { GB: '20', DE: '19' };

/** 19 CFR 24.23(b)(1), limits of fiscal year 2026 (90 FR 2025-13869); this authority keeps them until it has newer ones. */
export const PROCESSING_FEE = { rate: '0.3464', least: '33.58', most: '651.50' };

/** 19 CFR 24.24: cargo that comes by sea. */
export const HARBOUR_FEE = { rate: '0.125' };
