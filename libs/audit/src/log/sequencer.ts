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
 * @param limit events at which no further batch is begun
 * @returns how many staged events it judged; 0 when nothing is ready
 */
export async function sequenceStaged(tx: Tx, limit = BATCH): Promise<number> {
  const { rows } = await tx.query<Staged>(
    `select array_agg(batch_id) as batches, sum(events)::int as events, range_agg(staged) as ids,
       lower(range_agg(staged)) as first, upper(range_agg(staged)) as after
     from (
       select batch_id, events, staged, sum(events) over (order by batch_id) - events as before from log_staged
     ) staged where before < $1`,
    [limit],
  );
  const staged = rows[0]!;
  if (staged.batches === null) return 0;
  const entered = await enterSmooth(tx, staged);
  if (entered === 0) await enterOneByOne(tx, staged);
  else if (entered !== staged.events)
    throw new Error(`${staged.events} staged events were to enter the log, ${entered} are there`);
  await tx.query('delete from log_staged where batch_id = any($1::bigint[])', [staged.batches]);
  return staged.events;
}

/** Some batches together; all null when there are none. */
interface Staged {
  batches: string[] | null;
  events: number;
  /** multirange, and its bounds: what an index is asked by */
  ids: string;
  first: string;
  after: string;
}

const ENTRIES = 'log_entries e where e.staged_id >= $1 and e.staged_id < $2 and e.staged_id <@ $3::int8multirange';
const entriesOf = ({ ids, first, after }: Staged): string[] => [first, after, ids];

/**
 * Nearly always every stream simply goes on where it stands in the log: one statement then gives all the indexes.
 *
 * @returns how many entered; 0 when some stream has a gap, a repeat or a version that waits: then each event must be judged
 */
async function enterSmooth(tx: Tx, staged: Staged): Promise<number> {
  const { rows } = await tx.query<{ entered: number }>(
    `with ready as materialized (
       select e.tenant_id, e.staged_id, e.stream, e.version, e.subject, e.leaf_hash,
         row_number() over (partition by e.tenant_id order by e.staged_id) as nth,
         e.version - row_number() over (partition by e.tenant_id, e.stream order by e.staged_id) as head
       from ${ENTRIES}
     ), streams as materialized (
       select distinct tenant_id, stream, head from ready
     ), rough as materialized (
       select from streams s where s.head <> coalesce(
         (select l.version from log_leaves l where l.tenant_id = s.tenant_id and l.stream = s.stream order by l.version desc limit 1), 0)
       union all
       select from streams s join log_pending p on p.tenant_id = s.tenant_id and p.stream = s.stream
       limit 1
     ), entered as (
       insert into log_leaves (tenant_id, index, staged_id, stream, version, subject, leaf_hash)
       select r.tenant_id, coalesce(p.size, 0) + r.nth - 1, r.staged_id, r.stream, r.version, r.subject, r.leaf_hash
       from ready r left join log_progress p on p.tenant_id = r.tenant_id
       where not exists (select from rough)
       order by r.tenant_id, r.nth
     ), grown as (
       insert into log_progress (tenant_id, size)
       select tenant_id, count(*) from ready where not exists (select from rough) group by tenant_id
       on conflict (tenant_id) do update set size = log_progress.size + excluded.size
     )
     select count(*)::int as entered from ready where not exists (select from rough)`,
    entriesOf(staged),
  );
  return rows[0]!.entered;
}

async function enterOneByOne(tx: Tx, staged: Staged): Promise<void> {
  const ready = await tx.query<PendingRow>(
    `select e.staged_id, e.tenant_id, e.stream, e.version from ${ENTRIES} order by e.staged_id`,
    entriesOf(staged),
  );
  const rows = ready.rows.map(toPending);
  const streams = [...new Map(rows.map((row) => [streamKey(row), row])).values()];
  await write(tx, sequence(rows, await waitingOf(tx, streams), await headsOf(tx, streams), await sizesOf(tx, rows)));
}

async function waitingOf(tx: Tx, streams: readonly Pending[]): Promise<Pending[]> {
  const { rows } = await tx.query<PendingRow>(
    `select p.staged_id, p.tenant_id, p.stream, p.version
     from unnest($1::text[], $2::text[]) as s (tenant_id, stream) join log_pending p using (tenant_id, stream)
     order by p.staged_id`,
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
    await tx.query(
      `insert into log_pending (staged_id, tenant_id, stream, version)
       select * from unnest($1::bigint[], $2::text[], $3::text[], $4::int[])`,
      [
        waiting.map((row) => row.stagedId),
        waiting.map((row) => row.tenant),
        waiting.map((row) => row.stream),
        waiting.map((row) => row.version),
      ],
    );
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
