import { Refused } from '@tidewaiter/kernel';
import type { StoredEvent } from '@tidewaiter/event-store';

/**
 * Tells a refusal that was recorded to whoever asked.
 *
 * @param events that the command led to
 * @param who   may do it instead, as an order: `Ask another compliance officer.`
 * @throws Refused with the code of the refusal among them
 */
export function refuseIfRefused(events: readonly Pick<StoredEvent, 'type' | 'data'>[], who: string): void {
  const refusal = events.find(({ type }) => type.endsWith('Refused'));
  if (!refusal) return;
  const { by, code, says } = refusal.data as { by: string; code: string; says: string };
  throw new Refused(code, says, {
    advice: `${who} This attempt is on record.`,
    facts: { by },
  });
}
