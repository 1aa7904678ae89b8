import { parseArgs } from 'node:util';
import { z } from 'zod';

export const FACES = ['authority', 'bank', 'carrier', 'identity'] as const;
export type FaceChoice = (typeof FACES)[number];

const port = z.coerce.number().int().min(0).max(65_535).default(0);
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));
const secret = z.string().min(1);

const environment = z.object({
  AUTHORITY_PORT: port,
  EDIFACT_PORT: port,
  ACE_PORT: port,
  CARRIER_PORT: port,
  BANK_PORT: port,
  IDENTITY_PORT: port,
  ADMIN_PORT: port,
  CALLBACK_URL: url.optional(),
  AUTHORITY_URL: url.optional(),
  IDENTITY_ISSUER: url.optional(),
  SIMULATORS_DATA: z.string().min(1).default('.tidewaiter/simulators'),
  SIMULATOR_PACE: z.enum(['fast', 'human', 'lifelike']).default('fast'),
  SIMULATOR_ADMIN_TOKEN: secret,
  OIDC_AUDIENCE: secret.default('tidewaiter-api'),
  AUTHORITY_CLIENT_ID: secret.optional(),
  AUTHORITY_CLIENT_SECRET: secret.optional(),
  AUTHORITY_CALLBACK_TOKEN: secret.optional(),
  /** where EDIFACT answers are posted, the partner's name appended */
  EDIFACT_CALLBACK_URL: url.optional(),
  EDIFACT_TOKEN: secret.optional(),
  ACE_PASSWORD: secret.max(6).optional(),
  SIMULATOR_SEED: secret.optional(),
  /** requests a second that CDS takes before it answers 429; 0: as many as come */
  AUTHORITY_RATE: z.coerce.number().int().min(0).max(1_000).optional(),
  BANK_TOKEN: secret.optional(),
  BANK_CALLBACK_TOKEN: secret.optional(),
  CARRIER_TOKEN: secret.optional(),
  CARRIER_WEBHOOK_SECRET: z.base64().min(1).optional(),
});

export type Settings = z.output<typeof environment> & {
  faces: readonly FaceChoice[];
  realTime: boolean;
  skipTime: boolean;
};

/** What HMRC gives an application by default. @see HMRC developer hub, reference guide, rate limiting */
const USUAL_RATE = 3;

/** Requests a second that CDS takes; null: as many as come, which is usual where nobody waits as in life. */
export const rateOf = ({ AUTHORITY_RATE: rate, SIMULATOR_PACE: pace }: Settings): number | null =>
  (rate ?? (pace === 'lifelike' ? USUAL_RATE : 0)) || null;

/** What each face cannot do without. */
const NEEDED: Record<FaceChoice, readonly (keyof z.output<typeof environment>)[]> = {
  authority: ['AUTHORITY_CLIENT_ID', 'AUTHORITY_CLIENT_SECRET', 'AUTHORITY_CALLBACK_TOKEN'],
  bank: ['BANK_TOKEN', 'BANK_CALLBACK_TOKEN'],
  carrier: ['CARRIER_TOKEN', 'CARRIER_WEBHOOK_SECRET'],
  identity: [],
};

/**
 * Settings of the process from its environment and flags (`--face authority`, repeatable; `--real-time`; `--skip-time`).
 *
 * @throws Error that names every missing or wrong setting
 */
export function settingsOf(env: NodeJS.ProcessEnv, args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      face: { type: 'string', multiple: true },
      'real-time': { type: 'boolean', default: false },
      'skip-time': { type: 'boolean', default: false },
    },
  });
  const wanted = values.face ?? [];
  const strange = wanted.filter((name) => !FACES.some((face) => face === name));
  if (strange.length > 0) throw new Error(`--face ${strange[0]}: one of ${FACES.join(', ')} expected`);
  const faces = wanted.length === 0 ? FACES : FACES.filter((face) => wanted.includes(face));
  const parsed = environment.safeParse(env);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const missing = faces.flatMap((face) =>
    NEEDED[face].filter((name) => !env[name]).map((name) => `${name}: needed by the ${face}`),
  );
  if (!parsed.success || missing.length > 0)
    throw new Error(`settings of the simulators:\n  ${[...wrong, ...missing].join('\n  ')}`);
  return { ...parsed.data, faces, realTime: values['real-time'], skipTime: values['skip-time'] };
}
