import type { Situation, Step } from '@tidewaiter/contracts';
import type { BookingRequest } from '../adapters/carrier.js';

/** Electronics by sea to Felixstowe, for a consignee in Ipswich. */
export const aSituation = (over: Partial<Situation> = {}): Situation => ({
  shipmentId: '01938f00-0000-7000-8000-000000000001',
  engagementId: '01938f00-0000-7000-8000-000000000002',
  reference: 'NWR-2026-0007',
  destination: 'GB',
  origin: 'CN',
  transport: 'ocean',
  portOfEntry: 'GBFXT',
  incoterm: { code: 'FOB', place: 'Shanghai' },
  importer: { importerId: '01938f00-0000-7000-8000-000000000003', name: 'Tidewaiter Imports Ltd', identifiers: [] },
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
  ...over,
});

export const someReleased = () => [
  { line: 1, quantity: { value: '40', unit: 'NAR' } },
  { line: 2, quantity: { value: '10', unit: 'NAR' } },
];

export const aRequest = (): BookingRequest => ({
  reference: 'NWR-2026-0007',
  bookingId: '01938f00-0000-7000-8000-0000000000b1',
  situation: aSituation(),
  released: someReleased(),
  packages: { count: 5, kind: 'CT' },
  grossMass: '42',
});

export const aStep = (shipmentId: string, name: string, over: Partial<Step> = {}): Step => ({
  tenant: 'acme',
  subject: shipmentId,
  commandId: `shipment/${shipmentId}/${name}`,
  correlationId: shipmentId,
  causationId: 'test',
  actor: 'system:workflow',
  ...over,
});
