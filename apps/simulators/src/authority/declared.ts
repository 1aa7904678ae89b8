import type { XmlElement } from '@tidewaiter/xml';
import type { ChannelName } from '../scripts/faults.js';

export interface DeclaredAmount {
  amount: string;
  currency: string | null;
}

export interface DeclaredDocument {
  category: string | null;
  type: string | null;
  id: string | null;
  /** whether it is there, held, waived: `AE`, `XX` … */
  status: string | null;
  /** why it is waived */
  reason: string | null;
  /** what is taken of a permit: goods in a unit, or their value */
  writeOff: { quantity: { value: string; unit: string | null } | null; amount: DeclaredAmount | null } | null;
}

export interface DeclaredTax {
  type: string | null;
  method: string | null;
  regime: string | null;
  quota: string | null;
  /** stated by the declarant instead of being left to the authority */
  manual: DeclaredAmount | null;
}

export interface DeclaredItem {
  sequence: string | null;
  documents: DeclaredDocument[];
  description: string | null;
  /** TSP and TRC together; null when TSP is absent */
  commodity: string | null;
  preference: string | null;
  taxes: DeclaredTax[];
  grossMass: string | null;
  netMass: string | null;
  /** in the unit that the commodity's measure asks for */
  supplementary: string | null;
  price: DeclaredAmount | null;
  procedure: string | null;
  additionalProcedures: string[];
  statements: string[];
  charges: DeclaredCharge[];
  origin: string | null;
  packages: string[];
  /** what stands here although it may stand at the header: element name and pointer */
  repeated: string[];
}

export interface DeclaredCharge {
  code: string | null;
  amount: DeclaredAmount | null;
}

export interface DeclaredAuthorisation {
  holder: string | null;
  category: string | null;
}

/** What this authority reads in a declaration, over whatever channel: the text of each element, nothing judged. */
export interface Declared {
  channel: ChannelName;
  function: string | null;
  lrn: string | null;
  kind: string | null;
  acceptance: string | null;
  itemCount: string | null;
  packageCount: string | null;
  invoice: DeclaredAmount | null;
  /** deferment account */
  dan: string | null;
  authorisations: DeclaredAuthorisation[];
  /** kinds of the guarantees: 0 comprehensive waiver, 1 comprehensive … */
  guarantees: string[];
  mode: string | null;
  declarant: string | null;
  representative: { id: string | null; status: string | null } | null;
  exporterId: string | null;
  exporterName: string | null;
  importer: string | null;
  buyer: string | null;
  seller: string | null;
  vatParty: string | null;
  destination: string | null;
  exportCountry: string | null;
  location: { name: string | null; country: string | null; qualifier: string | null } | null;
  loading: string | null;
  equipment: string[];
  ducr: string | null;
  incoterm: string | null;
  /** rates of exchange that a contract fixes: units of the currency for one unit of the country's own */
  exchange: { currency: string | null; rate: string | null }[];
  charges: DeclaredCharge[];
  statements: string[];
  /** other references of this consignment, under which a script may be found */
  references: string[];
  /** elements of other data sets that do not belong to an import, as pointers */
  strange: string[];
  /** elements at the header that may stand at the items too: their names */
  atHeader: string[];
  items: DeclaredItem[];
}

const text = (element: XmlElement | undefined, path: string): string | null => element?.textAt(path) ?? null;

const amountAt = (element: XmlElement | undefined, path: string): DeclaredAmount | null => {
  const found = element?.at(path);
  return found?.value ? { amount: found.value, currency: found.attribute('currencyID') ?? null } : null;
};

function writeOffOf(element: XmlElement | undefined): DeclaredDocument['writeOff'] {
  if (!element) return null;
  const quantity = element.child('QuantityQuantity');
  return {
    quantity: quantity ? { value: quantity.value, unit: quantity.attribute('unitCode') ?? null } : null,
    amount: amountAt(element, 'AmountAmount'),
  };
}

