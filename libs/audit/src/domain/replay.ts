import { toInstant, type DomainEvent, type Instant } from '@tidewaiter/kernel';
import type { Leaf } from './leaf.js';

/** The pure part of a decider, as every context lends it; the state's and event's types are the context's own. */
export interface Fold {
  initial: unknown;
  evolve(state: unknown, event: DomainEvent): unknown;
}

export interface Replayed {
  events: number;
  /** newest version of each stream at the instant */
  streams: Record<string, number>;
  /** state of each stream at the instant */
  states: Record<string, unknown>;
  timeline: Omit<Leaf, 'data' | 'name'>[];
}

/** `declaration-0190…` is of the category `declaration`. */
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

/** A stream whose context lends no fold is told by the names of its events. */
const namesOfEvents: Fold = {
  initial: [],
  evolve: (state, event) => [...(state as string[]), event.type],
};

/**
 * Folds what was recorded up to and including `known`, with the functions that the services themselves use.
 *
 * @param leaves in the log's order
 * @param folds  by stream category
 */
export function replay(leaves: readonly Leaf[], known: Instant, folds: Readonly<Record<string, Fold>>): Replayed {
  const seen = leaves.filter((leaf) => toInstant(leaf.time) <= known);
  const replayed: Replayed = { events: seen.length, streams: {}, states: {}, timeline: [] };
  for (const { data, name, ...leaf } of seen) {
    const fold = folds[categoryOf(leaf.stream)] ?? namesOfEvents;
    const before = leaf.stream in replayed.states ? replayed.states[leaf.stream] : fold.initial;
    replayed.states[leaf.stream] = fold.evolve(before, { type: name, data });
    replayed.streams[leaf.stream] = leaf.version;
    replayed.timeline.push(leaf);
  }
  return replayed;
}
