import { ROLES, type Role } from '@tidewaiter/contracts';
import { TidewaiterError, Unavailable } from '@tidewaiter/kernel';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Who calls, as the token says it: the tenant never comes from a request body. */
export interface CallerIdentity {
  tenant: string;
  subject: string;
  /** `user:<subject>`: what events carry */
  actor: string;
  roles: Role[];
  name: string;
  /** epoch milliseconds from which the identity is believed no more; a stream that is open then ends */
  expires?: number;
  /** the partner's key that it is */
  keyId?: string;
}

/** No identity, or one that is not believed: 401. */
export class Unauthenticated extends TidewaiterError {
  readonly kind = 'forbidden';
}

const claims = z.object({
  exp: z.number(),
  sub: z.string().min(1).max(100),
  tenant: z.string().regex(/^[a-z0-9-]{1,40}$/),
  roles: z.array(z.string()),
  name: z.string().max(140).default(''),
});

export const TOKEN_VERIFIER = Symbol('TOKEN_VERIFIER');

export interface TokenVerifier {
  verify(authorization: string | undefined): Promise<CallerIdentity>;
}

/** For clocks that differ. */
const TOLERANCE_SECONDS = 2;
const ADVICE = 'Sign in again: `npx tidewaiter login --as <role>`.';
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

/** The key set that the provider's own description names. @see OpenID Connect Discovery 1.0, 4 */
async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`the OpenID provider answers ${answer.status}`);
  const { jwks_uri: uri } = z.object({ jwks_uri: z.url() }).parse(await answer.json());
  return createRemoteJWKSet(new URL(uri), { cooldownDuration: 5000 });
}

export const tokenExpired = (): Unauthenticated =>
  new Unauthenticated('identity.token.expired', 'The token has expired.', { advice: ADVICE });

/** Told apart from a bad token: a provider that is down must not look like a caller who has to sign in again. */
const providerSilent = (cause: unknown): Unavailable =>
  new Unavailable('identity.provider.not-answering', 'The OpenID provider does not answer.', {}, { cause });

/**
 * Checks bearer tokens: fixed algorithms, issuer, audience, `typ: at+jwt`, expiry.
 *
 * @throws Unauthenticated `identity.token.missing`, `.expired`, `.invalid`; Unavailable `identity.provider.not-answering`
 * @see RFC 9068, RFC 8725
 */
export function createTokenVerifier(options: {
  issuer: string;
  audience: string;
  keys?: JWTVerifyGetKey;
}): TokenVerifier {
  let discovered = options.keys;
  const keys: JWTVerifyGetKey = async (header, token) => {
    try {
      discovered ??= await discoverKeys(options.issuer);
      return await discovered(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw providerSilent(error);
    }
  };
  const believe = async (token: string): Promise<CallerIdentity> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: options.issuer,
      audience: options.audience,
      algorithms: ALGORITHMS,
      typ: 'at+jwt',
      clockTolerance: TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    const { sub, tenant, roles, name, exp } = claims.parse(payload);
    const known = roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role));
    const expires = (exp + TOLERANCE_SECONDS) * 1000;
    return { tenant, subject: sub, actor: `user:${sub}`, roles: known, name, expires };
  };
  return {
    async verify(authorization) {
      const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
      if (!token) throw new Unauthenticated('identity.token.missing', 'A bearer token is needed.', { advice: ADVICE });
      try {
        return await believe(token);
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          throw tokenExpired();
        }
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
          const says = 'The token is not one this system believes.';
          throw new Unauthenticated('identity.token.invalid', says, { advice: ADVICE }, { cause: error });
        }
        throw error;
      }
    },
  };
}
