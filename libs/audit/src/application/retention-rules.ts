import { readFileSync } from 'node:fs';
import { isLegalDate } from '@tidewaiter/kernel';
import { z } from 'zod';
import type { RetentionRule } from '../domain/index.js';

const legalDate = z.string().refine(isLegalDate, 'a calendar date');
const schema = z.strictObject({
  title: z.string(),
  rules: z.array(
    z.strictObject({
      jurisdiction: z.string().regex(/^[A-Z]{2}$/),
      keeps: z.string(),
      years: z.int().positive(),
      from: z.enum(['entry-date', 'end-of-year']),
      law: z.string().min(3),
      validFrom: legalDate,
      validTo: legalDate.nullable(),
    }),
  ),
  zones: z.record(z.string(), z.string()),
});

const FILE = new URL('../../data/retention.json', import.meta.url);

export interface RetentionLaws {
  rules: readonly RetentionRule[];
  /** IANA time zone of each authority */
  zones: Readonly<Record<string, string>>;
}

/** The retention laws that this release knows. @throws when the file does not fit its schema */
export const retentionLaws = (): RetentionLaws => schema.parse(JSON.parse(readFileSync(FILE, 'utf8')));
