import { createHmac, timingSafeEqual } from 'node:crypto';
import { Unavailable } from '@tidewaiter/kernel';
import { z } from 'zod';
import type { BookingAnswer, BookingRequest, CarrierAdapter, FoundBooking } from '../carrier.js';
import { split, translate } from './translate.js';

export interface DcsaSettings {
  url: string;
  token: string;
  /** HMAC key of pushes */
  webhookSecret: Buffer;
  timeoutMs: number;
}

const MODES: Record<string, string> = { ocean: 'VESSEL', air: 'AIR', road: 'TRUCK', rail: 'RAIL', post: 'TRUCK', 'inland-waterway': 'BARGE' };

/** The DCSA booking (BKG 2) of a delivery: our reference as freight forwarder's, places of receipt and delivery, goods released. */
export function bookingBody(request: BookingRequest): Record<string, unknown> {
  const { situation } = request;
  const consignee = situation.parties.find((party) => party.role === 'consignee');
  return {
    receiptTypeAtOrigin: 'CY',
    deliveryTypeAtDestination: 'SD',
    cargoMovementTypeAtOrigin: 'FCL',
    cargoMovementTypeAtDestination: 'FCL',
    communicationChannelCode: 'AO',
    references: [{ type: 'FF', value: request.reference }],
    shipmentLocations: [
      { locationTypeCode: 'POD', location: { UNLocationCode: situation.portOfEntry } },
      {
        locationTypeCode: 'PDE',
        location: {
          address: consignee
            ? { name: consignee.name, street: consignee.address.street, city: consignee.address.city, postCode: consignee.address.postcode, countryCode: consignee.address.country }
            : { countryCode: situation.destination },
        },
      },
    ],
    requestedEquipments: [
      {
        units: 1,
        commodities: [{ commodityType: 'imported goods', cargoGrossWeight: { value: request.grossMass, unit: 'KGM' }, numberOfPackages: request.packages.count }],
      },
    ],
    preferredModeOfTransport: MODES[situation.transport],
    releasedQuantity: request.released.map(({ line, quantity }) => ({ line, value: quantity.value, unit: quantity.unit })),
  };
}

const bookingRow = z.looseObject({ carrierBookingRequestReference: z.string().max(100), bookingStatus: z.string().optional(), idempotencyKey: z.string().nullish() });

const STATUS: Record<string, FoundBooking['status']> = { CONFIRMED: 'confirmed', CONF: 'confirmed', COMPLETED: 'confirmed', REJECTED: 'declined', DECLINED: 'declined', REJE: 'declined' };

/** DCSA over HTTP. A time-out or a 5xx after the request went out is "unknown", a refused connection is "not sent". */
export function dcsaAdapter(settings: DcsaSettings): CarrierAdapter {
  const headers = { Authorization: `Bearer ${settings.token}`, 'Content-Type': 'application/json' };
  const ask = async (path: string): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(`${settings.url}${path}`, { headers, signal: AbortSignal.timeout(settings.timeoutMs) });
    } catch (cause) {
      throw new Unavailable('carriers.carrier.not-answering', 'The carrier does not answer.', {}, { cause });
    }
    if (response.status >= 500 || response.status === 429) throw new Unavailable('carriers.carrier.not-answering', `The carrier answers ${response.status}.`);
    return response;
  };
  return {
    id: 'dcsa',
    version: '2.2',
    once: 'key',

    async book(request, key): Promise<BookingAnswer> {
      let response: Response;
      try {
        response = await fetch(`${settings.url}/v2/bookings`, {
          method: 'POST',
          headers: { ...headers, 'Idempotency-Key': key },
          body: JSON.stringify(bookingBody(request)),
          signal: AbortSignal.timeout(settings.timeoutMs),
        });
      } catch (error) {
        const code = (error as { cause?: { code?: string } }).cause?.code;
        const refused = code === 'ECONNREFUSED' || code === 'ENOTFOUND';
        return { kind: refused ? 'not-sent' : 'unknown', says: refused ? 'The carrier cannot be reached.' : 'The carrier gave no answer.' };
      }
      if (response.status >= 500) return { kind: 'unknown', says: `The carrier answered ${response.status}.` };
      if (response.status === 429) return { kind: 'not-sent', says: 'The carrier takes no more for now.' };
      const text = await response.text().catch(() => '');
      if (response.status >= 400) return { kind: 'declined', says: `The carrier refused the booking (${response.status}): ${text.slice(0, 200)}` };
      const parsed = bookingRow.safeParse(safeJson(text));
      return parsed.success
        ? { kind: 'acknowledged', carrierReference: parsed.data.carrierBookingRequestReference }
        : { kind: 'unknown', says: 'The carrier’s answer cannot be read.' };
    },

    async find(reference, key) {
      const response = await ask(`/v2/bookings?reference=${encodeURIComponent(reference)}`);
      const rows = z.array(bookingRow).safeParse(safeJson(await response.text()));
      if (!rows.success) throw new Unavailable('carriers.carrier.not-answering', 'The carrier’s answer cannot be read.');
      const row = rows.data.find((each) => each.idempotencyKey === undefined || each.idempotencyKey === null || each.idempotencyKey === key);
      return row ? { carrierReference: row.carrierBookingRequestReference, status: STATUS[row.bookingStatus ?? ''] ?? 'requested' } : null;
    },

    async proof(carrierReference) {
      const response = await ask(`/v2/proofs/${encodeURIComponent(carrierReference)}`);
      if (response.status === 404) return null;
      if (!response.ok) throw new Unavailable('carriers.proof.refused', `The carrier answers ${response.status} to a request for proof.`);
      const bytes = Buffer.from(await response.arrayBuffer());
      if (bytes.length === 0 || bytes.length > 10 * 1024 * 1024) throw new Unavailable('carriers.proof.unreadable', 'The proof is empty or larger than 10 MB.');
      return { bytes, mediaType: response.headers.get('content-type') ?? 'application/octet-stream', signedBy: (response.headers.get('x-signed-by') ?? 'not named').slice(0, 140) };
    },

    verify(signature, body) {
      const given = Buffer.from(/^sha256=([0-9a-f]{64})$/.exec(signature ?? '')?.[1] ?? '', 'hex');
      const expected = createHmac('sha256', settings.webhookSecret).update(body).digest();
      return given.length === expected.length && timingSafeEqual(given, expected);
    },

    split,
    translate,
  };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
