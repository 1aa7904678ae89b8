import { createHash } from 'node:crypto';

/**
 * The id of what a command brings into being, so that its repeat speaks of the same thing.
 *
 * @returns UUID version 8 (RFC 9562, 5.8) from a hash of tenant, kind and command id
 */
export function idFor(kind: string, tenant: string, commandId: string): string {
  const hash = createHash('sha256').update(`${kind}\n${tenant}\n${commandId}`).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
