import { readFileSync } from 'node:fs';
import { country, currency, legalDate } from '@tidewaiter/contracts';
import { CHARSETS } from '@tidewaiter/edifact';
import { z } from 'zod';

const ms = z.int().nonnegative();

/** What a processing indicator of one code list says. */
const indicator = z.enum([
  'accepted',
  'rejected',
  'released',
  'exam',
  'documents',
  'detained',
  'waits-for-arrival',
  'granted',
  'denied',
  'received',
  'corrected',
  'invalidated',
  'lifted',
  'suspended',
  'seized',
  'query',
  'short',
  'manual',
  // Decisions of another agency, which the indicator names in its fourth component.
  'agency-review',
  'agency-hold',
  'agency-refused',
  'agency-documents',
  'agency-exam',
  'agency-proceed',
]);
export type Indicator = z.infer<typeof indicator>;

const partner = z.strictObject({ id: z.string().max(35), qualifier: z.string().max(4) });

const edifact = z.strictObject({
  charset: z.enum(CHARSETS),
  sender: partner,
  recipient: partner,
  /** agency of the lists that are the authority's own, 3055 */
  agency: z.string().max(3),
  /** processing indicators by the list named in C529, `1131:3055`; `:6` is the list of UN/EDIFACT under any number */
  indicators: z.record(z.string(), z.record(z.string(), indicator)),
  /** which of these holds when a message names none; null: nobody guesses */
  defaultIndicators: z.string().nullable(),
  /** IANA zone of times that name none; the authority's own when absent */
  timesIn: z.string().optional(),
  /** qualifiers (5025) of charges beside freight and insurance, by their code in DE 4/9; one that is absent is not carried */
  charges: z.record(z.string(), z.string().max(3)).default({}),
  /** error codes that refuse a transmission because another one under the same reference lives */
  sameReference: z.array(z.string()).default([]),
  /** characters written in place of others, each time listed */
  transliterate: z.record(z.string().min(1), z.string()),
});

const ace = z.strictObject({
  site: z.string().max(4),
  /** district and port in which the blocks are processed */
  port: z.string().length(4),
  filer: z.string().regex(/^[0-9A-Z]{3}$/),
  /** release and summary are two filings with states of their own */
  filing: z.enum(['cargo-release', 'entry-summary']),
  /** district and port by UN/LOCODE */
  ports: z.record(z.string(), z.string().length(4)),
});

const profile = z.strictObject({
  /** short name, as events and actors carry it */
  authority: z.string().max(40),
  channel: z.enum(['cds', 'edifact', 'ace']),
  destination: country,
  /** two digits each; absent: every procedure */
  procedures: z.array(z.string().length(2)).optional(),
  validFrom: legalDate,
  validTo: legalDate.nullable(),
  /** IANA time zone in which the authority's dates are legal dates */
  zone: z.string(),
  /** in which its debts are stated when an amount names none */
  currency,
  customisation: z.string(),
  /** whether freight and insurance to the border belong to the customs value */
  basis: z.enum(['CIF', 'FOB']),
  /** whether a rate of exchange that the contract of sale fixes may be declared in place of the published one */
  contractRates: z.boolean().default(false),
  importerScheme: z.enum(['EORI', 'EIN']),
  /** taxes that are declared on each line with their method of payment */
  taxTypes: z.array(z.string().max(3)).min(1),
  methodOfPayment: z.string().length(1),
  payee: z.string(),
  /** its published account, where the messages that ask for money name none */
  payeeAccount: z.string().optional(),
  resend: z.strictObject({ quietMs: ms, limitMs: ms, most: z.int().positive() }),
  /**
   * What became of the goods when the authority wants to be asked to invalidate their declaration; where it is empty it ends by itself.
   * @see Regulation (EU) 952/2013, article 174; CDS cancellation requests; ACE cargo release, SE action D
   */
  invalidateWhen: z.array(z.enum(['abandoned', 're-exported', 'destroyed'])),
  edifact: edifact.optional(),
  ace: ace.optional(),
});

/** What differs between authorities that speak one format: dated data, never code. */
export type Profile = z.infer<typeof profile>;

/** The part of a profile that only its channel has; a profile without it does not fit its channel. */
export function partOf<K extends 'edifact' | 'ace'>(profile: Profile, channel: K): NonNullable<Profile[K]> {
  const part = profile[channel];
  if (!part) throw new Error(`the profile of ${profile.authority} has no part for ${channel}`);
  return part;
}

/** A row says what it is like, by the authority's name, and only what differs. */
const row = z.looseObject({ authority: z.string(), like: z.string().optional() });

function spelledOut(rows: readonly z.output<typeof row>[]): unknown[] {
  const whole = ({ like, ...own }: z.output<typeof row>): Record<string, unknown> => {
    if (like === undefined) return own;
    const model = rows.find((each) => each.authority === like && each.like === undefined);
    if (!model) throw new Error(`the profile of ${own.authority} is like ${like}, which is no profile of its own`);
    return { ...model, ...own };
  };
  return rows.map(whole);
}

/** Reads the profiles that come with the package; a file that does not fit its schema stops the start. */
export function readProfiles(file: URL = new URL('../../data/profiles.json', import.meta.url)): Profile[] {
  const rows = z.array(row).parse(JSON.parse(readFileSync(file, 'utf8')));
  const profiles = z.array(profile).parse(spelledOut(rows));
  for (const each of profiles) if (each.channel !== 'cds') partOf(each, each.channel);
  return profiles;
}

/** To whom a debt is paid that a message states without naming an account. */
export const payeeOf = ({ payee, payeeAccount }: Profile): { name: string; account: string } | null =>
  payeeAccount === undefined ? null : { name: payee, account: payeeAccount };
