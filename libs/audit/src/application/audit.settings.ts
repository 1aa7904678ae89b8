import { Malformed, parseVerifierKey } from '@tidewaiter/merkle';
import { nodeSha256 } from '@tidewaiter/merkle/node';
import { settings } from '@tidewaiter/platform';
import { z } from 'zod';
import type { WitnessAddress } from '../log/cosigner.js';

export const AUDIT_SETTINGS = Symbol('AUDIT_SETTINGS');

/** @throws ZodError by the context: a witness that cannot be read must not be left out in silence */
function witnessOf(pair: string, context: z.RefinementCtx): Omit<WitnessAddress, 'token'> {
  const [text, url, ...rest] = pair.trim().split(/\s+/);
  try {
    const key = parseVerifierKey(nodeSha256, text ?? '');
    if (key.type !== 'cosignature/v1')
      throw new Malformed('verifier key', 'type', 'a witness signs with cosignature/v1 (4)');
    if (url === undefined || rest.length > 0 || !URL.canParse(url))
      throw new Malformed('witness', pair, 'an address after the key');
    return { key, url: url.replace(/\/$/, '') };
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
}

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
  AUDIT_WITNESSES: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((pair) => pair.trim() !== ''))
    .pipe(z.array(z.string().transform(witnessOf)))
    .meta({ description: 'who cosigns checkpoints: `<verifier key> <base address>`, separated by commas' }),
  AUDIT_WITNESS_TOKEN: z
    .string()
    .optional()
    .meta({ description: 'lets us add a log at the witnesses, where they gave us one' }),
  AUDIT_SYSTEM_DATABASE_URL: z.url().meta({ description: 'Postgres as the role audit_system' }),
});

export type AuditSettings = z.infer<typeof schema>;

export const auditSettings = (): AuditSettings => settings(schema);

/** `<AUDIT_ORIGIN>/log/<tenant>`: the name of a tenant's log. */
export const originOf = ({ AUDIT_ORIGIN }: Pick<AuditSettings, 'AUDIT_ORIGIN'>, log: string): string =>
  `${AUDIT_ORIGIN}/log/${log}`;

export const witnessesOf = ({
  AUDIT_WITNESSES,
  AUDIT_WITNESS_TOKEN,
}: Pick<AuditSettings, 'AUDIT_WITNESSES' | 'AUDIT_WITNESS_TOKEN'>): WitnessAddress[] =>
  AUDIT_WITNESSES.map((witness) => ({ ...witness, token: AUDIT_WITNESS_TOKEN ?? null }));
