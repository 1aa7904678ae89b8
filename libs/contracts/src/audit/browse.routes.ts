import { z } from 'zod';
import { defineRoute, pageOf } from '../define-route.js';
import { instant, uuid } from '../values.js';
import { auditors } from './routes.js';

const index = z.coerce.number().int().nonnegative();

export const logEntry = z
  .strictObject({
    index: z.int(),
    eventId: uuid,
    type: z.string(),
    stream: z.string(),
    version: z.int(),
    subject: z.string().meta({ description: 'shipment or engagement that it concerns' }),
    time: instant,
    actor: z.string(),
    leaf: z.string().meta({ description: 'leaf hash, hex' }),
    bytes: z.int(),
  })
  .meta({ id: 'LogEntry' });
export const listLogEntries = defineRoute('audit', 'listLogEntries', 'GET /v1/audit/entries', {
  summary: 'What stands in the log, newest leaf first, by stream, kind of event, actor or shipment',
  access: auditors,
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    below: index.optional().meta({ description: 'leaves before this one: the `next` of the page before' }),
    stream: z.string().max(80).optional(),
    subject: z.string().max(64).optional(),
    type: z.string().max(80).optional().meta({ description: 'part of the event’s type' }),
    actor: z.string().max(120).optional().meta({ description: 'begins with' }),
  }),
  answer: z.strictObject({ items: z.array(logEntry), next: z.int().nullable(), size: z.int() }),
});
export const listCheckpoints = defineRoute('audit', 'listCheckpoints', 'GET /v1/audit/checkpoints', {
  summary:
    'Signed heads of the log as they were published, newest first; each is one line of the history that witnesses saw',
  access: auditors,
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    after: z.string().max(20).optional(),
    covering: index.optional().meta({ description: 'only heads whose tree holds this leaf' }),
    oldest: z.enum(['true', 'false']).default('false').meta({ description: 'oldest first' }),
  }),
  answer: pageOf(
    z.strictObject({
      size: z.int(),
      root: z.string().meta({ description: 'hex' }),
      at: instant,
      cosigned: z.array(z.string()).meta({ description: 'names on the note beside the log’s own' }),
      note: z.string(),
    }),
  ),
});

export const showCoverage = defineRoute('audit', 'showCoverage', 'GET /v1/audit/shipments/{shipmentId}/coverage', {
  summary: 'How many events of the shipment are in the log, and how many of them the newest signed head covers',
  access: auditors,
  params: z.strictObject({ shipmentId: uuid }),
  answer: z.strictObject({
    shipmentId: uuid,
    logged: z.int(),
    covered: z.int(),
    checkpoint: z.strictObject({ size: z.int(), at: instant }).nullable(),
  }),
});
