import { drawn } from './digest.js';

/** `fast` does at once what no script times; `human` lets a reader follow; `lifelike` waits as real authorities do. */
export type Pace = 'fast' | 'human' | 'lifelike';

/** A moment inside a span, the same for the same seed. @param span milliseconds from and to */
export const within = ([from, to]: readonly [number, number], seed: string): number =>
  from + drawn(seed, Math.max(1, to - from + 1));

/** Milliseconds before an unscripted step: none, or 200 to 900 so that a reader can follow; the same for the same seed. */
export const delayOf = (pace: Pace, seed: string): number => (pace === 'fast' ? 0 : within([200, 900], seed));
