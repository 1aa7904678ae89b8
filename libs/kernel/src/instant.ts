/** An instant in UTC, RFC 3339 with microseconds: `2026-11-24T14:07:12.000418Z`. Strings of this form sort by time. */
export type Instant = string;

/** @param epochMicros microseconds since 1970-01-01T00:00:00Z */
export function instantOf(epochMicros: number): Instant {
  const millis = Math.floor(epochMicros / 1000);
  const micros = String(epochMicros - millis * 1000).padStart(3, '0');
  return `${new Date(millis).toISOString().slice(0, -1)}${micros}Z`;
}

/** The wall clock, for the edges of the system only: pure code takes the instant as an argument. */
export const now = (): Instant => instantOf(Math.round((performance.timeOrigin + performance.now()) * 1000));

/**
 * Any RFC 3339 text with an offset, brought to UTC.
 * @throws RangeError when the text has no offset or is no time
 */
export function toInstant(text: string): Instant {
  const match = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/.exec(text);
  if (!match) throw new RangeError(`not an instant with an offset: ${text}`);
  const zone = match[4]!.toUpperCase() === 'Z' ? 'Z' : match[4]!.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  const seconds = Date.parse(`${match[1]}T${match[2]}${zone}`);
  // Date.parse takes 30 February for 2 March and 24:00 for the next day: the same digits have to come out again.
  const written = Date.parse(`${match[1]}T${match[2]}Z`);
  if (Number.isNaN(seconds) || new Date(written).toISOString().slice(0, 19) !== `${match[1]}T${match[2]}`)
    throw new RangeError(`no such time: ${text}`);
  const micros = Number(`${(match[3] ?? '.').slice(1)}000000`.slice(0, 6));
  return instantOf(seconds * 1000 + micros);
}

export const millisOf = (instant: Instant): number => Date.parse(instant);

export const plusMillis = (instant: Instant, millis: number): Instant =>
  instantOf(Date.parse(instant) * 1000 + Number(instant.slice(23, 26) || '0') + millis * 1000);
