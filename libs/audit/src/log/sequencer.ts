import type { Tx } from '@tidewaiter/event-store';
import { sequence, streamKey, type Pending, type Sequenced } from '../domain/index.js';
import { raise } from './alarms.js';

const BATCH = 10_000;

interface PendingRow {
  staged_id: string;
  tenant_id: string;
  stream: string;
  version: number;
}

const toPending = (row: PendingRow): Pending => ({
  stagedId: row.staged_id,
  tenant: row.tenant_id,
  stream: row.stream,
  version: row.version,
});

/**
 * Step two: gives indexes to staged events, gapless per log and in each stream's own order. Call it after `Lease.fence`,
 * in the same transaction.
 *
 * @returns how many staged events it judged; 0 when nothing is ready
 */
export async function sequenceStaged(tx: Tx, limit = BATCH): Promise<number> {
  const ready = await tx.query<PendingRow>(
    'select staged_id, tenant_id, stream, version from log_pending where not waiting order by staged_id limit $1',
    [limit],
  );
  if (ready.rows.length === 0) return 0;
  const rows = ready.rows.map(toPending);
  const streams = [...new Map(rows.map((row) => [streamKey(row), row])).values()];
  const outcome = sequence(rows, await waitingOf(tx, streams), await headsOf(tx, streams), await sizesOf(tx, rows));
  await write(tx, outcome);
  return rows.length;
}

async function waitingOf(tx: Tx, streams: readonly Pending[]): Promise<Pending[]> {
  const { rows } = await tx.query<PendingRow>(
    `select p.staged_id, p.tenant_id, p.stream, p.version
     from unnest($1::text[], $2::text[]) as s (tenant_id, stream) join log_pending p using (tenant_id, stream)
     where p.waiting order by p.staged_id`,
    [streams.map((row) => row.tenant), streams.map((row) => row.stream)],
  );
  return rows.map(toPending);
}

async function headsOf(tx: Tx, streams: readonly Pending[]): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ tenant: string; stream: string; version: number }>(
    `select s.tenant, s.stream, l.version
     from unnest($1::text[], $2::text[]) as s (tenant, stream)
     cross join lateral (
       select version from log_leaves where tenant_id = s.tenant and stream = s.stream order by version desc limit 1
     ) l`,
    [streams.map((row) => row.tenant), streams.map((row) => row.stream)],
  );
  return new Map(rows.map((row) => [streamKey(row), row.version]));
}

async function sizesOf(tx: Tx, rows: readonly Pending[]): Promise<Map<string, number>> {
  const known = await tx.query<{ tenant_id: string; size: string }>(
    'select tenant_id, size from log_progress where tenant_id = any($1)',
    [[...new Set(rows.map((row) => row.tenant))]],
  );
  return new Map(known.rows.map((row) => [row.tenant_id, Number(row.size)]));
}

async function write(tx: Tx, { leaves, waiting, taken, sizes }: Sequenced): Promise<void> {
  if (leaves.length > 0) {
    const { rowCount } = await tx.query(
      `insert into log_leaves (tenant_id, index, staged_id, stream, version, subject, leaf_hash)
       select e.tenant_id, a.index, e.staged_id, e.stream, e.version, e.subject, e.leaf_hash
       from unnest($1::bigint[], $2::bigint[]) as a (staged_id, index) join log_entries e using (staged_id)`,
      [leaves.map((leaf) => leaf.stagedId), leaves.map((leaf) => leaf.index)],
    );
    if (rowCount !== leaves.length)
      throw new Error(`${leaves.length} staged events were to enter the log, ${rowCount} are there`);
  }
  const settled = [...leaves, ...taken].map((row) => row.stagedId);
  if (settled.length > 0) await tx.query('delete from log_pending where staged_id = any($1::bigint[])', [settled]);
  if (waiting.length > 0) {
    await tx.query('update log_pending set waiting = true where staged_id = any($1::bigint[])', [
      waiting.map((row) => row.stagedId),
    ]);
  }
  await tx.query(
    `insert into log_progress (tenant_id, size) select * from unnest($1::text[], $2::bigint[])
     on conflict (tenant_id) do update set size = excluded.size`,
    [[...sizes.keys()], [...sizes.values()]],
  );
  await raise(
    tx,
    taken.map((row) => ({
      tenant: row.tenant,
      code: 'audit.stream.version-taken',
      fingerprint: row.stagedId,
      says: `Two events claim version ${row.version} of ${row.stream}; the log keeps the one that came first.`,
      facts: { stream: row.stream, version: row.version, stagedId: row.stagedId },
    })),
  );
}
