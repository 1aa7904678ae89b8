/** A unit of quantity: `factor` of `base` are one of it, so a quantity given once serves every unit of its base. */
export interface Unit {
  code: string;
  base: string;
  factor: string;
  /** how a duty expression prints it; the unit's code where the tariff has no short form of its own */
  name: string;
  /** what a person is asked when it is missing */
  asks: string;
}

const kg = 'the net mass in kilograms';
const pieces = 'the number of items';
const unit = (code: string, base: string, factor: string, name: string, asks: string): Unit => ({
  code,
  base,
  factor,
  name,
  asks,
});

/**
 * Units of the UK and EU tariffs, the qualified weights that must not be taken for the plain one (100 kg of product are
 * not 100 kg of dry matter), units of the US schedule, and the UN/ECE codes that invoices use for pieces and pairs.
 */
const UNITS: readonly Unit[] = [
  unit('KGM', 'KGM', '1', 'kg', kg),
  unit('GRM', 'KGM', '0.001', 'g', kg),
  unit('DTN', 'KGM', '100', 'DTN', kg),
  unit('TNE', 'KGM', '1000', 'tonne', kg),
  unit('KGM_STDQUAL', 'KGM_STDQUAL', '1', 'kg std qual', 'the mass in kilograms of standard quality'),
  unit('KGM_BIODIESEL', 'KGM_BIODIESEL', '1', 'kg biodiesel', 'the biodiesel content in kilograms'),
  unit('KGM_DRAINED', 'KGM_DRAINED', '1', 'kg/net eda', 'the drained net mass in kilograms'),
  unit('KGM_DRYMATTER', 'KGM_DRYMATTER', '1', 'kg/net mas', 'the net dry matter in kilograms'),
  unit('KGM_LACTIC', 'KGM_LACTIC', '1', 'kg/lactic matter', 'the dry lactic matter in kilograms'),
  unit('KGM_LEAD', 'KGM_LEAD', '1', 'kg lead content', 'the lead content in kilograms'),
  unit('KGM_GROSS', 'KGM_GROSS', '1', 'kg/br', 'the gross mass in kilograms'),
  unit('LTR', 'LTR', '1', 'l', 'the volume in litres'),
  unit('HLT', 'LTR', '100', 'hl', 'the volume in litres'),
  unit('KLT', 'LTR', '1000', 'KLT', 'the volume in litres'),
  unit('LPA', 'LPA', '1', 'l alc. 100%', 'the volume in litres of pure alcohol'),
  unit('LPF', 'LPF', '1', 'pf.liter', 'the volume in US proof litres'),
  unit('ASV', 'ASV', '1', '% vol', 'the alcoholic strength in % vol'),
  unit('BRX', 'BRX', '1', '% sucrose', 'the sucrose content in percent'),
  unit('RET', 'RET', '1', 'RET', 'the retail price of the goods in the currency of the destination'),
  unit('SPR', 'SPR', '1', 'SPR discount', 'the small producer’s discount in pounds per litre of pure alcohol'),
  unit('NAR', 'NAR', '1', 'p/st', pieces),
  unit('CEN', 'NAR', '100', 'CEN', pieces),
  unit('MIL', 'NAR', '1000', 'MIL', pieces),
  unit('DZN', 'NAR', '12', 'doz.', pieces),
  unit('GRO', 'NAR', '144', 'gross', pieces),
  unit('NPR', 'NPR', '1', 'pa', 'the number of pairs'),
  unit('DPR', 'NPR', '12', 'doz. prs.', 'the number of pairs'),
  unit('MTR', 'MTR', '1', 'm', 'the length in metres'),
  unit('MTK', 'MTK', '1', 'm2', 'the area in square metres'),
  unit('MTQ', 'MTQ', '1', 'm3', 'the volume in cubic metres'),
  unit('CTM', 'CTM', '1', 'carat', 'the mass in metric carats'),
  unit('MWH', 'MWH', '1', 'MWH', 'the energy in megawatt hours'),
  unit('C62', 'NAR', '1', 'C62', pieces),
  unit('H87', 'NAR', '1', 'H87', pieces),
  unit('EA', 'NAR', '1', 'EA', pieces),
  unit('PCE', 'NAR', '1', 'PCE', pieces),
  unit('PR', 'NPR', '1', 'PR', 'the number of pairs'),
];

const byCode = new Map(UNITS.map((each) => [each.code, each]));

/** Spellings that published tariffs use beside the names above. */
const SPELLINGS: Record<string, string> = {
  kilogram: 'KGM',
  tonnes: 'TNE',
  t: 'TNE',
  litre: 'LTR',
  liter: 'LTR',
  liters: 'LTR',
  'proof liter': 'LPF',
  item: 'NAR',
  each: 'NAR',
  head: 'NAR',
  'No.': 'NAR',
  dozen: 'DZN',
  pair: 'NPR',
  'prs.': 'NPR',
  'm²': 'MTK',
  'm³': 'MTQ',
  'c/k': 'CTM',
};

export const unitOf = (code: string): Unit | undefined => byCode.get(code);

/** What a reader of expressions accepts after a stroke, longest first so that `kg/net eda` is not read as `kg`. */
export const UNIT_SPELLINGS: readonly (readonly [text: string, code: string])[] = [
  ...UNITS.flatMap((each): [string, string][] =>
    each.name === each.code
      ? [[each.code, each.code]]
      : [
          [each.name, each.code],
          [each.code, each.code],
        ],
  ),
  ...Object.entries(SPELLINGS),
].sort((a, b) => b[0].length - a[0].length || (a[0] < b[0] ? -1 : 1));
