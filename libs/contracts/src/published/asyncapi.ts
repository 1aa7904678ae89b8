import { z } from 'zod';
import { allEvents, type EventDefinition } from '../define-event.js';
import { envelope } from '../envelope.js';
import { eventTypeOf } from '../names.js';
import { streamEvents } from '../partners/routes.js';
import { eventSchema } from './json-schemas.js';
import { sampleEvent } from './samples.js';

type Json = Record<string, unknown>;

const reference = (path: string): Json => ({ $ref: `#/${path}` });

/** References of a schema of its own turned into those of one document, its definitions lifted out. */
function lifted(schema: Json, prefix: string, schemas: Record<string, Json>): Json {
  const nameOf = (id: string): string => (id.startsWith('__') ? `${prefix}${id}` : id);
  const turn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turn);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) =>
        key === '$ref' && typeof each === 'string'
          ? [key, `#/components/schemas/${nameOf(each.split('/').pop()!)}`]
          : [key, turn(each)],
      ),
    );
  };
  const { $defs = {}, $id: _id, $schema: _schema, ...own } = schema;
  for (const [id, each] of Object.entries($defs as Record<string, Json>)) schemas[nameOf(id)] = turn(each) as Json;
  return turn(own) as Json;
}

/**
 * AsyncAPI 3.0 document of every event: what the live feed brings and what webhooks carry, each message with its schema and a sample.
 *
 * @see AsyncAPI 3.0.0
 */
export function asyncApiDocument(version: string): Json {
  const schemas: Record<string, Json> = {};
  schemas['EventEnvelope'] = lifted(z.toJSONSchema(envelope, { unrepresentable: 'any' }), 'Event', schemas);
  const messages: Record<string, Json> = {};
  for (const definition of allEvents()) {
    for (const each of Object.keys(definition.versions).map(Number)) {
      const name = `${definition.context}.${definition.name}.v${each}`;
      schemas[name] = lifted(eventSchema(definition, each), definition.name, schemas);
      messages[name] = messageOf(definition, each, name);
    }
  }
  const names = Object.keys(messages);
  const all = Object.fromEntries(names.map((name) => [name, reference(`components/messages/${name}`)]));
  const carried = (channel: string): Json[] => names.map((name) => reference(`channels/${channel}/messages/${name}`));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tidewaiter events',
      version,
      description:
        'CloudEvents 1.0 in structured mode. A type only grows; another meaning is another version. The values of persons are taken out.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: {
      feed: {
        address: streamEvents.path,
        title: 'Live feed',
        description: 'Server-sent events over HTTP GET: `id` is the position, `event` the type, `data` the CloudEvent.',
        messages: all,
        bindings: { http: { bindingVersion: '0.3.0' } },
      },
      webhooks: {
        address: null,
        title: 'Webhooks',
        description:
          'HTTP POST to the address of an endpoint, signed by Standard Webhooks 1.0.0. The body has `previousversion` beside: the version of the stream’s event before among those for the endpoint.',
        messages: all,
        bindings: { http: { bindingVersion: '0.3.0' } },
      },
    },
    operations: {
      sendFeed: {
        action: 'send',
        channel: reference('channels/feed'),
        messages: carried('feed'),
        bindings: { http: { method: 'GET', bindingVersion: '0.3.0' } },
      },
      sendWebhook: {
        action: 'send',
        channel: reference('channels/webhooks'),
        messages: carried('webhooks'),
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
      },
    },
    components: { messages, schemas },
  };
}

const messageOf = (definition: EventDefinition, version: number, name: string): Json => ({
  name: eventTypeOf(definition.context, definition.name, version),
  title: definition.name,
  summary: definition.description,
  tags: [{ name: definition.context }],
  payload: {
    allOf: [
      reference('components/schemas/EventEnvelope'),
      {
        type: 'object',
        properties: {
          type: { const: eventTypeOf(definition.context, definition.name, version) },
          data: reference(`components/schemas/${name}`),
        },
      },
    ],
  },
  examples: [{ name: 'sample', payload: sampleEvent(definition, version) }],
});
