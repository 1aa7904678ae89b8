import { STAGES, type Stage } from '@tidewaiter/contracts';
import { plusMillis, type Instant } from '@tidewaiter/kernel';
import { isUnimported, type BoardRow } from './board.js';

/** Fewer like cases than these say nothing: then there is no estimate, only their number. */
export const LIKE_AT_LEAST = 30;
/** Quantiles of the dots: each stands for one case in twenty. */
const DOTS = 20;

export interface Estimate {
  /** cases that had not been delivered either after as long in this stage */
  cases: number;
  /** when the goods are delivered, in half and in nine of ten like cases; null without enough of them */
  p50: Instant | null;
  p90: Instant | null;
}

const later = (since: Instant, seconds: number): Instant => plusMillis(since, seconds * 1000);

/** The case below which that share of the cases lies: a case that was, never one in between. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

const stillOpen = (durations: readonly number[], since: Instant, now: Instant): readonly number[] => {
  const elapsed = (Date.parse(now) - Date.parse(since)) / 1000;
  return durations.filter((seconds) => seconds > elapsed);
};

/**
 * When a shipment is delivered, by how long like ones took: same destination, same mode of transport, in this stage for at least as long.
 *
 * @param durations seconds from the entry into this stage to the delivery, ascending
 * @param since when this shipment entered its stage
 */
export function estimateOf(durations: readonly number[], since: Instant, now: Instant): Estimate {
  const like = stillOpen(durations, since, now);
  if (like.length < LIKE_AT_LEAST) return { cases: like.length, p50: null, p90: null };
  return { cases: like.length, p50: later(since, quantile(like, 0.5)), p90: later(since, quantile(like, 0.9)) };
}

/** Twenty equally likely instants of delivery, earliest first; none without enough like cases. */
export function dotsOf(durations: readonly number[], since: Instant, now: Instant): Instant[] {
  const like = stillOpen(durations, since, now);
  if (like.length < LIKE_AT_LEAST) return [];
  return Array.from({ length: DOTS }, (_, dot) => later(since, quantile(like, (dot + 0.5) / DOTS)));
}

const DELIVERED = STAGES.indexOf('record-keeping');

/** Seconds from each stage to the delivery of a shipment that was delivered; none before, and none where nothing was imported. */
export function durationsOf(row: BoardRow): { stage: Stage; seconds: number; deliveredAt: Instant }[] {
  const { since = {} } = row;
  const deliveredAt = since['record-keeping'];
  if (deliveredAt === undefined || isUnimported(row)) return [];
  return STAGES.slice(0, DELIVERED).flatMap((stage) => {
    const entered = since[stage];
    if (entered === undefined || entered > deliveredAt) return [];
    return [{ stage, seconds: Math.round((Date.parse(deliveredAt) - Date.parse(entered)) / 1000), deliveredAt }];
  });
}

/** When it entered the stage it is in, where a delivery is still to come; null where none is. */
export function awaitedSince({
  since = {},
  reached,
  outcome,
  sealed,
}: BoardRow): { stage: Stage; since: Instant | null } | null {
  if (reached >= DELIVERED || outcome !== null || sealed) return null;
  const stage = STAGES[reached]!;
  return { stage, since: since[stage] ?? null };
}
