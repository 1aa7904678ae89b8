import { z } from 'zod';

const ascending = (steps: readonly number[]): boolean =>
  steps.every((step, index) => index === 0 || step > steps[index - 1]!);

/** Environment of this context. */
export const customsSettings = z.object({
  AUTHORITY_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({ description: 'base address of the customs authority' }),
  AUTHORITY_CLIENT_ID: z.string().min(1).meta({ description: 'OAuth client at the authority' }),
  AUTHORITY_CLIENT_SECRET: z.string().min(1).meta({ description: 'its secret' }),
  AUTHORITY_CALLBACK_TOKEN: z
    .string()
    .min(1)
    .meta({ description: 'what the authority sends us verbatim in Authorization' }),
  EDIFACT_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta({ description: 'base address of the authority that speaks EDIFACT; without it nothing is sent there' }),
  EDIFACT_TOKEN: z.string().default('').meta({ description: 'bearer of the partner there' }),
  ACE_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta({ description: 'base address of the line to ACE; without it nothing is sent there' }),
  ACE_PASSWORD: z.string().max(6).default('').meta({ description: 'password of the batches, at most 6 characters' }),
  CUSTOMS_ENQUIRY_SCHEDULE: z
    .string()
    .default('60000,300000,900000,3600000')
    .transform((text) => text.split(',').map(Number))
    .refine(
      (steps) => steps.every((step) => Number.isInteger(step) && step >= 0) && ascending(steps),
      'ascending milliseconds',
    )
    .meta({
      description:
        'milliseconds after an unknown outcome at which the authority is asked, such as 60000,300000; the last one repeats',
    }),
  CUSTOMS_RESEND_QUIET_MS: z.coerce.number().int().nonnegative().optional().meta({
    description: 'silence in milliseconds before the same bytes may go out again; default: the authority’s own rule',
  }),
  CUSTOMS_SUBMIT_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(30_000)
    .meta({ description: 'milliseconds until the answer to a submission counts as missing' }),
});

export type CustomsSettings = z.infer<typeof customsSettings>;
