import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';

/** What the sealed cookie holds. The browser keeps it and cannot read it; no page script ever sees it. */
export interface Session {
  accessToken: string;
  refreshToken: string | undefined;
  /** epoch seconds */
  expires: number;
  /** epoch seconds: when the person proved who they are */
  signedIn: number;
}

const sealed = z.object({
  at: z.string(),
  rt: z.string().optional(),
  exp: z.number(),
  si: z.number(),
});

/** How long a session may be renewed after its access token has ended, in seconds. */
const GRACE_SECONDS = 86_400;

export const SESSIONS = Symbol('SESSIONS');

/**
 * Sessions of browsers in an HttpOnly, SameSite=Strict cookie, encrypted and authenticated (A256GCM): no store, every service opens it
 * with the same key.
 */
export class Sessions {
  /** @param key 32 bytes; without one no cookie is taken @param secure whether the site is reached by https */
  constructor(
    private readonly key: Uint8Array | undefined,
    private readonly secure: boolean,
  ) {}

  get cookieName(): string {
    return this.secure ? '__Host-tidewaiter' : 'tidewaiter';
  }

  async seal({ accessToken, refreshToken, expires, signedIn }: Session): Promise<string> {
    if (!this.key) throw new Error('SESSION_KEY is not set: no session can be sealed');
    const claims = {
      at: accessToken,
      ...(refreshToken === undefined ? {} : { rt: refreshToken }),
      exp: expires,
      si: signedIn,
    };
    return new EncryptJWT(claims).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'session' }).encrypt(this.key);
  }

  /** @returns null when there is no cookie, or one that we did not seal, or one whose time is over for good */
  async open(cookies: string | undefined): Promise<Session | null> {
    const value = cookieNamed(cookies, this.cookieName);
    if (value === null || !this.key) return null;
    try {
      const { payload } = await jwtDecrypt(value, this.key, {
        typ: 'session',
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        clockTolerance: GRACE_SECONDS,
      });
      const { at, rt, exp, si } = sealed.parse(payload);
      return { accessToken: at, refreshToken: rt, expires: exp, signedIn: si };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
      throw error;
    }
  }

  setCookie(value: string): string {
    return `${this.cookieName}=${value}; ${this.attributes('Strict', '/')}; Max-Age=${GRACE_SECONDS}`;
  }

  clearCookie(): string {
    return `${this.cookieName}=; ${this.attributes('Strict', '/')}; Max-Age=0`;
  }

  attributes(sameSite: 'Strict' | 'Lax', path: string): string {
    return `Path=${path}; HttpOnly; SameSite=${sameSite}${this.secure ? '; Secure' : ''}`;
  }
}

/** The value of one cookie of a request's `Cookie` header. */
export function cookieNamed(header: string | undefined, name: string): string | null {
  for (const each of (header ?? '').split(';')) {
    const at = each.indexOf('=');
    if (at > 0 && each.slice(0, at).trim() === name) return each.slice(at + 1).trim();
  }
  return null;
}

/**
 * Whether a request comes from a page of this site: what changes something under a cookie needs our `Origin`, which a browser always
 * sends with it and no other site can set.
 */
export function isOurOrigin(headers: { origin?: string | undefined; host?: string | undefined }): boolean {
  const { origin, host } = headers;
  if (origin === undefined || host === undefined) return false;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
