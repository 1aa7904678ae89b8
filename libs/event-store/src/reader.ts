import {
  checkData,
  eventNamed,
  parseEventType,
  SchemaMismatch,
  upcast,
  type EventDefinition,
  type EventEnvelope,
} from '@tidewaiter/contracts';
import type { EventReader, StoredEvent } from './event-store.js';
import { rewritePersonal } from './personal.js';
import { isSealed, type SubjectKeys } from './subject-keys.js';

/** Opens envelopes of every context: from the store, from Kafka, from an archive. */
export function createEventReader(options: { keys: SubjectKeys }): EventReader {
  return { open: (envelope) => openEvent(options.keys, envelope, '') };
}

/** @throws SchemaMismatch when the type is none of ours or the data does not fit the schema of its version */
export async function openEvent(keys: SubjectKeys, envelope: EventEnvelope, position: string): Promise<StoredEvent> {
  const { definition, version } = definitionOf(envelope.type);
  const plain = await unseal(keys, envelope, definition);
  return {
    id: envelope.id,
    context: definition.context,
    type: definition.name,
    data: upcast(definition, version, checkData(definition, version, plain)),
    stream: envelope.stream,
    version: envelope.version,
    time: envelope.time,
    tenant: envelope.tenantid,
    subject: envelope.subject,
    actor: envelope.actor,
    correlationId: envelope.correlationid,
    causationId: envelope.causationid,
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
    position,
  };
}

function definitionOf(type: string): { definition: EventDefinition; version: number } {
  const parsed = parseEventType(type);
  const definition = parsed && eventNamed(parsed.context, parsed.name);
  if (!definition) throw new SchemaMismatch(type, [{ pointer: '', reason: 'no such event' }]);
  return { definition, version: parsed.version };
}

/** Values at personal places that were stored before the place became personal are plain, and stay readable. */
async function unseal(keys: SubjectKeys, envelope: EventEnvelope, definition: EventDefinition): Promise<unknown> {
  let sealed = false;
  rewritePersonal(envelope.data, definition.personal, (text) => {
    sealed ||= isSealed(text);
    return text;
  });
  if (!sealed) return envelope.data;
  const open = await keys.opener(envelope.tenantid, envelope.subject);
  return rewritePersonal(envelope.data, definition.personal, (text, pointer) =>
    isSealed(text) ? open(envelope.id, pointer, text) : text,
  );
}
