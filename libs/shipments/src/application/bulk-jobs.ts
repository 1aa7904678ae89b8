import { Inject } from '@nestjs/common';
import {
  BULK_KINDS,
  ROLES,
  type AnswerOf,
  type BulkAct,
  type countBulk,
  type InputOf,
  type startBulk,
} from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { NotFound, Refused, unreachable } from '@tidewaiter/kernel';
import {
  CLOCK,
  DATABASE,
  drainToken,
  idFor,
  type CallerIdentity,
  type Clock,
  type Database,
  type DrainHandler,
  type Nudge,
} from '@tidewaiter/platform';
import { mayDecide } from '../domain/decisions.js';
import { bulkItems, bulkJobs, type JobRow, type TakenItem } from '../postgres/bulk-jobs.js';
import { conditionOf } from './board-views.js';
import { ShipmentComments } from './comments.js';
import { TaskDecisions } from './task-decisions.js';
import { TaskHandovers } from './task-handovers.js';
import { Watching } from './watchers.js';

export const BULK_DRAIN = 'shipments.bulk';

const ITEMS_AT_MOST = 20_000;
const AT_ONCE = 10;
const JOBS_SHOWN = 20;

type Job = AnswerOf<typeof startBulk>;

/** Roles whose tasks somebody may decide. */
const decidable = ({ roles }: CallerIdentity): string[] => ROLES.filter((role) => mayDecide(roles, role));

const jobView = ({ job_id, act, filter, actor, started_at, stopped_at, settled_at, ...counts }: JobRow): Job => {
  const { total, done, refused, refusals } = counts;
  const open = total - done - refused;
  const state = open === 0 ? 'done' : stopped_at ? 'stopped' : 'running';
  const ended = open === 0 ? settled_at : stopped_at;
  return {
    ...{ jobId: job_id, act, filter, by: actor, startedAt: started_at.toISOString() },
    ...{ endedAt: ended?.toISOString() ?? null, state, total, done, refused, refusals },
  };
};

/** Acts over every shipment that a filter matches. */
export class BulkJobs {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(drainToken(BULK_DRAIN)) private readonly drain: Nudge,
  ) {}

  async count(caller: CallerIdentity, filter: InputOf<typeof countBulk>['query']): Promise<AnswerOf<typeof countBulk>> {
    const condition = conditionOf(filter, caller.subject);
    return this.database.tenant(caller.tenant, async (tx) => ({
      ...(await bulkJobs.shipments(tx, condition, caller.subject)),
      unassigned: await bulkJobs.unassigned(tx, condition, decidable(caller)),
      acts: await bulkJobs.acts(tx, condition, BULK_KINDS, decidable(caller)),
    }));
  }

  /** @throws Refused `shipments.bulk.changed`, `shipments.bulk.too-many` */
  async start(
    caller: CallerIdentity,
    { filter, act, count }: InputOf<typeof startBulk>['body'],
    commandId: string,
  ): Promise<Job> {
    const { tenant, subject, actor, roles, name } = caller;
    if (count > ITEMS_AT_MOST)
      throw new Refused('shipments.bulk.too-many', `${count} are more than the ${ITEMS_AT_MOST} of one job`, {
        advice: 'Narrow the filter.',
      });
    const jobId = idFor('bulk', tenant, commandId);
    const job = await this.database.tenant(tenant, async (tx) => {
      const begun = { jobId, act, filter, caller: { subject, actor, roles, name }, at: this.clock() };
      // The door lets one answer out for a key; a repeat after a cut finds the job that was begun.
      if (await bulkJobs.begin(tx, begun)) {
        const taken = await this.fill(tx, jobId, filter, act, caller);
        if (taken !== count)
          throw new Refused('shipments.bulk.changed', `${taken} match now, not ${count}: nothing was begun`, {
            advice: 'Look at the count again, then begin.',
            facts: { count: taken },
          });
      }
      return bulkJobs.one(tx, jobId);
    });
    this.drain.nudge();
    return jobView(job!);
  }

  /** @returns how many the job has to do */
  private fill(
    tx: Tx,
    jobId: string,
    filter: InputOf<typeof startBulk>['body']['filter'],
    act: BulkAct,
    caller: CallerIdentity,
  ): Promise<number> {
    const condition = conditionOf(filter, caller.subject);
    if (act.do === 'try-again') return bulkJobs.fill(tx, jobId, condition, act.kind, decidable(caller));
    if (act.do === 'take') return bulkJobs.fill(tx, jobId, condition, null, decidable(caller));
    if (act.do === 'comment') return bulkJobs.fillShipments(tx, jobId, condition);
    return bulkJobs.fillShipments(tx, jobId, condition, { subject: caller.subject, watched: act.do === 'unwatch' });
  }

  async list(tenant: string): Promise<{ items: Job[] }> {
    const rows = await this.database.tenant(tenant, (tx) => bulkJobs.newest(tx, JOBS_SHOWN));
    return { items: rows.map(jobView) };
  }

  /** @throws NotFound `shipments.bulk.unknown` */
  async stop(tenant: string, jobId: string): Promise<Job> {
    const job = await this.database.tenant(tenant, async (tx) => {
      await bulkJobs.stop(tx, jobId, this.clock());
      return bulkJobs.one(tx, jobId);
    });
    if (!job) throw new NotFound('shipments.bulk.unknown', 'no such job');
    return jobView(job);
  }
}

/** Works jobs off, a few at a time and jobs side by side. One that was begun goes on after a restart. */
export class BulkWorker implements DrainHandler {
  constructor(
    @Inject(DATABASE) readonly database: Database,
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(TaskDecisions) private readonly decisions: TaskDecisions,
    @Inject(TaskHandovers) private readonly handovers: TaskHandovers,
    @Inject(ShipmentComments) private readonly comments: ShipmentComments,
    @Inject(Watching) private readonly watching: Watching,
  ) {}

  async work(): Promise<number> {
    const taken = await this.database.system(async (tx) => {
      await bulkJobs.forgetTexts(tx);
      return bulkItems.take(tx, AT_ONCE);
    });
    await Promise.all(taken.map((item) => bulkItems.workOff(this, item, 'done', () => this.act(item))));
    return taken.length;
  }

  /** The same command however often it is tried: a task is decided and taken once, a comment is written once. */
  private async act({
    tenant_id: tenant,
    job_id,
    shipment_id,
    task_id,
    version,
    act,
    caller,
  }: TakenItem): Promise<void> {
    const who: CallerIdentity = { tenant, name: '', ...caller };
    const commandId = `bulk/${job_id}/${task_id ?? shipment_id}`;
    switch (act.do) {
      case 'try-again':
        await this.decisions.decide(task_id!, { retry: true }, who, commandId, version!);
        return;
      case 'take':
        await this.handovers.take(task_id!, {}, who, commandId);
        return;
      case 'watch':
        await this.watching.change(who, shipment_id, true);
        return;
      case 'unwatch':
        await this.watching.change(who, shipment_id, false);
        return;
      case 'comment':
        await this.comments.make(who, shipment_id, act.text, commandId);
        return;
      default:
        unreachable(act);
    }
  }
}
