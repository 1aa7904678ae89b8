import { verifyAsync } from '@noble/ed25519';
import type { Means } from '@tidewaiter/evidence/steps';
import { sha256 } from '@tidewaiter/merkle';
import { hashes } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';

export type MeansName = 'webcrypto' | 'javascript';

/** An `ArrayBuffer` of exactly these bytes, as the platform wants them. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

const platform = (subtle: SubtleCrypto): Means => ({
  sha256: async (bytes) => new Uint8Array(await subtle.digest('SHA-256', own(bytes))),
  verify: async (publicKey, message, signature) => {
    try {
      const key = await subtle.importKey('raw', own(publicKey), 'Ed25519', false, ['verify']);
      return await subtle.verify('Ed25519', key, own(signature), own(message));
    } catch {
      // A browser without Ed25519, or bytes that are no point of the curve: the small program says which.
      return small.verify(publicKey, message, signature);
    }
  },
});

const small: Means = {
  sha256,
  verify: async (publicKey, message, signature) => {
    // Its own SHA-512 asks the platform, which may have none.
    hashes.sha512 = sha512;
    hashes.sha512Async = async (bytes) => sha512(bytes);
    try {
      return await verifyAsync(signature, message, publicKey);
    } catch {
      return false;
    }
  },
};

/** The platform's own where the page has it: on plain http away from this machine there is none, and the small program takes over. */
export const meansHere = (): { name: MeansName; means: Means } => {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } };
  const subtle = crypto?.subtle;
  return subtle ? { name: 'webcrypto', means: platform(subtle) } : { name: 'javascript', means: small };
};
