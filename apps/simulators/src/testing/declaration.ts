import { el, writeXml, type XmlNode } from '@tidewaiter/xml';

export interface DocumentSketch {
  category: string;
  type: string;
  id?: string;
  status?: string | null;
  reason?: string;
  writeOff?: { value: string; unit: string | null };
}

export interface ChargeSketch {
  code: string;
  amount: string;
  currency: string;
}

export interface LineSketch {
  commodity: string;
  price: string;
  currency: string;
  netMass: string;
  grossMass: string;
  supplementary: string | null;
  origin: string;
  preference: string;
  quota: string | null;
  method: string | null;
  manual: { amount: string; currency: string } | null;
  packages: string;
  procedure: string;
  additionalProcedures: string[];
  statements: string[];
  documents: DocumentSketch[];
  charges: ChargeSketch[];
  /** elements of the header that stand here too */
  extra: XmlNode[];
}

export interface DeclarationSketch {
  lrn: string;
  reference: string;
  destination: string;
  importer: string;
  declarant: string;
  exporterId: string | null;
  buyer: string | null;
  vatParty: string | null;
  mode: string;
  kind: string;
  function: string;
  acceptance: string | null;
  ducr: string | null;
  itemCount: string | null;
  invoice: { amount: string; currency: string } | null;
  hasDefermentAccount: boolean;
  dan: string;
  incoterm: string;
  location: string | null;
  loading: string | null;
  equipment: string[];
  authorisations: { holder: string; category: string }[];
  guarantees: string[];
  representative: string | null;
  charges: ChargeSketch[];
  lines: Partial<LineSketch>[];
  /** further elements of the declaration itself */
  extra: XmlNode[];
}

const LINE: LineSketch = {
  commodity: '8712003000',
  price: '1000.00',
  currency: 'GBP',
  netMass: '90',
  grossMass: '100',
  supplementary: null,
  origin: 'CN',
  preference: '100',
  quota: null,
  method: null,
  manual: null,
  packages: '10',
  procedure: '4000',
  additionalProcedures: [],
  statements: [],
  documents: [],
  charges: [],
  extra: [],
};

const IMPORTERS: Record<string, string> = {
  GB: 'GB123456789012',
  DE: 'DE1234567',
  NL: 'NL123456789',
  US: '12-3456789',
};

export const amount = (name: string, value: string, currencyID: string): XmlNode => el(name, { currencyID }, value);
const text = (name: string, value: string): XmlNode => el(name, {}, value);
const statement = (code: string): XmlNode => el('AdditionalInformation', {}, text('StatementCode', code));

const valuation = (charges: readonly ChargeSketch[]): XmlNode =>
  el(
    'CustomsValuation',
    {},
    charges.map((each) =>
      el(
        'ChargeDeduction',
        {},
        text('ChargesTypeCode', each.code),
        amount('OtherChargeDeductionAmount', each.amount, each.currency),
      ),
    ),
  );

function lineNode(line: LineSketch, index: number): XmlNode {
  const payment = el(
    'Payment',
    {},
    line.method !== null && text('MethodCode', line.method),
    line.manual && amount('TaxAssessedAmount', line.manual.amount, line.manual.currency),
  );
  return el(
    'GovernmentAgencyGoodsItem',
    {},
    text('SequenceNumeric', String(index + 1)),
    line.documents.map(({ category, type, id = 'PROOF-1', status = 'AE', reason, writeOff }) =>
      el(
        'AdditionalDocument',
        {},
        text('CategoryCode', category),
        text('ID', id),
        reason !== undefined && text('Name', reason),
        text('TypeCode', type),
        status !== null && text('LPCOExemptionCode', status),
        writeOff &&
          el(
            'WriteOff',
            {},
            el('QuantityQuantity', writeOff.unit === null ? {} : { unitCode: writeOff.unit }, writeOff.value),
          ),
      ),
    ),
    line.statements.map(statement),
    el(
      'Commodity',
      {},
      text('Description', 'goods of the test'),
      el('Classification', {}, text('ID', line.commodity.slice(0, 8)), text('IdentificationTypeCode', 'TSP')),
      el('Classification', {}, text('ID', line.commodity.slice(8)), text('IdentificationTypeCode', 'TRC')),
      el(
        'DutyTaxFee',
        {},
        text('DutyRegimeCode', line.preference),
        text('TypeCode', 'A00'),
        line.quota !== null && text('QuotaOrderID', line.quota),
        (line.method !== null || line.manual !== null) && payment,
      ),
      el(
        'GoodsMeasure',
        {},
        text('GrossMassMeasure', line.grossMass),
        text('NetNetWeightMeasure', line.netMass),
        line.supplementary !== null && text('TariffQuantity', line.supplementary),
      ),
      el('InvoiceLine', {}, amount('ItemChargeAmount', line.price, line.currency)),
    ),
    line.charges.length > 0 && valuation(line.charges),
    line.extra,
    el(
      'GovernmentProcedure',
      {},
      text('CurrentCode', line.procedure.slice(0, 2)),
      text('PreviousCode', line.procedure.slice(2)),
    ),
    line.additionalProcedures.map((code) => el('GovernmentProcedure', {}, text('CurrentCode', code))),
    el('Origin', {}, text('CountryCode', line.origin), text('TypeCode', '1')),
    el('Packaging', {}, text('SequenceNumeric', '1'), text('QuantityQuantity', line.packages), text('TypeCode', 'BX')),
  );
}

