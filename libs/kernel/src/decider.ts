/** A fact on its way into a stream: its type (PascalCase, past tense) and payload in the newest version's shape. */
export interface DomainEvent<T extends string = string, D = unknown> {
  type: T;
  data: D;
}

/**
 * A pure decision maker for one stream.
 *
 * `decide` returns the events that a command leads to, none for a repeated fact, and throws a `Refused` otherwise.
 * `evolve` believes events: it checks nothing and never throws; replay and auditors run it too.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initial: State;
  decide(state: State, command: Command): Event[];
  evolve(state: State, event: Event): State;
}

export function fold<S, E extends DomainEvent>(
  decider: Pick<Decider<S, never, E>, 'initial' | 'evolve'>,
  events: Iterable<E>,
): S {
  let state = decider.initial;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
