import { settings } from '@tidewaiter/platform';
import { z } from 'zod';

export const DUTIES_SETTINGS = Symbol('DUTIES_SETTINGS');

const millis = z.coerce.number().int().min(50).max(120_000);

const ours = z.object({
  FX_URL: z.url().meta({ description: 'publisher of monthly customs rates; /rates/{jurisdiction}/{YYYY-MM} below it' }),
  FX_TIMEOUT_MS: millis.default(10_000),
  BANK_URL: z.url().meta({ description: 'the bank’s Open Banking address' }),
  BANK_TOKEN: z.string().min(1).meta({ description: 'bearer token that the bank knows us by' }),
  BANK_CALLBACK_TOKEN: z.string().min(16).meta({ description: 'bearer token that the bank’s pushes carry' }),
  BANK_ACCOUNT: z.string().min(4).max(256).meta({ description: 'our account that duties are paid from' }),
  BANK_TIMEOUT_MS: millis.default(10_000),
});
export type DutiesSettings = z.infer<typeof ours>;

export const readSettings = (): DutiesSettings => settings(ours);
