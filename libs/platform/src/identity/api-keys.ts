import { createHash, timingSafeEqual } from 'node:crypto';
import type { KeyScope } from '@tidewaiter/contracts';
import { Forbidden } from '@tidewaiter/kernel';
import { Unauthenticated, type CallerIdentity } from './caller.js';

export const API_KEYS = Symbol('API_KEYS');

/** A key as it was presented: `twk_<tenant>.<key id>.<secret>`. */
export interface PresentedKey {
  tenant: string;
  keyId: string;
  secret: string;
}

/** What a key stands for, after its secret was found right and its time not over. */
export interface KnownKey {
  name: string;
  scopes: readonly KeyScope[];
  /** epoch milliseconds of its end */
  expires: number;
}

const KEY = /^Bearer +twk_([a-z0-9-]{1,40})\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/;

/** The key in an Authorization header; null where it holds something else. */
export function apiKeyOf(authorization: string | undefined): PresentedKey | null {
  const match = KEY.exec(authorization ?? '');
  return match ? { tenant: match[1]!, keyId: match[2]!, secret: match[3]! } : null;
}

/**
 * Whether a secret is the one whose SHA-256 is known, without telling by its time how much of it is right.
 *
 * @param digest hex
 */
export function isSecretOf(digest: string, secret: string): boolean {
  const known = Buffer.from(digest, 'hex');
  const given = createHash('sha256').update(secret).digest();
  return known.length === given.length && timingSafeEqual(known, given);
}

/** Keys of programs, beside the tokens of people: the context that gives them out says which it knows. */
export class ApiKeys {
  private look: ((key: PresentedKey) => Promise<KnownKey>) | undefined;

  /** @param look throws Unauthenticated for a key that is unknown, revoked or over */
  register(look: (key: PresentedKey) => Promise<KnownKey>): void {
    this.look = look;
  }

  /**
   * @param scope what the route takes keys for; undefined: for nothing
   * @throws Unauthenticated; Forbidden `identity.key.scope-missing`
   */
  async admit(key: PresentedKey, scope: KeyScope | undefined): Promise<CallerIdentity> {
    if (scope === undefined || !this.look) throw missing('This address takes no keys.');
    const { name, scopes, expires } = await this.look(key);
    if (!scopes.includes(scope)) throw missing(`The key has not the scope ${scope}.`);
    const { tenant, keyId } = key;
    return { tenant, subject: `key:${keyId}`, actor: `partner:${keyId}`, roles: [], name, expires, keyId };
  }
}

const missing = (says: string): Forbidden =>
  new Forbidden('identity.key.scope-missing', says, {
    advice: 'Sign in as a person, or ask for a key with the scope.',
  });

/** The same for a key that never was, whose secret is wrong, that was revoked or is over: nobody learns which. */
export const unknownKey = (): Unauthenticated =>
  new Unauthenticated('identity.key.invalid', 'The key is not one that opens anything here, or it has ended.', {
    advice: 'Ask who gave it to you for a new one.',
  });
