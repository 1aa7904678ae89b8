import type { Tx } from '@tidewaiter/event-store';
import { raise } from './alarms.js';

/** How long a stream may wait for a version before somebody must look: a record may overtake another, but not by so much. */
export const GAP_MS = 60_000;

/** Alarms for streams that have waited too long for a version. What comes later still enters, in its order. */
export async function alarmGaps(tx: Tx, waitedMs = GAP_MS): Promise<void> {
  const { rows } = await tx.query<{ tenant_id: string; stream: string; version: number; since: Date }>(
    `select distinct on (tenant_id, stream) tenant_id, stream, version, since from log_pending
     where since < clock_timestamp() - $1 * interval '1 millisecond' order by tenant_id, stream, version`,
    [waitedMs],
  );
  await raise(
    tx,
    rows.map(({ tenant_id: tenant, stream, version, since }) => ({
      tenant,
      code: 'audit.stream.gap',
      fingerprint: `${stream}/${version}`,
      says: `Version ${version} of ${stream} waits for an earlier one since ${since.toISOString()}.`,
      facts: { stream, version },
    })),
  );
}
