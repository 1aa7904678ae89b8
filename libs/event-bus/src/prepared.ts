import type { QueryConfig } from 'pg';

const names = new Map<string, string>();
/** Texts of statements are written in code, so they are few; those put together at run time must not fill the server. */
const MOST_NAMES = 2000;

/** A statement that Postgres parses once for each connection, and plans anew only while that pays. */
export function prepared(text: string, values: readonly unknown[]): QueryConfig {
  let name = names.get(text);
  if (name === undefined && names.size < MOST_NAMES) names.set(text, (name = `s${names.size}`));
  return { text, values: [...values], ...(name === undefined ? {} : { name }) };
}
