import { sha256, toHex, utf8 } from '@tidewaiter/merkle';

export interface Secret {
  /** 32 random bytes in base64url */
  secret: string;
  /** SHA-256 of that text, in hex */
  digest: string;
}

/** A secret of a key that this browser alone knows: the server is told its digest. Hashed without WebCrypto, which is not there on plain http. */
export function newSecret(): Secret {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const secret = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return { secret, digest: toHex(sha256(utf8(secret))) };
}
