import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { uuid } from '../values.js';

export const paymentsFrozen = defineEvent(
  'duties',
  'PaymentsFrozen',
  'No payment of this shipment is approved or ordered until it is thawed: the authority holds the goods as its own.',
  z.strictObject({ shipmentId: uuid, reason: z.string() }),
);

export const paymentsThawed = defineEvent(
  'duties',
  'PaymentsThawed',
  'Payments of this shipment go on.',
  z.strictObject({ shipmentId: uuid, reason: z.string() }),
);

export type PaymentFreezeEvent = EventOf<typeof paymentsFrozen> | EventOf<typeof paymentsThawed>;
