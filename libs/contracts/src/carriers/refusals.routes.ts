import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { instant, positive, uuid } from '../values.js';
import { DISPOSALS } from './refusals.events.js';
import { deliveryView } from './routes.js';

const params = z.strictObject({ shipmentId: uuid });
const lines = z
  .array(z.strictObject({ line: z.int().positive(), value: positive, unit: z.string().min(1).max(10) }))
  .min(1)
  .max(999);
const problems = ['carriers.delivery.unknown', 'carriers.delivery.exceeds', 'carriers.delivery.unknown-line'];

export const recordRefusal = defineRoute(
  'carriers',
  'recordRefusal',
  'POST /v1/shipments/{shipmentId}/delivery/refusals',
  {
    summary: 'Record what the consignee did not take',
    access: ['operator'],
    params,
    body: z.strictObject({ lines, reason: z.string().min(3).max(280), at: instant }),
    answer: deliveryView,
    problems,
  },
);

export const disposeRefused = defineRoute(
  'carriers',
  'disposeRefused',
  'POST /v1/shipments/{shipmentId}/delivery/disposals',
  {
    summary: 'Record what became of refused goods: returned, re-exported, or destroyed under customs supervision',
    description:
      'Where law gives duty back for goods that left again or were destroyed, the claim is opened as a case when all is accounted for.',
    access: ['operator'],
    params,
    body: z.strictObject({
      lines,
      how: z.enum(DISPOSALS),
      reference: z
        .string()
        .min(3)
        .max(140)
        .meta({ description: 'number of the export entry, of the certificate of destruction, of the receipt' }),
      at: instant,
    }),
    answer: deliveryView,
    problems,
  },
);
