import type { XmlElement } from '@tidewaiter/xml';

export interface DeclaredAmount {
  amount: string;
  currency: string | null;
}

export interface DeclaredDocument {
  category: string | null;
  type: string | null;
  id: string | null;
}

export interface DeclaredItem {
  sequence: string | null;
  documents: DeclaredDocument[];
  description: string | null;
  /** TSP and TRC together; null when TSP is absent */
  commodity: string | null;
  preference: string | null;
  methods: string[];
  grossMass: string | null;
  netMass: string | null;
  price: DeclaredAmount | null;
  procedure: string | null;
  origin: string | null;
  packages: string[];
}

/** What this authority reads in a declaration: the text of each element, nothing judged. */
export interface Declared {
  function: string | null;
  lrn: string | null;
  kind: string | null;
  itemCount: string | null;
  packageCount: string | null;
  invoice: DeclaredAmount | null;
  hasDefermentAccount: boolean;
  mode: string | null;
  declarant: string | null;
  exporterId: string | null;
  exporterName: string | null;
  importer: string | null;
  destination: string | null;
  exportCountry: string | null;
  ducr: string | null;
  incoterm: string | null;
  charges: { code: string | null; amount: DeclaredAmount | null }[];
  items: DeclaredItem[];
}

const text = (element: XmlElement | undefined, path: string): string | null => element?.textAt(path) ?? null;

const amountAt = (element: XmlElement, path: string): DeclaredAmount | null => {
  const found = element.at(path);
  return found?.value ? { amount: found.value, currency: found.attribute('currencyID') ?? null } : null;
};

const documentsOf = (element: XmlElement): DeclaredDocument[] =>
  element.children('AdditionalDocument').map((each) => ({
    category: text(each, 'CategoryCode'),
    type: text(each, 'TypeCode'),
    id: text(each, 'ID'),
  }));

function itemOf(item: XmlElement): DeclaredItem {
  const commodity = item.child('Commodity');
  const classification = (kind: string): string | null =>
    text(
      commodity?.children('Classification').find((each) => each.textAt('IdentificationTypeCode') === kind),
      'ID',
    );
  const heading = classification('TSP');
  const taxes = commodity?.children('DutyTaxFee') ?? [];
  const current = text(item, 'GovernmentProcedure/CurrentCode');
  return {
    sequence: text(item, 'SequenceNumeric'),
    documents: documentsOf(item),
    description: text(commodity, 'Description'),
    commodity: heading === null ? null : heading + (classification('TRC') ?? ''),
    preference: taxes.map((each) => text(each, 'DutyRegimeCode')).find((code) => code !== null) ?? null,
    methods: taxes.flatMap((each) => each.textAt('Payment/MethodCode') ?? []),
    grossMass: text(commodity, 'GoodsMeasure/GrossMassMeasure'),
    netMass: text(commodity, 'GoodsMeasure/NetNetWeightMeasure'),
    price: commodity ? amountAt(commodity, 'InvoiceLine/ItemChargeAmount') : null,
    procedure: current === null ? null : current + (text(item, 'GovernmentProcedure/PreviousCode') ?? ''),
    origin: text(item, 'Origin/CountryCode'),
    packages: item.children('Packaging').flatMap((each) => each.textAt('QuantityQuantity') ?? []),
  };
}

/** @param declaration the `Declaration` element; names are local, order and prefixes do not matter */
export function declaredOf(declaration: XmlElement): Declared {
  const shipment = declaration.child('GoodsShipment');
  const reference = shipment
    ?.children('PreviousDocument')
    .find((each) => each.textAt('TypeCode') === 'DCR' && each.textAt('CategoryCode') === 'Z');
  return {
    function: text(declaration, 'FunctionCode'),
    lrn: text(declaration, 'FunctionalReferenceID'),
    kind: text(declaration, 'TypeCode'),
    itemCount: text(declaration, 'GoodsItemQuantity'),
    packageCount: text(declaration, 'TotalPackageQuantity'),
    invoice: amountAt(declaration, 'InvoiceAmount'),
    hasDefermentAccount: documentsOf(declaration).some(({ category, type }) => category === '1' && type === 'DAN'),
    mode: text(declaration, 'BorderTransportMeans/ModeCode'),
    declarant: text(declaration, 'Declarant/ID'),
    exporterId: text(declaration, 'Exporter/ID'),
    exporterName: text(declaration, 'Exporter/Name'),
    importer: text(shipment, 'Importer/ID'),
    destination: text(shipment, 'Destination/CountryCode'),
    exportCountry: text(shipment, 'ExportCountry/ID'),
    ducr: text(reference, 'ID'),
    incoterm: text(shipment, 'TradeTerms/ConditionCode'),
    charges: (shipment?.child('CustomsValuation')?.children('ChargeDeduction') ?? []).map((each) => ({
      code: text(each, 'ChargesTypeCode'),
      amount: amountAt(each, 'OtherChargeDeductionAmount'),
    })),
    items: (shipment?.children('GovernmentAgencyGoodsItem') ?? []).map(itemOf),
  };
}

/** Whether the debt goes to a deferment account instead of being payable now. */
export const isDeferred = (declared: Declared): boolean =>
  declared.hasDefermentAccount || declared.items.some(({ methods }) => methods.some((method) => 'ER'.includes(method)));

/** The shipment's reference inside a DUCR: what follows the first hyphen. */
export const referenceIn = (ducr: string): string => ducr.slice(ducr.indexOf('-') + 1);
