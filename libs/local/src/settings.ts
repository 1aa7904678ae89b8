import { join } from 'node:path';
import { CONTEXTS, type ContextName } from '@tidewaiter/contracts';
import type { Secrets } from './secrets.js';

/** Everything that has a process of its own when the stack is split. */
export const SERVICES = [...CONTEXTS, 'worker'] as const;
export type Service = (typeof SERVICES)[number];

export type Settings = Record<string, string>;

/** Where the parts of a stack are, before any of ours runs. */
export interface StackAddresses {
  /** absolute path of the run's folder */
  home: string;
  /** base of the HTTP API */
  api: string;
  /** superuser's URL of a Postgres, any database */
  postgres: string;
  kafka: string;
  temporal: string;
  temporalUi: string | null;
  /** ports of the simulators */
  simulators: SimulatorPorts;
  /** who cosigns the audit log's checkpoints: its verifier key and base address */
  witness: { key: string; url: string };
}

export interface SimulatorPorts {
  authority: number;
  /** the authority's two other ways of being spoken to */
  edifact: number;
  ace: number;
  carrier: number;
  bank: number;
  identity: number;
  admin: number;
}

const DATABASE = 'tidewaiter';
const AUDIT_DATABASE = 'tidewaiter_audit';
export const DATABASES = [DATABASE, AUDIT_DATABASE] as const;

const OIDC_AUDIENCE = 'tidewaiter-api';
const AUTHORITY_CLIENT_ID = 'tidewaiter';

const at = (port: number) => `http://127.0.0.1:${port}`;

/** What every service is told. */
const shared = (stack: StackAddresses, secrets: Secrets): Settings => ({
  HOST: '127.0.0.1',
  PUBLIC_URL: stack.api,
  KAFKA_BROKERS: stack.kafka,
  TEMPORAL_ADDRESS: stack.temporal,
  TEMPORAL_NAMESPACE: 'default',
  ...(stack.temporalUi ? { TEMPORAL_UI_URL: stack.temporalUi } : {}),
  OIDC_ISSUER: at(stack.simulators.identity),
  OIDC_AUDIENCE,
  PAYLOAD_KEY: secrets.payloadKey,
  SUBJECT_KEY: secrets.subjectKey,
  SESSION_KEY: secrets.sessionKey,
});

/** Where each outside party is looked for: one that the environment names is real. */
const OUTSIDE = { authority: 'AUTHORITY_URL', bank: 'BANK_URL', carrier: 'CARRIER_URL' } as const;
const simulated = (env: NodeJS.ProcessEnv): string =>
  Object.entries(OUTSIDE)
    .filter(([, setting]) => !env[setting])
    .map(([party]) => party)
    .join(',');

/** What one service is told beside that, and no other: its database, and the credentials of its own outside parties. */
const own: Record<Service, (stack: StackAddresses, secrets: Secrets) => Settings> = {
  // Not a credential of an outside party: it opens the played world, and only where there is one.
  shipments: ({ simulators }, secrets) => ({
    SIMULATORS_URL: at(simulators.admin),
    SIMULATOR_ADMIN_TOKEN: secrets.simulatorAdminToken,
  }),
  documents: ({ home }) => ({ DOCUMENTS_FOLDER: join(home, 'documents') }),
  duties: ({ simulators }, secrets) => ({
    FX_URL: at(simulators.authority),
    BANK_URL: at(simulators.bank),
    BANK_TOKEN: secrets.bankToken,
    BANK_CALLBACK_TOKEN: secrets.bankCallbackToken,
    BANK_ACCOUNT: '20000055779911',
  }),
  customs: ({ simulators }, secrets) => ({
    AUTHORITY_URL: at(simulators.authority),
    EDIFACT_URL: at(simulators.edifact),
    ACE_URL: at(simulators.ace),
    AUTHORITY_CLIENT_ID,
    AUTHORITY_CLIENT_SECRET: secrets.authorityClientSecret,
    AUTHORITY_CALLBACK_TOKEN: secrets.authorityCallbackToken,
  }),
  carriers: ({ simulators }, secrets) => ({
    CARRIER_URL: at(simulators.carrier),
    CARRIER_TOKEN: secrets.carrierToken,
    CARRIER_WEBHOOK_SECRET: secrets.carrierWebhookSecret,
  }),
  audit: ({ home, postgres, witness }, secrets) => ({
    AUDIT_SIGNER_FOLDER: join(home, 'audit-signer'),
    // The keys of persons lie with those who write about them, not with the log.
    AUDIT_KEYS_DATABASE_URL: roleUrl(postgres, DATABASE, 'audit', 'app', secrets),
    AUDIT_CHECKPOINT_MS: '1000',
    AUDIT_WITNESSES: `${witness.key} ${witness.url}`,
    AUDIT_WITNESS_TOKEN: secrets.witnessToken,
  }),
  // The receivers of a developer's machine are on it.
  partners: () => ({ WEBHOOK_LOOPBACK: 'allowed' }),
  worker: () => ({}),
};

