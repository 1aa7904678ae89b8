import type { EndpointEvent } from '@tidewaiter/contracts';
import type { Decider } from '@tidewaiter/kernel';

type Replayed = Extract<EndpointEvent, { type: 'DeliveriesReplayed' }>;

/** One replay: a fact of its own, `replay-<replayId>`. */
export const replay: Decider<{ done: boolean }, Replayed['data'], Replayed> = {
  initial: { done: false },
  decide: ({ done }, data) => (done ? [] : [{ type: 'DeliveriesReplayed', data }]),
  evolve: () => ({ done: true }),
};
