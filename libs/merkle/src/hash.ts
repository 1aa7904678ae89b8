import { sha256 as plainSha256 } from './sha256.js';

/** 32 bytes. */
export type Hash = Uint8Array;
export type HashFunction = (bytes: Uint8Array) => Uint8Array;

export const HASH_BYTES = 32;

/** Tree hashing of RFC 6962, 2.1, over an injected SHA-256. */
export interface TreeHasher {
  /** SHA-256(0x00 || entry) */
  leaf(entry: Uint8Array): Hash;
  /** SHA-256(0x01 || left || right) */
  node(left: Hash, right: Hash): Hash;
  /** root of the tree without leaves: SHA-256 of nothing */
  empty(): Hash;
  sha256: HashFunction;
}

/** @param sha256 synchronous; the platform's own where there is one (`node:crypto`), else the plain one of this package */
export function treeHasher(sha256: HashFunction = plainSha256): TreeHasher {
  const pair = new Uint8Array(1 + 2 * HASH_BYTES);
  pair[0] = 1;
  // Reused, as the pair is: to make a buffer for each entry costs as much as to hash it.
  let prefixed = new Uint8Array(1024);
  return {
    sha256,
    leaf(entry) {
      if (prefixed.length <= entry.length) prefixed = new Uint8Array(2 * entry.length + 1);
      prefixed.set(entry, 1);
      return sha256(prefixed.subarray(0, 1 + entry.length));
    },
    node(left, right) {
      pair.set(left, 1);
      pair.set(right, 1 + HASH_BYTES);
      return sha256(pair);
    },
    empty: () => sha256(new Uint8Array(0)),
  };
}