/** The settings of one service. The environment's own win: it may name another authority, bank or provider. */
export function settingsOf(
  service: Service,
  stack: StackAddresses,
  secrets: Secrets,
  env: NodeJS.ProcessEnv,
): Settings {
  const databases = service === 'worker' ? {} : databaseUrls(service, stack.postgres, secrets);
  const told = { ...shared(stack, secrets), ...databases, ...own[service](stack, secrets) };
  return overridden(service === 'shipments' ? { ...told, SIMULATED: simulated(env) } : told, env);
}

/** The settings of the one process that hosts all services. */
export const settingsOfAll = (stack: StackAddresses, secrets: Secrets, env: NodeJS.ProcessEnv): Settings =>
  Object.assign({}, ...SERVICES.map((service) => settingsOf(service, stack, secrets, env))) as Settings;

/** What the migrations are told: the administrator's URLs, and the roles whose passwords they set. */
export const settingsOfMigrations = (stack: StackAddresses, secrets: Secrets, env: NodeJS.ProcessEnv): Settings => ({
  ...settingsOfAll(stack, secrets, env),
  ADMIN_DATABASE_URL: inDatabase(stack.postgres, DATABASE),
  ADMIN_AUDIT_DATABASE_URL: inDatabase(stack.postgres, AUDIT_DATABASE),
  // One machine works off few partitions in larger batches faster than many in small ones.
  KAFKA_PARTITIONS: env['KAFKA_PARTITIONS'] ?? '2',
});

export const settingsOfSimulators = (stack: StackAddresses, secrets: Secrets, env: NodeJS.ProcessEnv): Settings =>
  overridden(
    {
      AUTHORITY_PORT: String(stack.simulators.authority),
      EDIFACT_PORT: String(stack.simulators.edifact),
      ACE_PORT: String(stack.simulators.ace),
      CARRIER_PORT: String(stack.simulators.carrier),
      BANK_PORT: String(stack.simulators.bank),
      IDENTITY_PORT: String(stack.simulators.identity),
      ADMIN_PORT: String(stack.simulators.admin),
      CALLBACK_URL: stack.api,
      SIMULATORS_DATA: join(stack.home, 'simulators'),
      SIMULATOR_ADMIN_TOKEN: secrets.simulatorAdminToken,
      AUTHORITY_CLIENT_ID,
      AUTHORITY_CLIENT_SECRET: secrets.authorityClientSecret,
      AUTHORITY_CALLBACK_TOKEN: secrets.authorityCallbackToken,
      CARRIER_TOKEN: secrets.carrierToken,
      CARRIER_WEBHOOK_SECRET: secrets.carrierWebhookSecret,
      BANK_TOKEN: secrets.bankToken,
      BANK_CALLBACK_TOKEN: secrets.bankCallbackToken,
      OIDC_AUDIENCE,
    },
    env,
  );

/** A program with a key and a store of its own, outside of every database and of the signer's folder. */
export const settingsOfWitness = (home: string, secrets: Secrets): Settings => ({
  HOST: '127.0.0.1',
  WITNESS_FOLDER: join(home, 'witness'),
  WITNESS_TOKEN: secrets.witnessToken,
});

/**
 * The environment without what any service may be told, so that none inherits a credential that is not its own. Waiting times
 * are no credentials and pass: `BANK_TIMEOUT_MS=2000 npm start`.
 */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name) || name.endsWith('_MS')));
}

const OURS =
  /^(ACE_|ADMIN_|AUDIT_|AUTHORITY_|BANK_|CARRIER_|EDIFACT_|SIMULATOR|WEBHOOK_|WITNESS_|OIDC_|FX_URL$|DOCUMENTS_FOLDER$|PAYLOAD_KEY$|SESSION_KEY$|SUBJECT_KEY$|.*DATABASE_URL$|PORT$|HOST$)/;

function overridden(settings: Settings, env: NodeJS.ProcessEnv): Settings {
  const named = Object.keys(settings).filter((name) => env[name] && name !== 'HOST');
  return { ...settings, ...Object.fromEntries(named.map((name) => [name, env[name] as string])) };
}

function databaseUrls(context: ContextName, postgres: string, secrets: Secrets): Settings {
  const database = context === 'audit' ? AUDIT_DATABASE : DATABASE;
  const url = (use: 'app' | 'system') => roleUrl(postgres, database, context, use, secrets);
  const name = context.toUpperCase();
  // Keys of persons lie where the events that name persons are written; the audit's replay needs them from its own database.
  const keys: Settings = context === 'audit' ? { AUDIT_KEYS_DATABASE_URL: inDatabase(url('app'), DATABASE) } : {};
  return { [`${name}_DATABASE_URL`]: url('app'), [`${name}_SYSTEM_DATABASE_URL`]: url('system'), ...keys };
}

function roleUrl(
  postgres: string,
  database: string,
  context: ContextName,
  use: 'app' | 'system',
  secrets: Secrets,
): string {
  const address = new URL(inDatabase(postgres, database));
  address.username = `${context}_${use}`;
  address.password = secrets[`${context}_${use}`];
  return address.href;
}

export function inDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
