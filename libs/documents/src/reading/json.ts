import { issuesOf } from '@tidewaiter/contracts';
import type { z } from 'zod';
import { unreadable } from './refusal.js';

/** Places that a refusal tells beside the first. */
const MORE_PLACES = 19;

/**
 * Reads a document in our JSON, UTF-8 with or without a byte order mark.
 *
 * @param says what is told of a file that is another shape altogether
 * @throws Invalid `documents.<code>` with a JSON pointer for each field that does not fit, twenty at most
 */
export function readJson<S extends z.ZodType>(
  schema: S,
  bytes: Uint8Array,
  { code, says, advice }: { code: string; says: string; advice: string },
): z.infer<S> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8').decode(bytes));
  } catch (error) {
    throw unreadable(code, '/', `the file is no JSON: ${(error as Error).message.slice(0, 140)}`, advice);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [first, ...more] = issuesOf(result.error);
  const refusal = unreadable(code, first?.pointer ?? '/', first?.reason ?? says, advice);
  refusal.details.places?.push(...more.slice(0, MORE_PLACES));
  throw refusal;
}
