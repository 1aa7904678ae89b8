import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let text = '';
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Says a short sentence: to screen readers by a status region, to eyes for six seconds.
 *
 * @param quiet gives way to what is being said already
 */
export function announce(says: string, { quiet = false } = {}): void {
  if (quiet && text !== '') return;
  text = says;
  clearTimeout(timer);
  timer = setTimeout(() => {
    text = '';
    for (const heard of listeners) heard();
  }, 6000);
  for (const heard of listeners) heard();
}

const subscribe = (heard: () => void): (() => void) => {
  listeners.add(heard);
  return () => void listeners.delete(heard);
};

export const useAnnounced = (): string => useSyncExternalStore(subscribe, () => text);
