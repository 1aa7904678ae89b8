import type { FieldProblem } from '@tidewaiter/contracts';
import {
  checkDan,
  checkEin,
  checkEori,
  checkVat,
  countOf,
  exact,
  legalDateAt,
  plusDays,
  shareOut,
  type Exact,
} from '@tidewaiter/kernel';
import { contractRates, type DeclarationContent, type DeclaredLine } from '../../domain/content.js';
import type { Built } from '../authority.js';
import type { Profile } from '../profile.js';
import { chargesDeclared, methodOfPayment, WITHOUT_NATIONALITY } from './build.js';
import {
  AUTHORISATIONS,
  CHARGE_TYPES,
  DEFERRED,
  ERROR_WORDS,
  EXPORT_PROCEDURES,
  FREE_CIRCULATION,
  NO_PREFERENCE,
  OVERRIDE,
  PRICE_CONTAINS,
  PROCEDURES,
  WAIVERS,
  WANT_ADDITIONAL_CODE,
  WHO,
} from './codes.js';
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
    ...(WHO[code] ? { who: WHO[code] } : {}),
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

const PROCEDURE = at(1, 'GovernmentProcedure[1]/CurrentCode');
const procedureOf = (content: DeclarationContent) => content.procedure ?? FREE_CIRCULATION;

/** The requested procedure decides which rules there are: what is none, or an export's, is told alone. */
function kindOfProcedure(content: DeclarationContent): FieldProblem[] {
  const { requested } = procedureOf(content);
  if (EXPORT_PROCEDURES.includes(requested)) return [problem('CDS11004', PROCEDURE, `${requested} is an export.`)];
  return requested in PROCEDURES ? [] : [problem('CDS12050', PROCEDURE, `${requested}.`)];
}

const procedures: Rule = (content) => {
  const { requested, previous, additional } = procedureOf(content);
  const codes = additional.length === 0 ? FREE_CIRCULATION.additional : additional;
  return [
    ...(PROCEDURES[requested]?.includes(previous)
      ? []
      : [problem('CDS12056', at(1, 'GovernmentProcedure[1]/PreviousCode'), `${requested} after ${previous}.`)]),
    ...(codes.includes('000') && codes.length > 1
      ? [problem('CDS12149', at(1, 'GovernmentProcedure[2]/CurrentCode'))]
      : []),
    ...(WANT_ADDITIONAL_CODE.includes(requested) && codes.every((code) => code === '000')
      ? [problem('CDS12077', PROCEDURE, `${requested} is said with a reason.`)]
      : []),
  ];
};

/** A date of acceptance lies on no later day, and not more than 180 days back. */
const acceptance: Rule = ({ acceptanceDate }, { references }, { zone }) => {
  if (!acceptanceDate || !references.preparedAt) return [];
  const today = legalDateAt(references.preparedAt, zone);
  const fits = acceptanceDate <= today && acceptanceDate >= plusDays(today, -180);
  return fits ? [] : [problem('CDS12016', 'AcceptanceDateTime', `${acceptanceDate}, prepared on ${today}.`)];
};

const MOST_LINES = 999;
const MOST_DOCUMENTS = 99;

const counts: Rule = ({ lines, documents }) => [
  ...(lines.length > MOST_LINES
    ? [problem('CDS10003', 'GoodsItemQuantity', `${lines.length} lines, at most ${MOST_LINES}.`)]
    : []),
  ...lines.flatMap((line) => {
    const count = documents.length + (line.documents?.length ?? 0);
    return count > MOST_DOCUMENTS
      ? [
          problem(
            'CDS10003',
            at(line, `AdditionalDocument[${MOST_DOCUMENTS + 1}]`),
            `${count} documents, at most ${MOST_DOCUMENTS}.`,
          ),
        ]
      : [];
  }),
];

/** What does not belong to this data set: the nationality of a means that has none. */
const outOfPlace: Rule = ({ transport, conveyance }) =>
  conveyance?.nationality && WITHOUT_NATIONALITY.includes(transport)
    ? [problem('CDS10002', 'BorderTransportMeans/RegistrationNationalityCode', `By ${transport} there is none.`)]
    : [];

