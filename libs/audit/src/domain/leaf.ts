import { eventNamed, parseEventType, upcast, type EventEnvelope } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';

/** One event as the log holds it, data in the newest version's shape; what was encrypted per person stays so. */
export interface Leaf {
  index: number;
  eventId: string;
  /** `tidewaiter.<context>.<Event>.v<N>`, as recorded */
  type: string;
  /** the event's name without context and version */
  name: string;
  stream: string;
  version: number;
  time: Instant;
  actor: string;
  data: unknown;
}

/** Reads a leaf's bytes. They were checked when they were staged; an event of a context since removed keeps its raw data. */
export function readLeaf(index: number, body: Uint8Array): Leaf {
  const event = JSON.parse(new TextDecoder().decode(body)) as EventEnvelope;
  const parsed = parseEventType(event.type);
  const definition = parsed ? eventNamed(parsed.context, parsed.name) : undefined;
  return {
    index,
    eventId: event.id,
    type: event.type,
    name: parsed?.name ?? event.type,
    stream: event.stream,
    version: event.version,
    time: event.time,
    actor: event.actor,
    data: definition && parsed ? upcast(definition, parsed.version, event.data) : event.data,
  };
}
