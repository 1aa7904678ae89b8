import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { digest, instant, legalDate } from '../values.js';
import { declarationContent } from './content.js';
import { fieldProblem } from './parts.js';
import { statusVector } from './routes.js';

const everybody = ['operator', 'approver', 'compliance', 'auditor', 'partner'] as const;

/** Kinds of identifiers whose form and check digit are known here. */
export const identifierScheme = z.enum([
  'mrn',
  'grn',
  'container',
  'lrn',
  'ducr',
  'eori',
  'dan',
  'us-entry',
  'us-importer',
  'awb',
  'cnpj',
]);

export const checkIdentifier = defineRoute('customs', 'checkIdentifier', 'POST /v1/customs/identifiers/check', {
  summary: 'Form and check digit of an identifier, and the digit that was expected; nothing is stored',
  access: everybody,
  body: z.strictObject({
    scheme: identifierScheme,
    value: z.string().max(1_000),
    on: legalDate.optional().meta({
      description: 'Date that the identifier was given on, where its form changed with time; absent: any form',
    }),
  }),
  status: 200,
  idempotent: false,
  answer: z
    .strictObject({
      valid: z.boolean(),
      normalised: z.string().meta({ description: 'Without blanks, in capitals; the number of a person is masked' }),
      expectedCheck: z
        .string()
        .nullable()
        .meta({ description: 'null for a scheme without check digit, and when the form is wrong' }),
      reason: z.string().nullable(),
    })
    .meta({ id: 'IdentifierCheck' }),
});

export const customsChannel = z.enum(['cds', 'edifact', 'ace']);

const references = z.strictObject({
  lrn: z.string().max(35),
  ducr: z.string().max(70),
  /** number drawn for an entry of the United States */
  entryNumber: z.string().max(20).optional(),
  /** when the filing was first prepared: formats that print a time take it from here */
  preparedAt: instant.optional(),
});

export const buildDeclaration = defineRoute('customs', 'buildDeclaration', 'POST /v1/customs/declarations/build', {
  summary: 'A declaration in the form of its authority, judged as the authority would; nothing is stored or sent',
  access: everybody,
  body: z.strictObject({
    authority: z
      .string()
      .max(40)
      .meta({ description: 'Short name (HMRC, tw-demo, CBP), or a channel: cds, edifact, ace' }),
    content: declarationContent,
    references,
  }),
  status: 200,
  idempotent: false,
  problems: ['customs.authority.none'],
  answer: z
    .strictObject({
      bytes: z.string().meta({ description: 'base64; empty when the content cannot be written at all' }),
      mediaType: z.string(),
      digest,
      problems: z.array(fieldProblem),
      leftOut: z.array(z.string()),
    })
    .meta({ id: 'BuiltDeclaration' }),
});

const optionalText = (most: number) => z.string().max(most).nullish();

const messageBody = z.union([
  z.string().meta({ description: 'Text; or base64, when it is nothing but base64' }),
  z.strictObject({ base64: z.base64() }),
  z.strictObject({ text: z.string() }),
]);

export const interpretMessages = defineRoute('customs', 'interpretMessages', 'POST /v1/customs/messages/interpret', {
  summary: 'What messages of an authority say of a declaration, and how it stands after them; nothing is stored',
  access: everybody,
  body: z.strictObject({
    declaration: z.strictObject({
      references: z.strictObject({
        lrn: optionalText(35),
        mrn: optionalText(35),
        ducr: optionalText(70),
        entryNumber: optionalText(20),
      }),
      version: z.int().positive().max(999).default(1),
      attempts: z
        .array(
          z.strictObject({
            purpose: z.enum(['declare', 'amend', 'cancel', 'arrive']).default('declare'),
            /** conversation of the gateway, our interchange, or our batch; none while the outcome is unknown */
            conversationId: optionalText(100),
            /** conversation, or place from 0, of the transmission that it repeats */
            resendOf: z.union([z.string().max(100), z.int().nonnegative()]).nullish(),
          }),
        )
        .max(100)
        .default([]),
    }),
    messages: z
      .array(
        z.strictObject({
          channel: customsChannel,
          conversationId: optionalText(100),
          receivedAt: instant,
          body: messageBody,
        }),
      )
      .max(1_000)
      .meta({ description: 'In order of arrival' }),
  }),
  status: 200,
  idempotent: false,
  answer: z
    .strictObject({
      messages: z.array(
        z.strictObject({
          facts: z.array(z.looseObject({ event: z.string(), kind: z.string(), at: instant })),
          problems: z.array(
            z.strictObject({
              code: z.string(),
              severity: z.enum(['error', 'warning', 'note']),
              pointer: z.string().nullable(),
              field: z.string().nullable(),
              line: z.int().nullable(),
              text: z.string(),
            }),
          ),
          correlation: z.strictObject({
            by: z.enum(['conversation', 'mrn', 'entry', 'lrn', 'ducr', 'none']),
            attempt: z.int().nullable().meta({ description: 'Place of the attempt, from 0' }),
            purpose: z.string().nullable(),
          }),
          duplicateOf: z.int().nullable().meta({ description: 'Place of the message that it repeats, from 0' }),
        }),
      ),
      vector: statusVector,
      summary: z.string(),
      why: z.array(z.string()),
      gaps: z.array(z.string()),
    })
    .meta({ id: 'InterpretedMessages' }),
});
