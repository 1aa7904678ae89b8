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
  unit('KGM_COMMONWHEAT', 'KGM_COMMONWHEAT', '1', 'kg common wheat', 'the mass of common wheat in kilograms'),
  unit('KGM_LIVE', 'KGM_LIVE', '1', 'kg live weight', 'the live weight in kilograms'),
  unit('KGM_RAWSUGAR', 'KGM_RAWSUGAR', '1', 'kg raw sugar', 'the mass of raw sugar in kilograms'),
  unit('KGM_DRYLACTIC', 'KGM_DRYLACTIC', '1', 'kg/dry lactic matter', 'the dry lactic matter in kilograms'),
  unit('KGM_TOTALALC', 'KGM_TOTALALC', '1', 'kg/tot/alc', 'the mass of total alcohol in kilograms'),
  unit('KGM_BIOETHANOL', 'KGM_BIOETHANOL', '1', 'kg bioethanol', 'the bioethanol content in kilograms'),
  unit('KGM_FUELCONTENT', 'KGM_FUELCONTENT', '1', 'kg fuel content', 'the fuel content in kilograms'),
  unit('KGM_COPPER', 'KGM_COPPER', '1', 'kg copper content', 'the copper content in kilograms'),
  unit('KGM_ZINC', 'KGM_ZINC', '1', 'kg zinc content', 'the zinc content in kilograms'),
  unit('KGM_TOTALSUGARS', 'KGM_TOTALSUGARS', '1', 'kg of total sugars', 'the mass of total sugars in kilograms'),
  unit('KGM_CLEAN', 'KGM_CLEAN', '1', 'clean kg', 'the clean mass in kilograms'),
  unit('DTNE', 'KGM_DRAINED', '100', 'DTNE', 'the drained net mass in kilograms'),
  unit('KGME', 'KGM_DRAINED', '1', 'KGME', 'the drained net mass in kilograms'),
  unit('TNEE', 'KGM_DRAINED', '1000', 'TNEE', 'the drained net mass in kilograms'),
  unit('DTNF', 'KGM_COMMONWHEAT', '100', 'DTNF', 'the mass of common wheat in kilograms'),
  unit('DTNG', 'KGM_GROSS', '100', 'DTNG', 'the gross mass in kilograms'),
  unit('KGMG', 'KGM_GROSS', '1', 'KGMG', 'the gross mass in kilograms'),
  unit('DTNL', 'KGM_LIVE', '100', 'DTNL', 'the live weight in kilograms'),
  unit('DTNM', 'KGM_DRYMATTER', '100', 'DTNM', 'the net dry matter in kilograms'),
  unit('TNEM', 'KGM_DRYMATTER', '1000', 'TNEM', 'the net dry matter in kilograms'),
  unit('DTNR', 'KGM_STDQUAL', '100', 'DTNR', 'the mass in kilograms of standard quality'),
  unit('TNER', 'KGM_STDQUAL', '1000', 'TNER', 'the mass in kilograms of standard quality'),
  unit('DTNS', 'KGM_RAWSUGAR', '100', 'DTNS', 'the mass of raw sugar in kilograms'),
  unit('KGMS', 'KGM_RAWSUGAR', '1', 'KGMS', 'the mass of raw sugar in kilograms'),
  unit('KGMA', 'KGM_TOTALALC', '1', 'KGMA', 'the mass of total alcohol in kilograms'),
  unit('KGMP', 'KGM_LACTIC', '1', 'KGMP', 'the lactic matter in kilograms'),
  unit('KGMT', 'KGM_DRYLACTIC', '1', 'KGMT', 'the dry lactic matter in kilograms'),
  unit('TNEI', 'KGM_BIODIESEL', '1000', 'TNEI', 'the biodiesel content in kilograms'),
  unit('TNEJ', 'KGM_FUELCONTENT', '1000', 'TNEJ', 'the fuel content in kilograms'),
  unit('TNEK', 'KGM_BIOETHANOL', '1000', 'TNEK', 'the bioethanol content in kilograms'),
  unit('DAP', 'DAP', '1', 'DAP', 'the mass in decatonnes, corrected by polarisation'),
  unit('DHS', 'DHS', '1', 'kg DHS', 'the mass of dihydrostreptomycin in kilograms'),
  unit('GFI', 'GFI', '1', 'gi F/S', 'the mass of fissile isotopes in grams'),
  unit('KCC', 'KCC', '1', 'KCC', 'the mass of choline chloride in kilograms'),
  unit('KCL', 'KCL', '1', 'tonne KCl', 'the mass of potassium chloride in tonnes'),
  unit('KMA', 'KMA', '1', 'kg methylamines', 'the mass of methylamines in kilograms'),
  unit('KNI', 'KNI', '1', 'kg N', 'the mass of nitrogen in kilograms'),
  unit('KNS', 'KNS', '1', 'KNS', 'the mass of hydrogen peroxide in kilograms'),
  unit('KPH', 'KPH', '1', 'kg KOH', 'the mass of potassium hydroxide in kilograms'),
  unit('KPO', 'KPO', '1', 'KPO', 'the mass of potassium oxide in kilograms'),
  unit('KPP', 'KPP', '1', 'KPP', 'the mass of diphosphorus pentaoxide in kilograms'),
  unit('KSD', 'KSD', '1', 'kg 90% sdt', 'the mass of substance 90 % dry in kilograms'),
  unit('KSH', 'KSH', '1', 'kg NaOH', 'the mass of sodium hydroxide in kilograms'),
  unit('KUR', 'KUR', '1', 'kg U', 'the mass of uranium in kilograms'),
  unit('CCT', 'CCT', '1', 'ct/l', 'the carrying capacity in metric tonnes'),
  unit('GRT', 'GRT', '1', 'GT', 'the gross tonnage'),
  unit('NCL', 'NCL', '1', 'ce/el', 'the number of cells'),
  unit('NARB', 'NARB', '1', 'b/f', 'the number of items per flask'),
  unit('NAR_JEWEL', 'NAR_JEWEL', '1', 'jewel', 'the number of jewels'),
  unit('NAR_PACK', 'NAR_PACK', '1', 'pack', 'the number of packs'),
  unit('LINE_GROSS', 'LINE_GROSS', '1', 'line/gross', 'the number of lines per gross'),
  unit('TJO', 'TJO', '1', 'TJ', 'the gross calorific value in terajoules'),
  unit('WAT', 'WAT', '1', 'Watt', 'the power in watts'),
  unit('BLL', 'BLL', '1', 'bbl', 'the number of barrels'),
  unit('RET', 'RET', '1', 'RET', 'the retail price, in the currency of the assessment'),
  unit('SPR', 'SPR', '1', 'SPR', 'the discount of small producer relief per litre of pure alcohol'),
  unit('LTRA', 'LTRA', '1', 'L total alc.', 'the volume in litres of total alcohol'),
  unit('LTR', 'LTR', '1', 'l', 'the volume in litres'),
  unit('HLT', 'LTR', '100', 'hl', 'the volume in litres'),
  unit('KLT', 'LTR', '1000', 'KLT', 'the volume in litres'),
  unit('LPA', 'LPA', '1', 'l alc. 100%', 'the volume in litres of pure alcohol'),
  unit('LPF', 'LPF', '1', 'pf.liter', 'the volume in US proof litres'),
  unit('ASV', 'ASV', '1', '% vol', 'the alcoholic strength in % vol'),
  unit('BRX', 'BRX', '1', '% sucrose', 'the sucrose content in percent'),
  unit('NAR', 'NAR', '1', 'p/st', pieces),
  unit('CEN', 'NAR', '100', 'CEN', pieces),
  unit('MIL', 'NAR', '1000', 'MIL', pieces),
  unit('DZN', 'NAR', '12', 'doz.', pieces),
  unit('GRO', 'NAR', '144', 'gross', pieces),
  unit('NPR', 'NPR', '1', 'pa', 'the number of pairs'),
  unit('DPR', 'NPR', '12', 'doz. prs.', 'the number of pairs'),
  unit('MPR', 'NPR', '1000', 'MPR', 'the number of pairs'),
  unit('MTR', 'MTR', '1', 'm', 'the length in metres'),
  unit('HMT', 'MTR', '100', 'HMT', 'the length in metres'),
  unit('KMT', 'MTR', '1000', 'KM', 'the length in metres'),
  unit('MTQC', 'MTQ', '1000', 'MTQC', 'the volume in cubic metres'),
  unit('ASVX', 'ASVX', '1', 'ASVX', 'strength times hectolitres'),
  unit('DTNZ', 'DTNZ', '1', 'DTNZ', 'the mass per percent of sucrose'),
  unit('TNEZ', 'TNEZ', '1', 'TNEZ', 'the mass per percent of sucrose'),
  unit('KGM_SACCHAR', 'KGM_SACCHAR', '1', 'kg/net/%sacchar.', 'the mass per percent of sucrose'),
  unit('SPQ', 'SPQ', '1', 'SPQ', 'small producer relief'),
  unit('SPQLPA', 'SPQLPA', '1', 'SPQLPA', 'small producer relief by litre of pure alcohol'),
  unit('SPQLTR', 'SPQLTR', '1', 'SPQLTR', 'small producer relief by strength and volume'),
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
  '%vol': 'ASV',
  '1,000 p/st': 'MIL',
  'pr.': 'NPR',
  dz: 'DZN',
  items: 'NAR',
  'pf. liter': 'LPF',
  'retail price': 'RET',
  'SPR discount': 'SPR',
  'kg/net drained wt': 'KGM_DRAINED',
  'kg / net drained wt': 'KGM_DRAINED',
  'kg on drained weight': 'KGM_DRAINED',
  'kg eda': 'KGM_DRAINED',
  'kg / std qual': 'KGM_STDQUAL',
  'kg mas': 'KGM_DRYMATTER',
  'kg / net dry': 'KGM_DRYMATTER',
  'kg / gross': 'KGM_GROSS',
  'kg / lactic matter': 'KGM_LACTIC',
  'kg /net/ % sacchar.': 'KGM_SACCHAR',
  'kg on lead content': 'KGM_LEAD',
  'kg on copper content': 'KGM_COPPER',
  'kg on zinc content': 'KGM_ZINC',
  'kg/biodiesel': 'KGM_BIODIESEL',
  'kg/bioethanol': 'KGM_BIOETHANOL',
  'kg/fuel content': 'KGM_FUELCONTENT',
};

/** Units that are a product of others: what is asked for, and multiplied, are these. */
const PRODUCTS: Record<string, readonly string[]> = {
  ASVX: ['ASV', 'HLT'],
  DTNZ: ['DTN', 'BRX'],
  TNEZ: ['TNE', 'BRX'],
  KGM_SACCHAR: ['KGM', 'BRX'],
  SPQ: ['SPR'],
  SPQLPA: ['SPR', 'LPA'],
  SPQLTR: ['SPR', 'ASV', 'HLT'],
};
export const factorsOf = (code: string): readonly string[] | undefined => PRODUCTS[code];

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
