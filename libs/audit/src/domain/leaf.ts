import { eventNamed, parseEventType, upcast, type EventEnvelope } from '@tidewaiter/contracts';
import { toInstant, type Instant } from '@tidewaiter/kernel';

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
  /** when it was recorded */
  time: Instant;
  /** when it became true by the clock of the authority or party that made it so; else `time` */
  happened: Instant;
  actor: string;
  data: unknown;
}

/** When an event became true, where its definition says which member tells it and that member is an instant. */
function happenedOf(data: unknown, pointer: string | null, recorded: Instant): Instant {
  const said = pointer
    ?.split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], data);
  return typeof said === 'string' && !Number.isNaN(Date.parse(said)) ? toInstant(said) : recorded;
}

/** Reads a leaf's bytes. They were checked when they were staged; an event of a context since removed keeps its raw data. */
export function readLeaf(index: number, body: Uint8Array): Leaf {
  const event = JSON.parse(new TextDecoder().decode(body)) as EventEnvelope;
  const parsed = parseEventType(event.type);
  const definition = parsed ? eventNamed(parsed.context, parsed.name) : undefined;
  const data = definition && parsed ? upcast(definition, parsed.version, event.data) : event.data;
  const time = toInstant(event.time);
  return {
    index,
    eventId: event.id,
    type: event.type,
    name: parsed?.name ?? event.type,
    stream: event.stream,
    version: event.version,
    time,
    happened: happenedOf(data, definition?.happenedAt ?? null, time),
    actor: event.actor,
    data,
  };
}