const documentsOf = (element: XmlElement): DeclaredDocument[] =>
  element.children('AdditionalDocument').map((each) => ({
    category: text(each, 'CategoryCode'),
    type: text(each, 'TypeCode'),
    id: text(each, 'ID'),
    status: text(each, 'LPCOExemptionCode'),
    reason: text(each, 'Name'),
    writeOff: writeOffOf(each.child('WriteOff')),
  }));

const chargesOf = (valuation: XmlElement | undefined): DeclaredCharge[] =>
  (valuation?.children('ChargeDeduction') ?? []).map((each) => ({
    code: text(each, 'ChargesTypeCode'),
    amount: amountAt(each, 'OtherChargeDeductionAmount'),
  }));

const statementsOf = (element: XmlElement): string[] =>
  element.children('AdditionalInformation').flatMap((each) => each.textAt('StatementCode') ?? []);

/** Elements that stand at the header or at every item, never at both. */
const EITHER = ['Destination', 'ExportCountry', 'TransactionNatureCode', 'UCR'];
const eitherIn = (element: XmlElement | undefined): string[] =>
  EITHER.filter((name) => element?.child(name) !== undefined);

/** What only exports and warehouses declare. */
const STRANGE: Record<string, string> = {
  ExitOffice: '42A/97A',
  LoadingListQuantity: '42A.118',
  Warehouse: '42A/67A/18B',
};

const taxesOf = (commodity: XmlElement | undefined): DeclaredTax[] =>
  (commodity?.children('DutyTaxFee') ?? []).map((each) => ({
    type: text(each, 'TypeCode'),
    method: text(each, 'Payment/MethodCode'),
    regime: text(each, 'DutyRegimeCode'),
    quota: text(each, 'QuotaOrderID'),
    manual: amountAt(each, 'Payment/TaxAssessedAmount') ?? amountAt(each, 'Payment/PaymentAmount'),
  }));

/** One goods item as this authority reads it. */
export function itemOf(item: XmlElement): DeclaredItem {
  const commodity = item.child('Commodity');
  const classification = (kind: string): string | null =>
    text(
      commodity?.children('Classification').find((each) => each.textAt('IdentificationTypeCode') === kind),
      'ID',
    );
  const heading = classification('TSP');
  const procedures = item.children('GovernmentProcedure');
  const main = procedures.find((each) => each.child('PreviousCode') !== undefined) ?? procedures[0];
  const current = text(main, 'CurrentCode');
  const taxes = taxesOf(commodity);
  return {
    sequence: text(item, 'SequenceNumeric'),
    documents: documentsOf(item),
    description: text(commodity, 'Description'),
    commodity: heading === null ? null : heading + (classification('TRC') ?? ''),
    preference: taxes.map(({ regime }) => regime).find((code) => code !== null) ?? null,
    taxes,
    grossMass: text(commodity, 'GoodsMeasure/GrossMassMeasure'),
    netMass: text(commodity, 'GoodsMeasure/NetNetWeightMeasure'),
    supplementary: text(commodity, 'GoodsMeasure/TariffQuantity'),
    price: amountAt(commodity, 'InvoiceLine/ItemChargeAmount'),
    procedure: current === null ? null : current + (text(main, 'PreviousCode') ?? ''),
    additionalProcedures: procedures
      .filter((each) => each !== main)
      .flatMap((each) => each.textAt('CurrentCode') ?? []),
    statements: statementsOf(item),
    charges: chargesOf(item.child('CustomsValuation')),
    origin: text(item, 'Origin/CountryCode'),
    packages: item.children('Packaging').flatMap((each) => each.textAt('QuantityQuantity') ?? []),
    repeated: eitherIn(item),
  };
}

