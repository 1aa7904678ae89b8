import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { uuid } from '../values.js';

export const mandateFrozen = defineEvent(
  'shipments',
  'MandateFrozen',
  'Goods under this engagement were seized: nothing is opened or filed under its powers of attorney until they are thawed.',
  z.strictObject({ engagementId: uuid, shipmentId: uuid, says: z.string() }),
);

export const mandateThawed = defineEvent(
  'shipments',
  'MandateThawed',
  'What froze the powers of attorney is over for one shipment: the authority decided otherwise, or compliance cleared it.',
  z.strictObject({ engagementId: uuid, shipmentId: uuid, reason: z.string(), by: z.string() }),
);

export type MandateFreezeEvent = EventOf<typeof mandateFrozen> | EventOf<typeof mandateThawed>;
