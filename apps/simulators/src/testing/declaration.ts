import { el, writeXml, type XmlNode } from '@tidewaiter/xml';

export interface LineSketch {
  commodity: string;
  price: string;
  currency: string;
  netMass: string;
  grossMass: string;
  origin: string;
  preference: string;
  packages: string;
  procedure: string;
  documents: { category: string; type: string }[];
}

export interface DeclarationSketch {
  lrn: string;
  reference: string;
  destination: string;
  importer: string;
  exporterId: string | null;
  mode: string;
  kind: string;
  function: string;
  ducr: string | null;
  itemCount: string | null;
  invoice: { amount: string; currency: string } | null;
  hasDefermentAccount: boolean;
  charges: { code: string; amount: string; currency: string }[];
  lines: Partial<LineSketch>[];
}

const LINE: LineSketch = {
  commodity: '8712003000',
  price: '1000.00',
  currency: 'GBP',
  netMass: '90',
  grossMass: '100',
  origin: 'CN',
  preference: '100',
  packages: '10',
  procedure: '4000',
  documents: [],
};

const IMPORTERS: Record<string, string> = { GB: 'GB123456789012', DE: 'DE1234567', US: '12-3456789' };

export const amount = (name: string, value: string, currencyID: string): XmlNode => el(name, { currencyID }, value);

function lineNode(sketch: Partial<LineSketch>, index: number): XmlNode {
  const line = { ...LINE, ...sketch };
  return el(
    'GovernmentAgencyGoodsItem',
    {},
    el('SequenceNumeric', {}, String(index + 1)),
    line.documents.map(({ category, type }) =>
      el('AdditionalDocument', {}, el('CategoryCode', {}, category), el('ID', {}, 'PROOF-1'), el('TypeCode', {}, type)),
    ),
    el(
      'Commodity',
      {},
      el('Description', {}, 'goods of the test'),
      el('Classification', {}, el('ID', {}, line.commodity.slice(0, 8)), el('IdentificationTypeCode', {}, 'TSP')),
      el('Classification', {}, el('ID', {}, line.commodity.slice(8)), el('IdentificationTypeCode', {}, 'TRC')),
      el('DutyTaxFee', {}, el('DutyRegimeCode', {}, line.preference), el('TypeCode', {}, 'A00')),
      el('GoodsMeasure', {}, el('GrossMassMeasure', {}, line.grossMass), el('NetNetWeightMeasure', {}, line.netMass)),
      el('InvoiceLine', {}, amount('ItemChargeAmount', line.price, line.currency)),
    ),
    el(
      'GovernmentProcedure',
      {},
      el('CurrentCode', {}, line.procedure.slice(0, 2)),
      el('PreviousCode', {}, line.procedure.slice(2)),
    ),
    el('Origin', {}, el('CountryCode', {}, line.origin), el('TypeCode', {}, '1')),
    el(
      'Packaging',
      {},
      el('SequenceNumeric', {}, '1'),
      el('QuantityQuantity', {}, line.packages),
      el('TypeCode', {}, 'BX'),
    ),
  );
}

/** A declaration that is accepted as it stands, with what the test wants to be different. */
export function aDeclaration(sketch: Partial<DeclarationSketch> = {}): Buffer {
  const destination = sketch.destination ?? 'GB';
  const importer = sketch.importer ?? IMPORTERS[destination] ?? 'GB123456789012';
  const lines = sketch.lines ?? [{}];
  const holder = importer.replace(/[^0-9A-Z]/g, '');
  const ducr =
    sketch.ducr === undefined
      ? `6${/^\d/.test(holder) ? destination + holder : holder}-${sketch.reference ?? 'TEST-1'}`
      : sketch.ducr;
  const itemCount = sketch.itemCount === undefined ? String(lines.length) : sketch.itemCount;
  const text = (name: string, value: string): XmlNode => el(name, {}, value);
  return writeXml(
    el(
      'md:MetaData',
      { 'xmlns:md': 'urn:wco:datamodel:WCO:DocumentMetaData-DMS:2', xmlns: 'urn:wco:datamodel:WCO:DEC-DMS:2' },
      text('md:WCODataModelVersionCode', '3.6'),
      text('md:WCOTypeName', 'DEC'),
      el(
        'Declaration',
        {},
        text('FunctionCode', sketch.function ?? '9'),
        text('FunctionalReferenceID', sketch.lrn ?? 'TW-TEST-1'),
        text('TypeCode', sketch.kind ?? 'IMA'),
        itemCount !== null && text('GoodsItemQuantity', itemCount),
        sketch.invoice && amount('InvoiceAmount', sketch.invoice.amount, sketch.invoice.currency),
        text('TotalPackageQuantity', '10'),
        sketch.hasDefermentAccount &&
          el('AdditionalDocument', {}, text('CategoryCode', '1'), text('ID', '1234567'), text('TypeCode', 'DAN')),
        el('BorderTransportMeans', {}, text('ModeCode', sketch.mode ?? '1')),
        el('Declarant', {}, text('ID', importer)),
        el('Exporter', {}, sketch.exporterId ? text('ID', sketch.exporterId) : text('Name', 'Shenzhen Makers')),
        el(
          'GoodsShipment',
          {},
          sketch.charges &&
            el(
              'CustomsValuation',
              {},
              sketch.charges.map((each) =>
                el(
                  'ChargeDeduction',
                  {},
                  text('ChargesTypeCode', each.code),
                  amount('OtherChargeDeductionAmount', each.amount, each.currency),
                ),
              ),
            ),
          el('Destination', {}, text('CountryCode', destination)),
          el('ExportCountry', {}, text('ID', 'CN')),
          lines.map(lineNode),
          el('Importer', {}, text('ID', importer)),
          ducr !== null &&
            el('PreviousDocument', {}, text('CategoryCode', 'Z'), text('ID', ducr), text('TypeCode', 'DCR')),
          el('TradeTerms', {}, text('ConditionCode', 'FOB'), text('LocationID', 'CNSZX')),
        ),
      ),
    ),
  );
}
