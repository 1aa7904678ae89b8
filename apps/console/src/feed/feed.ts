import { useSyncExternalStore } from 'react';

export interface FeedChange {
  /** feed position */
  position: string;
  /** `tidewaiter.<context>.<Name>.v<N>` */
  type: string;
  subject: string;
  shipmentId: string | null;
  stream: string;
  version: number;
  time: string;
}

export type FeedStatus = 'connecting' | 'live' | 'paused' | 'reconnecting' | 'offline';

interface Shown {
  state: FeedStatus;
  /** position of the newest change that this page has taken */
  position: string;
  /** when something was last heard */
  asOf: string | null;
}

/** What the worker that holds the one connection of this browser says. */
export type FromWorker =
  | { type: 'state'; state: 'connecting' | 'live' | 'reconnecting' }
  | { type: 'heard'; at: string }
  | { type: 'changes'; changes: FeedChange[] };

let shown: Shown = { state: 'connecting', position: '0', asOf: null };
let line: 'connecting' | 'live' | 'reconnecting' = 'connecting';
let paused = false;
let held: FeedChange[] = [];
const watchers = new Set<() => void>();
const listeners = new Set<(changes: readonly FeedChange[]) => void>();

function show(change: Partial<Shown>): void {
  const state: FeedStatus = !navigator.onLine ? 'offline' : paused ? 'paused' : line;
  shown = { ...shown, ...change, state };
  for (const watch of watchers) watch();
}

function take(changes: readonly FeedChange[]): void {
  if (changes.length === 0) return;
  for (const heard of listeners) heard(changes);
  shownUpTo(changes.at(-1)!.position);
}

/** Takes what the worker says into this page. */
export function hear(message: FromWorker): void {
  if (message.type === 'state') {
    line = message.state;
    show(message.state === 'live' ? { asOf: new Date().toISOString() } : {});
  } else if (message.type === 'heard') {
    show({ asOf: message.at });
  } else if (paused) {
    held = [...held, ...message.changes];
  } else {
    show({ asOf: new Date().toISOString() });
    take(message.changes);
  }
}

/** What was read shows the board up to this position: `main[data-position]` never goes back. */
export function shownUpTo(position: string): void {
  if (BigInt(position) > BigInt(shown.position)) show({ position });
}

const pause = (): void => {
  paused = true;
  show({});
};
/** What came in the meantime is taken now: nothing is missing. */
const resume = (): void => {
  paused = false;
  show({ asOf: new Date().toISOString() });
  const changes = held;
  held = [];
  take(changes);
};

window.addEventListener('online', () => show({}));
window.addEventListener('offline', () => show({}));

const subscribe = (watch: () => void): (() => void) => {
  watchers.add(watch);
  return () => void watchers.delete(watch);
};

/** The state of the live feed, and how to pause it: told anew with every batch of changes. */
export function useFeedState(): Shown & { pause: () => void; resume: () => void } {
  return { ...useSyncExternalStore(subscribe, () => shown), pause, resume };
}

/** Whether the feed is live: told only when that changes. */
export const useFeedStatus = (): FeedStatus => useSyncExternalStore(subscribe, () => shown.state);

/** Whether the reader has paused: what is heard waits, and nothing that was under way changes the page. */
export const isPaused = (): boolean => paused;

/** Position of the newest change that this page has taken. */
export const useFeedPosition = (): string => useSyncExternalStore(subscribe, () => shown.position);

/** Tells of changes in the order of their positions, in batches; not while the reader has paused. */
export function onChanges(heard: (changes: readonly FeedChange[]) => void): () => void {
  listeners.add(heard);
  return () => void listeners.delete(heard);
}
