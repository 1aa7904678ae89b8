import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  beginSignIn,
  endSession,
  finishSignIn,
  listSignIns,
  renewSession,
  showSession,
  type InputOf,
} from '@tidewaiter/contracts';
import { Forbidden } from '@tidewaiter/kernel';
import type { FastifyReply } from 'fastify';
import { decodeJwt } from 'jose';
import { Unauthenticated, type CallerIdentity } from '../identity/caller.js';
import { cookieNamed, isOurOrigin, SESSIONS, type Session, type Sessions } from '../identity/session.js';
import { Binary } from '../http/binary.js';
import { Caller, Input, Serves, type HouseRequest } from '../http/serves.js';
import { SignIn } from './sign-in.js';

/** Of a bearer token that was believed already. */
function timesOf(authorization: string | undefined): Pick<Session, 'expires' | 'signedIn'> {
  const { exp = 0, iat = 0 } = decodeJwt((authorization ?? '').replace(/^Bearer +/i, ''));
  return { expires: exp, signedIn: iat };
}

const instantOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Signing in and out of a browser. */
@Controller()
export class SessionController {
  constructor(
    @Inject(SignIn) private readonly signIn: SignIn,
    @Inject(SESSIONS) private readonly sessions: Sessions,
  ) {}

  @Serves(showSession)
  async show(@Caller() { subject, name, tenant, roles }: CallerIdentity, @Req() { headers }: HouseRequest) {
    const session = headers.authorization === undefined ? await this.sessions.open(headers.cookie) : null;
    const { expires, signedIn } = session ?? timesOf(headers.authorization);
    return { subject, name, tenant, roles, expiresAt: instantOf(expires), signedInAt: instantOf(signedIn) };
  }

  @Serves(listSignIns)
  options() {
    return this.signIn.options();
  }

  @Serves(beginSignIn)
  async begin(
    @Input() { query }: InputOf<typeof beginSignIn>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Binary> {
    const { location, cookie } = await this.signIn.begin(query.to, query.as);
    return sentTo(reply, location, cookie);
  }

  @Serves(finishSignIn)
  async finish(@Req() request: HouseRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Binary> {
    const sealed = cookieNamed(request.headers.cookie, this.signIn.cookieName);
    const { session, to, cookie } = await this.signIn.finish(sealed, request.url.slice(request.url.indexOf('?')));
    return sentTo(reply, to, cookie, this.sessions.setCookie(await this.sessions.seal(session)));
  }

  @Serves(renewSession)
  async renew(@Req() request: HouseRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const session = await this.ofOurPage(request);
    if (!session)
      throw new Unauthenticated('identity.session.none', 'Nobody is signed in here.', {
        advice: 'Sign in at /sign-in.',
      });
    const renewed = await this.signIn.renew(session);
    void reply.header('Set-Cookie', this.sessions.setCookie(await this.sessions.seal(renewed)));
    return { expiresAt: instantOf(renewed.expires) };
  }

  @Serves(endSession)
  async end(@Req() request: HouseRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const session = await this.ofOurPage(request);
    if (session) await this.signIn.end(session);
    void reply.header('Set-Cookie', this.sessions.clearCookie());
    return { ended: true };
  }

  private async ofOurPage({ headers }: HouseRequest): Promise<Session | null> {
    if (!isOurOrigin(headers))
      throw new Forbidden('identity.origin.foreign', 'This is done by a page of this site only.');
    return this.sessions.open(headers.cookie);
  }
}

function sentTo(reply: FastifyReply, location: string, ...cookies: string[]): Binary {
  for (const cookie of cookies) void reply.header('Set-Cookie', cookie);
  return new Binary('', 'text/plain; charset=utf-8', { headers: { Location: location, 'Cache-Control': 'no-store' } });
}