const metaData = (children: (XmlNode | false | null | readonly XmlNode[])[]): Buffer =>
  writeXml(
    el(
      'md:MetaData',
      { 'xmlns:md': 'urn:wco:datamodel:WCO:DocumentMetaData-DMS:2', xmlns: 'urn:wco:datamodel:WCO:DEC-DMS:2' },
      text('md:WCODataModelVersionCode', '3.6'),
      text('md:WCOTypeName', 'DEC'),
      el('Declaration', {}, children),
    ),
  );

/** A declaration that is accepted as it stands, with what the test wants to be different. */
export function aDeclaration(sketch: Partial<DeclarationSketch> = {}): Buffer {
  const destination = sketch.destination ?? 'GB';
  const importer = sketch.importer ?? IMPORTERS[destination] ?? 'GB123456789012';
  const isDeferred = sketch.hasDefermentAccount === true || sketch.dan !== undefined;
  const lines = (sketch.lines ?? [{}]).map((line) => ({ ...LINE, ...(isDeferred ? { method: 'E' } : {}), ...line }));
  const holder = importer.replace(/[^0-9A-Z]/g, '');
  const ducr =
    sketch.ducr === undefined
      ? `6${/^\d/.test(holder) ? destination + holder : holder}-${sketch.reference ?? 'TEST-1'}`
      : sketch.ducr;
  const itemCount = sketch.itemCount === undefined ? String(lines.length) : sketch.itemCount;
  const consignment = [
    sketch.location &&
      el(
        'GoodsLocation',
        {},
        text('Name', sketch.location),
        el('Address', {}, text('TypeCode', 'U'), text('CountryCode', destination)),
      ),
    sketch.loading && el('LoadingLocation', {}, text('ID', sketch.loading)),
    ...(sketch.equipment ?? []).map((sequence) =>
      el('TransportEquipment', {}, text('SequenceNumeric', sequence), text('ID', 'MSKU1234565')),
    ),
  ].filter((node): node is XmlNode => !!node);
  return metaData([
    sketch.acceptance ? el('AcceptanceDateTime', {}, text('DateTimeString', sketch.acceptance)) : null,
    text('FunctionCode', sketch.function ?? '9'),
    text('FunctionalReferenceID', sketch.lrn ?? 'TW-TEST-1'),
    text('TypeCode', sketch.kind ?? 'IMA'),
    itemCount !== null && text('GoodsItemQuantity', itemCount),
    sketch.invoice ? amount('InvoiceAmount', sketch.invoice.amount, sketch.invoice.currency) : null,
    text('TotalPackageQuantity', '10'),
    isDeferred &&
      el(
        'AdditionalDocument',
        {},
        text('CategoryCode', '1'),
        text('ID', sketch.dan ?? '1234567'),
        text('TypeCode', 'DAN'),
      ),
    sketch.representative ? el('Agent', {}, text('ID', sketch.representative), text('FunctionCode', '2')) : null,
    (sketch.authorisations ?? []).map(({ holder: id, category }) =>
      el('AuthorisationHolder', {}, text('ID', id), text('CategoryCode', category)),
    ),
    el('BorderTransportMeans', {}, text('ModeCode', sketch.mode ?? '1')),
    el('Declarant', {}, text('ID', sketch.declarant ?? importer)),
    el('Exporter', {}, sketch.exporterId ? text('ID', sketch.exporterId) : text('Name', 'Shenzhen Makers')),
    sketch.extra ?? [],
    el(
      'GoodsShipment',
      {},
      sketch.buyer && el('Buyer', {}, text('ID', sketch.buyer)),
      consignment.length > 0 && el('Consignment', {}, consignment),
      sketch.charges && valuation(sketch.charges),
      el('Destination', {}, text('CountryCode', destination)),
      sketch.vatParty && el('DomesticDutyTaxParty', {}, text('ID', sketch.vatParty), text('RoleCode', 'FR1')),
      el('ExportCountry', {}, text('ID', 'CN')),
      lines.map(lineNode),
      el('Importer', {}, text('ID', importer)),
      ducr !== null && el('PreviousDocument', {}, text('CategoryCode', 'Z'), text('ID', ducr), text('TypeCode', 'DCR')),
      el('TradeTerms', {}, text('ConditionCode', sketch.incoterm ?? 'FOB'), text('LocationID', 'CNSZX')),
    ),
    (sketch.guarantees ?? []).map((kind) => el('ObligationGuarantee', {}, text('SecurityDetailsCode', kind))),
  ]);
}

