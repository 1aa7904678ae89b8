import { ProblemError } from '@tidewaiter/client';
import { exportEvidence, listShipments } from '@tidewaiter/contracts';
import { sha256, toHex } from '@tidewaiter/merkle';
import { useSyncExternalStore } from 'react';
import { api } from '../api/client.js';
import { saveBytes } from '../shipment/save.js';

export interface EvidenceItem {
  reference: string;
  state: 'waits' | 'made' | 'failed';
  file: string | null;
  bytes: number;
  sha256: string | null;
  /** why it failed */
  says: string | null;
}

export interface EvidenceJob {
  id: string;
  reason: string;
  items: readonly EvidenceItem[];
  stopped: boolean;
}

let jobs: readonly EvidenceJob[] = [];
const watchers = new Set<() => void>();

function change(id: string, to: (job: EvidenceJob) => EvidenceJob): void {
  jobs = jobs.map((job) => (job.id === id ? to(job) : job));
  for (const watch of watchers) watch();
}

const stands = (id: string): boolean => jobs.some((job) => job.id === id && !job.stopped);

/** Jobs of this tab: they go on while its pages change, and end with it. */
export const useEvidenceJobs = (): readonly EvidenceJob[] =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch);
      return () => void watchers.delete(watch);
    },
    () => jobs,
  );

/** References as people paste them: by comma, blank or line, each once. */
export const referencesIn = (text: string): string[] => [
  ...new Set(text.split(/[\s,;]+/).filter((each) => each !== '')),
];

async function made(reference: string, reason: string): Promise<Partial<EvidenceItem>> {
  const { items } = await api.call(listShipments, { query: { limit: 1, reference } });
  const shipmentId = items[0]?.shipmentId;
  if (shipmentId === undefined) return { state: 'failed', says: 'No shipment has this reference.' };
  const bytes = await api.bytes(exportEvidence, { shipmentId }, { query: { reason } });
  const file = `evidence-${shipmentId}.tar`;
  saveBytes(bytes, file);
  return { state: 'made', file, bytes: bytes.length, sha256: toHex(sha256(bytes)) };
}

/** Makes one file a shipment, one after the other: each is an event of the log, under the same reason. */
export async function startEvidence(references: readonly string[], reason: string): Promise<void> {
  const id = crypto.randomUUID();
  const waiting = references.map((reference): EvidenceItem => ({
    ...{ reference, state: 'waits', file: null, bytes: 0, sha256: null, says: null },
  }));
  jobs = [{ id, reason, items: waiting, stopped: false }, ...jobs];
  for (const reference of references) {
    if (!stands(id)) break;
    const outcome = await made(reference, reason).catch((error: unknown): Partial<EvidenceItem> => ({
      state: 'failed',
      says:
        error instanceof ProblemError ? error.problem.detail : error instanceof Error ? error.message : String(error),
    }));
    change(id, (job) => ({
      ...job,
      items: job.items.map((item) => (item.reference === reference ? { ...item, ...outcome } : item)),
    }));
  }
}

export const stopEvidence = (id: string): void => change(id, (job) => ({ ...job, stopped: true }));
