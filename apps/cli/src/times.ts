export interface Times {
  /** `2026-11-24 14:07:12Z`, `2026-11-24 15:07:12 CET` */
  at(instant: string): string;
  /** `14:07:12` */
  clock(instant: string): string;
}

/** Instants as a zone's people read them. @param zone IANA name @throws RangeError for a zone that is none */
export function timesIn(zone: string): Times {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    timeZoneName: 'short',
  });
  const partsOf = (instant: string) =>
    Object.fromEntries(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  return {
    at(instant) {
      const { year, month, day, hour, minute, second, timeZoneName } = partsOf(instant);
      const name = timeZoneName === 'UTC' ? 'Z' : ` ${timeZoneName}`;
      return `${year}-${month}-${day} ${hour}:${minute}:${second}${name}`;
    },
    clock(instant) {
      const { hour, minute, second } = partsOf(instant);
      return `${hour}:${minute}:${second}`;
    },
  };
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units of a span: `3 d 2 h`, `45 s`. */
export function spanOf(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [count, unit] as const;
  }).filter(([count]) => count > 0);
  return parts.length === 0
    ? '0 s'
    : parts
        .slice(0, 2)
        .map(([count, unit]) => `${count} ${unit}`)
        .join(' ');
}
