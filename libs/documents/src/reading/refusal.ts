import { Invalid } from '@tidewaiter/kernel';

/** A document that is well formed and still cannot be read as what it says it is. */
export const unreadable = (code: string, place: string, says: string, advice: string): Invalid =>
  new Invalid(`documents.${code}`, says, { places: [{ pointer: place, reason: says }], advice });
