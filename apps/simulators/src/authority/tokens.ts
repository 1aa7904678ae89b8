import { createHmac } from 'node:crypto';
import { sameSecret } from '../plumbing/digest.js';

export const TOKEN_SECONDS = 14_400;

const signature = (secret: string, expires: string): string =>
  createHmac('sha256', secret).update(expires).digest('base64url');

/** A bearer that says when it ends and proves it; nothing has to be remembered over a restart. */
export function issueToken(secret: string, now: number): string {
  const expires = String(Math.floor(now / 1000) + TOKEN_SECONDS);
  return `${expires}.${signature(secret, expires)}`;
}

export function isTokenGood(secret: string, token: string, now: number): boolean {
  const [expires = '', proof = ''] = token.split('.');
  return sameSecret(proof, signature(secret, expires)) && Number(expires) * 1000 > now;
}
