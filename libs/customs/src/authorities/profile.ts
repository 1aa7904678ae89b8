import { readFileSync } from 'node:fs';
import { country, currency, legalDate } from '@tidewaiter/contracts';
import { z } from 'zod';

const ms = z.int().nonnegative();

const profile = z.strictObject({
  /** short name, as events and actors carry it */
  authority: z.string().max(40),
  channel: z.enum(['cds']),
  destination: country,
  validFrom: legalDate,
  validTo: legalDate.nullable(),
  /** IANA time zone in which the authority's dates are legal dates */
  zone: z.string(),
  /** in which its debts are stated when an amount names none */
  currency,
  customisation: z.string(),
  /** whether freight and insurance to the border belong to the customs value */
  basis: z.enum(['CIF', 'FOB']),
  importerScheme: z.enum(['EORI', 'EIN']),
  /** taxes that are declared on each line with their method of payment */
  taxTypes: z.array(z.string().max(3)).min(1),
  methodOfPayment: z.string().length(1),
  payee: z.string(),
  resend: z.strictObject({ quietMs: ms, limitMs: ms, most: z.int().positive() }),
});

/** What differs between authorities that speak one format: dated data, never code. */
export type Profile = z.infer<typeof profile>;

/** Reads the profiles that come with the package; a file that does not fit its schema stops the start. */
export const readProfiles = (file: URL = new URL('../../data/profiles.json', import.meta.url)): Profile[] =>
  z.array(profile).parse(JSON.parse(readFileSync(file, 'utf8')));
