import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Hmac } from '@tidewaiter/client';

/** The platform's own where the page has it; on plain http away from this machine there is none, and a small program takes over. */
export const hmacHere = (): { hmac?: Hmac } => {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } };
  return crypto?.subtle ? {} : { hmac: async (key, message) => hmac(sha256, key, message) };
};
