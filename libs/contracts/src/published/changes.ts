type Json = Record<string, unknown>;

/** What one release brought to one version of an event. */
export interface SchemaChange {
  /** calendar date of the release, UTC */
  on: string;
  /** places that are new: `/lines`, and values as `/status = held` */
  added: string[];
}
/** By the schema's address, oldest first. The first change of each names everything it was released with. */
export type SchemaChanges = Record<string, SchemaChange[]>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every place of a schema: a property by its JSON pointer with `*` for any index or key, and each value of an enumeration. */
export function placesOf(schema: Json, root: Json = schema, at = ''): string[] {
  if (typeof schema['$ref'] === 'string') {
    const named = ((root['$defs'] ?? {}) as Record<string, Json>)[schema['$ref'].split('/').pop()!];
    return named ? placesOf(named, root, at) : [];
  }
  const places: string[] = [];
  for (const [name, each] of Object.entries((schema['properties'] ?? {}) as Record<string, Json>)) {
    places.push(`${at}/${name}`, ...placesOf(each, root, `${at}/${name}`));
  }
  for (const value of (schema['enum'] ?? []) as unknown[]) places.push(`${at} = ${String(value)}`);
  for (const many of [schema['items'], schema['additionalProperties']]) {
    if (isObject(many)) places.push(...placesOf(many, root, `${at}/*`));
  }
  for (const each of [...((schema['anyOf'] ?? []) as Json[]), ...((schema['oneOf'] ?? []) as Json[])]) {
    places.push(...placesOf(each, root, at));
  }
  return [...new Set(places)];
}

/** The record of changes with what these schemas brought, as of a date; the same record where they brought nothing. */
export const withChanges = (known: SchemaChanges, schemas: Record<string, Json>, on: string): SchemaChanges =>
  Object.fromEntries(
    Object.entries(schemas).map(([address, schema]) => [address, withChange(known[address] ?? [], schema, on)]),
  );

function withChange(before: SchemaChange[], schema: Json, on: string): SchemaChange[] {
  const had = new Set(before.flatMap(({ added }) => added));
  const added = placesOf(schema).filter((place) => !had.has(place));
  if (added.length === 0 && before.length > 0) return before;
  const last = before.at(-1);
  // Two releases of one day are one change for who reads of it.
  if (last?.on === on) return [...before.slice(0, -1), { on, added: [...last.added, ...added] }];
  return [...before, { on, added }];
}

/** What a reader wants to see of a change: places whose parent is new too go without saying. */
export const outermost = (added: readonly string[]): string[] =>
  added.filter((place) => !added.some((other) => place.startsWith(`${other}/`) || place.startsWith(`${other} = `)));