const NO_DEDUCTION: readonly string[] = ['BA', 'BB', 'BC', 'BD', 'BE', 'BF', 'BG', 'BH', 'BI'];

const deductions: Rule = (content, _, profile) => {
  const contained = PRICE_CONTAINS[content.incoterm.code];
  const { freight, insurance } = content.charges;
  const off = [
    ...(profile.basis === 'FOB' && contained.freight && freight ? [freight] : []),
    ...(profile.basis === 'FOB' && contained.insurance && insurance ? [insurance] : []),
    ...(content.additions ?? []).filter(({ type }) => NO_DEDUCTION.includes(type)).map((each) => each.amount),
  ].filter((each) => each.currency === content.invoice.total.currency);
  const sum = off.reduce((total, each) => total.plus(each.amount), exact('0'));
  return sum.gt(content.invoice.total.amount)
    ? [
        problem(
          'CDS10045',
          'GoodsShipment/CustomsValuation/ChargeDeduction[1]/OtherChargeDeductionAmount',
          `${sum.toFixed()} are taken off.`,
        ),
      ]
    : [];
};

/** An amount in the currency of the values; null where no rate is known here. */
function inValueCurrency(
  { amount, currency }: { amount: string; currency: string },
  { assessmentCurrency: to, exchange = [] }: DeclarationContent,
): Exact | null {
  if (currency === to) return exact(amount);
  const direct = exchange.find((each) => each.from === currency && each.to === to);
  if (direct) return exact(amount).times(direct.rate);
  const inverse = exchange.find((each) => each.from === to && each.to === currency);
  return inverse ? exact(amount).div(inverse.rate) : null;
}

const signOf = (type: string): 1 | -1 => (NO_DEDUCTION.includes(type) ? -1 : 1);

/** What price and charges make each line's value; null where an amount cannot be converted here. */
function worked(content: DeclarationContent, profile: Profile): (Exact | null)[] {
  const prices = content.lines.map(({ price }) => price.amount);
  const shared = chargesDeclared(content, profile).map(({ type, amount }) => ({
    sign: signOf(type),
    shares: shareOut(amount, prices),
  }));
  return content.lines.map(({ price, additions = [] }, index) => {
    const parts = [
      { sign: 1, amount: price },
      ...shared.map(({ sign, shares }) => ({ sign, amount: shares[index]! })),
      ...additions.map(({ type, amount }) => ({ sign: signOf(type), amount })),
    ];
    return parts.reduce<Exact | null>((sum, { sign, amount }) => {
      const converted = inValueCurrency(amount, content);
      return sum && converted && sum.plus(converted.times(sign));
    }, exact('0'));
  });
}

const RATE = /^\d{1,7}(\.\d{1,5})?$/;

/** A rate by contract is declared where law knows it, of the invoice's currency, for one unit of that in which values are. */
const exchangeRates: Rule = (content, _, profile) =>
  contractRates(content).flatMap(({ from, to, rate }, index) => {
    const place = `CurrencyExchange[${index + 1}]`;
    const converts = content.lines.some(({ price }) => price.currency === to) && from === content.assessmentCurrency;
    return [
      ...(profile.contractRates
        ? []
        : [problem('CDS10002', place, `${profile.authority} converts at published rates.`)]),
      ...(RATE.test(rate) && !exact(rate).isZero()
        ? []
        : [
            problem('CDS10010', `${place}/RateNumeric`, `${rate}: more than 0, at most 12 digits, 5 of them decimals.`),
          ]),
      ...(converts
        ? []
        : [problem('CDS12056', `${place}/CurrencyTypeCode`, `${to} for one ${from} converts no price here.`)]),
    ];
  });

/**
 * Where a line takes something off its price, a contract fixes its rate, or it is duty-paid, the price, what is added and what is taken off make the value
 * that is declared, to less than the unit in which values are declared.
 */
