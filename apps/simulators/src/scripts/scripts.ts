import { z } from 'zod';
import { duration } from './durations.js';
import { CHANNEL_NAMES, faultSchema } from './faults.js';

const after = duration.optional();
const signedAmount = z.string().regex(/^-?\d+(\.\d+)?$/, 'an amount as "1.00" or "-0.01"');
const plainAmount = z.string().regex(/^\d+(\.\d+)?$/, 'an amount as "226.40"');

export const pointerText = z
  .string()
  .regex(
    /^[0-9A-Z]{2,3}(\[\d+\])?(\/[0-9A-Z]{2,3}(\[\d+\])?)*(\.[0-9A-Z]{3,4})?$/,
    'a pointer as 42A/67A/68A[1]/23A/21A[1].145',
  );

/** What an act of `then` waits for beside its time. */
const until = z.enum(['documents', 'payment', 'arrival', 'grant']).optional();
const when = { after, until };
const flag = z.literal(true);
const words = z.union([flag, z.string().min(1).max(200)]);

const authorityAct = z.union([
  z.strictObject({ route: z.enum(['none', 'documents', 'physical', 'afterwards']), ...when }),
  z.strictObject({
    tax: z.enum(['indicative', 'secured', 'assessed']),
    wrong: z.strictObject({ tax: z.string().max(3), by: signedAmount }).optional(),
    ...when,
  }),
  z.strictObject({ request: z.enum(['grant', 'deny', 'reject']), ...when }),
  z.strictObject({ correct: z.strictObject({ pointer: pointerText, value: z.string().max(512) }), ...when }),
  z.strictObject({ release: flag, ...when }),
  z.strictObject({ clear: z.enum(['now', 'after-payment', 'after-documents']), ...when }),
  z.strictObject({ short: plainAmount, ...when }),
  z.strictObject({ agency: z.strictObject({ code: z.string().max(10), decision: z.string().max(200) }), ...when }),
  z.strictObject({ hold: words, ...when }),
  z.strictObject({ lift: words, ...when }),
  z.strictObject({ suspend: words, ...when }),
  z.strictObject({ seize: words, ...when }),
  z.strictObject({
    exam: z.strictObject({
      finding: z.enum(['nothing', 'shortage', 'excess', 'other-goods']),
      /** what was counted, in the unit the line declares: supplementary units, else kilograms of net mass */
      quantity: z.union([z.number().nonnegative().transform(String), plainAmount]).optional(),
      line: z.int().min(1).default(1),
    }),
    ...when,
  }),
  z.strictObject({ invalidate: z.string().max(200), ...when }),
  z.strictObject({ query: words, ...when }),
  z.strictObject({ manual: words, ...when }),
  /** the text of a message, sent as it stands */
  z.strictObject({ raw: z.string().min(1).max(200_000), ...when }),
]);
export type AuthorityAct = z.output<typeof authorityAct>;

const OCCASIONS = [
  'declaration',
  'summary',
  'amendment',
  'cancellation',
  'arrival',
  'documents',
  'payment',
  'enquiry',
] as const;
export type Occasion = (typeof OCCASIONS)[number];

/** `{ on: declaration, http: 500 }` is `{ on: declaration, answer: http, status: 500 }`. */
const spelledOut = (step: unknown): unknown => {
  if (typeof step !== 'object' || step === null || !('http' in step) || 'answer' in step) return step;
  const { http, ...rest } = step;
  return { ...rest, answer: 'http', status: http };
};

const authorityStep = z.preprocess(
  spelledOut,
  z.strictObject({
    on: z.enum(OCCASIONS).default('declaration'),
    /** only the nth content under its LRN, only the nth transmission of it, only over this channel */
    version: z.int().min(1).optional(),
    attempt: z.int().min(1).optional(),
    channel: z.enum(CHANNEL_NAMES).optional(),
    answer: z
      .enum(['accept', 'register', 'reject', 'refuse-syntax', 'http', 'silence', 'unreadable'])
      .default('accept'),
    errors: z
      .array(z.strictObject({ code: z.string().max(8), pointer: pointerText, says: z.string().max(200).optional() }))
      .optional(),
    after,
    for: duration.optional(),
    status: z.int().min(400).max(599).default(500),
    acting: z.enum(['before', 'after']).default('before'),
    then: z.array(authorityAct).default([]),
    stop: z.boolean().default(false),
  }),
);
export type AuthorityStep = z.output<typeof authorityStep>;

const bankStep = z.strictObject({
  on: z.literal('payment').default('payment'),
  /** `return` settles first and sends the money back `later` */
  answer: z.enum(['settle', 'bounce', 'silence', 'late', 'return']),
  reason: z.string().max(100).default('insufficient-funds'),
  after,
  for: duration.optional(),
  later: duration.default(3 * 86_400_000),
  /** the payee pays a part back, of its own accord, `later` than the settlement */
  refund: z
    .strictObject({
      amount: z.string().regex(/^\d{1,13}\.\d{2}$/),
      reference: z.string().min(1).max(35),
      later: duration.default(3 * 86_400_000),
    })
    .optional(),
});
export type BankStep = z.output<typeof bankStep>;

export const JOURNEY = ['picked-up', 'departed', 'arrived', 'available', 'out-for-delivery', 'delivered'] as const;
const quantity = z.union([z.number().nonnegative().transform(String), z.string().regex(/^\d+(\.\d+)?$/)]);

const carrierStep = z.strictObject({
  on: z.literal('booking').default('booking'),
  answer: z.enum(['accept', 'decline', 'silent']),
  reason: z.string().max(200).default('no capacity'),
  after,
  for: duration.optional(),
  then: z
    .array(
      z.strictObject({
        // `pickup` is how the scenario files write it
        event: z.preprocess((name) => (name === 'pickup' ? 'picked-up' : name), z.enum(JOURNEY)),
        after,
        where: z
          .string()
          .regex(/^[A-Z]{2}[A-Z0-9]{3}$/)
          .optional(),
        quantity: quantity.optional(),
      }),
    )
    .default([]),
  stop: z.boolean().default(false),
});
export type CarrierStep = z.output<typeof carrierStep>;

/**
 * How the outside world behaves towards one shipment (`world` of a scenario file). Steps are consumed in order; where a script
 * ends the default goes on. Unknown keys are refused. The reference `*` stands for every shipment without a script of its own.
 */
export const scriptSchema = z.strictObject({
  reference: z.string().min(1).max(100),
  authority: z.array(authorityStep).default([]),
  bank: z.array(bankStep).default([]),
  carrier: z.array(carrierStep).default([]),
  faults: z.array(faultSchema).default([]),
});
export type Script = z.output<typeof scriptSchema>;

/** Faults posted by themselves: they strike beside those of the scripts. */
export const faultsSchema = z.strictObject({
  reference: z.string().min(1).max(100).default('*'),
  faults: z.array(faultSchema).min(1),
});

/** A script as posted, with the id under which its consumed steps are remembered. */
export interface KnownScript extends Script {
  id: string;
}

/** How a shipment's reference stands inside a DUCR: upper case, digits, letters and hyphens, the last 18. */
export const normalise = (reference: string): string =>
  reference === '*'
    ? '*'
    : reference
        .toUpperCase()
        .replace(/[^0-9A-Z-]/g, '')
        .slice(-18);
