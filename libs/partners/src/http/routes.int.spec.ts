import 'reflect-metadata';
import { createHash, randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { allRoutes, KEY_SCOPES, type Role } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { TestHouse } from '@tidewaiter/platform/testing';
import { controllers, recordBook, services } from '../partners.module.js';

type Body = Record<string, unknown>;
interface Asked {
  body?: Body;
  headers?: Record<string, string>;
  tenant?: string;
  roles?: Role[];
  /** in the place of a token */
  key?: string;
}

describe('the routes of partners', () => {
  let house: TestHouse;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    house = await TestHouse.open('partners', new URL('../../migrations/', import.meta.url));
    app = await house.serve({ imports: [recordBook], controllers, providers: services });
  });
  afterAll(() => house?.close());

  async function ask(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    { body, headers = {}, tenant = 'acme', roles = ['partner'], key }: Asked = {},
  ) {
    const authorization = `Bearer ${key ?? (await house.issuer.token(tenant, 'pat', roles))}`;
    const idempotency = method === 'GET' ? {} : { 'idempotency-key': newId() };
    const answer = await app.inject({
      method,
      url,
      headers: { authorization, ...idempotency, ...headers },
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json<Body>() };
  }

  it('are all served, each at its address, and none without an identity', async () => {
    const ours = allRoutes().filter((route) => route.context === 'partners');
    expect(ours.length).toBeGreaterThan(15);
    for (const { method, path } of ours) {
      const answer = await app.inject({ method, url: path.replace(/\{\w+\}/g, newId()) });
      expect([method, path, answer.statusCode]).toEqual([method, path, 401]);
    }
  });

  it('let people without the role look at most', async () => {
    const body = { url: 'https://erp.acme.example/hook', types: [] };
    expect((await ask('POST', '/v1/endpoints', { body, roles: ['operator'] })).body['code']).toBe(
      'identity.role.missing',
    );
    expect((await ask('GET', '/v1/endpoints', { roles: ['operator'] })).status).toBe(200);
    expect((await ask('GET', '/v1/endpoints', { roles: ['approver'] })).status).toBe(403);
  });

  it('show a secret in the first answer alone, and keep it nowhere', async () => {
    const headers = { 'idempotency-key': newId() };
    const body = { url: 'https://erp.acme.example/hook', types: ['customs.*'] };
    const first = await ask('POST', '/v1/endpoints', { body, headers });
    expect([first.status, first.headers['cache-control']]).toEqual([201, 'no-store']);
    const secret = first.body['secret'] as string;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await ask('POST', '/v1/endpoints', { body, headers });
    expect(again).toMatchObject({ status: 201, body: { ...first.body, secret: null } });
    const other = await ask('POST', '/v1/endpoints', { body: { ...body, types: [] }, headers });
    expect(other.body['code']).toBe('event-store.command.differs');
    const { rows } = await house.database.pool().query('select * from partners.idempotency');
    expect(JSON.stringify(rows)).not.toContain(secret.slice('whsec_'.length));
  });

  it('refuse what is no address for webhooks, with the place', async () => {
    for (const url of ['http://127.0.0.1:9000/', 'https://localhost/', 'https://u:p@erp.acme.example/']) {
      const { status, body } = await ask('POST', '/v1/endpoints', { body: { url } });
      expect([status, body['places']]).toEqual([422, [{ pointer: 'body/url', reason: expect.any(String) as unknown }]]);
    }
    expect(
      (await ask('POST', '/v1/endpoints', { body: { url: 'https://a.example/', types: ['kitchen.*'] } })).status,
    ).toBe(400);
    expect(
      (await ask('POST', '/v1/endpoints', { body: { url: 'https://a.example/', types: ['customs.Cooked'] } })).body,
    ).toMatchObject({ code: 'partners.endpoint.type-unknown', places: [{ pointer: 'body/types/0' }] });
  });

  it('change an endpoint only as it was looked at', async () => {
    const added = await ask('POST', '/v1/endpoints', { body: { url: 'https://erp.acme.example/one' } });
    const url = `/v1/endpoints/${String(added.body['endpointId'])}`;
    const shown = await ask('GET', url);
    const body = { url: 'https://erp.acme.example/two', types: [], note: 'moved' };
    expect((await ask('PUT', url, { body })).body['code']).toBe('http.if-match.missing');
    const headers = { 'if-match': String(shown.headers['etag']) };
    expect((await ask('PUT', url, { body, headers })).status).toBe(200);
    expect((await ask('PUT', url, { body: { ...body, note: '' }, headers })).status).toBe(412);
    expect((await ask('GET', url)).body).toMatchObject(body);
    expect((await ask('GET', url, { tenant: 'globex' })).body['code']).toBe('partners.endpoint.unknown');
  });

  describe('keys of programs', () => {
    const aYear = (): string => new Date(Date.now() + 360 * 86_400_000).toISOString();
    async function issued(scopes: string[], until = aYear()) {
      const secret = randomBytes(32).toString('base64url');
      const body = { name: 'their ERP', scopes, until, digest: createHash('sha256').update(secret).digest('hex') };
      const answer = await ask('POST', '/v1/partner-keys', { body });
      const keyId = String(answer.body['keyId']);
      return { answer, keyId, key: `twk_acme.${keyId}.${secret}` };
    }

    it('open what their scopes say and nothing else, until they are revoked', async () => {
      const { key, keyId } = await issued(['deliveries:read']);
      const listed = await ask('GET', '/v1/webhook-deliveries', { key });
      expect([listed.status, listed.body]).toEqual([200, { items: [], next: null }]);
      expect((await ask('GET', '/v1/endpoints', { key })).status).toBe(200);
      for (const [method, url] of [
        ['GET', '/v1/events'],
        ['GET', '/v1/partner-keys'],
        ['POST', '/v1/endpoints'],
      ] as const) {
        const refused = await ask(method, url, { key });
        expect([url, refused.status, refused.body['code']]).toEqual([url, 403, 'identity.key.scope-missing']);
      }
      const { items } = (await ask('GET', '/v1/partner-keys')).body as { items: Body[] };
      const shown = items.find((each) => each['keyId'] === keyId)!;
      expect(shown).toMatchObject({ prefix: `twk_acme.${keyId.slice(0, 8)}`, revoked: false, issuedBy: 'user:pat' });
      expect(shown['lastUsedAt']).not.toBeNull();
      await ask('POST', `/v1/partner-keys/${keyId}/revoke`);
      expect((await ask('GET', '/v1/webhook-deliveries', { key })).body['code']).toBe('identity.key.invalid');
    });

    it('are refused alike when wrong, of another tenant, or never given out', async () => {
      const { key, keyId } = await issued(['deliveries:read']);
      const other = randomBytes(32).toString('base64url');
      for (const wrong of [
        key.replace(/\.[^.]+$/, `.${other}`),
        key.replace('twk_acme', 'twk_globex'),
        `twk_acme.${newId()}.${other}`,
      ]) {
        const { status, body } = await ask('GET', '/v1/webhook-deliveries', { key: wrong });
        expect([status, body['code']]).toEqual([401, 'identity.key.invalid']);
      }
      expect((await ask('POST', `/v1/partner-keys/${keyId}/revoke`, { tenant: 'globex' })).body['code']).toBe(
        'partners.key.unknown',
      );
    });

    it('end the stream that is open by them when they are revoked, and say why', async () => {
      const { key, keyId } = await issued(['events:read']);
      const headers = { authorization: `Bearer ${key}` };
      const open = await app.inject({ method: 'GET', url: '/v1/events', headers, payloadAsStream: true });
      expect([open.statusCode, open.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
      await ask('POST', `/v1/partner-keys/${keyId}/revoke`);
      let text = '';
      for await (const part of open.stream()) text += String(part);
      expect(text).toMatch(/^retry: 2000\n\nevent: end\ndata: \{.*"code":"identity\.key\.invalid".*\}\n\n$/);
      expect((await app.inject({ method: 'GET', url: '/v1/events', headers })).statusCode).toBe(401);
    });

    it('open just the operations that the API’s document names, with the scope that it names', async () => {
      const { body: document } = await ask('GET', '/openapi.json');
      const paths = document['paths'] as Record<string, Record<string, { security: Record<string, string[]>[] }>>;
      const keys = new Map<string, string>();
      for (const scope of KEY_SCOPES) keys.set(scope, (await issued([scope])).key);
      let named = 0;
      for (const { method, path } of allRoutes().filter((route) => route.context === 'partners')) {
        const { security } = paths[path]![method.toLowerCase()]!;
        const scopes = security.flatMap((each) => each['partnerKey'] ?? []);
        named += scopes.length;
        for (const [scope, key] of keys) {
          // A stream that is let in does not end: one whose key is not let in is enough to know of the gate.
          if (path === '/v1/events' && scopes.includes(scope)) continue;
          const answer = await ask(method as 'GET', path.replace(/\{\w+\}/g, newId()), { key });
          const refused = answer.body['code'] === 'identity.key.scope-missing';
          expect([method, path, scope, refused]).toEqual([method, path, scope, !scopes.includes(scope)]);
        }
      }
      expect(named).toBeGreaterThan(3);
    });

    it('end within a year', async () => {
      expect((await issued(['events:read'], '2020-01-01T00:00:00Z')).answer.body['code']).toBe('partners.key.until');
      expect((await issued(['everything'])).answer.status).toBe(400);
    });
  });
});
