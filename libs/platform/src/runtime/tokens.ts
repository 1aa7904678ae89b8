import type { Instant } from '@tidewaiter/kernel';

export const EVENT_STORE = Symbol('EVENT_STORE');
export const EVENT_BUS = Symbol('EVENT_BUS');
export const CLOCK = Symbol('CLOCK');
export const SUBJECT_KEYS = Symbol('SUBJECT_KEYS');

/** Reads the wall clock at the edge; pure code gets the instant as an argument. */
export type Clock = () => Instant;
