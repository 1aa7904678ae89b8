import { decimal, legalDate, unLocode } from '@tidewaiter/contracts';
import { checkContainer } from '@tidewaiter/kernel';
import { z } from 'zod';
import type { FilePlace, NamedParty, TransportFacts } from '../domain/facts.js';
import { readJson } from './json.js';
import { unreadable } from './refusal.js';

const weight = decimal.refine((text) => !text.startsWith('-') && /[1-9]/.test(text), 'a weight greater than zero');
const party = z.strictObject({
  name: z.string().min(2).max(140),
  identifier: z.string().max(35).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
});

/**
 * A transport document as carriers give it, narrow: names and codes of the DCSA bill of lading, one shape for all modes.
 * @see DCSA Bill of Lading 3.0
 */
const waybill = z.strictObject({
  transportDocumentReference: z.string().min(1).max(35),
  transportDocumentTypeCode: z.enum(['SWB', 'BOL', 'AWB', 'CMR']),
  issueDate: legalDate,
  shippedOnBoardDate: legalDate.optional(),
  freightPaymentTermCode: z.enum(['PRE', 'COL']),
  isToOrder: z.boolean().default(false),
  documentParties: z.strictObject({ shipper: party, consignee: party.optional(), notifyParty: party.optional() }),
  transport: z.strictObject({
    portOfLoading: unLocode,
    portOfDischarge: unLocode,
    vesselName: z.string().max(50).optional(),
    vesselIMONumber: z
      .string()
      .regex(/^\d{7}$/)
      .optional(),
    carrierVoyageNumber: z.string().max(50).optional(),
  }),
  equipments: z
    .array(
      z.strictObject({
        equipmentReference: z.string().max(15),
        seals: z.array(z.string().max(15)).max(10).default([]),
      }),
    )
    .max(200),
  packages: z.strictObject({
    count: z.int().positive(),
    kind: z.string().regex(/^[A-Z0-9]{1,2}$/),
    marks: z.string().max(140).optional(),
  }),
  cargoGrossWeight: z.strictObject({ value: weight, unit: z.literal('KGM') }),
});
type Waybill = z.infer<typeof waybill>;

const TYPES: Record<string, readonly Waybill['transportDocumentTypeCode'][]> = {
  'bill-of-lading': ['BOL'],
  'sea-waybill': ['SWB'],
  'air-waybill': ['AWB'],
  'road-note': ['CMR'],
};

const ADVICE = 'Correct the field and upload the document again.';
const named = ({ name, identifier, country }: Waybill['documentParties']['shipper']): NamedParty => ({
  name,
  ...(identifier === undefined ? {} : { id: identifier }),
  ...(country === undefined ? {} : { country }),
});

/** Where each fact stands in the file. */
function placesOf(count: number): Record<string, FilePlace> {
  const at = (place: string): FilePlace => ({ place });
  return {
    '/number': at('/transportDocumentReference'),
    '/issueDate': at('/issueDate'),
    '/shipper/name': at('/documentParties/shipper/name'),
    '/consignee/name': at('/documentParties/consignee/name'),
    '/ports/loading': at('/transport/portOfLoading'),
    '/ports/discharge': at('/transport/portOfDischarge'),
    '/packages/count': at('/packages/count'),
    '/packages/kind': at('/packages/kind'),
    '/gross': at('/cargoGrossWeight/value'),
    '/freightTerm': at('/freightPaymentTermCode'),
    ...Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `/containers/${index}/number`,
        at(`/equipments/${index}/equipmentReference`),
      ]),
    ),
  };
}

/**
 * Reads a transport document in our JSON.
 *
 * @param documentType what it was uploaded as; its own type code must agree
 * @throws Invalid `documents.transport.…` with a JSON pointer for each field that does not fit
 */
export function readTransport(bytes: Uint8Array, documentType: string): TransportFacts {
  const bill = readJson(waybill, bytes, {
    code: 'transport.unreadable',
    says: 'not the shape of a transport document',
    advice: ADVICE,
  });
  if (!TYPES[documentType]?.includes(bill.transportDocumentTypeCode)) {
    const says = `the document says ${bill.transportDocumentTypeCode}, it was uploaded as ${documentType}`;
    throw unreadable(
      'transport.type-differs',
      '/transportDocumentTypeCode',
      says,
      'Upload it with the type that it has.',
    );
  }
  bill.equipments.forEach(({ equipmentReference }, index) => {
    const check = checkContainer(equipmentReference);
    if (!check.valid)
      throw unreadable(
        'transport.container-invalid',
        `/equipments/${index}/equipmentReference`,
        check.reason ?? 'no container number',
        ADVICE,
      );
  });
  const { consignee } = bill.documentParties;
  if (!consignee && !bill.isToOrder) {
    throw unreadable(
      'transport.unreadable',
      '/documentParties/consignee',
      'a document that is not to order names its consignee',
      ADVICE,
    );
  }
  const { vesselName, vesselIMONumber } = bill.transport;
  return {
    kind: 'transport',
    method: 'json',
    values: {
      number: bill.transportDocumentReference,
      issueDate: bill.issueDate,
      shipper: named(bill.documentParties.shipper),
      consignee: consignee && !bill.isToOrder ? named(consignee) : null,
      ports: { loading: bill.transport.portOfLoading, discharge: bill.transport.portOfDischarge },
      ...(vesselName ? { vessel: { name: vesselName, ...(vesselIMONumber ? { imo: vesselIMONumber } : {}) } } : {}),
      containers: bill.equipments.map(({ equipmentReference, seals }) => ({ number: equipmentReference, seals })),
      packages: {
        count: bill.packages.count,
        kind: bill.packages.kind,
        ...(bill.packages.marks ? { marks: bill.packages.marks } : {}),
      },
      gross: bill.cargoGrossWeight.value,
      freightTerm: bill.freightPaymentTermCode === 'PRE' ? 'prepaid' : 'collect',
    },
    places: placesOf(bill.equipments.length),
  };
}
