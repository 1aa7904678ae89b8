import { z } from 'zod';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const millis = (text: string): number => {
  const [, sign, digits, unit] = /^(-?)(\d+)([a-z]+)$/.exec(text)!;
  return Number(digits) * UNITS[unit!]! * (sign === '-' ? -1 : 1);
};

/** `500ms`, `2s`, `10m`, `4h`, `3d`, or a number of milliseconds; gives milliseconds. */
export const duration = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+(ms|s|m|h|d)$/, 'a duration as 500ms, 2s, 10m, 4h or 3d')])
  .transform((value) => (typeof value === 'number' ? value : millis(value)));

/** A duration that may be negative: `-2h`. */
export const shift = z
  .union([z.int(), z.string().regex(/^-?\d+(ms|s|m|h|d)$/, 'a duration as -2h or 10m')])
  .transform((value) => (typeof value === 'number' ? value : millis(value)));
