import { z } from 'zod';
import { eventTypeOf, type ContextName } from './names.js';

type Versions = Record<number, z.ZodType>;

/** One event of a context with all its versions; readers always see the newest. */
export interface EventDefinition<N extends string = string, D = unknown> {
  context: ContextName;
  name: N;
  /** newest version number */
  version: number;
  versions: Versions;
  upcast: Record<number, (old: never) => unknown>;
  /** JSON pointers with `*` for any index, to strings that are encrypted per data subject at rest and on the wire */
  personal: readonly string[];
  /** JSON pointer to the instant at which the fact became true by the clock of who made it so; null: when it was recorded */
  happenedAt: string | null;
  description: string;
  /** type-level only */
  readonly __data?: D;
}

export type EventOf<E> = E extends EventDefinition<infer N, infer D> ? { type: N; data: D } : never;

const registry = new Map<string, EventDefinition>();

/**
 * Defines an event once. `versions` holds every shape ever released; a changed meaning is a new version with an
 * `upcast` from the one before, so that stored bytes stay as they were and readers see the newest shape.
 */
export function defineEvent<N extends string, S extends z.ZodType>(
  context: ContextName,
  name: N,
  description: string,
  schema: S,
  options: {
    older?: Versions;
    upcast?: Record<number, (old: never) => unknown>;
    personal?: readonly string[];
    happenedAt?: string;
  } = {},
): EventDefinition<N, z.infer<S>> {
  const older = options.older ?? {};
  const version = Math.max(0, ...Object.keys(older).map(Number)) + 1;
  const definition: EventDefinition<N, z.infer<S>> = {
    context,
    name,
    version,
    versions: { ...older, [version]: schema },
    upcast: options.upcast ?? {},
    personal: options.personal ?? [],
    happenedAt: options.happenedAt ?? null,
    description,
  };
  registry.set(`${context}.${name}`, definition);
  return definition;
}

export const allEvents = (): EventDefinition[] => [...registry.values()];

export const eventNamed = (context: string, name: string): EventDefinition | undefined =>
  registry.get(`${context}.${name}`);

export const newestType = (definition: EventDefinition): string =>
  eventTypeOf(definition.context, definition.name, definition.version);

/** Where a problem lies in an event's data. */
export class SchemaMismatch extends Error {
  constructor(
    readonly eventType: string,
    readonly issues: { pointer: string; reason: string }[],
  ) {
    super(`${eventType}: ${issues.map((issue) => `${issue.pointer} ${issue.reason}`).join('; ')}`);
  }
}

export const issuesOf = (error: z.ZodError): { pointer: string; reason: string }[] =>
  error.issues.map((issue) => ({ pointer: `/${issue.path.map(String).join('/')}`, reason: issue.message }));

/** Checks data against the schema of its version, at write and at read. @throws SchemaMismatch */
export function checkData(definition: EventDefinition, version: number, data: unknown): unknown {
  const schema = definition.versions[version];
  const type = eventTypeOf(definition.context, definition.name, version);
  if (!schema) throw new SchemaMismatch(type, [{ pointer: '', reason: 'no such version' }]);
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new SchemaMismatch(type, issuesOf(parsed.error));
  return parsed.data;
}

/** Brings data of any released version to the newest shape. */
export function upcast(definition: EventDefinition, version: number, data: unknown): unknown {
  let current = data;
  for (let from = version; from < definition.version; from += 1) {
    const step = definition.upcast[from];
    if (!step)
      throw new SchemaMismatch(eventTypeOf(definition.context, definition.name, from), [
        { pointer: '', reason: 'no upcast' },
      ]);
    current = step(current as never);
  }
  return current;
}
