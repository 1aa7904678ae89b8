import { instantIn, type Instant } from '@tidewaiter/kernel';

/** Without a time of preparation the envelope says the beginning of time: the same input gives the same bytes. */
const NEVER = '1970-01-01T00:00:00.000000Z';

/** `CCYYMMDDHHMM` on the clocks of a zone. */
export function localTime(at: Instant | undefined, zone: string): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const found = Object.fromEntries(format.formatToParts(new Date(at ?? NEVER)).map(({ type, value }) => [type, value]));
  return `${found['year']}${found['month']}${found['day']}${found['hour']}${found['minute']}`;
}

/** A local time written in digits: `CCYYMMDD`, with `HHMM` and `SS` where they are told; null when there is no such time. */
export function fromLocal(digits: string, zone: string): Instant | null {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] =
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$/.exec(digits) ?? [];
  return year ? instantIn(`${year}-${month}-${day}T${hour}:${minute}:${second}`, zone) : null;
}
