import { eventNamed, newestType, withoutPersonal } from '@tidewaiter/contracts';
import type { StoredEvent } from '@tidewaiter/event-store';

export interface FeedEntry {
  eventId: string;
  subject: string;
  shipmentId: string | null;
  type: string;
  /** the CloudEvent as JSON text, the values of persons taken out */
  body: string;
}

/**
 * An event as partners see it: CloudEvents 1.0 in structured mode, data in the newest version's shape.
 *
 * @returns null for an event that this release does not know
 */
export function feedEntryOf(event: StoredEvent): FeedEntry | null {
  const definition = eventNamed(event.context, event.type);
  if (!definition) return null;
  const type = newestType(definition);
  const data = withoutPersonal(definition, event.data);
  const { shipmentId } = event.data as { shipmentId?: unknown };
  return {
    eventId: event.id,
    subject: event.subject,
    shipmentId: typeof shipmentId === 'string' ? shipmentId : null,
    type,
    body: JSON.stringify({
      specversion: '1.0',
      id: event.id,
      source: `/tidewaiter/${event.context}`,
      type,
      subject: event.subject,
      time: event.time,
      datacontenttype: 'application/json',
      dataschema: `/schemas/${definition.context}/${definition.name}/v${definition.version}.json`,
      tenantid: event.tenant,
      stream: event.stream,
      version: event.version,
      actor: event.actor,
      correlationid: event.correlationId,
      causationid: event.causationId,
      data,
    }),
  };
}
