import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { instant, sha256Hex, uuid } from '../values.js';
import { DISPOSALS } from './refusals.events.js';

const amount = z.strictObject({ value: z.string(), unit: z.string() });
const base = { shipmentId: uuid, bookingId: uuid };

export const bookingRequested = defineEvent(
  'carriers',
  'BookingRequested',
  'A transport was asked for under our key, stored before the first byte was sent.',
  z.strictObject({
    ...base,
    generation: z.int().positive(),
    account: z.string(),
    adapter: z.string().meta({ description: 'id and version of the adapter' }),
    key: z.string(),
    reference: z.string(),
    released: z.array(z.strictObject({ line: z.int().positive(), quantity: amount })),
  }),
);

export const bookingAcknowledged = defineEvent(
  'carriers',
  'BookingAcknowledged',
  'The carrier has the request and named it; this is not yet its word.',
  z.strictObject({ ...base, carrierReference: z.string() }),
);

export const bookingConfirmed = defineEvent(
  'carriers',
  'BookingConfirmed',
  'The carrier took the booking.',
  z.strictObject({ ...base, carrierReference: z.string() }),
);

export const bookingDeclined = defineEvent(
  'carriers',
  'BookingDeclined',
  'The carrier does not take the booking.',
  z.strictObject({ ...base, says: z.string() }),
);

export const bookingOutcomeUnknown = defineEvent(
  'carriers',
  'BookingOutcomeUnknown',
  'The carrier did not answer: it is asked by our reference before anything is booked again.',
  z.strictObject({ ...base, says: z.string() }),
);

const milestone = {
  ...base,
  /** originating party and event id, or a digest where there is none */
  messageId: z.string(),
  milestone: z.string(),
  class: z.string(),
  where: z.string(),
  classifier: z.enum(['requested', 'planned', 'estimated', 'actual']),
  at: instant,
  reportedAt: instant,
  place: z.string().nullable(),
};

export const milestoneRecorded = defineEvent(
  'carriers',
  'MilestoneRecorded',
  'The carrier told where the goods are.',
  z.strictObject({ ...milestone, quantity: amount.nullable() }),
  { happenedAt: '/reportedAt' },
);

export const milestoneSuperseded = defineEvent(
  'carriers',
  'MilestoneSuperseded',
  'A later version of the same event replaces an earlier one.',
  z.strictObject({ ...milestone, quantity: amount.nullable() }),
  { happenedAt: '/reportedAt' },
);

export const milestoneParked = defineEvent(
  'carriers',
  'MilestoneParked',
  'A message could not be translated; it is kept and asked about.',
  z.strictObject({ ...base, messageId: z.string(), code: z.string(), says: z.string() }),
);

export const deliveryOpened = defineEvent(
  'carriers',
  'DeliveryOpened',
  'What customs released is to be delivered: quantities of every line.',
  z.strictObject({ ...base, released: z.array(z.strictObject({ line: z.int().positive(), quantity: amount })).min(1) }),
);

export const goodsDelivered = defineEvent(
  'carriers',
  'GoodsDelivered',
  'Quantity moved from remaining to delivered.',
  z.strictObject({ ...base, line: z.int().positive(), quantity: amount, remaining: amount, at: instant }),
  { happenedAt: '/at' },
);

export const proofOfDeliveryCaptured = defineEvent(
  'carriers',
  'ProofOfDeliveryCaptured',
  'Evidence of delivery was fetched and kept under its digest.',
  z.strictObject({
    ...base,
    sha256: sha256Hex,
    mediaType: z.string(),
    size: z.int().positive(),
    signedBy: z.string(),
    at: instant,
    level: z.enum(['claimed', 'evidenced', 'confirmed']),
  }),
  { happenedAt: '/at', personal: ['/signedBy'] },
);

export const shipmentDelivered = defineEvent(
  'carriers',
  'ShipmentDelivered',
  'Nothing of what customs released remains open, and every part is evidenced.',
  z.strictObject({
    ...base,
    at: instant,
    notTaken: z
      .array(
        z.strictObject({ line: z.int().positive(), quantity: amount, how: z.enum(DISPOSALS), reference: z.string() }),
      )
      .optional()
      .meta({ description: 'what the consignee refused, and what became of it' }),
  }),
  { happenedAt: '/at' },
);

export type CarriersEvent =
  | EventOf<typeof bookingRequested>
  | EventOf<typeof bookingAcknowledged>
  | EventOf<typeof bookingConfirmed>
  | EventOf<typeof bookingDeclined>
  | EventOf<typeof bookingOutcomeUnknown>
  | EventOf<typeof milestoneRecorded>
  | EventOf<typeof milestoneSuperseded>
  | EventOf<typeof milestoneParked>
  | EventOf<typeof deliveryOpened>
  | EventOf<typeof goodsDelivered>
  | EventOf<typeof proofOfDeliveryCaptured>
  | EventOf<typeof shipmentDelivered>;
