import type { AnswerOf, BulkAct, Role, startBulk } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';
import { JobItems, type JobItem } from '@tidewaiter/platform';

type Job = AnswerOf<typeof startBulk>;

/** A condition over the board as `b`; its parameters begin with `$2`. */
interface Condition {
  where: string;
  params: readonly unknown[];
}

export interface JobRow extends Pick<Job, 'act' | 'filter' | 'total' | 'done' | 'refused' | 'refusals'> {
  [column: string]: unknown;
  job_id: string;
  actor: string;
  started_at: Date;
  stopped_at: Date | null;
  settled_at: Date | null;
}

export interface TakenItem extends JobItem {
  [column: string]: unknown;
  task_id: string | null;
  shipment_id: string;
  version: number | null;
  act: BulkAct;
  caller: { subject: string; actor: string; roles: Role[]; name?: string };
}

const JOB = `select j.id as job_id, j.act - 'text' as act, j.filter, j.caller->>'actor' as actor, j.started_at, j.stopped_at, c.*,
    coalesce((select jsonb_agg(jsonb_build_object('taskId', r.task_id, 'shipmentId', r.shipment_id, 'reference', s.reference, 'code', r.code, 'says', r.says) order by r.n)
      from (select * from bulk_items where tenant_id = j.tenant_id and job_id = j.id and outcome = 'refused' order by n limit 100) r
      join shipments s on s.tenant_id = j.tenant_id and s.id = r.shipment_id), '[]') as refusals
  from bulk_jobs j cross join lateral (
    select count(*)::integer as total, (count(*) filter (where outcome = 'done'))::integer as done,
      (count(*) filter (where outcome = 'refused'))::integer as refused, max(settled_at) as settled_at
    from bulk_items where tenant_id = j.tenant_id and job_id = j.id) c`;

const MATCHING = `from board b join tasks t on t.tenant_id = b.tenant_id and t.shipment_id = b.shipment_id`;

export const bulkItems = new JobItems<TakenItem, 'done'>({
  jobs: 'bulk_jobs',
  items: 'bulk_items',
  leaseSeconds: 60,
  columns: 'i.task_id, i.shipment_id, i.version, j.caller, j.act',
});

export const bulkJobs = {
  /** How many match, and how many of them somebody watches. */
  async shipments(
    tx: Tx,
    { where, params }: Condition,
    subject: string,
  ): Promise<{ shipments: number; watched: number }> {
    const { rows } = await tx.query<{ shipments: number; watched: number }>(
      `select count(*)::integer as shipments, count(w.subject)::integer as watched from board b
       left join watchers w on w.tenant_id = b.tenant_id and w.shipment_id = b.shipment_id and w.subject = $${params.length + 2}
       where ${where}`,
      [tx.tenant, ...params, subject],
    );
    return rows[0]!;
  },

  /** Open tasks by kind: those of the roles, and those of others. */
  async acts<K extends string>(
    tx: Tx,
    { where, params }: Condition,
    kinds: readonly K[],
    roles: readonly string[],
  ): Promise<{ kind: K; count: number; others: number }[]> {
    const at = params.length + 2;
    const mine = `t.state->>'role' = any($${at + 1})`;
    const { rows } = await tx.query<{ kind: K; count: number; others: number }>(
      `select t.kind, (count(*) filter (where ${mine}))::integer as count, (count(*) filter (where not ${mine}))::integer as others
       ${MATCHING} where ${where} and t.status = 'open' and t.kind = any($${at}) group by t.kind order by t.kind`,
      [tx.tenant, ...params, kinds, roles],
    );
    return rows;
  },

  /** Open tasks that somebody of these roles may take. */
  async unassigned(tx: Tx, { where, params }: Condition, roles: readonly string[]): Promise<number> {
    const { rows } = await tx.query<{ count: number }>(
      `select count(*)::integer as count ${MATCHING}
        where ${where} and t.status = 'open' and t.assignee is null and t.state->>'role' = any($${params.length + 2})`,
      [tx.tenant, ...params, roles],
    );
    return rows[0]!.count;
  },

  /** @returns whether it was begun now; false where it was before */
  async begin(
    tx: Tx,
    { jobId, act, filter, caller, at }: { jobId: string; act: BulkAct; filter: object; caller: object; at: Instant },
  ): Promise<boolean> {
    const { rowCount } = await tx.query(
      `insert into bulk_jobs (tenant_id, id, act, filter, caller, started_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [tx.tenant, jobId, JSON.stringify(act), JSON.stringify(filter), JSON.stringify(caller), at],
    );
    return rowCount === 1;
  },

  /**
   * @param kind of the tasks; null: of any kind, those that nobody has taken
   * @returns how many tasks the job has to do
   */
  async fill(
    tx: Tx,
    jobId: string,
    { where, params }: Condition,
    kind: string | null,
    roles: readonly string[],
  ): Promise<number> {
    const at = params.length + 2;
    const { rowCount } = await tx.query(
      `insert into bulk_items (tenant_id, job_id, n, task_id, shipment_id, version)
       select $1, $${at}, row_number() over (order by t.due, t.position), t.id, t.shipment_id, t.version
       ${MATCHING} where ${where} and t.status = 'open' and t.state->>'role' = any($${at + 2})
         and case when $${at + 1}::text is null then t.assignee is null else t.kind = $${at + 1} end`,
      [tx.tenant, ...params, jobId, kind, roles],
    );
    return rowCount ?? 0;
  },

  /** @returns how many shipments the job has to do: all that match, or those that a person does or does not watch */
  async fillShipments(
    tx: Tx,
    jobId: string,
    { where, params }: Condition,
    only?: { subject: string; watched: boolean },
  ): Promise<number> {
    const at = params.length + 2;
    const watched = `exists (select from watchers w where w.tenant_id = b.tenant_id and w.shipment_id = b.shipment_id and w.subject = $${at + 1})`;
    const narrowed = only ? ` and ${only.watched ? '' : 'not '}${watched}` : '';
    const { rowCount } = await tx.query(
      `insert into bulk_items (tenant_id, job_id, n, shipment_id)
       select $1, $${at}, row_number() over (order by b.key), b.shipment_id from board b where ${where}${narrowed}`,
      [tx.tenant, ...params, jobId, ...(only ? [only.subject] : [])],
    );
    return rowCount ?? 0;
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
    await tx.query(
      `update bulk_jobs set stopped_at = $3, act = act - 'text' where tenant_id = $1 and id = $2 and stopped_at is null`,
      [tx.tenant, jobId, at],
    );
  },

  /** A text is kept for as long as something is left to do with it. Not where items are settled: two at once would each take the other for open. */
  async forgetTexts(tx: Tx): Promise<void> {
    await tx.query(
      `update bulk_jobs j set act = act - 'text' where j.act ? 'text'
       and not exists (select from bulk_items i where i.tenant_id = j.tenant_id and i.job_id = j.id and i.outcome is null)`,
    );
  },
};
