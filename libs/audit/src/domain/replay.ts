import type { DomainEvent, Instant } from '@tidewaiter/kernel';
import diff from 'microdiff';
import type { Leaf } from './leaf.js';

/** The pure part of a decider, as every context lends it; the state's and event's types are the context's own. */
export interface Fold {
  initial: unknown;
  evolve(state: unknown, event: DomainEvent): unknown;
}
export type Folds = Readonly<Record<string, Fold>>;

/** An event of the timeline: `time` is when it was recorded, `happened` when it became true. */
export type Told = Omit<Leaf, 'data' | 'name'>;

/**
 * Two clocks of one history. `known`: what had been recorded by then. `asOf`: what was true by then, by the clocks of the
 * authorities and parties that made it so. Both count up to and including the instant.
 */
export interface Moment {
  known: Instant;
  asOf: Instant;
}

const END = '9999-12-31T23:59:59.999999Z';
/** All of a history, whatever its clocks say. */
export const WHOLE: Moment = { known: END, asOf: END };

export interface Replayed {
  events: number;
  /** newest version of each stream at the moment */
  streams: Record<string, number>;
  /** state of each stream at the moment */
  states: Record<string, unknown>;
  timeline: Told[];
}

/** One field of one stream's state. `path` leads from the state's root; a missing value is left out. */
export interface Change {
  stream: string;
  path: (string | number)[];
  before?: unknown;
  after?: unknown;
}

export interface Difference {
  changes: (Change & { events: string[] })[];
  /** the events that one moment has and the other has not */
  events: Told[];
}

/** `declaration-0190…` is of the category `declaration`. */
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

/** A stream whose context lends no fold, or that does not begin here (an account of many shipments), is told by the names of its events. */
const namesOfEvents: Fold = {
  initial: [],
  evolve: (state, event) => [...(state as string[]), event.type],
};

const told = ({ data: _data, name: _name, ...leaf }: Leaf): Told => leaf;

/** What of a history counts at a moment, in the log's order. */
export const at = (leaves: readonly Leaf[], { known, asOf }: Moment): Leaf[] =>
  leaves.filter((leaf) => leaf.time <= known && leaf.happened <= asOf);

const foldOf = (folds: Folds, stream: string): Fold => folds[categoryOf(stream)] ?? namesOfEvents;

interface Turn {
  stream: string;
  before: unknown;
  after: unknown;
}

/** States of streams that grow event by event. */
class Unfolding {
  readonly states: Record<string, unknown> = {};
  readonly streams: Record<string, number> = {};
  private readonly partial = new Set<string>();

  constructor(private readonly folds: Folds) {}

  /** @returns the stream's state before the event and after it */
  take({ stream, version, name, data }: Leaf): Turn {
    if (!(stream in this.states) && version > 1) this.partial.add(stream);
    const fold = this.partial.has(stream) ? namesOfEvents : foldOf(this.folds, stream);
    const before = stream in this.states ? this.states[stream] : fold.initial;
    const after = fold.evolve(before, { type: name, data });
    this.states[stream] = after;
    this.streams[stream] = version;
    return { stream, before, after };
  }
}

/** Folds what counts at a moment with the functions that the services themselves use. @param folds by stream category */
export function replay(leaves: readonly Leaf[], moment: Moment, folds: Folds): Replayed {
  const counting = at(leaves, moment);
  const unfolding = new Unfolding(folds);
  for (const leaf of counting) unfolding.take(leaf);
  return {
    events: counting.length,
    streams: unfolding.streams,
    states: unfolding.states,
    timeline: counting.map(told),
  };
}

/** What the `step`th event that counts at a moment changed. @param step from 1, at most the number of events */
export function stepOf(
  leaves: readonly Leaf[],
  moment: Moment,
  step: number,
  folds: Folds,
): { event: Told; changes: Change[] } {
  const unfolding = new Unfolding(folds);
  const counting = at(leaves, moment).slice(0, step);
  const last = counting.map((leaf) => unfolding.take(leaf)).at(-1)!;
  return { event: told(counting.at(-1)!), changes: changesOf(last) };
}

/** What is another between two moments, field by field, each with the ids of the events that made it so. */
export function difference(leaves: readonly Leaf[], from: Moment, to: Moment, folds: Folds): Difference {
  const [older, newer] = [replay(leaves, from, folds), replay(leaves, to, folds)];
  const inOlder = new Set(older.timeline.map(({ eventId }) => eventId));
  const inNewer = new Set(newer.timeline.map(({ eventId }) => eventId));
  const makers = [...touched(leaves, to, inOlder, folds), ...touched(leaves, from, inNewer, folds)];
  const streams = [...new Set([...Object.keys(older.states), ...Object.keys(newer.states)])];
  const changes = streams.flatMap((stream) => {
    const { initial } = foldOf(folds, stream);
    return changesOf({ stream, before: older.states[stream] ?? initial, after: newer.states[stream] ?? initial });
  });
  return {
    changes: changes.map((change) => ({
      ...change,
      events: [...new Set(makers.filter((maker) => isTouchedBy(change, maker)).map(({ eventId }) => eventId))],
    })),
    events: leaves.filter(({ eventId }) => inOlder.has(eventId) !== inNewer.has(eventId)).map(told),
  };
}

type Maker = Change & { eventId: string };

/** The fields that events outside of `known` changed on the way to a moment. */
function touched(leaves: readonly Leaf[], moment: Moment, known: ReadonlySet<string>, folds: Folds): Maker[] {
  const unfolding = new Unfolding(folds);
  return at(leaves, moment).flatMap((leaf) => {
    const turn = unfolding.take(leaf);
    return known.has(leaf.eventId) ? [] : changesOf(turn).map((change) => ({ ...change, eventId: leaf.eventId }));
  });
}

/** One lies in the other: an event may have set the whole of which a part is another now. */
const isTouchedBy = (change: Change, maker: Maker): boolean =>
  change.stream === maker.stream &&
  change.path.slice(0, maker.path.length).every((key, i) => key === maker.path[i]) &&
  maker.path.slice(0, change.path.length).every((key, i) => key === change.path[i]);

function changesOf({ stream, before, after }: Turn): Change[] {
  return diff({ state: before }, { state: after }).map(({ path, ...entry }) => ({
    stream,
    path: path.slice(1),
    ...('oldValue' in entry ? { before: entry.oldValue as unknown } : {}),
    ...('value' in entry ? { after: entry.value as unknown } : {}),
  }));
}
