import { z } from 'zod';
import { digest, instant, money, uuid } from '../values.js';

/** What every event about one version of a filing names. */
export const filing = {
  declarationId: uuid,
  shipmentId: uuid,
  version: z.int().positive(),
  lrn: z.string().max(22),
};

/** What every event names that repeats a statement of the authority. */
export const notice = {
  declarationId: uuid,
  shipmentId: uuid,
  version: z.int().positive(),
  mrn: z.string().max(18).nullable(),
  /** the authority's own time */
  authorityTime: instant,
  messageId: z.string().meta({ description: 'Identity of the raw message that said so' }),
  /** the authority's own count of the declaration's versions, when it says one */
  authorityVersion: z.int().positive().optional(),
};

export const fieldProblem = z
  .strictObject({
    code: z.string(),
    pointer: z.string(),
    field: z.string().nullable(),
    says: z.string(),
    /** who can do something about it; absent: the declarant */
    who: z.enum(['importer', 'supplier']).optional(),
  })
  .meta({ id: 'FieldProblem' });

/** What stood behind a filing at its moment: law date, mandate, identifier, screening, guarantee, embargo rows. */
export const standingProof = z
  .strictObject({
    /** day in the authority’s zone */
    lawDate: z.string(),
    mandateId: z.string(),
    mandateUntil: z.string(),
    importerId: z.string(),
    identifier: z.string(),
    law: z.string(),
    screening: z.strictObject({ list: z.string(), digest }),
    guarantee: z.strictObject({ guaranteeId: z.string(), reserved: money }).nullable(),
    embargoes: digest,
  })
  .meta({ id: 'StandingProof' });
