/** A unit of quantity: `factor` of `base` are one of it, so a quantity given once serves every unit of its base. */
export interface Unit {
  code: string;
  base: string;
  factor: string;
  /** how a duty expression prints it; the unit's code where the tariff has no short form that cannot be misread */
  name: string;
  /** what a person is asked when it is missing */
  asks: string;
  /** a product of several quantities, such as % vol × hl: declared as it stands, or by its parts, divided by `over` */
  product: { of: readonly string[]; over: string } | null;
}

const unit = (code: string, base: string, factor: string, name: string, asks: string): Unit => ({
  code,
  base,
  factor,
  name,
  asks,
  product: null,
});
const product = (code: string, of: readonly string[], asks: string, name = code, over = '1'): Unit => ({
  ...unit(code, code, '1', name, asks),
  product: { of, over },
});

const kg = 'the net mass in kilograms';
const pieces = 'the number of items';
const litres = 'the volume in litres';
const pairs = 'the number of pairs';
const metres = 'the length in metres';

/** A named part or state of the goods: 100 kg of product are not 100 kg of dry matter. `qualifier` is the tariff's letter. */
const mass = (code: string, name: string, what: string, qualifier?: string): Unit[] => {
  const asks = `${what} in kilograms`;
  const tariff = (prefix: string, factor: string): Unit[] =>
    qualifier === undefined ? [] : [unit(`${prefix}${qualifier}`, code, factor, `${prefix}${qualifier}`, asks)];
  return [unit(code, code, '1', name, asks), ...tariff('KGM', '1'), ...tariff('DTN', '100'), ...tariff('TNE', '1000')];
};

/**
 * Units of the UK and EU tariffs with their qualifiers, the qualified weights that must not be taken for the plain one, units of
 * the US schedule, and the UN/ECE codes that invoices use for pieces and pairs.
 */
