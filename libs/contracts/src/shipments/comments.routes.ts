import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { instant, uuid } from '../values.js';
import { COMMENT_LENGTH } from './comments.events.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'administrator'] as const;
const workers = ['operator', 'approver', 'compliance', 'administrator'] as const;
const shipment = z.strictObject({ shipmentId: uuid });

export const listComments = defineRoute('shipments', 'listComments', 'GET /v1/shipments/{shipmentId}/comments', {
  summary: 'What people wrote on a shipment, the oldest first',
  access: readers,
  params: shipment,
  answer: z.strictObject({
    items: z.array(
      z.strictObject({
        commentId: uuid,
        by: z.string(),
        at: instant,
        text: z.string().nullable().meta({ description: 'null when it was taken back or erased' }),
        state: z.enum(['stands', 'withdrawn', 'erased']),
        mine: z.boolean(),
      }),
    ),
  }),
  problems: ['shipments.shipment.unknown'],
});

export const makeComment = defineRoute('shipments', 'makeComment', 'POST /v1/shipments/{shipmentId}/comments', {
  summary: 'Write a comment on a shipment',
  description: 'An event of the shipment’s story, in the log like any other; its text is sealed as personal data.',
  access: workers,
  params: shipment,
  body: z.strictObject({ text: z.string().trim().min(1).max(COMMENT_LENGTH) }),
  answer: z.strictObject({ commentId: uuid }),
  problems: ['shipments.shipment.unknown', 'shipments.comment.too-many'],
});

export const withdrawComment = defineRoute(
  'shipments',
  'withdrawComment',
  'POST /v1/shipments/{shipmentId}/comments/{commentId}/withdraw',
  {
    summary: 'Take a comment of one’s own back; that it was made stays on record',
    access: workers,
    params: shipment.extend({ commentId: uuid }),
    status: 200,
    answer: z.strictObject({ commentId: uuid }),
    problems: ['shipments.comment.unknown', 'shipments.comment.not-yours'],
  },
);

const watchers = z.strictObject({
  watching: z.boolean().meta({ description: 'whether the caller watches it' }),
  watchers: z.array(z.strictObject({ name: z.string(), since: instant })),
});

export const showWatchers = defineRoute('shipments', 'showWatchers', 'GET /v1/shipments/{shipmentId}/watchers', {
  summary: 'Who watches a shipment',
  access: readers,
  params: shipment,
  answer: watchers,
  problems: ['shipments.shipment.unknown'],
});

export const watchShipment = defineRoute('shipments', 'watchShipment', 'PUT /v1/shipments/{shipmentId}/watching', {
  summary: 'Watch a shipment, or watch it no more; `watched=me` narrows the board to what one watches',
  access: workers,
  params: shipment,
  body: z.strictObject({ watching: z.boolean() }),
  answer: watchers,
  problems: ['shipments.shipment.unknown'],
});
