/** The partners context publishes no events of its own yet: its feed repeats those of the other contexts. */
export type PartnersEvent = never;

export * from './without-personal.js';
