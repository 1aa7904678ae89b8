import { ProblemError } from '@tidewaiter/client';
import type { DELIVERY_STATUSES } from '@tidewaiter/contracts';
import type { FieldProblem, State } from '../ui/index.js';
import { i18n } from '../words/words.js';

type Status = (typeof DELIVERY_STATUSES)[number];

export const STATUS: Record<Status, { state: State; label: string }> = {
  waiting: { state: 'wait', label: i18n.t('Waiting') },
  failing: { state: 'act', label: i18n.t('Failing') },
  dead: { state: 'late', label: i18n.t('Out of tries') },
  sent: { state: 'go', label: i18n.t('Sent') },
  skipped: { state: 'idle', label: i18n.t('Skipped') },
};

/** Whole minutes, or seconds below one: `1 h 52 min`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 ? `${hours} h` : '', rest > 0 ? i18n.t('{rest} min', { rest }) : ''].filter(Boolean).join(' ');
}

/** Host and path of an endpoint, as people tell it from others. */
export const shortUrl = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/$/, '');

/** A refusal as one sentence of a form. */
export const refusal = (error: Error | null): FieldProblem[] =>
  error === null
    ? []
    : [
        {
          says:
            error instanceof ProblemError
              ? `${error.problem.detail} ${error.problem.advice ?? ''}`
              : i18n.t('No answer came. Press again: it is the same act.'),
        },
      ];

/** Whether an answer says that there is no such thing: the page is not found then, as a whole. */
export const isUnknown = (error: Error | null): boolean => error instanceof ProblemError && error.status === 404;

/**
 * Whether an endpoint with these types takes a type.
 *
 * @param types of the endpoint: `customs.GoodsReleased` or `customs.*`; none: all
 */
export const takes = (types: readonly string[], type: string): boolean =>
  types.length === 0 || types.includes(type) || types.includes(`${type.split('.')[0]}.*`);
