import { drawn } from './digest.js';

export type Pace = 'fast' | 'human';

/** Milliseconds before an unscripted step: none, or 200 to 900 so that a reader can follow; the same for the same seed. */
export const delayOf = (pace: Pace, seed: string): number => (pace === 'human' ? 200 + drawn(seed, 700) : 0);
