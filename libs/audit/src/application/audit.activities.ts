import { Inject } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import type { AuditActivities, SealedDossier, Step, Wrote } from '@tidewaiter/contracts';
import type { EventStore, SubjectKeys } from '@tidewaiter/event-store';
import { legalDateAt, TidewaiterError } from '@tidewaiter/kernel';
import {
  byOfStep,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  LOG,
  SUBJECT_KEYS,
  type Clock,
  type Database,
  type Log,
} from '@tidewaiter/platform';
import { dossier, erasable, retentionClock, type Dossier, type Seal } from '../domain/index.js';
import { raise } from '../log/alarms.js';
import { alarmOfDifference, differing, locate, sayDifference, suspected } from '../log/reconcile.js';
import { LogService } from './log.service.js';
import { retentionLaws } from './retention-rules.js';
import { coverageOf } from './sealing.js';

/** Checkpoints in this process ring; what another process publishes is looked for this often. */
const LOOK_AGAIN_MS = 200;

interface DueRow {
  shipment_id: string;
  jurisdiction: string;
  held: boolean;
}

export const dossierStream = (shipmentId: string): string => `dossier-${shipmentId}`;

export class AuditActivitiesService implements AuditActivities {
  private readonly laws = retentionLaws();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SUBJECT_KEYS) private readonly keys: SubjectKeys,
    @Inject(LogService) private readonly logs: LogService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async sealDossier(
    step: Step,
    sealing: { jurisdiction: string; streams: Wrote; entryDate: string },
  ): Promise<{ sealed: SealedDossier }> {
    const stream = dossierStream(step.subject);
    const before = await this.store.load(dossier, step.tenant, stream);
    if (before.state.seal) return { sealed: summaryOf(before.state) };
    const retention = retentionClock(this.laws.rules, sealing.jurisdiction, sealing.entryDate);
    const seal = await this.untilCovered(step, sealing.streams);
    const done = await this.store.execute(
      dossier,
      stream,
      { type: 'SealDossier', shipmentId: step.subject, seal, retention },
      byOfStep(step),
    );
    return { sealed: summaryOf(done.state) };
  }

  private async untilCovered(step: Step, wrote: Wrote): Promise<Seal> {
    const activity = Context.current();
    for (;;) {
      activity.cancellationSignal.throwIfAborted();
      // Taken before the look: a checkpoint between look and wait must not be missed.
      const next = this.logs.nextCheckpoint(LOOK_AGAIN_MS);
      const coverage = await this.database.tenant(step.tenant, (tx) =>
        coverageOf(tx, step.tenant, step.subject, wrote),
      );
      if (coverage.kind === 'covered') return coverage.seal;
      activity.heartbeat(
        coverage.kind === 'missing' ? { waitsFor: coverage.streams.slice(0, 20) } : { waitsFor: 'checkpoint' },
      );
      if (coverage.kind === 'logged') this.logs.demand(step.tenant);
      await next;
    }
  }

  async applyRetention(step: Step): Promise<{ looked: number; erased: number; held: number }> {
    const due = await this.dueDossiers(step.tenant);
    let erased = 0;
    for (const row of due) {
      if (row.held) continue;
      Context.current().heartbeat({ erased });
      if (await this.erase(step, row)) erased += 1;
    }
    return { looked: due.length, erased, held: due.filter((row) => row.held).length };
  }

  async compareStreams(
    ...[{ tenant }, page]: Parameters<AuditActivities['compareStreams']>
  ): ReturnType<AuditActivities['compareStreams']> {
    return this.database.tenant(tenant, async (tx) => ({
      events: page.streams.reduce((sum, { version }) => sum + version, 0),
      differing: await differing(tx, tenant, page.streams),
      suspected: await suspected(tx, tenant, page),
    }));
  }

  async locateDifference(
    ...[{ tenant }, at]: Parameters<AuditActivities['locateDifference']>
  ): ReturnType<AuditActivities['locateDifference']> {
    return this.database.tenant(tenant, (tx) => locate(tx, tenant, at));
  }

  async recordReconciliation(
    ...[{ tenant }, run]: Parameters<AuditActivities['recordReconciliation']>
  ): ReturnType<AuditActivities['recordReconciliation']> {
    const { runId, began, streams, events, differences } = run;
    await this.database.system((tx) =>
      raise(
        tx,
        differences.map((each) => alarmOfDifference(tenant, each)),
      ),
    );
    return this.database.tenant(tenant, async (tx) => {
      await tx.query(
        `insert into reconciliations (tenant_id, run_id, began, streams, events, differences) values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, run_id) do nothing`,
        [tenant, runId, began, streams, events, JSON.stringify(differences)],
      );
      const open = await tx.query<{ task_id: string; subject: string }>(
        `select task_id, differences -> 0 ->> 'subject' as subject from reconciliations where tenant_id = $1 and began < $2 and task_id is not null
         and not exists (select from reconciliations clean where clean.tenant_id = $1 and clean.began > reconciliations.began
           and clean.began < $2 and clean.differences = '[]')
         order by began desc limit 1`,
        [tenant, began],
      );
      const raised = open.rows[0];
      if (differences.length === 0) {
        return {
          task: raised ? { kind: 'withdraw', taskId: raised.task_id, subject: raised.subject } : { kind: 'none' },
        };
      }
      if (raised) return { task: { kind: 'none' } };
      const [first] = differences;
      const more = differences.length === 1 ? '' : ` And ${differences.length - 1} more.`;
      return { task: { kind: 'raise', says: `The log and the event stores differ. ${sayDifference(first!)}${more}` } };
    });
  }

  async noteReconciliationTask(
    ...[{ tenant }, { runId, taskId }]: Parameters<AuditActivities['noteReconciliationTask']>
  ): Promise<void> {
    await this.database.ask(tenant, 'update reconciliations set task_id = $3 where tenant_id = $1 and run_id = $2', [
      tenant,
      runId,
      taskId,
    ]);
  }

  private async dueDossiers(tenant: string): Promise<DueRow[]> {
    const today = Object.fromEntries(
      Object.entries(this.laws.zones).map(([jurisdiction, zone]) => [jurisdiction, legalDateAt(this.clock(), zone)]),
    );
    return this.database.tenant(tenant, async (tx) => {
      const { rows } = await tx.query<DueRow>(
        `select d.shipment_id, d.jurisdiction, d.hold_matter is not null as held
         from dossiers d join unnest($2::text[], $3::date[]) as t (jurisdiction, today) using (jurisdiction)
         where d.tenant_id = $1 and not d.erased and d.retain_until < t.today order by d.retain_until, d.shipment_id`,
        [tenant, Object.keys(today), Object.values(today)],
      );
      return rows;
    });
  }

  /**
   * The row is locked for the time, and a hold changes that row in its own transaction: between the last look at the hold
   * and the destruction of the key none can be placed.
   */
  private async erase(step: Step, { shipment_id: shipmentId, jurisdiction }: DueRow): Promise<boolean> {
    const by = { ...byOfStep(step), subject: shipmentId, commandId: `${step.commandId}/${shipmentId}` };
    const today = legalDateAt(this.clock(), this.laws.zones[jurisdiction]!);
    try {
      return await this.store.transaction(step.tenant, async (tx) => {
        await tx.query('select from dossiers where tenant_id = $1 and shipment_id = $2 for update', [
          step.tenant,
          shipmentId,
        ]);
        const { state } = await this.store.load(dossier, step.tenant, dossierStream(shipmentId), tx);
        if (state.erased) return false;
        erasable(state, today);
        const keys = (await this.keys.destroy(step.tenant, shipmentId)) ? 1 : 0;
        await this.store.execute(
          dossier,
          dossierStream(shipmentId),
          { type: 'ErasePersons', shipmentId, today, keys },
          by,
          { tx },
        );
        return true;
      });
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error.kind === 'unavailable') throw error;
      this.log.info('a dossier that was due is not erased', { shipmentId, code: error.code });
      return false;
    }
  }
}

function summaryOf({ seal, retention }: Dossier): SealedDossier {
  return { events: seal!.events, treeSize: seal!.treeSize, rootHash: seal!.rootHash, retainUntil: retention!.until };
}
