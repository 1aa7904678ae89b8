import { ROLES, type Role } from '@tidewaiter/contracts';
import { TidewaiterError } from '@tidewaiter/kernel';
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
}

/** No identity, or one that is not believed: 401. */
export class Unauthenticated extends TidewaiterError {
  readonly kind = 'forbidden';
}

const claims = z.object({
  sub: z.string().min(1).max(100),
  tenant: z.string().regex(/^[a-z0-9-]{1,40}$/),
  roles: z.array(z.string()),
  name: z.string().max(140).default(''),
});

export const TOKEN_VERIFIER = Symbol('TOKEN_VERIFIER');

export interface TokenVerifier {
  verify(authorization: string | undefined): Promise<CallerIdentity>;
}

const ADVICE = 'Sign in again: `npx tidewaiter login --as <role>`.';

/** Checks bearer tokens: fixed algorithms, issuer, audience, `typ: at+jwt`, expiry. @see RFC 9068, RFC 8725 */
export function createTokenVerifier(options: { issuer: string; audience: string; keys?: JWTVerifyGetKey }): TokenVerifier {
  let keys = options.keys;
  const keySet = async (): Promise<JWTVerifyGetKey> => {
    if (keys) return keys;
    const answer = await fetch(`${options.issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) });
    const { jwks_uri: uri } = z.object({ jwks_uri: z.url() }).parse(await answer.json());
    keys = createRemoteJWKSet(new URL(uri), { cooldownDuration: 5000 });
    return keys;
  };
  return {
    async verify(authorization) {
      const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/.exec(authorization ?? '')?.[1];
      if (!token) throw new Unauthenticated('identity.token.missing', 'A bearer token is needed.', { advice: ADVICE });
      try {
        const { payload } = await jwtVerify(token, await keySet(), {
          issuer: options.issuer,
          audience: options.audience,
          algorithms: ['RS256', 'ES256', 'EdDSA'],
          typ: 'at+jwt',
          clockTolerance: 2,
          requiredClaims: ['exp', 'iat', 'sub'],
        });
        const known = claims.parse(payload);
        return {
          tenant: known.tenant,
          subject: known.sub,
          actor: `user:${known.sub}`,
          roles: known.roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role)),
          name: known.name,
        };
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          throw new Unauthenticated('identity.token.expired', 'The token has expired.', { advice: ADVICE });
        }
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
          throw new Unauthenticated('identity.token.invalid', 'The token is not one this system believes.', { advice: ADVICE }, { cause: error });
        }
        throw error;
      }
    },
  };
}
