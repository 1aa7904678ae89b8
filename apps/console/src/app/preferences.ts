import { useSyncExternalStore } from 'react';
import type { Language } from '../words/words.js';

/** What a reader chose for this browser: no shipment, no token is ever kept here. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  density: 'auto' | 'compact' | 'comfortable';
  /** of the words; read when the console starts */
  language: Language;
  /** IANA zone; empty: the browser's */
  zone: string;
  /** single-letter keys answer */
  keys: boolean;
}

const KEY = 'tidewaiter.preferences';
const DEFAULTS: Preferences = { theme: 'system', density: 'auto', language: 'en', zone: '', keys: true };
const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

function show({ theme, density }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  if (density === 'auto') delete dataset['density'];
  else dataset['density'] = density;
}
show(current);

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem(KEY, JSON.stringify(current));
  show(current);
  for (const heard of listeners) heard();
}

const subscribe = (heard: () => void): (() => void) => {
  listeners.add(heard);
  return () => void listeners.delete(heard);
};

export const preferences = (): Preferences => current;
export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, preferences);

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

function zoneExists(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** What the last answer was for: every time on a page asks for the zone. */
let zoneFor = { search: '', chosen: '', zone: '' };

/** The zone recorded times are shown in: the link's before the reader's choice before the browser's. */
export function useZone(): string {
  const { zone: chosen } = usePreferences();
  const { search } = location;
  if (zoneFor.zone === '' || zoneFor.search !== search || zoneFor.chosen !== chosen) {
    const wanted = [new URLSearchParams(search).get('tz'), chosen].find((each) => each && zoneExists(each));
    zoneFor = { search, chosen, zone: wanted ?? browserZone() };
  }
  return zoneFor.zone;
}

/** The language of numbers and dates, whatever the words are in. */
export const useLocale = (): string => 'en-GB';
