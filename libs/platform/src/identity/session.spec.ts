import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { cookieNamed, isOurOrigin, Sessions, type Session } from './session.js';

const key = randomBytes(32);
const sessions = new Sessions(key, false);
const soon = (): number => Math.floor(Date.now() / 1000) + 600;
const session = (changes: Partial<Session> = {}): Session => ({
  accessToken: 'header.payload.signature',
  refreshToken: 'refresh',
  expires: soon(),
  signedIn: soon() - 700,
  ...changes,
});
const cookieOf = async (value: Session, by = sessions): Promise<string> =>
  `a=b; ${by.cookieName}=${await by.seal(value)}; c=d`;

describe('the sealed session of a browser', () => {
  it('comes back as it was sealed, and shows nothing of what is in it', async () => {
    const kept = session();
    const cookie = await cookieOf(kept);
    expect(await sessions.open(cookie)).toEqual(kept);
    expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain('payload');
  });

  it('is nothing under another key, without a key, when it was changed, or when it is something else', async () => {
    const cookie = await cookieOf(session());
    expect(await new Sessions(randomBytes(32), false).open(cookie)).toBeNull();
    expect(await new Sessions(undefined, false).open(cookie)).toBeNull();
    expect(await sessions.open(undefined)).toBeNull();
    const value = cookieNamed(cookie, sessions.cookieName)!;
    await fc.assert(
      fc.asyncProperty(fc.nat(value.length - 1), async (at) => {
        const other = value[at] === 'A' ? 'B' : 'A';
        const opened = await sessions.open(
          `${sessions.cookieName}=${value.slice(0, at)}${other}${value.slice(at + 1)}`,
        );
        // The last character of a base64 group holds bits that say nothing: then it is the same session, never another.
        expect(opened === null || opened.accessToken === session().accessToken).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('can be renewed for a day after its token has ended, and no longer', async () => {
    expect(await sessions.open(await cookieOf(session({ expires: soon() - 4_000 })))).not.toBeNull();
    expect(await sessions.open(await cookieOf(session({ expires: soon() - 90_000 })))).toBeNull();
  });

  it('is out of reach for scripts and other sites, and bound to the host where the site is reached by https', () => {
    expect(sessions.setCookie('x')).toMatch(/^tidewaiter=x; Path=\/; HttpOnly; SameSite=Strict; Max-Age=/);
    expect(new Sessions(key, true).setCookie('x')).toMatch(
      /^__Host-tidewaiter=x; Path=\/; HttpOnly; SameSite=Strict; Secure/,
    );
    expect(sessions.clearCookie()).toMatch(/=; .*Max-Age=0$/);
  });
});

describe('our own origin', () => {
  it.each([
    ['http://127.0.0.1:8410', '127.0.0.1:8410', true],
    ['http://127.0.0.1:8411', '127.0.0.1:8410', false],
    ['https://evil.example', '127.0.0.1:8410', false],
    ['null', '127.0.0.1:8410', false],
    [undefined, '127.0.0.1:8410', false],
    ['http://127.0.0.1:8410', undefined, false],
  ])('%s at %s: %s', (origin, host, ours) => {
    expect(isOurOrigin({ origin, host })).toBe(ours);
  });
});
