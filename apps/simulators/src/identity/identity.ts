import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { errors, Provider, type Context, type ResourceServerInfo } from 'oidc-provider';
import { readBody } from '../plumbing/http.js';
import { SIGNING, type Keys } from './keys.js';
import { signInPage, usersPage } from './page.js';
import type { IdentityStore } from './store.js';
import { sampleUser, SAMPLE_USERS } from './users.js';

export const SAMPLE_USER_GRANT = 'urn:tidewaiter:sample-user';
const RESOURCE = 'urn:tidewaiter:api';
const SCOPES = 'openid profile email offline_access';
const CLI = 'tidewaiter-cli';
const TOKEN_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** Native clients may use any port of the loopback, the path is fixed. @see RFC 8252, 7.3 */
const REDIRECTS = [
  'http://127.0.0.1/callback',
  'http://localhost/callback',
  'http://127.0.0.1/signed-in',
  'http://localhost/signed-in',
];

export interface IdentitySettings {
  issuer: string;
  audience: string;
  keys: Keys;
  store: IdentityStore;
}

const resourceServer = (audience: string, seconds: number): ResourceServerInfo => ({
  scope: '',
  audience,
  accessTokenFormat: 'jwt',
  accessTokenTTL: seconds,
  jwt: { sign: { alg: SIGNING } },
});

const publicClient = (client_id: string, client_name: string, grant_types: string[]): Record<string, unknown> => ({
  client_id,
  client_name,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types,
  redirect_uris: REDIRECTS,
  response_types: ['code'],
});

function claimsOf(id: string): Record<string, unknown> {
  const user = sampleUser(id);
  return user ? { tenant: user.tenant, roles: user.roles, name: user.name, email: user.email } : {};
}

function configuration({ audience, keys, store }: IdentitySettings): Record<string, unknown> {
  return {
    adapter: store.adapterOf,
    jwks: keys.jwks,
    cookies: { keys: keys.cookies },
    clients: [
      publicClient('tidewaiter-console', 'Tidewaiter console', ['authorization_code', 'refresh_token']),
      publicClient(CLI, 'Tidewaiter command line', ['authorization_code', 'refresh_token', SAMPLE_USER_GRANT]),
    ],
    responseTypes: ['code'],
    scopes: SCOPES.split(' '),
    // Told to whoever asks, so that a sign-in page on this machine can offer them by name.
    discovery: {
      tidewaiter_sample_users: SAMPLE_USERS.map(({ id, name, tenant, roles }) => ({
        user: id,
        name,
        tenant,
        role: roles[0],
      })),
    },
    claims: { openid: ['sub', 'tenant', 'roles'], profile: ['name'], email: ['email'] },
    conformIdTokenClaims: false,
    clientBasedCORS: () => true,
    pkce: { required: () => true },
    interactions: { url: (_: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resourceServer(audience, TOKEN_SECONDS),
      },
    },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      IdToken: TOKEN_SECONDS,
      Interaction: TOKEN_SECONDS,
      Session: DAY_SECONDS,
      Grant: DAY_SECONDS,
      RefreshToken: DAY_SECONDS,
    },
    findAccount: (_: Context, id: string) =>
      sampleUser(id) && { accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) },
    extraTokenClaims: (_: Context, token: { accountId?: string }) => claimsOf(token.accountId ?? ''),
    // The sample users agree to everything: there is nobody to ask.
    loadExistingGrant: async ({ oidc }: { oidc: Context['oidc'] & { provider: Provider } }) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope(SCOPES);
      grant.addResourceScope(RESOURCE, '');
      await grant.save();
      return grant;
    },
  };
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return TOKEN_SECONDS;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > DAY_SECONDS) {
    throw new errors.InvalidRequest(`expires_in is a whole number of seconds from 1 to ${DAY_SECONDS}`);
  }
  return seconds;
}

/** A token for a sample user without a browser: for the command line and tests, on this machine only. */
function addSampleUserGrant(provider: Provider, { audience }: IdentitySettings): void {
  const handle = async (context: Context): Promise<void> => {
    const { client, params } = context.oidc;
    const user = sampleUser(params['user'] ?? '');
    if (!user)
      throw new errors.InvalidRequest('user is none of the sample users: <role>[-2]@<tenant>, as operator@acme');
    const expiresIn = secondsOf(params['expires_in']);
    const token = new provider.AccessToken({
      accountId: user.id,
      client,
      gty: SAMPLE_USER_GRANT,
      resourceServer: new provider.ResourceServer(RESOURCE, resourceServer(audience, expiresIn)),
      expiresIn,
    });
    context.body = { access_token: await token.save(), token_type: token.tokenType, expires_in: token.expiration };
  };
  provider.registerGrantType(SAMPLE_USER_GRANT, handle, ['user', 'expires_in']);
}

const html = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(text);
};

const refuse = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error: 'invalid_request', error_description: text }));
};

/** The OpenID provider with its sample users; it answers callers on this machine only, wherever it is bound. */
export function identityServer(settings: IdentitySettings): Server {
  const provider = new Provider(settings.issuer, configuration(settings));
  addSampleUserGrant(provider, settings);
  provider.on('server_error', (_, error) =>
    process.stderr.write(`identity: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  );
  const protocol = provider.callback();

  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { uid, prompt, params } = await provider.interactionDetails(request, response);
    // Native clients are asked for consent each time (RFC 8252, 8.6): the sample users always give it.
    if (prompt.name === 'consent')
      return provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
    // Who was chosen on the console's own page is not asked again.
    const hinted = sampleUser(params['login_hint'] ?? '');
    if (hinted) return provider.interactionFinished(request, response, { login: { accountId: hinted.id } });
    if (request.method !== 'POST') return html(response, signInPage(SAMPLE_USERS, uid));
    const user = sampleUser(new URLSearchParams((await readBody(request)).toString('utf8')).get('user') ?? '');
    if (!user) return refuse(response, 400, 'user is none of the sample users');
    await provider.interactionFinished(request, response, { login: { accountId: user.id } });
  };

  return createServer((request, response) => {
    if (!LOOPBACK.has(request.socket.remoteAddress ?? '')) return refuse(response, 403, 'for this machine only');
    const path = (request.url ?? '/').split('?')[0]!;
    if (path === '/') return html(response, usersPage(SAMPLE_USERS));
    if (path === '/health')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    if (!path.startsWith('/interaction/')) return void protocol(request, response);
    interact(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        refuse(response, 400, error instanceof Error ? error.message : 'the sign-in has ended: begin again');
    });
  });
}