const UNITS: readonly Unit[] = [
  unit('KGM', 'KGM', '1', 'kg', kg),
  unit('GRM', 'KGM', '0.001', 'g', kg),
  unit('DTN', 'KGM', '100', 'DTN', kg),
  unit('TNE', 'KGM', '1000', 'tonne', kg),
  ...mass('KGM_STDQUAL', 'kg std qual', 'the mass of standard quality', 'R'),
  ...mass('KGM_BIODIESEL', 'kg/biodiesel', 'the biodiesel content', 'I'),
  ...mass('KGM_FUEL', 'kg/fuel content', 'the fuel content', 'J'),
  ...mass('KGM_BIOETHANOL', 'kg/bioethanol', 'the bioethanol content', 'K'),
  ...mass('KGM_DRAINED', 'kg/net eda', 'the drained net mass', 'E'),
  ...mass('KGM_COMMON_WHEAT', 'kg common wheat', 'the mass of common wheat', 'F'),
  ...mass('KGM_GROSS', 'kg/br', 'the gross mass', 'G'),
  ...mass('KGM_LIVE', 'kg live weight', 'the live weight', 'L'),
  ...mass('KGM_DRY_MATTER', 'kg/net mas', 'the net dry matter', 'M'),
  ...mass('KGM_RAW_SUGAR', 'kg raw sugar', 'the mass of raw sugar', 'S'),
  ...mass('KGM_TOTAL_ALCOHOL', 'kg/tot/alc', 'the mass of total alcohol', 'A'),
  ...mass('KGM_LACTIC_MATTER', 'kg/lactic matter', 'the lactic matter', 'P'),
  ...mass('KGM_DRY_LACTIC_MATTER', 'kg/dry lactic matter', 'the dry lactic matter', 'T'),
  ...mass('KGM_CLEAN', 'clean kg', 'the clean mass'),
  ...mass('KGM_CONTAINER_CONTENTS', 'kg on entire contents of container', 'the entire contents of the container'),
  ...mass('KGM_WITH_CONTAINER', 'kg on contents and container', 'the mass of contents and container'),
  ...mass('KGM_TOTAL_SUGARS', 'kg of total sugars', 'the total sugars'),
  ...mass('KGM_COPPER', 'kg on copper content', 'the copper content'),
  ...mass('KGM_LEAD', 'kg on lead content', 'the lead content'),
  ...mass('KGM_MAGNESIUM', 'kg on magnesium content', 'the magnesium content'),
  ...mass('KGM_MANGANESE', 'kg on manganese content', 'the manganese content'),
  ...mass('KGM_MOLYBDENUM', 'kg on molybdenum content', 'the molybdenum content'),
  ...mass('KGM_TUNGSTEN', 'kg on tungsten content', 'the tungsten content'),
  ...mass('KGM_ZINC', 'kg on zinc content', 'the zinc content'),
  unit('DAP', 'DAP', '1', 'DAP', 'the mass in units of 10,000 kg, corrected by polarisation'),
  unit('DHS', 'DHS', '1', 'kg DHS', 'the dihydrostreptomycin in kilograms'),
  unit('KCC', 'KCC', '1', 'kg C₅H₁₄ClNO', 'the choline chloride in kilograms'),
  unit('KCL', 'KCL', '1', 'tonne KCl', 'the potassium chloride in tonnes'),
  unit('KMA', 'KMA', '1', 'kg methylamines', 'the methylamines in kilograms'),
  unit('KNI', 'KNI', '1', 'kg N', 'the nitrogen in kilograms'),
  unit('KNS', 'KNS', '1', 'kg H₂O₂', 'the hydrogen peroxide in kilograms'),
  unit('KPH', 'KPH', '1', 'kg KOH', 'the potassium hydroxide in kilograms'),
  unit('KPO', 'KPO', '1', 'kg K₂O', 'the potassium oxide in kilograms'),
  unit('KPP', 'KPP', '1', 'kg P₂O₅', 'the diphosphorus pentaoxide in kilograms'),
  unit('KSD', 'KSD', '1', 'kg 90% sdt', 'the mass in kilograms of the substance 90 % dry'),
  unit('KSH', 'KSH', '1', 'kg NaOH', 'the sodium hydroxide in kilograms'),
  unit('KUR', 'KUR', '1', 'kg U', 'the uranium in kilograms'),
  unit('GFI', 'GFI', '1', 'gi F/S', 'the fissile isotopes in grams'),
  unit('CTM', 'CTM', '1', 'c/k', 'the mass in metric carats'),
  unit('CCT', 'CCT', '1', 'ct/l', 'the carrying capacity in tonnes'),
  unit('GRT', 'GRT', '1', 'GT', 'the gross tonnage'),
  unit('LTR', 'LTR', '1', 'l', litres),
  unit('HLT', 'LTR', '100', 'hl', litres),
  unit('KLT', 'LTR', '1000', 'KLT', litres),
  unit('BLL', 'BLL', '1', 'bbl', 'the volume in barrels'),
  unit('LTRA', 'LTRA', '1', 'L total alc.', 'the total alcohol in litres'),
  product('LPA', ['ASV', 'LTR'], 'the volume in litres of pure alcohol', 'l alc. 100%', '100'),
  product('LPF', ['ASV', 'LTR'], 'the volume in US proof litres', 'pf.liter', '50'),
  unit('ASV', 'ASV', '1', '% vol', 'the alcoholic strength in % vol'),
  unit('BRX', 'BRX', '1', '% sucrose', 'the sucrose content in percent'),
  unit('RET', 'RET', '1', 'RET', 'the retail price of the goods in the currency of the destination'),
  unit('SPR', 'SPR', '1', 'SPR discount', 'the small producer’s discount in pounds per litre of pure alcohol'),
  product('ASVX', ['ASV', 'HLT'], 'the strength in % vol times the volume in hectolitres'),
  product('DTNZ', ['DTN', 'BRX'], 'the mass in 100 kg times the percentage of sucrose'),
  product('TNEZ', ['TNE', 'BRX'], 'the mass in tonnes times the percentage of sucrose'),
  // of which kind an SPQ is, the terms beside it say: see `evaluate`
  product('SPQ', ['SPR', 'LPA'], 'the small producer’s discount times the litres of pure alcohol'),
  product('SPQLPA', ['SPR', 'LPA'], 'the small producer’s discount times the litres of pure alcohol'),
  product('SPQLTR', ['SPR', 'ASV', 'HLT'], 'the small producer’s discount times the strength times the hectolitres'),
  unit('NAR', 'NAR', '1', 'p/st', pieces),
  unit('CEN', 'NAR', '100', 'CEN', pieces),
  unit('MIL', 'NAR', '1000', 'MIL', pieces),
  unit('DZN', 'NAR', '12', 'doz.', pieces),
  unit('GRO', 'NAR', '144', 'GRO', pieces),
  unit('NARB', 'NARB', '1', 'b/f', 'the number of flasks'),
  unit('NAR_JEWEL', 'NAR_JEWEL', '1', 'jewel', 'the number of jewels'),
  unit('NAR_PACK', 'NAR_PACK', '1', 'pack', 'the number of packs'),
  unit('LINE_GROSS', 'LINE_GROSS', '1', 'line/gross', 'the line measure times the number of gross'),
  unit('NCL', 'NCL', '1', 'ce/el', 'the number of cells'),
  unit('NPR', 'NPR', '1', 'pa', pairs),
  unit('MPR', 'NPR', '1000', 'MPR', pairs),
  unit('DPR', 'NPR', '12', 'doz. prs.', pairs),
  unit('MTR', 'MTR', '1', 'm', metres),
  unit('HMT', 'MTR', '100', 'HMT', metres),
  unit('KMT', 'MTR', '1000', 'KMT', metres),
  unit('MTK', 'MTK', '1', 'm2', 'the area in square metres'),
  unit('MTQ', 'MTQ', '1', 'm3', 'the volume in cubic metres'),
  unit('MTQC', 'MTQ', '1000', 'MTQC', 'the volume in cubic metres'),
  unit('MWH', 'MWH', '1', 'MWH', 'the energy in megawatt hours'),
  unit('TJO', 'TJO', '1', 'TJ', 'the gross calorific value in terajoules'),
  unit('WAT', 'WAT', '1', 'Watt', 'the power in watts'),
  unit('C62', 'NAR', '1', 'C62', pieces),
  unit('H87', 'NAR', '1', 'H87', pieces),
  unit('EA', 'NAR', '1', 'EA', pieces),
  unit('PCE', 'NAR', '1', 'PCE', pieces),
  unit('PR', 'NPR', '1', 'PR', pairs),
];

