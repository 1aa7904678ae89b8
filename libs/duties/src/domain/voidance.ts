import type { TariffEvent } from '@tidewaiter/contracts';
import type { Decider, LegalDate } from '@tidewaiter/kernel';
import { plusDays, plusMonths } from '@tidewaiter/kernel';
import { z } from 'zod';

type Voided = Extract<TariffEvent, { type: 'LegalBasisVoided' }>;
export type LegalBasisVoided = Voided['data'];

/** A legal basis taken away; one stream each, it is never taken back but by law again. */
export const voidance: Decider<LegalBasisVoided | null, { type: 'VoidLegalBasis' } & LegalBasisVoided, Voided> = {
  initial: null,
  decide(state, { type: _type, ...data }) {
    return state ? [] : [{ type: 'LegalBasisVoided', data }];
  },
  evolve: (state, event) => (event.type === 'LegalBasisVoided' ? event.data : state),
};

/** How duty that was paid without a basis is claimed back: which remedy, until when, under which law. By destination. */
export const remediesSchema = z.record(
  z.string().regex(/^[A-Z]{2}$/),
  z
    .array(
      z
        .strictObject({
          name: z.string(),
          days: z.int().positive().optional(),
          months: z.int().positive().optional(),
          law: z.string().min(5),
          confidence: z.enum(['high', 'medium', 'low']),
          note: z.string().optional(),
        })
        .refine(({ days, months }) => (days === undefined) !== (months === undefined), 'days or months'),
    )
    .min(1),
);
export type Remedies = z.infer<typeof remediesSchema>;

export type ClaimState = 'not-paid' | 'open' | 'closing' | 'lapsed' | 'unknown';
export interface Clock {
  state: ClaimState;
  remedy: string | null;
  deadline: LegalDate | null;
  law: string | null;
}

const CLOSING_DAYS = 30;

/**
 * Where the clock of a claim stands. Remedies follow each other: the first that is still open counts. Each runs from the law
 * date of the assessment, so that no later start which is not on record (notification, liquidation) makes it look longer.
 *
 * @param settled whether the duty was paid: what is not paid is corrected, not claimed
 */
export function clockOf(
  remedies: Remedies,
  { destination, lawDate, settled }: { destination: string; lawDate: LegalDate; settled: boolean },
  on: LegalDate,
): Clock {
  if (!settled)
    return { state: 'not-paid', remedy: 'correct the declaration before payment', deadline: null, law: null };
  const known = remedies[destination];
  if (!known) return { state: 'unknown', remedy: null, deadline: null, law: null };
  const dated = known.map((remedy) => ({
    remedy,
    deadline: remedy.days === undefined ? plusMonths(lawDate, remedy.months!) : plusDays(lawDate, remedy.days),
  }));
  const open = dated.find(({ deadline }) => on <= deadline);
  const { remedy, deadline } = open ?? dated.at(-1)!;
  const state = !open ? 'lapsed' : plusDays(on, CLOSING_DAYS) > deadline && open === dated.at(-1) ? 'closing' : 'open';
  return { state, remedy: remedy.name, deadline, law: remedy.law };
}
