import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { uuid } from '../values.js';
import { typeFilter } from './endpoint.events.js';

export const streamEvents = defineRoute('partners', 'streamEvents', 'GET /v1/events', {
  summary: 'Live events of the tenant as server-sent events, resumable by `Last-Event-ID`',
  description:
    '`id` is the feed position, `event` the event’s type, `data` the CloudEvent. A comment every 15 s keeps the line open. The last message of a stream whose reader may read no more is named `end`, and its `data` is the problem.',
  access: ['operator', 'approver', 'compliance', 'auditor', 'partner', 'administrator'],
  keyScope: 'events:read',
  query: z.strictObject({
    shipment: uuid.optional(),
    type: typeFilter.optional(),
    after: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
  }),
  produces: 'text/event-stream',
});
