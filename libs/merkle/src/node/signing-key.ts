import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SPKI_ED25519 } from './crypto.js';
import { readIfThere, writeDurably } from './durable-file.js';

const FILE = 'key.pem';

/** An Ed25519 key whose secret never leaves this process. */
export interface SigningKey {
  /** 32 bytes */
  publicKey: Uint8Array;
  /** RFC 8032 */
  sign(message: Uint8Array): Uint8Array;
}

function signingKey(pem: string): SigningKey {
  const secret = createPrivateKey(pem);
  const publicKey = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(SPKI_ED25519.length);
  return { publicKey, sign: (message) => sign(null, message, secret) };
}

/** The key in `<folder>/key.pem` (PKCS#8), or null. */
export async function readSigningKey(folder: string): Promise<SigningKey | null> {
  const pem = await readIfThere(join(folder, FILE));
  return pem === null ? null : signingKey(pem);
}

/** Makes a key and keeps it in the folder. */
export async function makeSigningKey(folder: string): Promise<SigningKey> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeDurably(folder, FILE, pem);
  return signingKey(pem);
}
