/** Where things lie in an evidence file. */
export const MANIFEST = 'manifest.json';
export const CHECKPOINT = 'checkpoint';
/** an older head of the same log and the proof that the newer one continues it (C2SP tlog-witness `add-checkpoint`) */
export const EARLIER_CHECKPOINT = 'earlier/checkpoint';
export const EARLIER_PROOF = 'earlier/consistency';
export const eventPath = (index: number): string => `events/${index}.json`;
export const proofPath = (index: number): string => `proofs/${index}.tlog-proof`;
export const documentPath = (sha256: string): string => `documents/${sha256}`;
export const rulesPath = (sha256: string): string => `rules/${sha256}.json`;

/** Accounts that many shipments draw on: a shipment's file holds its own events of them, between those of others. */
const SHARED = ['guarantee'];
export const isShared = (stream: string): boolean => SHARED.includes(stream.slice(0, stream.indexOf('-')));
