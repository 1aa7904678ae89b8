import { z } from 'zod';
import { allEvents, eventNamed, type EventDefinition } from '../define-event.js';

/** JSON Schema (2020-12) of one version of an event's data, as its envelope's `dataschema` names it. */
export function eventSchema(definition: EventDefinition, version: number): Record<string, unknown> {
  const schema = definition.versions[version];
  if (!schema) throw new RangeError(`${definition.name} has no version ${version}`);
  return {
    ...(z.toJSONSchema(schema, { unrepresentable: 'any' }) as Record<string, unknown>),
    $id: schemaAddress(definition, version),
    title: definition.name,
    description: definition.description,
  };
}

export const schemaAddress = (definition: EventDefinition, version: number): string =>
  `/schemas/${definition.context}/${definition.name}/v${version}.json`;

/** Every released and current schema by its address. */
export function allEventSchemas(): Record<string, Record<string, unknown>> {
  const schemas: Record<string, Record<string, unknown>> = {};
  for (const definition of allEvents()) {
    for (const version of Object.keys(definition.versions).map(Number)) {
      schemas[schemaAddress(definition, version)] = eventSchema(definition, version);
    }
  }
  return schemas;
}

export function schemaAt(context: string, name: string, version: number): Record<string, unknown> | null {
  const definition = eventNamed(context, name);
  return definition && definition.versions[version] ? eventSchema(definition, version) : null;
}
