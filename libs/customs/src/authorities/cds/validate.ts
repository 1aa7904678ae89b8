import type { FieldProblem } from '@tidewaiter/contracts';
import { checkEin, checkEori, exact } from '@tidewaiter/kernel';
import type { DeclarationContent, DeclaredLine } from '../../domain/content.js';
import type { Built } from '../authority.js';
import type { Profile } from '../profile.js';
import { ERROR_WORDS, NO_PREFERENCE } from './codes.js';
import { pointerTo, resolvePointer } from './pointers.js';

const ITEMS = 'GoodsShipment/GovernmentAgencyGoodsItem';
const at = (line: DeclaredLine | number, path: string): string =>
  `${ITEMS}[${typeof line === 'number' ? line : line.number}]/${path}`;

/** A problem at an element, in the form in which the authority itself would tell it. */
function problem(code: string, element: string, more = '', field?: string): FieldProblem {
  const pointer = pointerTo(element) ?? '42A';
  return {
    code,
    pointer,
    field: field ?? resolvePointer(pointer).field,
    says: [ERROR_WORDS[code], more].filter(Boolean).join(' '),
  };
}

type Rule = (content: DeclarationContent, built: Built, profile: Profile) => FieldProblem[];
type LineRule = (line: DeclaredLine, content: DeclarationContent) => FieldProblem[];

const eachLine =
  (rule: LineRule): Rule =>
  (content) =>
    content.lines.flatMap((line) => rule(line, content));

const missing: Rule = (content) => {
  const needed: [string, string, string?][] = [
    [content.importer.id, 'GoodsShipment/Importer/ID'],
    [content.declarant.id, 'Declarant/ID'],
    [content.exporter?.name ?? '', 'Exporter/Name'],
    [content.portOfEntry, 'GoodsShipment/Consignment/GoodsLocation/Name'],
    [content.lines.length > 0 ? 'lines' : '', 'GoodsItemQuantity'],
    ...content.lines.map((line): [string, string] => [line.customsValue ?? '', at(line, 'StatisticalValueAmount')]),
  ];
  return needed.filter(([value]) => value === '').map(([, element]) => problem('CDS10001', element));
};

const identifier: Rule = ({ importer, declarant }, _, profile) => {
  const check = profile.importerScheme === 'EIN' ? checkEin : checkEori;
  const parties: [string, string][] = [
    [importer.id, 'GoodsShipment/Importer/ID'],
    [declarant.id, 'Declarant/ID'],
  ];
  return parties.flatMap(([id, element]) => {
    const checked = check(id);
    return id === '' || checked.valid ? [] : [problem('CDS12005', element, `${checked.reason ?? ''}.`)];
  });
};

const commodity = eachLine((line) =>
  /^\d{10}$/.test(line.commodity)
    ? []
    : [
        problem(
          'CDS10004',
          at(line, 'Commodity/Classification[1]/ID'),
          `${line.commodity} has ${line.commodity.length}.`,
        ),
      ],
);

/** Longest text and decimals of a number, as the schema allows them. */
const form: Rule = ({ lines, invoice, charges, packages, incoterm, guaranteeReference }) => {
  const places = (value: string): number => exact(value).decimalPlaces();
  const digits = (value: string): number => exact(value).precision(true);
  const number = (value: string, decimals: number, element: string): FieldProblem[] =>
    places(value) > decimals || digits(value) > 16
      ? [problem('CDS10010', element, `${value}: at most 16 digits, ${decimals} of them decimals.`)]
      : [];
  const text = (value: string, most: number, element: string): FieldProblem[] =>
    value.length > most || value.trim() === '' ? [problem('CDS10010', element, `1 to ${most} characters.`)] : [];
  return [
    ...number(invoice.total.amount, 3, 'InvoiceAmount'),
    ...[charges.freight, charges.insurance].flatMap((charge, index) =>
      charge
        ? number(
            charge.amount,
            3,
            `GoodsShipment/CustomsValuation/ChargeDeduction[${index + 1}]/OtherChargeDeductionAmount`,
          )
        : [],
    ),
    ...text(packages.kind, 2, at(1, 'Packaging[1]/TypeCode')),
    ...text(incoterm.place, 70, 'GoodsShipment/TradeTerms/LocationName'),
    ...(guaranteeReference.length > 35
      ? [problem('CDS10010', 'ObligationGuarantee[1]/ReferenceID', 'At most 35 characters.')]
      : []),
    ...lines.flatMap((line) => [
      ...number(line.price.amount, 3, at(line, 'Commodity/InvoiceLine/ItemChargeAmount')),
      ...number(line.netMass, 6, at(line, 'Commodity/GoodsMeasure/NetNetWeightMeasure')),
      ...number(line.grossMass, 6, at(line, 'Commodity/GoodsMeasure/GrossMassMeasure')),
      ...number(line.quantity.value, 6, at(line, 'Commodity/GoodsMeasure/TariffQuantity')),
      ...text(line.description, 512, at(line, 'Commodity/Description')),
    ]),
  ];
};