const byCode = new Map(UNITS.map((each) => [each.code, each]));

/** Spellings that published tariffs use beside the names above. */
const SPELLINGS: Record<string, string> = {
  kilogram: 'KGM',
  'kg/net': 'KGM',
  tonnes: 'TNE',
  t: 'TNE',
  'kg/std qual': 'KGM_STDQUAL',
  'kg eda': 'KGM_DRAINED',
  'kg/net drained wt': 'KGM_DRAINED',
  'kg on drained weight': 'KGM_DRAINED',
  'kg mas': 'KGM_DRY_MATTER',
  'kg/net dry': 'KGM_DRY_MATTER',
  'kg/gross': 'KGM_GROSS',
  'kg gross': 'KGM_GROSS',
  'kg/raw sugar': 'KGM_RAW_SUGAR',
  'kg/tot alc': 'KGM_TOTAL_ALCOHOL',
  '% sacchar.': 'BRX',
  '% saccha.': 'BRX',
  litre: 'LTR',
  liter: 'LTR',
  liters: 'LTR',
  'proof liter': 'LPF',
  'pf. liter': 'LPF',
  'for each litre of pure alcohol, multiplied by the SPR discount': 'SPQ',
  item: 'NAR',
  items: 'NAR',
  article: 'NAR',
  each: 'NAR',
  head: 'NAR',
  pins: 'NAR',
  'No.': 'NAR',
  gross: 'GRO',
  thousand: 'MIL',
  dozen: 'DZN',
  pair: 'NPR',
  'pr.': 'NPR',
  'prs.': 'NPR',
  'm²': 'MTK',
  'm³': 'MTQ',
  carat: 'CTM',
};

export const unitOf = (code: string): Unit | undefined => byCode.get(code);

/** Spaces in a spelling may be left out and may stand around a stroke: `kg/net eda`, `kg / net eda`. No letter may follow a letter. */
const asPattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/ *\/ */g, '\\s*/\\s*')
      .replace(/ +/g, '\\s*')}${/[A-Za-z]$/.test(text) ? '(?![A-Za-z])' : ''}`,
  );

/** What a reader of expressions accepts after a stroke, longest first so that `kg/net eda` is not read as `kg`. */
export const UNIT_SPELLINGS: readonly { pattern: RegExp; code: string }[] = [
  ...UNITS.flatMap((each): [string, string][] =>
    each.name === each.code
      ? [[each.code, each.code]]
      : [
          [each.name, each.code],
          [each.code, each.code],
        ],
  ),
  ...Object.entries(SPELLINGS),
]
  .sort((a, b) => b[0].length - a[0].length || (a[0] < b[0] ? -1 : 1))
  .map(([text, code]) => ({ pattern: asPattern(text), code }));
