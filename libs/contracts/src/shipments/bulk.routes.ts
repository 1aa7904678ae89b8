import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import type { TaskKind } from '../names.js';
import { instant, uuid } from '../values.js';
import { boardFilter } from './board.routes.js';
import { makeComment } from './comments.routes.js';

const workers = ['operator', 'approver', 'compliance', 'administrator'] as const;

/** Tasks that may be answered many at once: those whose answer is to try again. Nothing is approved, sent or paid by the dozen. */
export const BULK_KINDS = [
  'resolve-engagement',
  'resolve-findings',
  'review-assessment',
  'provide-documents',
  'raise-guarantee',
  'ask-authority',
  'rebook-delivery',
  'retry-step',
  'renew-mandate',
] as const satisfies readonly TaskKind[];

const kind = z.enum(BULK_KINDS);
const filter = z.strictObject(boardFilter);

/** What is done to every shipment that matches, to every open task of a kind of theirs, or to those that nobody has taken. */
const bulkAct = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('try-again'), kind }),
  z.strictObject({ do: z.literal('take') }),
  z.strictObject({ do: z.literal('watch') }),
  z.strictObject({ do: z.literal('unwatch') }),
  z.strictObject({ do: z.literal('comment'), text: makeComment.body.shape.text }),
]);
export type BulkAct = z.infer<typeof bulkAct>;

export const bulkJob = z
  .strictObject({
    jobId: uuid,
    act: z.strictObject({ do: z.enum(['try-again', 'take', 'watch', 'unwatch', 'comment']), kind: kind.optional() }),
    filter,
    by: z.string(),
    startedAt: instant,
    endedAt: instant.nullable(),
    state: z.enum(['running', 'done', 'stopped']),
    total: z.int(),
    done: z.int(),
    refused: z.int(),
    refusals: z
      .array(
        z.strictObject({
          taskId: uuid.nullable(),
          shipmentId: uuid,
          reference: z.string(),
          code: z.string(),
          says: z.string(),
        }),
      )
      .meta({ description: 'the first hundred' }),
  })
  .meta({ id: 'BulkJob' });

export const countBulk = defineRoute('shipments', 'countBulk', 'GET /v1/board/bulk/acts', {
  summary: 'How many shipments a filter matches, and what may be done to all of them at once',
  access: workers,
  query: filter,
  answer: z.strictObject({
    shipments: z.int(),
    watched: z.int().meta({ description: 'of these, how many the caller keeps an eye on' }),
    unassigned: z
      .int()
      .meta({ description: 'open tasks of theirs that the caller’s roles may decide and nobody has taken' }),
    acts: z.array(
      z.strictObject({
        kind,
        count: z.int().meta({ description: 'tasks that the caller’s roles may decide' }),
        others: z.int().meta({ description: 'tasks that wait for another role' }),
      }),
    ),
  }),
});

export const startBulk = defineRoute('shipments', 'startBulk', 'POST /v1/board/bulk', {
  summary:
    'Do one thing to every shipment that a filter matches: watch, comment, take their open tasks that nobody has, or answer those of a kind with “try again”',
  description:
    'A job: each is done as if by hand, under the caller’s roles, with what it says recorded. The count that was shown first is named; where it is another by now, nothing is begun.',
  access: workers,
  body: z.strictObject({ filter, act: bulkAct, count: z.int().positive() }),
  status: 202,
  answer: bulkJob,
  problems: ['shipments.bulk.changed', 'shipments.bulk.too-many'],
});

export const listBulk = defineRoute('shipments', 'listBulk', 'GET /v1/board/bulk', {
  summary: 'The newest jobs over many shipments',
  access: [...workers, 'auditor'],
  answer: z.strictObject({ items: z.array(bulkJob) }),
});

export const stopBulk = defineRoute('shipments', 'stopBulk', 'POST /v1/board/bulk/{jobId}/stop', {
  summary: 'Do no more of a job; what is done stays done',
  access: workers,
  params: z.strictObject({ jobId: uuid }),
  status: 200,
  answer: bulkJob,
  problems: ['shipments.bulk.unknown'],
});
