import type { TRANSPORT_MODES } from '@tidewaiter/contracts';
import type { FeedStatus } from '../feed/feed.js';
import { i18n } from './words.js';

const TRANSPORTS: Record<(typeof TRANSPORT_MODES)[number], string> = {
  ocean: i18n.t('ocean'),
  air: i18n.t('air'),
  road: i18n.t('road'),
  rail: i18n.t('rail'),
  post: i18n.t('post'),
  'inland-waterway': i18n.t('inland waterway'),
};

/** A mode of transport in words; one that is newer than this page as it is told. */
export const transportWord = (mode: string): string => (TRANSPORTS as Record<string, string>)[mode] ?? mode;

/** How the live feed does, in a word. */
export const FEED_WORDS: Record<FeedStatus, string> = {
  connecting: i18n.t('Connecting'),
  live: i18n.t('Live'),
  paused: i18n.t('Paused'),
  reconnecting: i18n.t('Reconnecting'),
  offline: i18n.t('Offline'),
};

/** Where the goods are on their way, seen from a station of it. */
export const STATION_WORDS = {
  passed: i18n.t('passed'),
  here: i18n.t('last reported'),
  ahead: i18n.t('expected'),
} as const;
