import { useLocale, useZone } from '../app/preferences.js';
import { i18n } from '../words/words.js';
import { dateFormat } from './formats.js';

const CITIES: Record<string, { zone: string; city: string }> = {
  GB: { zone: 'Europe/London', city: i18n.t('London') },
  US: { zone: 'America/New_York', city: i18n.t('Washington') },
  DE: { zone: 'Europe/Berlin', city: i18n.t('Berlin') },
  FR: { zone: 'Europe/Paris', city: i18n.t('Paris') },
  NL: { zone: 'Europe/Amsterdam', city: i18n.t('Amsterdam') },
  CN: { zone: 'Asia/Shanghai', city: i18n.t('Beijing') },
};

/** The zone and city whose calendar an authority's dates follow; UTC where the country is not one of ours. */
export const authorityPlace = (country: string): { zone: string; city: string } =>
  CITIES[country] ?? { zone: 'UTC', city: 'UTC' };

const parts = (at: Date, locale: string | undefined, zone: string, withDay: boolean, seconds: boolean): string =>
  dateFormat(locale, {
    timeZone: zone,
    ...(withDay ? { day: 'numeric', month: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(at);

export const formatInstant = (
  at: string,
  { locale, zone, day = true, seconds = false }: { locale?: string; zone: string; day?: boolean; seconds?: boolean },
): string => parts(new Date(at), locale, zone, day, seconds);

/** When something was recorded: in the reader's zone, with UTC to the microsecond on hover, focus and copy. */
export function Instant({
  at,
  day = true,
  seconds = false,
  zone: given,
}: {
  at: string;
  day?: boolean;
  seconds?: boolean;
  zone?: string;
}) {
  const locale = useLocale();
  const reader = useZone();
  const zone = given ?? reader;
  return (
    <time dateTime={at} title={`${at.replace('T', ' ').replace('Z', ' UTC')}`}>
      {formatInstant(at, { locale, zone, day, seconds })}
    </time>
  );
}

/** The day of an instant in a place, e.g. `26 Nov`. */
export const formatDay = (at: string, zone: string, locale = 'en-GB'): string =>
  dateFormat(locale, { timeZone: zone, day: 'numeric', month: 'short' }).format(new Date(at));

export const formatLegalDate = (date: string, locale?: string): string =>
  dateFormat(locale, {
    timeZone: 'UTC',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(new Date(`${date}T00:00:00Z`));

/** A date of the law: the authority's calendar and city, whoever looks from wherever. */
export function LegalDate({ date, country, endOfDay = false }: { date: string; country: string; endOfDay?: boolean }) {
  const locale = useLocale();
  const { city } = authorityPlace(country);
  return (
    <time dateTime={date}>
      {formatLegalDate(date, locale)}
      {endOfDay ? i18n.t(', end of day') : ''}, {city}
    </time>
  );
}

/** A legal instant, e.g. a deadline at 16:00, in the authority's own zone. */
export function LegalInstant({ at, country }: { at: string; country: string }) {
  const locale = useLocale();
  const { city, zone } = authorityPlace(country);
  const day = dateFormat(locale, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }).format(new Date(at));
  return (
    <time dateTime={at} title={`${at.replace('T', ' ').replace('Z', ' UTC')}`} className="money">
      {day}, {formatInstant(at, { locale, zone, day: false })} {city}
    </time>
  );
}
