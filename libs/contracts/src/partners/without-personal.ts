import type { EventDefinition } from '../define-event.js';

/** What stands in the place of a person's value where events are shown to those who need no persons. */
export const SEALED = '[sealed]';

/**
 * An event's data with the values of persons taken out, for feeds and timelines.
 *
 * @returns the data with `SEALED` at every string that the definition names as personal; the rest is shared, not copied
 */
export const withoutPersonal = (definition: EventDefinition, data: unknown): unknown =>
  definition.personal.reduce((rest, pointer) => seal(rest, pointer.split('/').slice(1)), data);

function seal(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return typeof value === 'string' ? SEALED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => (step === '*' ? seal(each, rest) : each));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, step === '*' || step === name ? seal(each, rest) : each]),
  );
}
