import {
  checkData,
  envelope as envelopeSchema,
  eventNamed,
  issuesOf,
  newestType,
  SchemaMismatch,
  type ContextName,
  type EventEnvelope,
} from '@tidewaiter/contracts';
import { Invalid, type DomainEvent, type Instant } from '@tidewaiter/kernel';
import type { By } from './event-store.js';
import { rewritePersonal } from './personal.js';
import type { SubjectKeys } from './subject-keys.js';

/** An entry of the audit log has a 16-bit length (C2SP tlog-tiles), so no event may be longer. */
export const LARGEST_BODY = 65_535;

/** A trace of another form (sent by a caller) is left out: it must not keep a fact from being recorded. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export interface BuiltEvent {
  envelope: EventEnvelope;
  /** the data before sealing */
  data: unknown;
  /** the bytes that are stored, published and logged */
  body: string;
}

/**
 * Builds the CloudEvent of one fact: data checked by its schema, personal values sealed, every field checked.
 * @throws SchemaMismatch; Invalid `event-store.event.malformed`, `event-store.event.too-large`; Refused `event-store.subject.erased`
 */
export async function buildEvent(
  keys: SubjectKeys,
  of: {
    context: ContextName;
    stream: string;
    version: number;
    id: string;
    time: Instant;
    traceparent: string | undefined;
  },
  event: DomainEvent,
  by: By,
): Promise<BuiltEvent> {
  const definition = eventNamed(of.context, event.type);
  if (!definition)
    throw new SchemaMismatch(`tidewaiter.${of.context}.${event.type}`, [{ pointer: '', reason: 'no such event' }]);
  const plain = checkData(definition, definition.version, event.data);
  let personal = false;
  rewritePersonal(plain, definition.personal, (text) => {
    personal = true;
    return text;
  });
  const seal = personal ? await keys.sealer(by.tenant, by.subject) : undefined;
  const data = seal
    ? rewritePersonal(plain, definition.personal, (text, pointer) => seal(of.id, pointer, text))
    : plain;

  const envelope = {
    specversion: '1.0',
    id: of.id,
    source: `/tidewaiter/${of.context}`,
    type: newestType(definition),
    subject: by.subject,
    time: of.time,
    datacontenttype: 'application/json',
    dataschema: `/schemas/${of.context}/${definition.name}/v${definition.version}.json`,
    tenantid: by.tenant,
    stream: of.stream,
    version: of.version,
    actor: by.actor,
    correlationid: by.correlationId,
    causationid: by.causationId,
    commandid: by.commandId,
    ...(of.traceparent !== undefined && TRACEPARENT.test(of.traceparent) ? { traceparent: of.traceparent } : {}),
    data,
  };
  const checked = envelopeSchema.safeParse(envelope);
  if (!checked.success) {
    throw new Invalid(
      'event-store.event.malformed',
      `${definition.name} cannot be recorded: its envelope is malformed`,
      {
        places: issuesOf(checked.error),
      },
    );
  }
  const body = JSON.stringify(envelope);
  const size = Buffer.byteLength(body);
  if (size > LARGEST_BODY) {
    throw new Invalid(
      'event-store.event.too-large',
      `${definition.name} has ${size} bytes, at most ${LARGEST_BODY} can be recorded`,
      {
        advice: 'Store the body as a document and record its digest.',
        facts: { size, largest: LARGEST_BODY },
      },
    );
  }
  return { envelope: checked.data, data: plain, body };
}
