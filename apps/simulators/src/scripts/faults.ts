import { z } from 'zod';
import { duration, shift } from './durations.js';

export const FACE_NAMES = ['authority', 'bank', 'carrier'] as const;
export type FaceName = (typeof FACE_NAMES)[number];

/** The authority's three ways of being spoken to. */
export const CHANNEL_NAMES = ['cds', 'edifact', 'ace'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

const authority = ['authority'] as const;

/** When a fault strikes: from the nth occasion on, at a rate drawn from the run's seed, and no more than so many times (null: always). */
export interface Aim {
  face: FaceName;
  channel: ChannelName | null;
  nth: number;
  rate: number | null;
  times: number | null;
}

const count = (most: number) => z.int().min(1).max(most);

/**
 * A fault as `{ <kind>: <face>, ... }`.
 *
 * @param times how often it strikes where the file does not say; null: always
 */
const fault = <K extends string, S extends z.ZodRawShape>(
  kind: K,
  faces: readonly FaceName[],
  times: number | null,
  shape: S,
): z.ZodType<Aim & { kind: K } & z.output<z.ZodObject<S>>> => {
  const schema = z.strictObject({
    [kind]: z.enum(faces as [FaceName, ...FaceName[]]),
    face: z.enum(CHANNEL_NAMES).optional(),
    nth: count(1000).default(1),
    rate: z.number().gt(0).max(1).optional(),
    times: count(10_000).nullable().default(times),
    ...shape,
  });
  const named = schema.transform((given: Record<string, unknown>) => {
    const { [kind]: face, face: channel, rate, ...rest } = given;
    return { ...rest, kind, face, channel: channel ?? null, rate: rate ?? null };
  });
  return named as unknown as z.ZodType<Aim & { kind: K } & z.output<z.ZodObject<S>>>;
};

const acting = z.enum(['before', 'after']).default('before');
const signedAmount = z.string().regex(/^-?\d+(\.\d+)?$/, 'an amount as "1.00" or "-0.01"');

/** `times` of a duplicate says how many copies go out. */
const duplicate = z
  .strictObject({
    duplicate: z.enum(FACE_NAMES),
    face: z.enum(CHANNEL_NAMES).optional(),
    times: count(20).min(2).default(2),
    nth: count(1000).default(1),
    rate: z.number().gt(0).max(1).optional(),
    /** the copies carry the same id and other bytes */
    changed: z.boolean().default(false),
  })
  .transform(({ duplicate: face, face: channel, times: copies, rate, ...rest }) => ({
    kind: 'duplicate' as const,
    ...rest,
    ...{ face, channel: channel ?? null, copies, rate: rate ?? null, times: null as number | null },
  }));

const doneButTimeout = z
  .strictObject({ 'done-but-timeout': z.enum(FACE_NAMES), times: count(10_000).default(1) })
  .transform(({ 'done-but-timeout': face, times }) => ({
    kind: 'cut' as const,
    at: 'after-accept' as const,
    ...{ face, times, channel: null, rate: null, nth: 1 },
  }));

export const faultSchema = z.union([
  duplicate,
  doneButTimeout,
  fault('late', FACE_NAMES, null, { by: duration }),
  fault('reorder', ['authority', 'carrier'], null, { window: count(100).min(2).optional() }),
  fault('silence', FACE_NAMES, null, { for: duration }),
  fault('lose', authority, 1, { hard: z.boolean().default(false) }),
  fault('http', FACE_NAMES, 1, { status: z.int().min(400).max(599).default(500), acting }),
  fault('cut', FACE_NAMES, 1, { at: z.enum(['before', 'within', 'after-accept']).default('after-accept') }),
  fault('slow', FACE_NAMES, 1, { by: duration }),
  fault('down', FACE_NAMES, null, { for: duration }),
  fault('garble', authority, 1, {}),
  fault('wrong-tax', authority, 1, { tax: z.string().max(3).default('A00'), by: signedAmount }),
  fault('unknown', authority, 1, {}),
  fault('foreign', authority, 1, {}),
  fault('bad-check-digit', authority, 1, {}),
  fault('no-version', authority, 1, {}),
  fault('no-conversation', authority, 1, {}),
  fault('two-mrn', authority, 1, {}),
  fault('block', authority, 1, { for: duration }),
  fault('expire', authority, 1, {}),
  fault('skew', authority, null, { by: shift }),
  fault('same-minute', authority, null, {}),
  fault('lose-contrl', authority, 1, {}),
  fault('wrong-count', authority, 1, {}),
  fault('bad-signature', ['carrier'], 1, {}),
]);
export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault['kind'];
