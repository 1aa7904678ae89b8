import { randomBytes } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Unavailable } from '@tidewaiter/kernel';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { Unauthenticated } from '../identity/caller.js';
import { SESSIONS, type Session, type Sessions } from '../identity/session.js';

export interface SignInSettings {
  issuer: string;
  clientId: string;
  clientSecret: string | undefined;
  /** address of the console as a browser sees it */
  publicUrl: string;
  /** seals what we remember of a sign-in under way */
  key: Uint8Array;
}
export const SIGN_IN_SETTINGS = Symbol('SIGN_IN_SETTINGS');

const underWay = z.object({ state: z.string(), verifier: z.string(), nonce: z.string(), to: z.string() });
const samples = z.array(z.object({ user: z.string(), name: z.string(), tenant: z.string(), role: z.string() }));
const SIGN_IN_SECONDS = 600;
const SCOPES = 'openid profile offline_access';

/**
 * Signs people in for the browser: authorization code flow with PKCE, state and nonce, held in this process and in sealed cookies only,
 * so that no token reaches the page.
 *
 * @see RFC 9700, 2.1; RFC 7636; OAuth 2.0 for Browser-Based Applications, 6.1 (backend for frontend)
 */
export class SignIn {
  private configuration: oidc.Configuration | undefined;

  constructor(
    @Inject(SIGN_IN_SETTINGS) private readonly settings: SignInSettings,
    @Inject(SESSIONS) private readonly sessions: Sessions,
  ) {}

  /** @throws Unavailable `identity.provider.not-answering` */
  private async provider(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    try {
      return (this.configuration ??= await oidc.discovery(
        new URL(issuer),
        clientId,
        undefined,
        clientSecret === undefined ? oidc.None() : oidc.ClientSecretPost(clientSecret),
        { execute: issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [], timeout: 5 },
      ));
    } catch (error) {
      throw new Unavailable(
        'identity.provider.not-answering',
        'The OpenID provider does not answer.',
        {},
        { cause: error },
      );
    }
  }

  /** The provider's name, and the sample users of the local one. */
  async options(): Promise<{ issuer: string; samples: z.infer<typeof samples> }> {
    const metadata = (await this.provider()).serverMetadata() as unknown as Record<string, unknown>;
    const named = samples.safeParse(metadata['tidewaiter_sample_users']);
    return { issuer: this.settings.issuer, samples: named.success ? named.data : [] };
  }

  private get redirectUri(): string {
    return new URL('/signed-in', this.settings.publicUrl).href;
  }

  /** Where to send the browser, and the cookie that it brings back with the code. */
  async begin(to: string, as: string | undefined): Promise<{ location: string; cookie: string }> {
    const provider = await this.provider();
    const [state, verifier, nonce] = [oidc.randomState(), oidc.randomPKCECodeVerifier(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: this.redirectUri,
      scope: SCOPES,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      prompt: 'login consent',
      ...(as === undefined ? {} : { login_hint: as }),
    });
    const sealed = await new EncryptJWT({ state, verifier, nonce, to, jti: randomBytes(8).toString('hex') })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'sign-in' })
      .setExpirationTime(`${SIGN_IN_SECONDS}s`)
      .encrypt(this.settings.key);
    return { location: url.href, cookie: this.cookie(sealed, SIGN_IN_SECONDS) };
  }

  // The provider sends the browser back from another site: this one cookie has to come along, for this one path.
  private cookie(value: string, seconds: number): string {
    return `${this.cookieName}=${value}; ${this.sessions.attributes('Lax', '/signed-in')}; Max-Age=${seconds}`;
  }

  readonly cookieName = 'tidewaiter-sign-in';

  /** @throws Unauthenticated `identity.sign-in.expired`, `identity.sign-in.refused` */
  async finish(sealed: string | null, search: string): Promise<{ session: Session; to: string; cookie: string }> {
    const { state, verifier, nonce, to } = await this.remember(sealed);
    const provider = await this.provider();
    const back = new URL(`/signed-in${search}`, this.settings.publicUrl);
    try {
      const tokens = await oidc.authorizationCodeGrant(provider, back, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      // A provider that knows somebody from before says since when; one that says nothing was told to ask again.
      const proved = tokens.claims()?.auth_time ?? nowSeconds();
      return { session: sessionOf(tokens, Math.min(proved, nowSeconds())), to, cookie: this.cookie('', 0) };
    } catch (error) {
      throw new Unauthenticated(
        'identity.sign-in.refused',
        'The sign-in was not completed.',
        { advice: 'Begin again at /sign-in.' },
        { cause: error },
      );
    }
  }

  private async remember(sealed: string | null): Promise<z.infer<typeof underWay>> {
    try {
      const { payload } = await jwtDecrypt(sealed ?? '', this.settings.key, { typ: 'sign-in' });
      return underWay.parse(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError)
        throw new Unauthenticated('identity.sign-in.expired', 'The sign-in took too long or began elsewhere.', {
          advice: 'Begin again at /sign-in.',
        });
      throw error;
    }
  }

  /** A session that goes on. @throws Unauthenticated `identity.session.over` */
  async renew(session: Session): Promise<Session> {
    const over = (cause?: unknown): Unauthenticated =>
      new Unauthenticated(
        'identity.session.over',
        'The session cannot be renewed.',
        { advice: 'Sign in again.' },
        { cause },
      );
    if (session.refreshToken === undefined) throw over();
    const provider = await this.provider();
    try {
      const tokens = await oidc.refreshTokenGrant(provider, session.refreshToken);
      const renewed = sessionOf(tokens, session.signedIn);
      return { ...renewed, refreshToken: renewed.refreshToken ?? session.refreshToken };
    } catch (error) {
      if (error instanceof oidc.ResponseBodyError) throw over(error);
      throw new Unavailable(
        'identity.provider.not-answering',
        'The OpenID provider does not answer.',
        {},
        { cause: error },
      );
    }
  }

  /** Tells the provider that the refresh token is given up; one that does not listen keeps nobody signed in. */
  async end(session: Session): Promise<void> {
    if (session.refreshToken === undefined) return;
    await oidc.tokenRevocation(await this.provider(), session.refreshToken).catch(() => undefined);
  }
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

const sessionOf = (tokens: oidc.TokenEndpointResponse, signedIn: number): Session => ({
  accessToken: tokens.access_token,
  refreshToken: tokens.refresh_token,
  expires: nowSeconds() + (tokens.expires_in ?? 300),
  signedIn,
});
