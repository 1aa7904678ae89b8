import { createHmac } from 'node:crypto';

export type DcsaBody = Record<string, unknown>;

const HOUR = 60 * 60_000;
const START = Date.parse('2026-11-24T08:00:00Z');

/** Instant so many hours after 24 November 2026, 08:00 UTC, as carriers write it. */
export const hour = (hours: number): string => new Date(START + hours * HOUR).toISOString().replace('.000Z', '+00:00');

const common = (eventID: string, booking: string | null, hours: number): DcsaBody => ({
  eventID,
  eventCreatedDateTime: hour(hours + 0.25),
  eventClassifierCode: 'ACT',
  eventDateTime: hour(hours),
  documentReferences: booking === null ? [] : [{ documentReferenceType: 'BKG', documentReferenceValue: booking }],
  references: [{ referenceType: 'FF', referenceValue: 'NWR-2026-0007' }],
});

/** What happened to a booking, `hours` after the start. */
export const confirmed = (booking: string, hours = 0, over: DcsaBody = {}): DcsaBody => ({
  ...common(`${booking}-conf`.toLowerCase(), booking, hours),
  eventType: 'SHIPMENT',
  shipmentEventTypeCode: 'CONF',
  documentTypeCode: 'BKG',
  documentID: booking,
  ...over,
});

export const boxed = (code: string, booking: string, hours: number, over: DcsaBody = {}): DcsaBody => ({
  ...common(`${booking}-${code}-${hours}`.toLowerCase(), booking, hours),
  eventType: 'EQUIPMENT',
  equipmentEventTypeCode: code,
  equipmentReference: 'TWSU3054383',
  emptyIndicatorCode: 'LADEN',
  eventLocation: { UNLocationCode: 'GBFXT' },
  ...over,
});

export const moved = (code: string, booking: string, hours: number, over: DcsaBody = {}): DcsaBody => ({
  ...common(`${booking}-${code}-${hours}`.toLowerCase(), booking, hours),
  eventType: 'TRANSPORT',
  transportEventTypeCode: code,
  transportCall: { transportCallSequenceNumber: 2, UNLocationCode: 'GBFXT', modeOfTransport: 'TRUCK' },
  ...over,
});

export const atConsignee = { address: { street: '4 Quay Street', city: 'Ipswich', postCode: 'ip41aa', country: 'GB' } };

/** Goods handed over at the consignee's: `quantities` as line and pieces. */
export const dropped = (
  booking: string,
  hours: number,
  quantities?: [number, string][],
  over: DcsaBody = {},
): DcsaBody =>
  boxed('DROP', booking, hours, {
    eventLocation: atConsignee,
    ...(quantities ? { deliveredQuantity: quantities.map(([line, value]) => ({ line, value, unit: 'NAR' })) } : {}),
    ...over,
  });

export const bytesOf = (...events: unknown[]): Buffer => Buffer.from(JSON.stringify(events));

export const signatureOf = (secret: Buffer, body: Buffer): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
