import { createHash, randomBytes } from 'node:crypto';

/** A secret and what is kept of it: the server is sent its digest alone. */
export function newSecret(): { secret: string; digest: string } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, digest: createHash('sha256').update(secret).digest('hex') };
}
