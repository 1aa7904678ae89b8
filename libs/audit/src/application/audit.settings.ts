import { settings } from '@tidewaiter/platform';
import { z } from 'zod';

export const AUDIT_SETTINGS = Symbol('AUDIT_SETTINGS');

const schema = z.object({
  AUDIT_SIGNER_FOLDER: z
    .string()
    .min(1)
    .meta({ description: 'folder for signing keys and last signed checkpoints, kept apart from the database' }),
  AUDIT_CHECKPOINT_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(600_000)
    .default(1000)
    .meta({ description: 'a log that grows is published this often' }),
  AUDIT_ORIGIN: z
    .string()
    .regex(/^[^\s+]{1,200}$/)
    .default('tidewaiter.local')
    .meta({ description: 'begin of every log’s name, the same for as long as the logs live' }),
  AUDIT_SYSTEM_DATABASE_URL: z.url().meta({ description: 'Postgres as the role audit_system' }),
});

export type AuditSettings = z.infer<typeof schema>;

export const auditSettings = (): AuditSettings => settings(schema);

/** `<AUDIT_ORIGIN>/log/<tenant>`: the name of a tenant's log. */
export const originOf = ({ AUDIT_ORIGIN }: Pick<AuditSettings, 'AUDIT_ORIGIN'>, log: string): string =>
  `${AUDIT_ORIGIN}/log/${log}`;
