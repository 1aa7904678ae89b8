import { within, type Pace } from '../plumbing/pace.js';
import type { PlotStep } from './plot.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Papers are wanted within so long, and once more before the declaration is given up. */
export const PAPERS_DUE = 3 * DAY;
/** A pre-lodged declaration waits for its goods so long. */
export const LAPSES_AFTER = 30 * DAY;
/** Missing money is called for every so often, and not longer. */
export const REMINDED_EVERY = DAY;
export const GIVEN_UP_AFTER = 10 * DAY;
/** Cash is due within so long. */
export const PAYMENT_DUE = 10 * DAY;
/** Delivered or not, a notification is held so long. */
export const KEPT_FOR = 14 * DAY;
/** What an enquiry still finds. */
export const ENQUIRED_FOR = 180 * DAY;

/** Waits of an authority that is in no hurry, milliseconds from and to; `human` and `fast` have none of them. */
function span(step: PlotStep, isFirst: boolean, isRequest: boolean, seed: string): readonly [number, number] {
  if (isRequest && step.do === 'answer')
    return within([1, 20], seed) === 1 ? [2 * HOUR, 8 * HOUR] : [SECOND, 20 * SECOND];
  if (isFirst) return [SECOND, 3 * SECOND];
  if (step.until === 'documents') return [2 * HOUR, 2 * HOUR];
  if (step.do === 'tax') return step.kind === 'indicative' ? [0, 2 * SECOND] : [10 * MINUTE, 10 * MINUTE];
  if (step.do === 'exam') return [4 * HOUR, 2 * DAY];
  if (step.do === 'clear') return [0, SECOND];
  return [SECOND, 3 * SECOND];
}

/** Milliseconds before an act that no script times. */
export function waitBefore(pace: Pace, step: PlotStep, isFirst: boolean, isRequest: boolean, seed: string): number {
  if (pace === 'fast') return 0;
  return within(pace === 'human' ? [200, 900] : span(step, isFirst, isRequest, seed), seed);
}
