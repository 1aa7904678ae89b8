import type { AssessmentRequest, AssessmentResult } from '@tidewaiter/contracts';
import { canonicalJson } from '@tidewaiter/kernel';
import { assess } from './assess.js';
import type { LoadedRuleBook } from './rule-book.js';

export interface Difference {
  /** JSON pointer into the result */
  pointer: string;
  stored: string;
  derived: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string => (value === undefined ? 'absent' : canonicalJson(value));

function differences(stored: unknown, derived: unknown, pointer: string): Difference[] {
  if (!isRecord(stored) || !isRecord(derived)) {
    return text(stored) === text(derived) ? [] : [{ pointer, stored: text(stored), derived: text(derived) }];
  }
  const members = [...new Set([...Object.keys(stored), ...Object.keys(derived)])].sort();
  return members.flatMap((member) => differences(stored[member], derived[member], `${pointer}/${member}`));
}

/**
 * Computes a stored assessment again from the request and the rule books named in it.
 *
 * @param books of exactly the digests that the assessment names
 * @returns the bytes again, and every place where they are not the stored ones
 */
export function rederive(
  stored: { assessmentId: string; request: AssessmentRequest; result: AssessmentResult },
  books: readonly LoadedRuleBook[],
): { bytes: string; differences: Difference[] } {
  const result = assess(stored.request, books, stored.assessmentId);
  return { bytes: canonicalJson(result), differences: differences(stored.result, result, '') };
}
