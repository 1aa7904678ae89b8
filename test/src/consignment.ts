import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TidewaiterClient } from '@tidewaiter/client';
import {
  grantMandate,
  openEngagement,
  openShipment,
  registerGuarantee,
  registerImporter,
  uploadDocument,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { plusDays } from '@tidewaiter/kernel';
import { newRunId, ROOT } from './house.js';

const folder = join(ROOT, 'test/fixtures/consignments/gb');

/** The papers of the consignment to Great Britain, by document type. */
export const PAPERS = {
  'commercial-invoice': { name: 'invoice.xml', mediaType: 'application/xml' },
  'packing-list': { name: 'packing-list.csv', mediaType: 'text/csv' },
  'sea-waybill': { name: 'waybill.json', mediaType: 'application/json' },
  'origin-nonpreferential': { name: 'origin.pdf', mediaType: 'application/pdf' },
  mandate: { name: 'mandate.pdf', mediaType: 'application/pdf' },
} as const;
export type Paper = keyof typeof PAPERS;

/** A paper's bytes, for one shipment: invoice numbers differ from shipment to shipment. */
export function paper(type: Paper, reference: string): Buffer {
  const bytes = readFileSync(join(folder, PAPERS[type].name));
  return PAPERS[type].mediaType === 'application/pdf'
    ? bytes
    : Buffer.from(bytes.toString('utf8').replaceAll('${REFERENCE}', reference));
}

export type Shipment = InputOf<typeof openShipment>['body'];

/**
 * An importer with its guarantee and an ongoing engagement in force, for shipments to Great Britain.
 *
 * @param limit of the guarantee, in GBP
 */
export async function customer(
  client: TidewaiterClient,
  limit = '2000000.00',
): Promise<AnswerOf<typeof openEngagement>> {
  const today = new Date().toISOString().slice(0, 10);
  const validity = { validFrom: plusDays(today, -1), validTo: plusDays(today, 300) };
  const { importerId } = await client.call(registerImporter, {
    body: {
      code: `harbour-${newRunId()}`,
      name: 'Harbour Importers Ltd',
      destinations: ['GB'],
      identifiers: [{ scheme: 'EORI', value: 'GB123456782000' }],
    },
  });
  await client.call(registerGuarantee, {
    body: { importerId, destination: 'GB', reference: newRunId(), limit: { amount: limit, currency: 'GBP' } },
  });
  const opened = await client.call(openEngagement, {
    body: {
      kind: 'ongoing',
      customer: { name: 'Brackenfield Outdoor Ltd' },
      importerId,
      destinations: ['GB'],
      ...validity,
    },
  });
  return client.call(
    grantMandate,
    {
      params: { engagementId: opened.engagementId },
      body: { grantor: 'Brackenfield Outdoor Ltd', destinations: ['GB'], ...validity },
    },
    { ifMatch: opened.version },
  );
}

/** What is said of the consignment when it is opened. */
export function particulars(engagementId: string, reference: string): Shipment {
  const file = JSON.parse(readFileSync(join(folder, 'consignment.json'), 'utf8')) as Omit<Shipment, 'engagementId'>;
  return { ...file, engagementId, reference };
}

/** Uploads a paper, or other bytes in its place. */
export const hand = (
  client: TidewaiterClient,
  shipmentId: string,
  type: Paper,
  bytes: Buffer,
  idempotencyKey: string = crypto.randomUUID(),
): Promise<AnswerOf<typeof uploadDocument>> =>
  client.upload(uploadDocument, { shipmentId }, { type }, { ...PAPERS[type], bytes }, { idempotencyKey });
