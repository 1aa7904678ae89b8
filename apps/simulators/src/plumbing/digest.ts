import { createHash, timingSafeEqual } from 'node:crypto';

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A number in [0, bound) that is always the same for the same seed. */
export const drawn = (seed: string, bound: number): number => Number.parseInt(sha256(seed).slice(0, 12), 16) % bound;

/** 32 hex digits made from a seed, in the form of the authority's message ids. */
export const idFrom = (seed: string): string => sha256(seed).slice(0, 32);

/** A UUID (version 8, RFC 9562) made from a seed: the same act after a restart carries the same id. */
export function uuidFrom(seed: string): string {
  const hex = sha256(seed);
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Compares secrets without telling by time how much of them agrees. */
export const sameSecret = (given: string, wanted: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(wanted)));
