import type { AnswerOf, Role, startEvidenceJob } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';
import { JobItems, type JobItem } from '@tidewaiter/platform';

type File = AnswerOf<typeof startEvidenceJob>['files'][number];

/** Who began a job, as its files are made under. */
export interface Starter {
  subject: string;
  actor: string;
  name: string;
  roles: Role[];
}

export interface JobRow {
  [column: string]: unknown;
  id: string;
  reason: string;
  actor: string;
  started_at: Date;
  stopped_at: Date | null;
  settled_at: Date | null;
  total: number;
  made: number;
  refused: number;
  files: File[];
}

/** A file that is made and not yet recorded. */
export interface Made {
  sha256: string;
  bytes: number;
  events: number;
  treeSize: number;
}

export interface TakenFile extends JobItem {
  [column: string]: unknown;
  shipment_id: string;
  reason: string;
  caller: Starter;
  /** of a file that was made before the worker was killed */
  made: Made | null;
}

export interface KeptFile {
  [column: string]: unknown;
  outcome: 'made' | 'refused' | null;
  reason: string;
  sha256: string | null;
  content: string | null;
}

/** How long files are kept. */
export const KEPT_DAYS = 7;

const JOB = `select j.id, j.reason, j.caller->>'actor' as actor, j.started_at, j.stopped_at, f.*
  from evidence_jobs j cross join lateral (
    select count(*)::integer as total, (count(*) filter (where outcome = 'made'))::integer as made,
      (count(*) filter (where outcome = 'refused'))::integer as refused, max(settled_at) as settled_at,
      jsonb_agg(jsonb_build_object('shipmentId', shipment_id, 'reference', reference, 'bytes', bytes, 'sha256', sha256, 'code', code, 'says', says,
        'state', case when outcome is null then 'waits' when outcome = 'refused' then 'refused' when content is null then 'gone' else 'made' end) order by n) as files
    from evidence_files where tenant_id = j.tenant_id and job_id = j.id) f`;

export const evidenceFiles = new JobItems<TakenFile, 'made'>({
  jobs: 'evidence_jobs',
  items: 'evidence_files',
  leaseSeconds: 120,
  columns: `i.shipment_id, j.caller, j.reason,
    case when i.content is not null then jsonb_build_object('sha256', i.sha256, 'bytes', i.bytes, 'events', i.events, 'treeSize', i.tree_size) end as made`,
});

export const evidenceJobs = {
  /** @returns whether it was begun now; false where it was before */
  async begin(
    tx: Tx,
    job: { jobId: string; caller: Starter; reason: string; shipments: readonly string[]; at: Instant },
  ): Promise<boolean> {
    const { jobId, caller, reason, shipments, at } = job;
    const { rowCount } = await tx.query(
      'insert into evidence_jobs (tenant_id, id, caller, reason, started_at) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [tx.tenant, jobId, JSON.stringify(caller), reason, at],
    );
    if (rowCount !== 1) return false;
    await tx.query(
      `insert into evidence_files (tenant_id, job_id, n, shipment_id, reference)
       select $1, $2, s.n, s.shipment_id::uuid, convert_from(e.body, 'UTF8')::jsonb->'data'->>'reference'
       from unnest($3::text[]) with ordinality as s (shipment_id, n)
       left join log_leaves l on l.tenant_id = $1 and l.stream = 'shipment-' || s.shipment_id and l.version = 1
       left join log_entries e using (staged_id)`,
      [tx.tenant, jobId, shipments],
    );
    return true;
  },

  async one(tx: Tx, jobId: string): Promise<JobRow | undefined> {
    const { rows } = await tx.query<JobRow>(`${JOB} where j.tenant_id = $1 and j.id = $2`, [tx.tenant, jobId]);
    return rows[0];
  },

  async newest(tx: Tx, limit: number): Promise<JobRow[]> {
    const { rows } = await tx.query<JobRow>(`${JOB} where j.tenant_id = $1 order by j.started_at desc limit $2`, [
      tx.tenant,
      limit,
    ]);
    return rows;
  },

  async stop(tx: Tx, jobId: string, at: Instant): Promise<void> {
    await tx.query('update evidence_jobs set stopped_at = $3 where tenant_id = $1 and id = $2 and stopped_at is null', [
      tx.tenant,
      jobId,
      at,
    ]);
  },

  async file(tx: Tx, jobId: string, shipmentId: string): Promise<KeptFile | undefined> {
    const { rows } = await tx.query<KeptFile>(
      `select f.outcome, f.sha256, f.content, j.reason from evidence_files f
       join evidence_jobs j on j.tenant_id = f.tenant_id and j.id = f.job_id
       where f.tenant_id = $1 and f.job_id = $2 and f.shipment_id = $3`,
      [tx.tenant, jobId, shipmentId],
    );
    return rows[0];
  },

  async keep(
    tx: Tx,
    { tenant_id, job_id, n }: TakenFile,
    { sha256, bytes, events, treeSize }: Made,
    content: string,
  ): Promise<void> {
    await tx.query(
      `update evidence_files set sha256 = $4, bytes = $5, events = $6, tree_size = $7, content = $8
       where tenant_id = $1 and job_id = $2 and n = $3`,
      [tenant_id, job_id, n, sha256, bytes, events, treeSize, content],
    );
  },

  /** Lets go of files whose time is over. */
  async forget(tx: Tx, now: Instant): Promise<void> {
    await tx.query(
      `update evidence_files set content = null where content is not null and settled_at < $1::timestamptz - interval '${KEPT_DAYS} days'`,
      [now],
    );
  },
};
