import type { EventOf, viewExported } from '@tidewaiter/contracts';
import type { Decider } from '@tidewaiter/kernel';

type Taken = EventOf<typeof viewExported>;
type TakeExport = { type: 'TakeExport' } & Taken['data'];

/** A view taken away as a file: recorded once, and never changed. */
export const exportTaken: Decider<{ taken: boolean }, TakeExport, Taken> = {
  initial: { taken: false },
  decide: ({ taken }, { type: _type, ...data }) => (taken ? [] : [{ type: 'ViewExported', data }]),
  evolve: () => ({ taken: true }),
};
