/** The authority's own tariff, typed by hand from public rates; it knows nothing of the platform's rule book. */

export const COUNTRIES = ['GB', 'DE', 'NL', 'US'] as const;
export type Country = (typeof COUNTRIES)[number];
export const isCountry = (code: string | null): code is Country => COUNTRIES.some((each) => each === code);

export const CURRENCY: Record<Country, string> = { GB: 'GBP', DE: 'EUR', NL: 'EUR', US: 'USD' };

export type DutyRate =
  | { kind: 'percent'; rate: string }
  /** amount in the country's currency for so many kilograms of net mass */
  | { kind: 'mass'; amount: string; perKilograms: string };

/** What one code asks for and costs. */
export interface Measure {
  duty: DutyRate;
  /** supplementary unit that must be declared: `PR` pairs, `NAR` items, `LPA` litres of pure alcohol */
  unit?: string;
  /** additional duty by origin, percent of the value (A30) */
  remedies?: Record<string, string>;
  /** document that must be declared, category and type */
  document?: string;
  /** origins from which nothing may come in */
  forbidden?: string[];
  /** believable value per kilogram in the country's currency, from and to */
  perKilogram?: [string, string];
  /** quota open to every origin: order number, its rate in percent, and whether the full rate applies beyond it */
  quota?: { order: string; rate: string; hasFallback: boolean };
}

const percent = (rate: string, more: Omit<Measure, 'duty'> = {}): Measure => ({
  duty: { kind: 'percent', rate },
  ...more,
});
const perMass = (amount: string, perKilograms: string, more: Omit<Measure, 'duty'> = {}): Measure => ({
  duty: { kind: 'mass', amount, perKilograms },
  ...more,
});

/** Codes whose rates are alike in the United Kingdom's and the Union's tariff. */
const BOTH: Record<string, Measure> = {
  '8517130000': percent('0', { perKilogram: ['1', '20000'] }),
  '8471300000': percent('0'),
  '8712003000': percent('14'),
  '6109100010': percent('12'),
  '6403919800': percent('8', { unit: 'PR' }),
  '6404110000': percent('16', { unit: 'PR' }),
  '6912002300': percent('12', { remedies: { CN: '36.1' } }),
  '7607111900': percent('6', { remedies: { CN: '30' } }),
  '8414510000': percent('2', { unit: 'NAR' }),
  '8508110000': percent('2', { unit: 'NAR' }),
  '8528721000': percent('14', { unit: 'NAR' }),
  '8544429090': percent('2'),
  '9004100000': percent('2'),
  '9403609000': percent('0'),
  '9401310000': percent('0', { unit: 'NAR' }),
  '3926909700': percent('6'),
  '4202221000': percent('9', { unit: 'NAR' }),
  '6204623190': percent('12', { unit: 'NAR' }),
  '6302310000': percent('12'),
  '8302419000': percent('2'),
  '2208308200': percent('0', { unit: 'LPA' }),
  '9304000000': percent('2', { document: '9104' }),
  '4403110000': percent('0', { document: 'C690' }),
  '2709009000': percent('0', { forbidden: ['RU'] }),
  '7208510000': percent('0', { forbidden: ['RU', 'BY'] }),
  '0406902100': perMass('139.00', '100', { quota: { order: '050013', rate: '0', hasFallback: true } }),
  '0202309000': perMass('253.00', '100', { quota: { order: '050099', rate: '20', hasFallback: false } }),
};

/** The Union's rates, the same in every member. */
const UNION: Record<string, Measure> = {
  ...BOTH,
  '0405101900': perMass('189.60', '100'),
  '9503007500': percent('4.7'),
  '8516797000': percent('2.7'),
};

const TARIFF: Record<Country, Record<string, Measure>> = {
  GB: {
    ...BOTH,
    '0405101900': perMass('158.00', '100'),
    '9503007500': percent('0'),
    '8516797000': percent('2'),
    '8510900000': percent('2'),
  },
  DE: UNION,
  NL: UNION,
  US: {
    '8517130000': percent('0'),
    '8471300000': percent('0'),
    '8712001510': percent('11'),
    '6109100012': percent('16.5'),
    '0405102000': perMass('1.541', '1'),
    '9503000073': percent('0'),
    '8516799000': percent('2.7'),
    '6403919045': percent('10', { unit: 'PR' }),
    '6912003510': percent('9.8', { remedies: { CN: '25' } }),
    '8528724000': percent('3.9', { unit: 'NAR' }),
  },
};

/** What is known of a ten-digit code; null when it cannot be declared. */
export const measureOf = (country: Country, commodity: string): Measure | null => TARIFF[country][commodity] ?? null;

/** How much of a quota is open at the start of the period, in kilograms of net mass. */
export const QUOTAS: Record<string, string> = { '050013': '100000', '050099': '0' };

/** Below so many kilograms left a quota is critical: what is drawn is secured until the final answer. */
export const CRITICAL = '5000';

const EU = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '));

/** Whether preference 300 under the Trade and Cooperation Agreement can be had for this origin here. */
export const hasPreference = (country: Country, origin: string): boolean =>
  ((country === 'DE' || country === 'NL') && origin === 'GB') || (country === 'GB' && EU.has(origin));

/** Import VAT in percent; the United States have none. */
export const VAT: Partial<Record<Country, string>> = { GB: '20', DE: '19', NL: '21' };

/** 19 CFR 24.23(b)(1), limits of fiscal year 2026 (90 FR 2025-13869); this authority keeps them until it has newer ones. */
export const PROCESSING_FEE = { rate: '0.3464', least: '33.58', most: '651.50' };

/** 19 CFR 24.24: cargo that comes by sea. */
export const HARBOUR_FEE = { rate: '0.125' };

/** Procedures this authority runs, with the category of their data set, and whether the duty is suspended. */
export const PROCEDURES: Record<string, { category: 'H1' | 'H3'; statement?: string; relief?: true }> = {
  '4000': { category: 'H1' },
  '4051': { category: 'H1' },
  '4053': { category: 'H1' },
  '4071': { category: 'H1' },
  '6123': { category: 'H1' },
  // Temporary admission without an authorisation held before: asked for by a statement in the declaration itself.
  '5300': { category: 'H3', statement: '00100', relief: true },
};
