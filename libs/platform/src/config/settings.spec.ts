import { z } from 'zod';
import { BadSettings, secret32, settings } from './settings.js';

const schema = z.object({
  PORT: z.coerce.number().int(),
  OIDC_ISSUER: z.url().meta({ description: 'address of the OpenID provider' }),
  PAYLOAD_KEY: secret32.meta({ description: 'encrypts what workflows carry' }),
});
const key = Buffer.alloc(32, 7).toString('base64');
const wrong = (env: NodeJS.ProcessEnv): string => {
  try {
    settings(schema, env);
  } catch (error) {
    expect(error).toBeInstanceOf(BadSettings);
    return (error as Error).message;
  }
  throw new Error('these settings were taken');
};

it('turns the environment into typed values and leaves the rest of it alone', () => {
  const env = { PORT: '8410', OIDC_ISSUER: 'http://127.0.0.1:9', PAYLOAD_KEY: key, HOME: '/' };
  expect(settings(schema, env)).toEqual({
    PORT: 8410,
    OIDC_ISSUER: 'http://127.0.0.1:9',
    PAYLOAD_KEY: Buffer.alloc(32, 7),
  });
});

it('names every setting that is missing, and what it is for', () => {
  const message = wrong({ PORT: '1' });
  expect(message).toMatch(/OIDC_ISSUER: .*\(address of the OpenID provider\)/);
  expect(message).toMatch(/PAYLOAD_KEY: .*\(encrypts what workflows carry\)/);
  expect(message).not.toContain('PORT');
});

it('names a setting that is bad without repeating a secret', () => {
  const message = wrong({ PORT: 'eighty', OIDC_ISSUER: 'somewhere', PAYLOAD_KEY: 'c2hvcnQ=' });
  expect(message).toMatch(/PORT: /);
  expect(message).toMatch(/OIDC_ISSUER: /);
  expect(message).toMatch(/PAYLOAD_KEY: base64 of 32 bytes/);
  expect(message).not.toContain('c2hvcnQ=');
});