const addsUp: Rule = (content, _, profile) => {
  const concerns = (line: DeclaredLine): boolean =>
    line.customsValue !== null &&
    (line.additions !== undefined ||
      content.incoterm.code === 'DDP' ||
      contractRates(content).some(({ to }) => to === line.price.currency));
  if (!content.lines.some(concerns) || !content.lines.every(({ price }) => exact(price.amount).isPositive())) return [];
  const values = worked(content, profile);
  const unit = profile.channel === 'ace' ? '1' : '0.01';
  return content.lines.flatMap((line, index) => {
    const value = concerns(line) ? values[index]! : null;
    if (value === null) return [];
    if (value.isNegative()) {
      const first = at(line, 'CustomsValuation/ChargeDeduction[1]/OtherChargeDeductionAmount');
      return [problem('CDS10045', line.additions ? first : at(line, 'Commodity/InvoiceLine/ItemChargeAmount'))];
    }
    if (value.minus(line.customsValue!).abs().lt(unit)) return [];
    const makes = `Price and charges make ${value.toDecimalPlaces(4).toFixed()} ${content.assessmentCurrency}`;
    return [problem('CDS12056', at(line, 'StatisticalValueAmount'), `${makes}, not ${line.customsValue}.`)];
  });
};

/** Charges that a delivery term already holds are not added once more. */
const doubleCharges: Rule = ({ incoterm, additions = [] }) => {
  const contained = PRICE_CONTAINS[incoterm.code];
  const barred = [
    ...(contained.freight ? [CHARGE_TYPES.freight] : []),
    ...(contained.insurance ? [CHARGE_TYPES.insurance] : []),
  ];
  return additions.flatMap(({ type }, index) =>
    (barred as string[]).includes(type)
      ? [
          problem(
            'CDS12100',
            `GoodsShipment/CustomsValuation/ChargeDeduction[${index + 1}]/ChargesTypeCode`,
            `${incoterm.code} and ${type}.`,
          ),
        ]
      : [],
  );
};

const airFreight: Rule = ({ transport, loadingPlace, incoterm, charges, additions = [] }) => {
  const told = charges.freight !== undefined || additions.some(({ type }) => type === CHARGE_TYPES.freight);
  return transport === 'air' && loadingPlace && !PRICE_CONTAINS[incoterm.code].freight && !told
    ? [
        problem(
          'CDS12112',
          'GoodsShipment/CustomsValuation/ChargeDeduction[1]/ChargesTypeCode',
          `Loaded at ${loadingPlace}.`,
        ),
      ]
    : [];
};

const hasDocument = ({ lines }: DeclarationContent, code: string): boolean =>
  lines.some(({ documents = [] }) => documents.some((each) => each.code === code));

const authorisations: Rule = (content) =>
  (content.authorisations ?? []).flatMap(({ id, category }, index) => {
    const holder = `AuthorisationHolder[${index + 1}]`;
    const document = AUTHORISATIONS[category];
    const party = checkEori(id);
    return [
      ...(party.valid ? [] : [problem('CDS12005', `${holder}/ID`, `${party.reason ?? ''}.`)]),
      ...(document ? [] : [problem('CDS12007', `${holder}/CategoryCode`, `${category}.`)]),
      ...(document && !hasDocument(content, document)
        ? [problem('CDS12096', `${holder}/CategoryCode`, `${category} goes with ${document}.`)]
        : []),
    ];
  });

const guarantee: Rule = ({ authorisations: held = [], guaranteeType = '1', guaranteeReference }) =>
  held.some(({ category }) => category === 'CGU') && !(['0', '1'].includes(guaranteeType) && guaranteeReference)
    ? [problem('CDS12113', 'ObligationGuarantee[1]/SecurityDetailsCode', `Type ${guaranteeType}.`)]
    : [];

const deferment: Rule = (content, _, profile) => {
  const method = methodOfPayment(content, profile);
  const isDeferred = DEFERRED.includes(method);
  const { defermentAccount: account } = content;
  const dan = account ? checkDan(account) : null;
  const method1 = at(1, 'Commodity/DutyTaxFee[1]/Payment/MethodCode');
  return [
    ...(dan && !dan.valid ? [problem('CDS12125', 'AdditionalDocument[1]/ID', `${dan.reason ?? ''}.`)] : []),
    ...(account && !isDeferred ? [problem('CDS12102', method1, `Method ${method}.`)] : []),
    ...(!account && isDeferred ? [problem('CDS12078', method1, `Method ${method}.`)] : []),
    ...(hasDocument(content, 'C506') && !isDeferred ? [problem('CDS12148', method1, `Method ${method}.`)] : []),
  ];
};

