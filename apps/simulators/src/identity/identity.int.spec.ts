import { jest } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { freePort } from '../plumbing/http.js';
import { Simulators } from '../testing/simulators.js';

jest.setTimeout(60_000);

let simulators: Simulators;

beforeAll(async () => {
  simulators = await new Simulators({ IDENTITY_PORT: String(await freePort()) }, undefined, [
    '--face',
    'identity',
  ]).start();
});
afterAll(() => simulators.kill());

const ask = (form: Record<string, string>): Promise<Response> =>
  fetch(`${simulators.urls.identity}/token`, { method: 'POST', body: new URLSearchParams(form) });
const sampleToken = (user: string, extra: Record<string, string> = {}): Promise<Response> =>
  ask({ grant_type: 'urn:tidewaiter:sample-user', client_id: 'tidewaiter-cli', user, ...extra });
const tokenOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { access_token: string }).access_token;

async function verified(token: string): Promise<JWTPayload> {
  const { jwks_uri } = (await (await fetch(`${simulators.urls.identity}/.well-known/openid-configuration`)).json()) as {
    jwks_uri: string;
  };
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer: simulators.urls.identity,
    audience: 'tidewaiter-api',
    typ: 'at+jwt',
  });
  return payload;
}

it('gives a sample user an access token that any verifier takes', async () => {
  const token = await tokenOf(await sampleToken('approver-2@globex'));
  expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', alg: 'RS256' });
  expect(await verified(token)).toMatchObject({
    sub: 'approver-2@globex',
    tenant: 'globex',
    roles: ['approver'],
    name: expect.any(String),
  });
});

it('gives a token as short-lived as is wanted', async () => {
  const { iat, exp } = await verified(await tokenOf(await sampleToken('operator@acme', { expires_in: '2' })));
  expect(exp! - iat!).toBe(2);
});

it.each([
  ['an unknown user', { user: 'emperor@acme' }],
  ['a life that is no number', { user: 'operator@acme', expires_in: 'long' }],
])('refuses %s', async (_, { user, ...extra }) => {
  const answer = await sampleToken(user, extra);
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { error_description: string }).error_description).toMatch(/sample users|seconds/);
});

it('keeps its keys over a kill', async () => {
  const token = await tokenOf(await sampleToken('auditor@acme'));
  await simulators.kill();
  await simulators.start();
  expect((await verified(token)).sub).toBe('auditor@acme');
});

it('shows the sample users and says that it is for this machine only', async () => {
  const page = await (await fetch(simulators.urls.identity)).text();
  expect(page).toContain('approver-2@acme.example');
  expect(page).toContain('for this machine only');
});

it('signs a person in with a code and PKCE', async () => {
  const verifier = randomBytes(32).toString('base64url');
  const redirect = 'http://127.0.0.1:4321/callback';
  const query = new URLSearchParams({
    client_id: 'tidewaiter-console',
    response_type: 'code',
    redirect_uri: redirect,
    scope: 'openid profile email',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: 'here',
  });
  const browser = new Browser(simulators.urls.identity);
  const cards = await browser.get(`/auth?${query.toString()}`);
  expect(await cards.answer.text()).toContain('compliance@acme');
  const landed = await browser.follow(cards.path, {
    method: 'POST',
    body: new URLSearchParams({ user: 'compliance@acme' }),
  });
  expect(landed.path.startsWith(redirect)).toBe(true);
  const code = new URL(landed.path).searchParams.get('code')!;
  const answer = await ask({
    grant_type: 'authorization_code',
    client_id: 'tidewaiter-console',
    code,
    redirect_uri: redirect,
    code_verifier: verifier,
  });
  expect(await verified(await tokenOf(answer))).toMatchObject({
    sub: 'compliance@acme',
    tenant: 'acme',
    roles: ['compliance'],
  });
});

/** Follows redirects on one site with its cookies, and stops where they leave it. */
class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly site: string) {}

  get(path: string): Promise<{ path: string; answer: Response }> {
    return this.follow(path, {});
  }

  async follow(path: string, init: RequestInit): Promise<{ path: string; answer: Response }> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(new URL(path, this.site), { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      this.cookies.set(name!, value!);
    }
    const next = answer.headers.get('location');
    if (next === null) return { path, answer };
    const url = new URL(next, this.site);
    return url.origin === this.site ? this.get(url.pathname + url.search) : { path: url.href, answer };
  }
}
