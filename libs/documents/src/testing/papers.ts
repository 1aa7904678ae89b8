import type { GoodsLine, Situation } from '@tidewaiter/contracts';
import type {
  InvoiceFacts,
  InvoiceLine,
  PackageRow,
  PackingListFacts,
  Paper,
  PaperFacts,
  PermitFacts,
  TransportFacts,
} from '../domain/facts.js';

/** Builders of honest papers for one shipment; each test changes the one thing that it is about. */
export const SHIPMENT = '0192aaaa-0000-7000-8000-000000000001';

export const anInvoiceLine = (changes: Partial<InvoiceLine> = {}): InvoiceLine => ({
  number: '1',
  item: 'BK-1',
  description: 'Bicycles without motor',
  quantity: { value: '40', unit: 'C62' },
  unitPrice: '128.00',
  net: '5120.00',
  origin: 'VN',
  commodity: '8712003000',
  ...changes,
});

export function anInvoice(changes: Partial<InvoiceFacts['values']> = {}): InvoiceFacts {
  const lines = changes.lines ?? [anInvoiceLine()];
  const sum = changes.totals?.lines ?? lines.reduce((total, line) => total + Number(line.net), 0).toFixed(2);
  return {
    kind: 'invoice',
    method: 'xml',
    values: {
      number: 'INV-1',
      issueDate: '2026-11-03',
      currency: 'USD',
      seller: { name: 'Song Lam Cycle Works Co., Ltd.' },
      buyer: { name: 'Brackenfield Outdoor Ltd' },
      lines,
      charges: [],
      allowances: [],
      totals: { lines: sum, payable: sum },
      ...changes,
    },
    places: Object.fromEntries(
      lines.map((_, index) => [`/lines/${index}`, { place: `/Invoice[1]/InvoiceLine[${index + 1}]` }]),
    ),
  };
}

export const aRow = (changes: Partial<PackageRow> = {}): PackageRow => ({
  from: '1',
  to: '40',
  count: 40,
  kind: 'CT',
  net: '560',
  gross: '680',
  contents: { item: 'BK-1', quantity: '40' },
  ...changes,
});

export const aPackingList = (changes: Partial<PackingListFacts['values']> = {}): PackingListFacts => ({
  kind: 'packing-list',
  method: 'csv',
  values: { packages: [aRow()], totals: { packages: 40, kind: 'CT', net: '560', gross: '680' }, ...changes },
  places: {},
});

export const aWaybill = (changes: Partial<TransportFacts['values']> = {}): TransportFacts => ({
  kind: 'transport',
  method: 'json',
  values: {
    number: 'SWB-1',
    issueDate: '2026-11-03',
    shipper: { name: 'Song Lam Cycle Works Co., Ltd.' },
    consignee: { name: 'Brackenfield Outdoor Ltd' },
    ports: { loading: 'VNHPH', discharge: 'GBFXT' },
    containers: [],
    packages: { count: 40, kind: 'CT' },
    gross: '680',
    freightTerm: 'prepaid',
    ...changes,
  },
  places: {},
});

export const aPermit = (changes: Partial<PermitFacts['values']> = {}): PermitFacts => ({
  kind: 'permit',
  method: 'json',
  values: {
    code: 'L001',
    number: 'GBSIL1234567',
    holder: { name: 'Brackenfield Outdoor Ltd' },
    commodities: ['8712'],
    holds: { value: '100', unit: 'NAR' },
    ...changes,
  },
  places: {},
});

export const aMandate = (): PaperFacts => ({
  kind: 'paper',
  method: 'none',
  values: { mediaType: 'application/pdf', size: 1900, pages: 1, title: 'Power of attorney POA-1' },
  places: {},
});

const TYPES = {
  invoice: 'commercial-invoice',
  'packing-list': 'packing-list',
  transport: 'sea-waybill',
  permit: 'import-licence',
  paper: 'mandate',
} as const;

export const aPaper = <F extends Paper['facts']>(facts: F, changes: Partial<Paper<F>> = {}): Paper<F> => ({
  documentId: `0192bbbb-0000-7000-8000-${facts.kind.padEnd(12, '0').replace(/[^0-9a-f]/g, '0')}`,
  version: 1,
  type: TYPES[facts.kind],
  name: 'paper.pdf',
  sha256: 'a'.repeat(64),
  factsDigest: `sha256:${'b'.repeat(64)}`,
  facts,
  ...changes,
});

export const aLine = (changes: Partial<GoodsLine> = {}): GoodsLine => ({
  number: 1,
  commodity: '8712003000',
  description: 'Bicycles without motor',
  origin: 'VN',
  quantity: { value: '40', unit: 'NAR' },
  netMass: '560',
  price: { amount: '5120.00', currency: 'USD' },
  ...changes,
});

export const aSituation = (changes: Partial<Situation> = {}): Situation => ({
  shipmentId: SHIPMENT,
  engagementId: '0192aaaa-0000-7000-8000-000000000002',
  reference: 'GB-1',
  destination: 'GB',
  origin: 'VN',
  transport: 'ocean',
  portOfEntry: 'GBFXT',
  incoterm: { code: 'FOB', place: 'Hai Phong' },
  importer: {
    importerId: '0192aaaa-0000-7000-8000-000000000003',
    name: 'Tidewaiter Importers (UK) Ltd',
    identifiers: [{ scheme: 'EORI', value: 'GB123456782000' }],
  },
  parties: [
    {
      role: 'seller',
      name: 'Song Lam Cycle Works Co., Ltd.',
      address: { street: '27 Le Hong Phong', city: 'Hai Phong', postcode: '04000', country: 'VN' },
    },
    {
      role: 'consignee',
      name: 'Brackenfield Outdoor Ltd',
      address: { street: '14 Tannery Lane', city: 'Ipswich', postcode: 'IP3 0DL', country: 'GB' },
    },
  ],
  lines: [aLine()],
  charges: {},
  carrier: 'simulated-ocean',
  ...changes,
});

/** The same without the named members. */
export function without<T extends object, K extends keyof T & string>(whole: T, ...names: K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !(names as string[]).includes(name))) as Omit<
    T,
    K
  >;
}