const codes: Rule = ({ lines, packages }) => [
  ...(/^[0-9A-Z]{2}$/.test(packages.kind)
    ? []
    : [problem('CDS10020', at(1, 'Packaging[1]/TypeCode'), `${packages.kind} is no package type.`)]),
  ...lines.flatMap((line) => {
    const code = line.preference?.code ?? NO_PREFERENCE;
    return /^[1-4]\d{2}$/.test(code)
      ? []
      : [problem('CDS10020', at(line, 'Commodity/DutyTaxFee[1]/DutyRegimeCode'), `${code}.`)];
  }),
];

const negative = eachLine((line) => {
  const amounts: [string, string][] = [
    [line.price.amount, 'Commodity/InvoiceLine/ItemChargeAmount'],
    [line.netMass, 'Commodity/GoodsMeasure/NetNetWeightMeasure'],
    [line.grossMass, 'Commodity/GoodsMeasure/GrossMassMeasure'],
  ];
  return amounts.flatMap(([value, path]) => (exact(value).isNegative() ? [problem('CDS10021', at(line, path))] : []));
});

const masses = eachLine((line) =>
  exact(line.netMass).gt(line.grossMass)
    ? [
        problem(
          'CDS11006',
          at(line, 'Commodity/GoodsMeasure/NetNetWeightMeasure'),
          `${line.netMass} above ${line.grossMass}.`,
        ),
      ]
    : [],
);

const numbering: Rule = ({ lines }) =>
  lines.flatMap((line, index) => {
    if (lines.findIndex((each) => each.number === line.number) < index) {
      return [problem('CDS12024', at(line, 'SequenceNumeric'))];
    }
    return line.number > lines.length
      ? [problem('CDS12022', at(line, 'SequenceNumeric'), '', `lines[${index}].number`)]
      : [];
  });

const reference: Rule = (_, { references }) => [
  ...(/^\d[A-Z]{2}[0-9A-Z]{1,15}-[0-9A-Z()-]{1,18}$/.test(references.ducr) && references.ducr.length <= 35
    ? []
    : [problem('CDS12132', 'GoodsShipment/PreviousDocument[1]/ID')]),
  ...(/^[0-9A-Za-z_.-]{1,22}$/.test(references.lrn) ? [] : [problem('CDS10010', 'FunctionalReferenceID')]),
];

const lineCurrencies: Rule = ({ lines }) =>
  lines
    .filter((line) => line.price.currency !== lines[0]?.price.currency)
    .map((line) => problem('CDS12057', at(line, 'Commodity/InvoiceLine/ItemChargeAmount')));

const headerCurrency: Rule = ({ lines, invoice }) =>
  lines.some((line) => line.price.currency === invoice.total.currency) || lines.length === 0
    ? []
    : [problem('CDS12082', 'InvoiceAmount', `${invoice.total.currency} and ${lines[0]?.price.currency ?? ''}.`)];

const packageCount: Rule = ({ packages }) =>
  packages.count > 0 ? [] : [problem('CDS12058', at(1, 'Packaging[1]/QuantityQuantity'))];

const supplementary = eachLine((line) =>
  exact(line.quantity.value).isZero() ? [problem('CDS12123', at(line, 'Commodity/GoodsMeasure/TariffQuantity'))] : [],
);

const sameParty: Rule = ({ importer, exporter }) =>
  exporter?.identifier !== undefined && exporter.identifier === importer.id && importer.id !== ''
    ? [problem('CDS12081', 'GoodsShipment/Importer/ID')]
    : [];

/** A preference is claimed with its proof or not at all. @see Delegated Regulation 2015/2446 art. 163; TCA art. ORIG.18 */
const proof = eachLine((line) =>
  line.preference && line.preference.code !== NO_PREFERENCE && !line.preference.proof
    ? [
        problem(
          'CDS40045',
          `${ITEMS}[${line.number}]`,
          'The preference wants a proof of origin.',
          `lines[${line.number - 1}].preference.proof`,
        ),
      ]
    : [],
);

/** In the order in which the authority itself judges: form, then relations, then the tariff. */
const RULES: readonly Rule[] = [
  missing,
  form,
  codes,
  negative,
  commodity,
  masses,
  numbering,
  identifier,
  lineCurrencies,
  packageCount,
  sameParty,
  headerCurrency,
  supplementary,
  reference,
  proof,
];

/** Judges a declaration as the authority would, offline; every fault with its code and our field. Never throws. */
export const validateDeclaration = (built: Built, profile: Profile): FieldProblem[] =>
  RULES.flatMap((rule) => rule(built.content, built, profile));