/** @param declaration the `Declaration` element; names are local, order and prefixes do not matter */
export function declaredOf(declaration: XmlElement): Declared {
  const shipment = declaration.child('GoodsShipment');
  const consignment = shipment?.child('Consignment');
  const location = consignment?.child('GoodsLocation');
  const agent = declaration.child('Agent');
  const reference = shipment
    ?.children('PreviousDocument')
    .find((each) => each.textAt('TypeCode') === 'DCR' && each.textAt('CategoryCode') === 'Z');
  return {
    channel: 'cds',
    function: text(declaration, 'FunctionCode'),
    lrn: text(declaration, 'FunctionalReferenceID'),
    kind: text(declaration, 'TypeCode'),
    acceptance: text(declaration, 'AcceptanceDateTime/DateTimeString') ?? text(declaration, 'AcceptanceDateTime'),
    itemCount: text(declaration, 'GoodsItemQuantity'),
    packageCount: text(declaration, 'TotalPackageQuantity'),
    invoice: amountAt(declaration, 'InvoiceAmount'),
    dan: documentsOf(declaration).find(({ category, type }) => category === '1' && type === 'DAN')?.id ?? null,
    authorisations: declaration
      .children('AuthorisationHolder')
      .map((each) => ({ holder: text(each, 'ID'), category: text(each, 'CategoryCode') })),
    guarantees: declaration.children('ObligationGuarantee').flatMap((each) => each.textAt('SecurityDetailsCode') ?? []),
    mode: text(declaration, 'BorderTransportMeans/ModeCode'),
    declarant: text(declaration, 'Declarant/ID'),
    representative: agent ? { id: text(agent, 'ID'), status: text(agent, 'FunctionCode') } : null,
    exporterId: text(declaration, 'Exporter/ID'),
    exporterName: text(declaration, 'Exporter/Name'),
    importer: text(shipment, 'Importer/ID'),
    buyer: text(shipment, 'Buyer/ID'),
    seller: text(shipment, 'Seller/ID'),
    vatParty: text(shipment, 'DomesticDutyTaxParty/ID'),
    destination: text(shipment, 'Destination/CountryCode'),
    exportCountry: text(shipment, 'ExportCountry/ID'),
    location: location
      ? {
          name: text(location, 'Name'),
          country: text(location, 'Address/CountryCode'),
          qualifier: text(location, 'Address/TypeCode'),
        }
      : null,
    loading: text(consignment, 'LoadingLocation/ID'),
    equipment: (consignment?.children('TransportEquipment') ?? []).flatMap(
      (each) => each.textAt('SequenceNumeric') ?? [],
    ),
    ducr: text(reference, 'ID'),
    incoterm: text(shipment, 'TradeTerms/ConditionCode'),
    exchange: declaration
      .children('CurrencyExchange')
      .map((each) => ({ currency: text(each, 'CurrencyTypeCode'), rate: text(each, 'RateNumeric') })),
    charges: chargesOf(shipment?.child('CustomsValuation')),
    statements: statementsOf(declaration),
    references: [],
    strange: Object.entries(STRANGE).flatMap(([name, pointer]) =>
      declaration.child(name) || shipment?.child(name) ? [pointer] : [],
    ),
    atHeader: eitherIn(shipment),
    items: (shipment?.children('GovernmentAgencyGoodsItem') ?? []).map(itemOf),
  };
}

/** Methods of payment that put the debt off: E on the account, R as security on it. */
export const DEFERRED_METHODS = new Set(['E', 'R']);

export const methodsOf = (declared: Declared): string[] =>
  declared.items.flatMap(({ taxes }) => taxes.flatMap(({ method }) => method ?? []));

/** Whether the debt goes to a deferment account instead of being payable now. */
export const isDeferred = (declared: Declared): boolean =>
  declared.dan !== null || methodsOf(declared).some((method) => DEFERRED_METHODS.has(method));

/** Lodged before the goods are there. */
export const isPrelodged = (declared: Declared): boolean => /^IM[DF]$/.test(declared.kind ?? '');

/** The shipment's reference inside a DUCR: what follows the first hyphen. */
export const referenceIn = (ducr: string): string => ducr.slice(ducr.indexOf('-') + 1);