/** One changed element of a goods item: its pointer, the reason, and the new value inside its elements. */
export interface ChangeSketch {
  pointer: [section: string, index: string | null, tag: string | null][];
  reason: string;
}

export interface RequestSketch {
  kind: 'COR' | 'INV' | 'GPR';
  lrn: string;
  mrn: string;
  submitter?: string;
  reason?: string;
  changes?: ChangeSketch[];
  /** the new count of goods items */
  count?: string;
  /** the changed subtree */
  shipment?: XmlNode;
}

/** A request about a declaration: change, cancellation or arrival. */
export const aRequest = ({ kind, lrn, mrn, submitter, reason, changes = [], count, shipment }: RequestSketch): Buffer =>
  metaData([
    text('FunctionCode', '13'),
    text('FunctionalReferenceID', lrn),
    text('ID', mrn),
    text('TypeCode', kind),
    count !== undefined && text('GoodsItemQuantity', count),
    submitter !== undefined && el('Submitter', {}, text('ID', submitter)),
    el(
      'AdditionalInformation',
      {},
      text('StatementDescription', reason ?? 'of the test'),
      text('StatementTypeCode', 'AES'),
    ),
    changes.map(({ pointer, reason: code }) =>
      el(
        'Amendment',
        {},
        text('ChangeReasonCode', code),
        pointer.map(([section, index, tag]) =>
          el(
            'Pointer',
            {},
            index !== null && text('SequenceNumeric', index),
            text('DocumentSectionCode', section),
            tag !== null && text('TagID', tag),
          ),
        ),
      ),
    ),
    shipment ?? null,
  ]);

/** A new net mass for the first goods item. */
export const aNewNetMass = (lrn: string, mrn: string, netMass: string): Buffer =>
  aRequest({
    ...{ kind: 'COR', lrn, mrn },
    changes: [
      {
        pointer: [
          ['42A', null, null],
          ['67A', null, null],
          ['68A', '1', null],
          ['23A', null, null],
          ['65A', null, '128'],
        ],
        reason: '28',
      },
    ],
    shipment: el(
      'GoodsShipment',
      {},
      el(
        'GovernmentAgencyGoodsItem',
        {},
        text('SequenceNumeric', '1'),
        el('Commodity', {}, el('GoodsMeasure', {}, text('NetNetWeightMeasure', netMass))),
      ),
    ),
  });

/** Takes the second goods item away, with the new count and the packages that stay. */
export const withoutSecondItem = (lrn: string, mrn: string): Buffer =>
  aRequest({
    ...{ kind: 'COR', lrn, mrn },
    changes: [
      { pointer: [['42A', null, '228']], reason: '28' },
      {
        pointer: [
          ['42A', null, null],
          ['67A', null, null],
          ['68A', '2', null],
        ],
        reason: '30',
      },
    ],
    count: '1',
  });
