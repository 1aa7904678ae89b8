import { Refused } from '@tidewaiter/kernel';
import type { StoredEvent } from '@tidewaiter/event-store';

/**
 * Tells a refusal that was recorded to whoever asked.
 *
 * @param events that the command led to
 * @throws Refused with the code of the refusal among them
 */
export function refuseIfRefused(events: readonly Pick<StoredEvent, 'type' | 'data'>[]): void {
  const refusal = events.find(({ type }) => type.endsWith('Refused'));
  if (!refusal) return;
  const { by, code, says } = refusal.data as { by: string; code: string; says: string };
  throw new Refused(code, says, {
    advice: 'Ask another compliance officer. This attempt is on record.',
    facts: { by },
  });
}
