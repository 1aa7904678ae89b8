import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { uuid } from '../values.js';
import { engagementView } from './routes.js';

export const thawMandate = defineRoute('shipments', 'thawMandate', 'POST /v1/engagements/{engagementId}/thaw', {
  summary: 'Let an engagement go on whose goods were seized, where the authority’s own decision does not do so',
  access: ['compliance'],
  params: z.strictObject({ engagementId: uuid }),
  body: z.strictObject({ shipmentId: uuid, reason: z.string().min(3).max(280) }),
  conditional: true,
  status: 200,
  answer: engagementView,
  problems: ['shipments.mandate.not-frozen'],
});
