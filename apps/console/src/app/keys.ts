import { useEffect, useSyncExternalStore } from 'react';
import { preferences } from './preferences.js';

export interface KeyBinding {
  /** `j`, `g t`, `?`, `Mod+k` */
  keys: string;
  says: string;
  group: 'Everywhere' | 'Go' | 'This page';
  run: () => void;
}

const bound = new Set<readonly KeyBinding[]>();
const listeners = new Set<() => void>();
let all: readonly KeyBinding[] = [];
let begun = '';
let begunAt = 0;

function changed(): void {
  all = [...bound].flat();
  for (const heard of listeners) heard();
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const mod = event.metaKey || event.ctrlKey;
  const name = mod ? `Mod+${event.key.toLowerCase()}` : event.key;
  const single = !mod;
  if (single && (inField(event.target) || event.altKey || !preferences().keys)) return;
  if (document.querySelector('[role="dialog"],[role="alertdialog"]') && name !== 'Escape') return;
  const sequence = begun !== '' && Date.now() - begunAt < 1500 ? `${begun} ${name}` : name;
  begun = '';
  const hit = all.findLast(({ keys }) => keys === sequence) ?? all.findLast(({ keys }) => keys === name);
  if (hit) {
    event.preventDefault();
    hit.run();
  } else if (all.some(({ keys }) => keys.startsWith(`${name} `))) {
    begun = name;
    begunAt = Date.now();
  }
}
window.addEventListener('keydown', press);

/** Binds keys while a component is shown. Single letters do nothing in fields and can be turned off; none approves, sends or pays. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  useEffect(() => {
    bound.add(bindings);
    changed();
    return () => {
      bound.delete(bindings);
      changed();
    };
  }, [bindings]);
}

const subscribe = (heard: () => void): (() => void) => {
  listeners.add(heard);
  return () => void listeners.delete(heard);
};
export const useBoundKeys = (): readonly KeyBinding[] => useSyncExternalStore(subscribe, () => all);
