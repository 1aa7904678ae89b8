import { z } from 'zod';
import type { BookingAnswer, FoundBooking } from '../carrier.js';

const booked = z.looseObject({ carrierBookingRequestReference: z.string().min(1).max(100) });
const rows = z.array(
  booked.extend({
    bookingStatus: z.string().optional(),
    idempotencyKey: z.string().nullish(),
    reason: z.string().max(500).nullish(),
  }),
);

const STATUS: ReadonlyMap<string, FoundBooking['status']> = new Map(
  Object.entries({
    CONFIRMED: 'confirmed',
    COMPLETED: 'confirmed',
    REJECTED: 'declined',
    DECLINED: 'declined',
    CANCELLED: 'declined',
  } as const),
);

/** What the carrier says no to the booking itself with; any other refusal is about the call, and nothing was taken. */
const DECLINES = new Set([400, 409, 422]);

/** The answer to a booking request. Without a readable reference nobody knows what the carrier did. */
export function bookingAnswer(status: number, body: string): BookingAnswer {
  if (status >= 500 || status === 408) return { kind: 'unknown', says: `The carrier answered ${status}.` };
  if (DECLINES.has(status)) {
    return {
      kind: 'declined',
      says: `The carrier refused the booking (${status}): ${body.replaceAll('\0', '').slice(0, 200)}`,
    };
  }
  if (status >= 300) return { kind: 'not-sent', says: `The carrier did not take the call (${status}).` };
  const parsed = booked.safeParse(json(body));
  return parsed.success
    ? { kind: 'acknowledged', carrierReference: parsed.data.carrierBookingRequestReference }
    : { kind: 'unknown', says: 'The carrier’s answer cannot be read.' };
}

/**
 * The booking under our key among those with our reference: an earlier generation has the same reference and another key.
 *
 * @returns undefined when the answer cannot be read
 */
export function foundBooking(body: string, key: string): FoundBooking | null | undefined {
  const parsed = rows.safeParse(json(body));
  if (!parsed.success) return undefined;
  const row = parsed.data.find(({ idempotencyKey }) => idempotencyKey === key);
  if (!row) return null;
  return {
    carrierReference: row.carrierBookingRequestReference,
    status: STATUS.get(row.bookingStatus ?? '') ?? 'requested',
    says: row.reason ?? null,
  };
}

const FILES: ReadonlyMap<string, Buffer> = new Map([
  ['application/pdf', Buffer.from('%PDF-')],
  ['image/png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff])],
]);

/** The media type of a file that may be evidence, null for anything else: a login page is no signature. */
export function evidenceType(contentType: string | null, bytes: Buffer): string | null {
  const mediaType = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  const start = FILES.get(mediaType);
  return start && bytes.subarray(0, start.length).equals(start) ? mediaType : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
