import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { digest, instant, money, uuid } from '../values.js';
import { REQUEST_PURPOSES } from './handling.events.js';
import { fieldProblem } from './parts.js';

const readers = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;

const cell = z.strictObject({
  value: z.string(),
  /** what the word leaves open: the last day for papers, the reference to quote, the amount that is short */
  detail: z.string().nullable(),
  at: instant.nullable(),
  version: z.int().nullable(),
  messageId: z.string().nullable(),
});

/** The status vector of `customs-channels.md`, 3: each cell with the authority’s time and the message it rests on. */
export const statusVector = z
  .strictObject({
    legal: cell,
    control: cell,
    documents: cell,
    query: cell,
    debt: cell,
    funds: cell,
    release: cell,
    clearance: cell,
    request: cell,
    /** the entry summary, where one was filed: sent, unknown, pending, accepted, denied, rejected, refused */
    summary: cell.optional(),
    agencies: z.record(z.string(), cell),
    lines: z.record(z.string(), cell),
    bills: z.record(z.string(), cell),
    disposal: cell,
    gaps: z.array(z.string()),
  })
  .meta({ id: 'StatusVector' });

export const declarationView = z
  .strictObject({
    declarationId: uuid,
    shipmentId: uuid,
    authority: z.string(),
    channel: z.string(),
    references: z.strictObject({ lrn: z.string(), ducr: z.string(), mrn: z.string().nullable() }),
    version: z.int().meta({ description: 'Newest version of the content' }),
    vector: statusVector,
    summary: z.string(),
    why: z.array(z.string()),
    problems: z.array(fieldProblem),
    debt: z
      .strictObject({
        kind: z.string(),
        taxes: z.array(z.strictObject({ line: z.int(), type: z.string(), base: z.string(), amount: money })),
        total: money,
        paymentReference: z.string().nullable(),
      })
      .nullable(),
    versions: z.array(z.strictObject({ version: z.int(), contentDigest: digest, bytesDigest: digest, at: instant })),
    attempts: z.array(
      z.strictObject({
        version: z.int(),
        attempt: z.int(),
        outcome: z.enum(['open', 'received', 'refused', 'unknown', 'not-sent']),
        conversationId: z.string().nullable(),
        startedAt: instant,
      }),
    ),
    requests: z.array(
      z.strictObject({
        request: z.int(),
        purpose: z.enum(REQUEST_PURPOSES),
        lrn: z.string(),
        reason: z.string(),
        fields: z.array(z.string()),
        madeAt: instant,
        /** made, sent, unknown, pending, granted, denied, rejected, refused */
        state: z.string(),
        problems: z.array(fieldProblem),
        attempts: z.array(
          z.strictObject({
            attempt: z.int(),
            outcome: z.string(),
            conversationId: z.string().nullable(),
            startedAt: instant,
          }),
        ),
      }),
    ),
    queries: z.array(
      z.strictObject({
        queryId: z.string(),
        by: z.enum(['mailbox', 'post']),
        says: z.string(),
        authorityTime: instant,
        due: instant.nullable(),
        documentId: z.string().nullable(),
        answered: z.boolean(),
      }),
    ),
    /** arrangements, costs and findings of examinations, in order */
    examination: z.array(z.strictObject({ what: z.string(), says: z.string(), at: instant.nullable() })),
    messages: z.array(
      z.strictObject({
        messageId: z.string(),
        functionCode: z.string(),
        name: z.string(),
        sha256: z.string(),
        receivedAt: instant,
        duplicate: z.boolean(),
      }),
    ),
    etag: z.int(),
  })
  .meta({ id: 'Declaration' });

export const listDeclarations = defineRoute(
  'customs',
  'listDeclarations',
  'GET /v1/shipments/{shipmentId}/declarations',
  {
    summary: 'Declarations of a shipment',
    access: readers,
    params: z.strictObject({ shipmentId: uuid }),
    answer: z.object({ items: z.array(declarationView) }),
  },
);
export const showDeclaration = defineRoute('customs', 'showDeclaration', 'GET /v1/declarations/{declarationId}', {
  summary: 'Status vector, summary, references, problems, attempts and messages',
  access: readers,
  params: z.strictObject({ declarationId: uuid }),
  answer: declarationView,
});
export const showDeclarationBytes = defineRoute(
  'customs',
  'showDeclarationBytes',
  'GET /v1/declarations/{declarationId}/versions/{n}/content',
  {
    summary: 'The declaration as it was sent',
    access: readers,
    params: z.strictObject({ declarationId: uuid, n: z.coerce.number().int().positive() }),
    produces: 'application/xml',
  },
);
export const showRawMessage = defineRoute(
  'customs',
  'showRawMessage',
  'GET /v1/declarations/{declarationId}/messages/{messageId}/raw',
  {
    summary: 'A message of the authority as it came',
    access: ['operator', 'compliance', 'auditor'],
    params: z.strictObject({ declarationId: uuid, messageId: z.string().max(120) }),
    produces: 'application/xml',
  },
);
export const authorityNotification = defineRoute(
  'customs',
  'authorityNotification',
  'POST /v1/inbound/customs/cds/notifications',
  {
    summary: 'The authority pushes a notification',
    description: 'Credential: the token we registered with the authority, verbatim. Stored, answered 200, then read.',
    access: 'machine',
    consumes: 'application/xml',
    body: z.unknown(),
    status: 200,
    idempotent: false,
  },
);
export const unmatchedMessages = defineRoute('customs', 'unmatchedMessages', 'GET /v1/customs/messages/unmatched', {
  summary: 'Messages that name no declaration known here, kept and looked at again',
  access: ['operator', 'compliance', 'auditor'],
  answer: z.object({
    items: z.array(
      z.strictObject({ messageId: z.string(), sha256: z.string(), receivedAt: instant, reason: z.string() }),
    ),
  }),
});
