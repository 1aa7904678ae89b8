import type { LodgeRequest } from '@tidewaiter/contracts';

const SHIPMENT = '01938f00-0000-7000-8000-000000000001';
export const DECLARATION_ID = '01938f00-0000-7000-8000-0000000000d1';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Smartphones and laptops by sea from China to Felixstowe, free on board. */
export function aLodging(change: (request: LodgeRequest) => void = () => undefined): LodgeRequest {
  const request: LodgeRequest = {
    declarationId: DECLARATION_ID,
    version: 1,
    situation: {
      shipmentId: SHIPMENT,
      engagementId: '01938f00-0000-7000-8000-000000000002',
      reference: 'NWR-2026-0007',
      destination: 'GB',
      origin: 'CN',
      transport: 'ocean',
      portOfEntry: 'GBFXT',
      incoterm: { code: 'FOB', place: 'Shanghai' },
      importer: {
        importerId: '01938f00-0000-7000-8000-000000000003',
        name: 'Tidewaiter Imports Ltd',
        identifiers: [
          { scheme: 'EORI', value: 'GB123456789012' },
          { scheme: 'VAT', value: 'GB123456782' },
        ],
      },
      parties: [
        {
          role: 'consignor',
          name: 'Pearl River Electronics',
          address: { street: '88 Harbour Road', city: 'Shanghai', postcode: '200080', country: 'CN' },
        },
        {
          role: 'consignee',
          name: 'Northwind Robotics',
          address: { street: '4 Quay Street', city: 'Ipswich', postcode: 'IP4 1AA', country: 'GB' },
        },
      ],
      lines: [],
      charges: {},
      carrier: 'simulated-ocean',
    },
    goods: {
      digest: DIGEST,
      lines: [
        {
          number: 1,
          commodity: '8517130000',
          description: 'smartphones',
          origin: 'CN',
          quantity: { value: '40', unit: 'NAR' },
          netMass: '12.5',
          price: { amount: '10000.00', currency: 'USD' },
        },
        {
          number: 2,
          commodity: '8471300000',
          description: 'portable computers',
          origin: 'VN',
          quantity: { value: '10', unit: 'NAR' },
          netMass: '22.5',
          price: { amount: '6000.00', currency: 'USD' },
        },
      ],
      charges: { freight: { amount: '400.00', currency: 'USD' }, insurance: { amount: '50.00', currency: 'USD' } },
      invoice: { number: 'INV-7', total: { amount: '16000.00', currency: 'USD' } },
      grossMass: '42',
      packages: { count: 5, kind: 'CT', marks: 'NWR 1-5' },
      documents: [
        {
          documentId: '01938f00-0000-7000-8000-000000000011',
          version: 1,
          type: 'commercial-invoice',
          reference: 'INV-7',
          sha256: 'b'.repeat(64),
        },
        {
          documentId: '01938f00-0000-7000-8000-000000000012',
          version: 1,
          type: 'mandate',
          reference: 'POA-1',
          sha256: 'c'.repeat(64),
        },
      ],
    },
    assessment: {
      assessmentId: '01938f00-0000-7000-8000-000000000004',
      n: 1,
      currency: 'GBP',
      lawDate: '2026-11-24',
      digest: DIGEST,
      lines: [
        { number: 1, customsValue: '7874.59', duty: '0.00', charges: [{ code: 'B00', amount: '1574.91' }] },
        { number: 2, customsValue: '4724.75', duty: '0.00', charges: [{ code: 'B00', amount: '944.95' }] },
      ],
      entryCharges: [],
      totals: {
        duty: '0.00',
        excise: '0.00',
        fees: '0.00',
        tax: '2519.86',
        payableNow: '2519.86',
        payableLater: '0.00',
        landedCost: '15119.20',
      },
    },
    guaranteeReference: '26GB0000000001',
  };
  change(request);
  return request;
}

/**
 * Bicycles and shirts at a price delivered duty paid: 5472.00 is 4000.00 with 14 % and 20 %, 672.00 is 500.00 with 12 % and 20 %.
 * @param rate US dollars for a pound, where the prices are in dollars
 */
