import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { instant, money, quantity, uuid } from '../values.js';
import { EXAMINATION_KINDS, PURPOSES } from './handling.events.js';

const reason = z.string().trim().min(3).max(500);
const params = z.strictObject({ declarationId: uuid });
const documentIds = z.array(uuid).max(50).default([]);
const noted = z.strictObject({ declarationId: uuid, etag: z.int() }).meta({ id: 'DeclarationNoted' });
const access = ['operator', 'compliance'] as const;
const ENDED = 'customs.declaration.ended';

/** A path into the declaration, as problems name it: `lines[0].netMass`. */
const path = z.string().regex(/^[a-zA-Z]+(\[\d+\])?(\.[a-zA-Z]+(\[\d+\])?)*$/, 'a path such as lines[0].netMass');

export const orderRequest = defineRoute('customs', 'orderRequest', 'POST /v1/declarations/{declarationId}/requests', {
  summary: 'Order an amendment, a cancellation or a notice of arrival',
  description:
    'The shipment’s story carries it out: an amendment is assessed anew and sent with what it changes. One request is open at a time; until it is granted the old content stands. `set` is for amendments: paths with their new values.',
  access,
  params,
  body: z
    .strictObject({
      purpose: z.enum(PURPOSES),
      reason,
      set: z.record(path, z.string().max(512)).default({}),
    })
    .refine(
      ({ purpose, set }) => (purpose === 'amend') === Object.keys(set).length > 0,
      'an amendment says what it sets, the others set nothing',
    ),
  status: 202,
  answer: z.strictObject({ declarationId: uuid, orderId: uuid, etag: z.int() }),
  problems: [ENDED, 'customs.request.open', 'customs.request.too-early'],
});

export const recordQuery = defineRoute('customs', 'recordQuery', 'POST /v1/declarations/{declarationId}/queries', {
  summary: 'Record a query that came by post, with its scan and its clock',
  access,
  params,
  body: z.strictObject({
    queryId: z.string().trim().min(1).max(80).meta({ description: 'The authority’s own reference of the letter' }),
    says: reason,
    /** date of the letter: the authority’s time */
    authorityTime: instant,
    due: instant.nullable(),
    documentId: uuid.meta({ description: 'The scan, as the documents context keeps it' }),
  }),
  answer: noted,
});

export const answerQuery = defineRoute(
  'customs',
  'answerQuery',
  'POST /v1/declarations/{declarationId}/queries/{queryId}/answers',
  {
    summary: 'Record the answer to a query',
    access,
    params: z.strictObject({ declarationId: uuid, queryId: z.string().max(80) }),
    body: z.strictObject({ answer: reason, documentIds }),
    answer: noted,
    problems: ['customs.query.unknown', 'customs.query.answered'],
  },
);

export const prepareExamination = defineRoute(
  'customs',
  'prepareExamination',
  'POST /v1/declarations/{declarationId}/examinations',
  {
    summary: 'Arrange an examination, or a deeper one: kind, place, papers',
    access,
    params,
    body: z.strictObject({
      kind: z.enum(EXAMINATION_KINDS),
      place: z.string().trim().min(2).max(120),
      at: instant.nullable().default(null),
      documentIds,
    }),
    answer: noted,
    problems: [ENDED],
  },
);

export const addExaminationCost = defineRoute(
  'customs',
  'addExaminationCost',
  'POST /v1/declarations/{declarationId}/examinations/costs',
  {
    summary: 'Add a cost of the examination: handling, storage, demurrage',
    access,
    params,
    body: z.strictObject({
      item: z.string().trim().min(2).max(80),
      amount: money,
      documentId: uuid.nullable().default(null),
    }),
    answer: noted,
  },
);

export const concludeExamination = defineRoute(
  'customs',
  'concludeExamination',
  'POST /v1/declarations/{declarationId}/examinations/conclusion',
  {
    summary: 'Record what an examination found; a shortage lowers what the release lets go',
    access,
    params,
    body: z.strictObject({
      result: z.enum(['as-declared', 'shortage', 'surplus', 'damage', 'misdeclared']),
      found: z
        .array(z.strictObject({ line: z.int().positive(), quantity }))
        .max(999)
        .default([]),
      says: z.string().max(500).default(''),
      documentIds,
    }),
    answer: noted,
    problems: ['customs.examination.finding-invalid'],
  },
);

export const updateBill = defineRoute('customs', 'updateBill', 'POST /v1/declarations/{declarationId}/bills', {
  summary: 'Change carrier or bill number after filing: a bill update, not a new entry',
  access,
  params,
  body: z.strictObject({
    from: z.string().trim().min(3).max(50).nullable().default(null),
    to: z.string().trim().min(3).max(50),
    carrier: z.string().trim().min(2).max(80).nullable().default(null),
    reason,
  }),
  answer: noted,
  problems: [ENDED],
});

export const giveUpClearance = defineRoute(
  'customs',
  'giveUpClearance',
  'POST /v1/declarations/{declarationId}/disposal',
  {
    summary: 'Abandon, re-export or destroy the goods instead of clearing them',
    access,
    params,
    body: z.strictObject({ how: z.enum(['abandoned', 're-exported', 'destroyed']), reason, documentIds }),
    answer: noted,
    problems: [ENDED, 'customs.declaration.cleared', 'customs.declaration.outcome-unknown'],
  },
);

export const reverseOutcome = defineRoute(
  'customs',
  'reverseOutcome',
  'POST /v1/declarations/{declarationId}/reversals',
  {
    summary: 'Record the authority’s newer decision that undoes a seizure or an invalidation',
    access: ['compliance'],
    params,
    body: z.strictObject({
      of: z.enum(['seized', 'invalidated']),
      reason,
      documentId: uuid.meta({ description: 'The decision, as the documents context keeps it' }),
      authorityTime: instant,
    }),
    answer: noted,
    problems: ['customs.declaration.not-so', 'customs.declaration.older-decision'],
  },
);
