import { createHash } from 'node:crypto';
import { canonicalJson } from '@tidewaiter/kernel';

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Digest of a value's canonical JSON. */
export const digestOf = (value: unknown): string => `sha256:${sha256Of(canonicalJson(value))}`;

/** A UUID (version 8, RFC 9562) that the same words always give: a repeated request finds what it made the first time. */
export function uuidOf(...words: string[]): string {
  const bytes = createHash('sha256').update(words.join('\n')).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