export const dutyPaidLodging = (rate?: string): LodgeRequest =>
  aLodging((request) => {
    const [bicycles, shirts] = rate === undefined ? ['5472.00', '672.00'] : ['6840.00', '840.00'];
    const currency = rate === undefined ? 'GBP' : 'USD';
    const [first, second] = request.goods.lines;
    request.situation.incoterm = { code: 'DDP', place: 'Ipswich' };
    request.goods.lines = [
      { ...first!, commodity: '8712003000', description: 'bicycles', price: { amount: bicycles, currency } },
      { ...second!, commodity: '6109100010', description: 'cotton shirts', price: { amount: shirts, currency } },
    ];
    request.goods.charges = {};
    request.goods.invoice.total = { amount: rate === undefined ? '6144.00' : '7680.00', currency };
    request.assessment.lines = [
      {
        ...{ number: 1, customsValue: '4000.00', contained: '1472.00', duty: '560.00' },
        charges: [
          { code: 'A00', amount: '560.00' },
          { code: 'B00', amount: '912.00' },
        ],
      },
      {
        ...{ number: 2, customsValue: '500.00', contained: '172.00', duty: '60.00' },
        charges: [
          { code: 'A00', amount: '60.00' },
          { code: 'B00', amount: '112.00' },
        ],
      },
    ];
    if (rate !== undefined)
      request.assessment.fx = [{ from: 'GBP', to: 'USD', rate, source: 'GB customs rates 2026-11' }];
  });

/** A permit that lets in smartphones, of which the first line takes its forty. */
export const withPermit =
  (permit: Partial<NonNullable<LodgeRequest['goods']['documents'][number]['permit']>> = {}) =>
  (request: LodgeRequest): void => {
    request.goods.documents.push({
      documentId: '01938f00-0000-7000-8000-000000000013',
      version: 1,
      type: 'import-licence',
      reference: 'GBSIL2600417',
      sha256: 'd'.repeat(64),
      permit: {
        ...{ code: 'L100', number: 'GBSIL2600417' },
        ...{ holds: { value: '100', unit: 'NAR' }, left: { value: '60', unit: 'NAR' } },
        draws: [{ line: 1, taken: { value: '40', unit: 'NAR' } }],
        ...permit,
      },
    });
  };

/** Bicycles by road from Poland to Hamburg's customs, delivered at place. */
export const germanLodging = (): LodgeRequest =>
  aLodging((request) => {
    request.situation.destination = 'DE';
    request.situation.origin = 'GB';
    request.situation.transport = 'road';
    request.situation.portOfEntry = 'DEHAM';
    request.situation.incoterm = { code: 'DAP', place: 'Hamburg' };
    request.situation.importer.identifiers = [{ scheme: 'EORI', value: 'DE123456789012345' }];
    request.goods.lines = [
      {
        number: 1,
        commodity: '8712003000',
        description: 'bicycles with ball bearings',
        origin: 'GB',
        quantity: { value: '12', unit: 'NAR' },
        netMass: '168',
        grossMass: '190.4',
        price: { amount: '5400.00', currency: 'GBP' },
        preference: { code: '300', proof: { document: 'U116', reference: 'GB-STATEMENT-9' } },
      },
    ];
    request.goods.charges = { freight: { amount: '310.00', currency: 'GBP' } };
    request.goods.invoice = { number: 'INV-9', total: { amount: '5400.00', currency: 'GBP' } };
    request.goods.grossMass = '190.4';
    request.assessment.currency = 'EUR';
    request.assessment.lines = [
      { number: 1, customsValue: '6210.00', duty: '0.00', charges: [{ code: 'B00', amount: '1179.90' }] },
    ];
  });

/** Butter by sea from Ireland to New York, cost and freight. */
export const americanLodging = (): LodgeRequest =>
  aLodging((request) => {
    request.situation.destination = 'US';
    request.situation.origin = 'IE';
    request.situation.portOfEntry = 'USNYC';
    request.situation.incoterm = { code: 'CFR', place: 'New York' };
    request.situation.importer.identifiers = [{ scheme: 'EIN', value: '12-345678900' }];
    request.goods.lines = [
      {
        number: 1,
        commodity: '0405102000',
        description: 'butter, salted',
        origin: 'IE',
        quantity: { value: '4000', unit: 'KGM' },
        netMass: '4000',
        price: { amount: '26000.00', currency: 'EUR' },
      },
    ];
    request.goods.charges = { freight: { amount: '1800.00', currency: 'EUR' } };
    request.goods.invoice = { number: 'INV-12', total: { amount: '26000.00', currency: 'EUR' } };
    request.goods.grossMass = '4200';
    request.assessment.currency = 'USD';
    request.assessment.lines = [{ number: 1, customsValue: '28150', duty: '6164.00', charges: [] }];
  });
