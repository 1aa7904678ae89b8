import { checkIdentifier } from '@tidewaiter/kernel';
import type { Note } from './authority.js';

/**
 * A wrong check digit is shown: many numbers are typed by hand, and an answer of the authority is never refused for it.
 * @param pointer where the message has the number
 */
export function numberNotes(scheme: 'mrn' | 'us-entry', number: string | null, pointer: string): Note[] {
  const checked = number ? checkIdentifier(scheme, number) : null;
  if (!checked || checked.valid) return [];
  const says = `The number ${number} of the authority does not pass its own check: ${checked.reason ?? ''}.`;
  const field = scheme === 'mrn' ? 'references.mrn' : 'references.entryNumber';
  return [{ code: `identifier.${scheme}`, severity: 'warning', pointer, field, says }];
}
