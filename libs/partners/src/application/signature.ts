import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A new signing secret: 32 random bytes in the form that Standard Webhooks gives to secrets. */
export const newSecret = (): string => PREFIX + randomBytes(32).toString('base64');

/**
 * Headers of one try, signed over the very bytes that are sent, once by each secret.
 *
 * @param id        the same on every try, without full stops
 * @param atSeconds instant of this try, epoch seconds
 * @see   Standard Webhooks 1.0.0, "Signature scheme"
 */
export function signedHeaders(id: string, atSeconds: number, body: Buffer, secrets: readonly string[]) {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${atSeconds}.`).update(body).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(atSeconds),
    'webhook-signature': signatures.join(' '),
  };
}
