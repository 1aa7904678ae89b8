import { generateKeyPair, UnsecuredJWT } from 'jose';
import { Issuer, type TokenChanges } from '../testing/issuer.js';
import { createTokenVerifier, type TokenVerifier } from './caller.js';

describe('bearer tokens', () => {
  let issuer: Issuer;
  let verifier: TokenVerifier;
  const now = Math.floor(Date.now() / 1000);
  const given = (changes: TokenChanges = {}) => issuer.token('acme', 'ada', ['operator'], changes);
  const verified = async (token: string | Promise<string>) => verifier.verify(`Bearer ${await token}`);
  const refused = (token: string | Promise<string>, code = 'identity.token.invalid') =>
    expect(verified(token)).rejects.toMatchObject({ code, name: 'Unauthenticated' });

  beforeAll(async () => {
    issuer = await Issuer.open();
    verifier = createTokenVerifier({ issuer: issuer.url, audience: 'tidewaiter-api' });
  });
  afterAll(() => issuer.close());

  it('tell tenant, subject and roles', async () => {
    const caller = {
      tenant: 'acme',
      subject: 'ada',
      actor: 'user:ada',
      roles: ['operator'],
      name: 'ada',
      expires: expect.any(Number),
    };
    await expect(verified(given())).resolves.toEqual(caller);
    await expect(verifier.verify(`bearer ${await given()}`)).resolves.toEqual(caller);
    expect((await verified(given({ claims: { exp: now + 60 } }))).expires).toBe((now + 62) * 1000);
  });

  it('give no role that is not ours', async () => {
    const token = issuer.token('acme', 'ada', ['superuser', 'approver', '__proto__']);
    expect((await verified(token)).roles).toEqual(['approver']);
  });

  it('may name several audiences, ours among them', async () => {
    await expect(verified(given({ claims: { aud: ['other', 'tidewaiter-api'] } }))).resolves.toBeDefined();
  });

  it('are missing where there is none, or something else', async () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b']) {
      await expect(verifier.verify(header)).rejects.toMatchObject({ code: 'identity.token.missing' });
    }
  });

  it('expire, with two seconds for clocks that differ', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    await expect(verified(given({ claims: { exp: seconds } }))).resolves.toBeDefined();
    await refused(given({ claims: { exp: now - 60 } }), 'identity.token.expired');
  });

  it.each<[string, TokenChanges]>([
    ['of another issuer', { claims: { iss: 'https://elsewhere.example' } }],
    ['for another audience', { claims: { aud: 'another-api' } }],
    ['not valid yet', { claims: { nbf: now + 600 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without a beginning', { claims: { iat: undefined } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['without a tenant', { claims: { tenant: undefined } }],
    ['whose tenant is no name of one', { claims: { tenant: "acme'; --" } }],
    ['whose roles are no list', { claims: { roles: 'operator' } }],
    ['that is no access token', { header: { typ: 'JWT' } }],
    ['without a type', { header: { typ: undefined } }],
    ['of a key nobody published', { header: { kid: 'other' } }],
  ])('are refused %s', async (_, changes) => {
    await refused(given(changes));
  });

  it('are refused unsigned', async () => {
    const claims = {
      tenant: 'acme',
      roles: ['operator'],
      iss: issuer.url,
      aud: 'tidewaiter-api',
      sub: 'ada',
      iat: now,
      exp: now + 60,
    };
    await refused(new UnsecuredJWT(claims).encode());
    const [, payload] = (await given()).split('.');
    await refused(`${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`);
  });

  it('are refused signed with the public key as if it were a secret', async () => {
    const secret = new TextEncoder().encode(await issuer.publicPem());
    await refused(given({ header: { alg: 'HS256' }, key: secret }));
  });

  it('are refused signed by another key under the published name', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    await refused(given({ key: privateKey }));
  });

  it('are refused when one letter of their claims was changed', async () => {
    const [header, payload, signature] = (await given()).split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
    const raised = Buffer.from(JSON.stringify({ ...claims, roles: ['administrator'] })).toString('base64url');
    await refused(`${header}.${raised}.${signature}`);
  });

  it('are not blamed for a provider that is down, and are believed when it is back', async () => {
    const fresh = createTokenVerifier({ issuer: issuer.url, audience: 'tidewaiter-api' });
    const silent = { code: 'identity.provider.not-answering', kind: 'unavailable' };
    issuer.failing = 503;
    await expect(fresh.verify(`Bearer ${await given()}`)).rejects.toMatchObject(silent);
    issuer.failing = undefined;
    await expect(fresh.verify(`Bearer ${await given()}`)).resolves.toBeDefined();
    const nowhere = createTokenVerifier({ issuer: 'http://127.0.0.1:9', audience: 'tidewaiter-api' });
    await expect(nowhere.verify(`Bearer ${await given()}`)).rejects.toMatchObject(silent);
  });

  it('do not make the provider busy: its keys are fetched once', async () => {
    const asked = issuer.asked;
    await Promise.all(Array.from({ length: 20 }, () => verified(given())));
    expect(issuer.asked).toBe(asked);
  });
});
