import { ProblemError } from '@tidewaiter/client';
import { i18n } from '../words/words.js';
import type { FieldProblem } from './states.js';

/** The places of a refused request as problems of a form: each leads to the field whose id its pointer maps to; none is dropped. */
export function fieldProblems(error: unknown, fieldOf: (pointer: string) => string | undefined): FieldProblem[] {
  if (!(error instanceof ProblemError))
    return error ? [{ says: i18n.t('No answer came. What you typed is kept: send it again.') }] : [];
  const { places = [], detail, advice } = error.problem;
  if (places.length === 0) return [{ says: advice ? `${detail} ${advice}` : detail }];
  return places.map(({ pointer, reason }) => {
    const field = fieldOf(pointer.replace(/^\/?body/, ''));
    return field === undefined ? { says: `${pointer}: ${reason}` } : { field, says: `${field}: ${reason}` };
  });
}
