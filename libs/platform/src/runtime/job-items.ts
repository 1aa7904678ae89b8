import type { Tx } from '@tidewaiter/event-store';
import { TidewaiterError, type Instant } from '@tidewaiter/kernel';
import type { Database } from '../postgres/database.js';
import type { Clock } from './tokens.js';

/** An item of a job over many things. */
export interface JobItem {
  tenant_id: string;
  job_id: string;
  n: number;
}

/**
 * Two tables of a context, by names that are written in code: jobs with `tenant_id, id, stopped_at`, and their items with
 * `tenant_id, job_id, n, outcome, code, says, settled_at, not_before`.
 */
export interface JobTables {
  jobs: string;
  items: string;
  /** how long a worker that was killed keeps others from an item */
  leaseSeconds: number;
  /** what a worker is given beside the key, in SQL: of the item as `i`, of its job as `j` */
  columns: string;
}

type Settled<Done extends string> = { outcome: Done } | { outcome: 'refused'; code: string; says: string };

/** How long what cannot be done now is left alone. */
const PAUSE = `interval '2 seconds'`;

/** Items of jobs, worked off a few at a time and jobs side by side; what a killed worker had taken is taken again. */
export class JobItems<Item extends JobItem & Record<string, unknown>, Done extends string> {
  constructor(private readonly tables: JobTables) {}

  /** Items of all tenants that nobody works on, the first of each job before the second of any. */
  async take(tx: Tx, limit: number): Promise<Item[]> {
    const { jobs, items, leaseSeconds, columns } = this.tables;
    const { rows } = await tx.query<Item>(
      `with next as (
         select i.tenant_id, i.job_id, i.n from ${items} i
         join ${jobs} j on j.tenant_id = i.tenant_id and j.id = i.job_id
         where i.outcome is null and i.not_before <= now() and j.stopped_at is null
         order by i.n, i.job_id limit $1 for update of i skip locked
       )
       update ${items} i set not_before = now() + interval '${leaseSeconds} seconds'
       from next join ${jobs} j on j.tenant_id = next.tenant_id and j.id = next.job_id
       where i.tenant_id = next.tenant_id and i.job_id = next.job_id and i.n = next.n
       returning i.tenant_id, i.job_id, i.n, ${columns}`,
      [limit],
    );
    return rows;
  }

  /**
   * Does an item's work, and settles it: done, or refused for good with the reason. What cannot be done now comes again.
   * @param isLater tells a refusal that will pass from one that will not
   */
  async workOff(
    { database, clock }: { database: Database; clock: Clock },
    item: Item,
    done: Done,
    work: () => Promise<void>,
    isLater: (error: TidewaiterError) => boolean = () => false,
  ): Promise<void> {
    try {
      await work();
      await database.system((tx) => this.settle(tx, item, { outcome: done }, clock()));
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error.kind === 'unavailable' || isLater(error)) {
        await database.system((tx) => this.postpone(tx, item));
        if (error instanceof TidewaiterError) return;
        throw error;
      }
      const { code, message: says } = error;
      await database.system((tx) => this.settle(tx, item, { outcome: 'refused', code, says }, clock()));
    }
  }

  private async settle(tx: Tx, { tenant_id, job_id, n }: Item, settled: Settled<Done>, at: Instant): Promise<void> {
    const [code, says] = 'code' in settled ? [settled.code, settled.says] : [null, null];
    await tx.query(
      `update ${this.tables.items} set outcome = $4, code = $5, says = $6, settled_at = $7 where tenant_id = $1 and job_id = $2 and n = $3`,
      [tenant_id, job_id, n, settled.outcome, code, says, at],
    );
  }

  private async postpone(tx: Tx, { tenant_id, job_id, n }: Item): Promise<void> {
    await tx.query(
      `update ${this.tables.items} set not_before = now() + ${PAUSE} where tenant_id = $1 and job_id = $2 and n = $3`,
      [tenant_id, job_id, n],
    );
  }
}
