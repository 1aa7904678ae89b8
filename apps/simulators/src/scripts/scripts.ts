import { z } from 'zod';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `2s`, `10m`, `4h`, `3d`, or a number of milliseconds; gives milliseconds. */
const duration = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+(ms|s|m|h|d)$/, 'a duration as 500ms, 2s, 10m, 4h or 3d')])
  .transform((value) => {
    if (typeof value === 'number') return value;
    const [, digits, unit] = /^(\d+)([a-z]+)$/.exec(value)!;
    return Number(digits) * UNITS[unit!]!;
  });

const after = duration.optional();
const signedAmount = z.string().regex(/^-?\d+(\.\d+)?$/, 'an amount as "1.00" or "-0.01"');
const acting = z.enum(['before', 'after']).default('before');
const status = z.int().min(400).max(599).default(500);

export const pointerText = z
  .string()
  .regex(
    /^[0-9A-Z]{2,3}(\[\d+\])?(\/[0-9A-Z]{2,3}(\[\d+\])?)*(\.[0-9A-Z]{3,4})?$/,
    'a pointer as 42A/67A/68A[1]/23A/21A[1].145',
  );

const authorityAct = z.union([
  z.strictObject({ route: z.enum(['none', 'documents', 'physical', 'afterwards']), after }),
  z.strictObject({
    tax: z.enum(['indicative', 'secured', 'assessed']),
    after,
    wrong: z.strictObject({ tax: z.string(), by: signedAmount }).optional(),
  }),
  z.strictObject({ release: z.literal(true), after }),
  z.strictObject({ clear: z.enum(['now', 'after-payment', 'after-documents']), after }),
  z.strictObject({ invalidate: z.string().max(200), after }),
]);
export type AuthorityAct = z.output<typeof authorityAct>;

const authorityStep = z.strictObject({
  on: z.literal('declaration').default('declaration'),
  answer: z.enum(['accept', 'reject', 'silence', 'http']),
  errors: z
    .array(z.strictObject({ code: z.string().max(8), pointer: pointerText, says: z.string().max(200).optional() }))
    .optional(),
  after,
  for: duration.optional(),
  status,
  acting,
  then: z.array(authorityAct).default([]),
  stop: z.boolean().default(false),
});
export type AuthorityStep = z.output<typeof authorityStep>;

const bankStep = z.strictObject({
  on: z.literal('payment').default('payment'),
  answer: z.enum(['settle', 'bounce', 'silence', 'late']),
  reason: z.string().max(100).default('insufficient-funds'),
  after,
  for: duration.optional(),
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

const face = z.enum(['authority', 'bank', 'carrier']);
export type FaceName = z.output<typeof face>;
const times = z.int().min(1).max(100).default(1);

const fault = z.union([
  z
    .strictObject({ duplicate: face, times: z.int().min(2).max(20).default(2) })
    .transform(({ duplicate, ...rest }) => ({ kind: 'duplicate' as const, face: duplicate, ...rest })),
  z
    .strictObject({ reorder: z.enum(['authority', 'carrier']) })
    .transform(({ reorder }) => ({ kind: 'reorder' as const, face: reorder })),
  z
    .strictObject({ silence: face, for: duration })
    .transform(({ silence, ...rest }) => ({ kind: 'silence' as const, face: silence, ...rest })),
  z
    .strictObject({ late: face, by: duration })
    .transform(({ late, ...rest }) => ({ kind: 'late' as const, face: late, ...rest })),
  z
    .strictObject({ lose: z.literal('authority'), nth: z.int().min(1).default(1), times })
    .transform(({ lose, ...rest }) => ({ kind: 'lose' as const, face: lose, ...rest })),
  z
    .strictObject({ http: face, status, acting, times })
    .transform(({ http, ...rest }) => ({ kind: 'http' as const, face: http, ...rest })),
  z
    .strictObject({ cut: face, at: z.enum(['before', 'after-accept']).default('after-accept'), times })
    .transform(({ cut, ...rest }) => ({ kind: 'cut' as const, face: cut, ...rest })),
  z.strictObject({ 'done-but-timeout': face, times }).transform(({ 'done-but-timeout': of, times: n }) => ({
    kind: 'cut' as const,
    face: of,
    at: 'after-accept' as const,
    times: n,
  })),
  z
    .strictObject({ unknown: z.literal('authority'), times })
    .transform(({ unknown, ...rest }) => ({ kind: 'unknown' as const, face: unknown, ...rest })),
  z
    .strictObject({ 'bad-signature': z.literal('carrier'), times })
    .transform(({ 'bad-signature': of, times: n }) => ({ kind: 'bad-signature' as const, face: of, times: n })),
]);
export type Fault = z.output<typeof fault>;
export type FaultKind = Fault['kind'];

/**
 * How the outside world behaves towards one shipment (`world` of a scenario file). Steps are consumed in order; where a script
 * ends the default goes on. Unknown keys are refused. The reference `*` stands for every shipment without a script of its own.
 */
export const scriptSchema = z.strictObject({
  reference: z.string().min(1).max(100),
  authority: z.array(authorityStep).default([]),
  bank: z.array(bankStep).default([]),
  carrier: z.array(carrierStep).default([]),
  faults: z.array(fault).default([]),
});
export type Script = z.output<typeof scriptSchema>;

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
