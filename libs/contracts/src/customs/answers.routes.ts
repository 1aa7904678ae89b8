import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { instant, uuid } from '../values.js';
import { fieldProblem, standingProof } from './parts.js';

const source = z
  .strictObject({
    kind: z.enum(['document', 'person', 'engagement', 'shipment', 'assessment', 'guarantee', 'rule', 'default']),
    says: z.string(),
    documentId: z.string().optional(),
    version: z.int().optional(),
    /** XPath, JSON pointer or "row 3, column net" in that document */
    place: z.string().optional(),
  })
  .meta({ id: 'AnswerSource' });

export const declarationAnswers = defineRoute(
  'customs',
  'declarationAnswers',
  'GET /v1/declarations/{declarationId}/answers',
  {
    summary: 'The declaration as a page of answers, each with its source, problems at their fields, and what changed',
    access: ['operator', 'approver', 'compliance', 'auditor', 'partner'],
    params: z.strictObject({ declarationId: uuid }),
    query: z.strictObject({ version: z.coerce.number().int().positive().optional() }),
    answer: z
      .strictObject({
        declarationId: uuid,
        version: z.int(),
        frozenAt: instant,
        /** version that the differences are against; null for the first */
        comparedWith: z.int().nullable(),
        sections: z.array(
          z.strictObject({
            section: z.string(),
            line: z.int().nullable(),
            answers: z.array(
              z.strictObject({
                field: z.string(),
                value: z.string(),
                source,
                was: z.string().nullable(),
                problems: z.array(fieldProblem),
              }),
            ),
          }),
        ),
        differences: z.array(
          z.strictObject({ field: z.string(), was: z.string().nullable(), is: z.string().nullable() }),
        ),
        /** problems that belong to no single answer */
        problems: z.array(fieldProblem),
        leftOut: z.array(z.string()),
        standing: standingProof.nullable(),
      })
      .meta({ id: 'DeclarationAnswers' }),
    problems: ['customs.declaration.unknown'],
  },
);
