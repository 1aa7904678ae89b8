import type { EventOf, evidenceJobStarted } from '@tidewaiter/contracts';
import type { Decider } from '@tidewaiter/kernel';

type Started = EventOf<typeof evidenceJobStarted>;
type StartJob = { type: 'StartJob' } & Started['data'];

/** A job that makes the evidence of many shipments, `evidence-<jobId>`: that it was asked for is recorded once. */
export const evidenceJob: Decider<{ started: boolean }, StartJob, Started> = {
  initial: { started: false },
  decide: ({ started }, { type: _type, ...data }) => (started ? [] : [{ type: 'EvidenceJobStarted', data }]),
  evolve: () => ({ started: true }),
};
