import { secretsOf } from './secrets.js';
import {
  SERVICES,
  settingsOf,
  settingsOfAll,
  settingsOfMigrations,
  settingsOfSimulators,
  withoutSettings,
} from './settings.js';
import { temporaryHome } from './testing/folder.js';

const { home, remove } = temporaryHome();
afterAll(remove);
const secrets = secretsOf(home);
const stack = {
  home,
  api: 'http://127.0.0.1:20400',
  postgres: 'postgres://tidewaiter:p@127.0.0.1:20432/postgres',
  kafka: '127.0.0.1:20092',
  temporal: '127.0.0.1:20233',
  temporalUi: null,
  simulators: {
    authority: 20_001,
    edifact: 20_006,
    ace: 20_007,
    carrier: 20_002,
    bank: 20_003,
    identity: 20_004,
    admin: 20_005,
  },
  witness: { key: 'witness.example+00000000+BA', url: 'http://127.0.0.1:20006' },
};
const held = (service: (typeof SERVICES)[number]) => Object.values(settingsOf(service, stack, secrets, {}));

describe('the settings of a stack', () => {
  it('give a service its own database and no other', () => {
    const names = Object.keys(settingsOf('duties', stack, secrets, {})).filter((name) => name.endsWith('DATABASE_URL'));
    expect(names).toEqual(['DUTIES_DATABASE_URL', 'DUTIES_SYSTEM_DATABASE_URL']);
    expect(settingsOf('duties', stack, secrets, {})['DUTIES_DATABASE_URL']).toBe(
      `postgres://duties_app:${secrets.duties_app}@127.0.0.1:20432/tidewaiter`,
    );
  });

  it('keep the credentials of an outside party with the one service that speaks to it', () => {
    for (const [owner, secret] of [
      ['duties', secrets.bankToken],
      ['customs', secrets.authorityClientSecret],
      ['carriers', secrets.carrierWebhookSecret],
    ] as const) {
      expect(SERVICES.filter((service) => held(service).includes(secret))).toEqual([owner]);
    }
  });

  it('say who outside is simulated: nobody whom the environment names', () => {
    const simulatedWith = (env: NodeJS.ProcessEnv) => settingsOf('shipments', stack, secrets, env)['SIMULATED'];
    expect(simulatedWith({})).toBe('authority,bank,carrier');
    expect(simulatedWith({ BANK_URL: 'https://bank.example' })).toBe('authority,carrier');
    expect(SERVICES.filter((service) => held(service).includes(secrets.simulatorAdminToken))).toEqual(['shipments']);
  });

  it('give the audit a database of its own, and the worker none', () => {
    expect(settingsOf('audit', stack, secrets, {})['AUDIT_DATABASE_URL']).toMatch(/tidewaiter_audit$/);
    expect(Object.keys(settingsOf('worker', stack, secrets, {})).some((name) => name.includes('DATABASE'))).toBe(false);
  });

  it('let the simulators and the services prove themselves to each other with the same words', () => {
    const outside = settingsOfSimulators(stack, secrets, {});
    const inside = settingsOfAll(stack, secrets, {});
    const common = Object.keys(outside).filter((name) => name in inside);
    expect(common).toEqual(
      expect.arrayContaining([
        'AUTHORITY_CALLBACK_TOKEN',
        'BANK_TOKEN',
        'BANK_CALLBACK_TOKEN',
        'CARRIER_TOKEN',
        'CARRIER_WEBHOOK_SECRET',
        'OIDC_AUDIENCE',
      ]),
    );
    for (const name of common) expect(outside[name]).toBe(inside[name]);
  });

  it('leave the administrator’s URLs to the migrations', () => {
    expect(settingsOfMigrations(stack, secrets, {})).toMatchObject({
      ADMIN_DATABASE_URL: 'postgres://tidewaiter:p@127.0.0.1:20432/tidewaiter',
    });
    expect(Object.keys(settingsOfAll(stack, secrets, {})).some((name) => name.startsWith('ADMIN'))).toBe(false);
  });

  it('give way to what the environment names', () => {
    expect(settingsOf('customs', stack, secrets, { AUTHORITY_URL: 'https://authority.example' })['AUTHORITY_URL']).toBe(
      'https://authority.example',
    );
  });

  it('are not inherited past the list', () => {
    expect(
      withoutSettings({ PATH: '/bin', BANK_TOKEN: 'b', DUTIES_DATABASE_URL: 'd', ADMIN_DATABASE_URL: 'a' }),
    ).toEqual({ PATH: '/bin' });
  });

  it('leave waiting times to the environment', () => {
    const times = { BANK_TIMEOUT_MS: '2000', CARRIER_TIMEOUT_MS: '2000' };
    expect(withoutSettings(times)).toEqual(times);
  });
});

describe('the secrets of a folder', () => {
  it('are made once', () => {
    expect(secretsOf(home)).toEqual(secrets);
  });

  it('are 32 bytes where they are keys', () => {
    for (const key of [secrets.payloadKey, secrets.subjectKey, secrets.carrierWebhookSecret])
      expect(Buffer.from(key, 'base64')).toHaveLength(32);
  });
});
