import { z } from 'zod';

const after = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/)
  .optional();
const step = z.looseObject({ on: z.string().optional(), answer: z.string().optional(), after });

/** Papers by type; text fixtures may say `${REFERENCE}`. */
const papers = z
  .array(z.strictObject({ type: z.string(), file: z.string(), mediaType: z.string().optional() }))
  .default([]);

const expectation = z.strictObject({
  stage: z.enum(['archived', 'closed']).default('archived'),
  within: z
    .string()
    .regex(/^\d+(s|m)$/)
    .default('3m'),
  events: z.array(z.string().regex(/^[a-z]+\.[A-Za-z]+$/)).default([]),
  never: z.array(z.string().regex(/^[a-z]+\.[A-Za-z]+( x\d+)?$/)).default([]),
  ledger: z.strictObject({ balanced: z.boolean().optional(), debits: z.int().optional() }).optional(),
  /** what the authority read in the declaration as it stands, by its own ledger: places and what stands there */
  declared: z.record(z.string(), z.unknown()).default({}),
  audit: z.strictObject({ verified: z.boolean() }).optional(),
});

/** Something a person does over the public API beside the tasks that appear. */
const act = z.strictObject({
  /** an event of the shipment (`customs.GoodsReleased`), `archived`, `closed`; else at once after the act before */
  when: z
    .string()
    .regex(/^([a-z]+\.[A-Za-z]+|archived|closed)$/)
    .optional(),
  by: z.string().default('operator'),
  /** id of a route of the published API */
  call: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  query: z.record(z.string(), z.unknown()).default({}),
  body: z.unknown().optional(),
  /** papers that a call of `uploadDocument` brings, under the reference that they speak of */
  documents: papers,
  reference: z.string().optional(),
  /** the ETag that is sent: `$case.version` */
  match: z.string().optional(),
  /** the problem's code, when it must be refused */
  refused: z.string().optional(),
  /** what the refusal must say, in its detail or its advice */
  grounds: z.array(z.string()).default([]),
  /** places in the answer and what stands there: `clocks[clockId=us-psc].state` */
  expect: z.record(z.string(), z.unknown()).default({}),
  /** under this name later acts speak of the answer */
  as: z.string().optional(),
  says: z.string().optional(),
});

/** A story that the whole system must live through: what is given, how the world behaves, what must have happened. */
export const scenario = z
  .strictObject({
    scenario: z.string().min(3),
    tenant: z.string().default('acme'),
    /** without it the story has no shipment: it is told by its acts alone */
    given: z
      .strictObject({
        engagement: z.strictObject({
          kind: z.enum(['per-shipment', 'ongoing']),
          customer: z.string(),
          importer: z.string(),
          destination: z.string().length(2),
        }),
        /** inline, or a file with the same members */
        shipment: z.strictObject({
          consignment: z.string().optional(),
          origin: z.string().optional(),
          transport: z.string().optional(),
          portOfEntry: z.string().optional(),
          incoterm: z.union([z.string(), z.looseObject({})]).optional(),
          parties: z.array(z.looseObject({})).optional(),
          lines: z.array(z.looseObject({})).optional(),
          charges: z.looseObject({}).optional(),
          contractRate: z.looseObject({}).optional(),
          documents: papers,
        }),
      })
      .optional(),
    world: z
      .strictObject({
        authority: z.array(step).default([]),
        bank: z.array(step).default([]),
        carrier: z.array(step).default([]),
        faults: z.array(z.looseObject({})).default([]),
      })
      .default({ authority: [], bank: [], carrier: [], faults: [] }),
    people: z
      .array(
        z.strictObject({
          task: z.string(),
          by: z.string(),
          do: z.record(z.string(), z.unknown()).optional(),
          refused: z.string().optional(),
        }),
      )
      .default([]),
    acts: z.array(act).default([]),
    expect: expectation.default({ stage: 'archived', within: '3m', events: [], never: [], declared: {} }),
  })
  .meta({ id: 'Scenario', title: 'Tidewaiter scenario' });
export type Scenario = z.infer<typeof scenario>;

/** @param text `250ms`, `2s`, `5m` */
export function millis(text: string): number {
  const [, amount = '0', unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  return Number(amount) * (unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000);
}