const otherParties: Rule = ({ importer, buyer, representative, vatParty }) => {
  const agent = representative && checkEori(representative.id);
  const vat = vatParty ? checkVat(vatParty) : null;
  return [
    ...(buyer?.identifier && buyer.identifier === importer.id ? [problem('CDS12117', 'GoodsShipment/Buyer/ID')] : []),
    ...(agent && !agent.valid ? [problem('CDS12005', 'Agent/ID', `${agent.reason ?? ''}.`)] : []),
    ...(vat && !vat.valid
      ? [problem('CDS12013', 'GoodsShipment/DomesticDutyTaxParty[1]/ID', `${vat.reason ?? ''}.`)]
      : []),
  ];
};

/** A place of arrival is named by the destination's own code. */
const location: Rule = ({ portOfEntry, destination }) =>
  portOfEntry === '' || (/^[A-Z]{2}[0-9A-Z]{3,}$/.test(portOfEntry) && portOfEntry.startsWith(destination))
    ? []
    : [
        problem(
          'CDS12099',
          'GoodsShipment/Consignment/GoodsLocation/Name',
          `${portOfEntry}, destination ${destination}.`,
        ),
      ];

const twice: Rule = ({ statements = [], lines }) =>
  lines.flatMap((line) =>
    (line.statements ?? []).flatMap(({ code }, index) =>
      statements.some((each) => each.code === code)
        ? [problem('CDS12071', at(line, `AdditionalInformation[${index + 1}]/StatementCode`), `${code}.`)]
        : [],
    ),
  );

const quotas: Rule = ({ lines, destination }) =>
  lines.flatMap((line) => {
    if (!line.quotaOrder) return [];
    const preference = line.preference?.code ?? NO_PREFERENCE;
    const quota = at(line, 'Commodity/DutyTaxFee[1]/QuotaOrderID');
    return [
      ...(/^\d2\d$|^\d[145]8$/.test(preference) ? [] : [problem('CDS12110', quota, `Preference ${preference}.`)]),
      ...(destination === 'GB' && line.quotaOrder.startsWith('09')
        ? [problem('CDS12144', quota, `${line.quotaOrder}.`)]
        : []),
      ...(/^\d{6}$/.test(line.quotaOrder) ? [] : [problem('CDS10010', quota, 'A quota number has 6 digits.')]),
    ];
  });

const byHand: Rule = ({ lines }, _, profile) =>
  lines.flatMap((line) => {
    const taxes = line.taxes ?? [];
    const payment = (index: number): string => at(line, `Commodity/DutyTaxFee[${index + 1}]/Payment/PaymentAmount`);
    const stated = (line.statements ?? []).some(({ code }) => code === OVERRIDE);
    return [
      ...taxes.flatMap(({ amount }, index) =>
        amount.currency === profile.currency ? [] : [problem('CDS12111', payment(index), `${amount.currency}.`)],
      ),
      ...taxes.flatMap(({ amount }, index) =>
        exact(amount.amount).isNegative() ? [problem('CDS10021', payment(index))] : [],
      ),
      ...(taxes.length > 0 && !stated && profile.channel !== 'ace'
        ? [problem('CDS12139', at(line, 'AdditionalInformation[1]/StatementCode'))]
        : []),
    ];
  });

/** Licences are documents whose code begins with X, or a certificate of a national list. */
const LICENCE = /^(X\d{3}|9\d{3}|L\d{3})$/;

const lineDocuments: Rule = ({ lines }, { references }) =>
  lines.flatMap((line) =>
    (line.documents ?? []).flatMap(({ code, status, reason }, index) => {
      const document = at(line, `AdditionalDocument[${index + 1}]`);
      const field = `lines[${line.number - 1}].documents[${index}]`;
      return [
        ...(status ? [] : [problem('CDS77002', `${document}/LPCOExemptionCode`, `${code}.`, `${field}.status`)]),
        ...(status && WAIVERS.includes(status) && !reason?.trim()
          ? [problem('CDS77005', `${document}/Name`, `${code} with ${status}.`, `${field}.reason`)]
          : []),
        ...(LICENCE.test(code) && references.ducr === ''
          ? [problem('CDS77003', 'GoodsShipment/PreviousDocument[1]/ID', `${code}.`)]
          : []),
      ];
    }),
  );

