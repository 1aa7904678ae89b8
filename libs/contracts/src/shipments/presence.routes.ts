import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { PRESENT_SECONDS } from '../names.js';
import { instant, uuid } from '../values.js';

export const tellPresence = defineRoute('shipments', 'tellPresence', 'PUT /v1/shipments/{shipmentId}/presence', {
  summary: 'Say that one has a shipment open, and hear who else has',
  description: `Said again every ${PRESENT_SECONDS / 3} seconds: whoever has not said so for ${PRESENT_SECONDS} seconds is not there any more. It is kept for nothing else, and no event.`,
  access: ['operator', 'approver', 'compliance', 'administrator'],
  params: z.strictObject({ shipmentId: uuid }),
  body: z.strictObject({
    part: z
      .string()
      .regex(/^[a-z-]{0,40}$/)
      .meta({ description: 'part of the shipment’s page; empty: its story' }),
    editing: z.boolean().meta({ description: 'something is typed there and not sent' }),
  }),
  answer: z.strictObject({
    others: z.array(z.strictObject({ name: z.string(), part: z.string(), editing: z.boolean(), since: instant })),
  }),
  problems: ['shipments.shipment.unknown'],
});
