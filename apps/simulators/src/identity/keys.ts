import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

export const SIGNING = 'RS256';

export interface Keys {
  jwks: { keys: JWK[] };
  cookies: string[];
}

/** Signing and cookie keys, made once and kept, so that tokens outlive a restart. The file is readable by its owner alone. */
export async function keysIn(folder: string): Promise<Keys> {
  const path = join(folder, 'identity-keys.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Keys;
  const { privateKey } = await generateKeyPair(SIGNING, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const keys: Keys = {
    jwks: { keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: SIGNING }] },
    cookies: [randomBytes(32).toString('base64url')],
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return keys;
}
