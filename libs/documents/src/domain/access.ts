import type { DocumentsEvent } from '@tidewaiter/contracts';
import type { Decider } from '@tidewaiter/kernel';

type Downloaded = Extract<DocumentsEvent, { type: 'DocumentDownloaded' }>;

/** How often a document was read: stream `access-<documentId>`, apart from the document's own, which readers do not change. */
export interface Access {
  readings: number;
}

export const access: Decider<Access, { type: 'RecordReading' } & Downloaded['data'], Downloaded> = {
  initial: { readings: 0 },
  decide(_state, { type: _type, ...data }) {
    return [{ type: 'DocumentDownloaded', data }];
  },
  evolve: ({ readings }) => ({ readings: readings + 1 }),
};
