import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { instant, sha256Hex, uuid } from '../values.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;
const shipmentParams = z.strictObject({ shipmentId: uuid });
const amount = z.strictObject({ value: z.string(), unit: z.string() });

export const bookingView = z
  .strictObject({
    bookingId: uuid,
    shipmentId: uuid,
    generation: z.int(),
    adapter: z.string(),
    status: z.enum(['requested', 'confirmed', 'declined', 'outcome-unknown', 'fulfilled', 'cancelled']),
    carrierReference: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'Booking' });
export const milestoneView = z
  .strictObject({
    messageId: z.string(),
    milestone: z.string(),
    class: z.string(),
    where: z.string(),
    classifier: z.string(),
    at: instant,
    reportedAt: instant,
    receivedAt: instant,
    place: z.string().nullable(),
    effect: z.enum([
      'applied',
      'duplicate',
      'superseded',
      'late-version',
      'suspect',
      'conflict',
      'parked',
      'unmapped',
      'no-effect',
    ]),
  })
  .meta({ id: 'Milestone' });

export const listBookings = defineRoute('carriers', 'listBookings', 'GET /v1/shipments/{shipmentId}/bookings', {
  summary: 'Bookings of a shipment',
  access: readers,
  params: shipmentParams,
  answer: z.object({ items: z.array(bookingView) }),
});
export const showTracking = defineRoute('carriers', 'showTracking', 'GET /v1/shipments/{shipmentId}/tracking', {
  summary: 'Where the goods are: the state and every milestone by the time it happened',
  access: readers,
  params: shipmentParams,
  answer: z.strictObject({ state: z.string().nullable(), milestones: z.array(milestoneView) }).meta({ id: 'Tracking' }),
});
export const deliveryView = z
  .strictObject({
    lines: z.array(
      z
        .strictObject({
          line: z.int(),
          released: amount,
          delivered: amount,
          refused: amount.optional().meta({ description: 'not taken, and still to be dealt with' }),
          returned: amount.optional().meta({ description: 'not taken, and returned, re-exported or destroyed' }),
          remaining: amount,
        })
        .meta({ description: 'released = delivered + refused + returned + remaining' }),
    ),
    proofs: z.array(
      z.strictObject({
        sha256: sha256Hex,
        mediaType: z.string(),
        size: z.int(),
        signedBy: z.string(),
        at: instant,
        level: z.string(),
      }),
    ),
    delivered: z.boolean(),
  })
  .meta({ id: 'Delivery' });
export const showDelivery = defineRoute('carriers', 'showDelivery', 'GET /v1/shipments/{shipmentId}/delivery', {
  summary: 'Quantities delivered, refused and returned against quantities released, with proof',
  access: readers,
  params: shipmentParams,
  answer: deliveryView,
});
export const carrierEvents = defineRoute(
  'carriers',
  'carrierEvents',
  'POST /v1/carriers/{account}/inbound/dcsa/v2/events',
  {
    summary: 'A carrier pushes DCSA track-and-trace events',
    description:
      'Credential: `Notification-Signature: sha256=<hex>`, HMAC over the raw body. Stored, answered 204, then translated.',
    access: 'machine',
    params: z.strictObject({ account: z.string().regex(/^[a-z0-9-]{1,35}$/) }),
    body: z.unknown(),
    status: 204,
    idempotent: false,
  },
);
export const checkNumber = defineRoute('carriers', 'checkNumber', 'GET /v1/numbers/check', {
  summary: 'Check a container number or movement reference number',
  access: [...readers, 'administrator'],
  query: z.strictObject({ kind: z.enum(['container', 'mrn', 'eori', 'ein', 'vat', 'dan']), value: z.string().max(40) }),
  answer: z.strictObject({
    valid: z.boolean(),
    normalised: z.string(),
    expectedCheck: z.string().nullable(),
    reason: z.string().nullable(),
  }),
});
