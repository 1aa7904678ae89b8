import type { Wrote } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { parseCheckpoint, toBase64 } from '@tidewaiter/merkle';
import type { Seal } from '../domain/index.js';

/** Where the log stands with what a dossier must hold. */
export type Coverage =
  | { kind: 'covered'; seal: Seal }
  /** all is in the log; a checkpoint over it is missing */
  | { kind: 'logged' }
  /** these streams have not arrived up to the version named */
  | { kind: 'missing'; streams: string[] };

interface Place {
  stream: string;
  index: string | null;
}

/** Compares the streams that a shipment's activities wrote with the log and its newest checkpoint. */
export async function coverageOf(tx: Tx, tenant: string, shipmentId: string, wrote: Wrote): Promise<Coverage> {
  const places = await tx.query<Place>(
    `select s.stream, l.index from unnest($2::text[], $3::int[]) as s (stream, version)
     left join log_leaves l on l.tenant_id = $1 and l.stream = s.stream and l.version = s.version`,
    [tenant, Object.keys(wrote), Object.values(wrote)],
  );
  const missing = places.rows.filter((row) => row.index === null).map((row) => row.stream);
  if (missing.length > 0) return { kind: 'missing', streams: missing };
  const last = Math.max(-1, ...places.rows.map((row) => Number(row.index)));
  const newest = await tx.query<{ note: string }>(
    'select note from log_checkpoints where tenant_id = $1 order by size desc limit 1',
    [tenant],
  );
  const note = newest.rows[0]?.note;
  const head = note === undefined ? null : parseCheckpoint(note);
  if (!head || note === undefined || head.size <= last) return { kind: 'logged' };
  const own = await tx.query<{ stream: string; version: number }>(
    'select stream, max(version) as version from log_leaves where tenant_id = $1 and subject = $2 and index < $3 group by stream',
    [tenant, shipmentId, head.size],
  );
  const streams = { ...wrote, ...Object.fromEntries(own.rows.map((row) => [row.stream, row.version])) };
  const events = Object.values(streams).reduce((sum, version) => sum + version, 0);
  const seal = {
    origin: head.origin,
    events,
    streams,
    treeSize: head.size,
    rootHash: toBase64(head.root),
    checkpoint: note,
  };
  return { kind: 'covered', seal };
}
