import { country, DOCUMENT_TYPES, legalDate } from '@tidewaiter/contracts';
import { z } from 'zod';
import type { RequirementRow } from '../domain/index.js';

const match = z.union([
  z.string(),
  z.strictObject({ in: z.array(z.string()).min(1) }),
  z.strictObject({ prefix: z.array(z.string()).min(1) }),
]);
const types = z.array(z.enum(DOCUMENT_TYPES)).min(1);

const row = z
  .strictObject({
    id: z.string().regex(/^[a-z]{2}\/[a-z0-9-]+$/),
    when: z.strictObject({
      destination: z.union([country, z.strictObject({ in: z.array(country).min(1) })]),
      origin: match.optional(),
      transport: match.optional(),
      commodity: match.optional(),
      incoterm: match.optional(),
      preference: z.strictObject({ claimed: z.literal(true), code: match.optional() }).optional(),
    }),
    ask: z.strictObject({
      slot: z.string().min(1),
      oneOf: types.optional(),
      allOf: types.optional(),
      per: z.literal('shipment'),
    }),
    because: z.string().min(5),
    law: z.strictObject({ ref: z.string().min(3), from: legalDate, to: legalDate.nullable() }),
    from: z.enum(['shipper', 'buyer', 'carrier', 'forwarder', 'broker', 'importer', 'agency', 'authority']),
    due: z.strictObject({ anchor: z.string(), late: z.string() }),
    original: z.boolean(),
    blocks: z.enum(['filing', 'claim', 'release', 'delivery', 'nothing']),
    confidence: z.enum(['high', 'medium', 'low']),
  })
  .refine(({ ask }) => (ask.oneOf === undefined) !== (ask.allOf === undefined), 'a row asks for oneOf or for allOf');

/** Rows as they lie in the data file, every one checked. @throws with the row and the field that does not fit */
export function readRequirementRows(json: string): RequirementRow[] {
  const { rows } = z.strictObject({ about: z.string(), rows: z.array(row) }).parse(JSON.parse(json));
  const ids = new Set(rows.map((each) => each.id));
  if (ids.size !== rows.length) throw new Error('two rows of required documents have the same id');
  return rows;
}
