import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CONTEXTS } from '@tidewaiter/contracts';
import { readJson, writeJson } from './json-file.js';

const base64 = () => randomBytes(32).toString('base64');
const word = () => randomBytes(24).toString('base64url');

const MADE = {
  /** of Postgres' superuser */
  postgresPassword: word,
  /** base64 of 32 bytes: encrypts what workflows carry, and what names persons */
  payloadKey: base64,
  subjectKey: base64,
  /** base64 of 32 bytes: seals the sessions of browsers */
  sessionKey: base64,
  authorityClientSecret: word,
  authorityCallbackToken: word,
  carrierToken: word,
  /** base64 of 32 bytes */
  carrierWebhookSecret: base64,
  bankToken: word,
  bankCallbackToken: word,
  simulatorAdminToken: word,
  witnessToken: word,
} as const;

type RolePassword = `${(typeof CONTEXTS)[number]}_${'app' | 'system'}`;

/** What the parts of one local stack prove to each other; made once, kept in `secrets.json`, readable by its owner only. */
export type Secrets = Record<keyof typeof MADE | RolePassword, string>;

const secretsFile = (home: string) => join(home, 'secrets.json');

/** The secrets of this folder; those that are missing are made. */
export function secretsOf(home: string): Secrets {
  const makers: Record<string, () => string> = { ...MADE };
  for (const context of CONTEXTS) for (const use of ['app', 'system']) makers[`${context}_${use}`] = word;
  const kept = readJson<Partial<Secrets>>(secretsFile(home)) ?? {};
  const secrets = Object.fromEntries(
    Object.entries(makers).map(([name, make]) => [name, kept[name as keyof Secrets] ?? make()]),
  ) as Secrets;
  if (Object.keys(secrets).some((name) => !(name in kept))) {
    mkdirSync(home, { recursive: true });
    writeJson(secretsFile(home), secrets);
  }
  return secrets;
}