/** What all lines together write off a permit is something, is counted as the permit counts, and is no more than is left on it. */
const writeOffs: Rule = ({ lines }) => {
  const drawn = new Map<string, Exact>();
  return lines.flatMap((line) =>
    (line.documents ?? []).flatMap(({ code, reference, writeOff }, index) => {
      if (!writeOff) return [];
      const document = at(line, `AdditionalDocument[${index + 1}]`);
      const field = `lines[${line.number - 1}].documents[${index}]`;
      const [count, unit] = countOf(writeOff.taken);
      const value = `${document}/WriteOff/${'unit' in writeOff.taken ? 'QuantityQuantity' : 'AmountAmount'}`;
      if (!count.isPositive() || count.isZero())
        return [problem('CDS10021', value, `${code} ${reference}.`, `${field}.writeOff`)];
      if (!writeOff.left) return [];
      const [left, counted] = countOf(writeOff.left);
      if (unit !== counted) {
        const says = `${code} ${reference} is counted in ${counted}, the line in ${unit}.`;
        return [problem('CDS12056', value, says, `${field}.writeOff`)];
      }
      const sum = (drawn.get(`${code} ${reference}`) ?? exact('0')).plus(count);
      drawn.set(`${code} ${reference}`, sum);
      const says = `${code} ${reference} has ${left.toFixed()} ${counted} left, ${sum.toFixed()} are written off.`;
      return sum.gt(left) ? [problem('CDS12006', `${document}/ID`, says, `${field}.reference`)] : [];
    }),
  );
};

const VALUATION_METHODS = /^[1-6]$/;

const extraCodes: Rule = ({ lines, transactionNature, guaranteeType, conveyance }) => [
  ...(transactionNature === undefined || /^\d{1,2}$/.test(transactionNature)
    ? []
    : [problem('CDS10020', 'GoodsShipment/TransactionNatureCode', `${transactionNature}.`)]),
  ...(guaranteeType === undefined || /^[0-9A-JZ]$/.test(guaranteeType)
    ? []
    : [problem('CDS10020', 'ObligationGuarantee[1]/SecurityDetailsCode', `${guaranteeType}.`)]),
  ...(conveyance?.idType === undefined || /^(10|11|20|21|30|40|41|80|81)$/.test(conveyance.idType)
    ? []
    : [
        problem(
          'CDS10020',
          'GoodsShipment/Consignment/ArrivalTransportMeans/IdentificationTypeCode',
          `${conveyance.idType}.`,
        ),
      ]),
  ...lines.flatMap((line) =>
    line.valuationMethod === undefined || VALUATION_METHODS.test(line.valuationMethod)
      ? []
      : [problem('CDS10020', at(line, 'CustomsValuation/MethodCode'), `${line.valuationMethod}.`)],
  ),
];

/** In the order in which the authority itself judges: form, then relations, then the tariff. */
const RULES: readonly Rule[] = [
  missing,
  outOfPlace,
  counts,
  commodity,
  form,
  codes,
  extraCodes,
  negative,
  deductions,
  exchangeRates,
  addsUp,
  masses,
  numbering,
  identifier,
  otherParties,
  acceptance,
  procedures,
  lineCurrencies,
  packageCount,
  twice,
  deferment,
  sameParty,
  headerCurrency,
  authorisations,
  location,
  doubleCharges,
  quotas,
  byHand,
  airFreight,
  guarantee,
  supplementary,
  reference,
  proof,
  lineDocuments,
  writeOffs,
];

/** Judges a declaration as the authority would, offline; every fault with its code and our field. Never throws. */
export function validateDeclaration(built: Built, profile: Profile): FieldProblem[] {
  const stop = kindOfProcedure(built.content);
  return stop.length > 0 ? stop : RULES.flatMap((rule) => rule(built.content, built, profile));
}

/** What an amendment may not change: who imports. @see CDS11012 */
export const validateAmendment = (before: DeclarationContent, after: DeclarationContent): FieldProblem[] =>
  before.importer.id === after.importer.id ? [] : [problem('CDS11012', 'GoodsShipment/Importer/ID')];
