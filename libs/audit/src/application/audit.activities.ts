import { Inject } from '@nestjs/common';
import { Context } from '@temporalio/activity';
import type { AuditActivities, SealedDossier, Step, Wrote } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { byOfStep, DATABASE, EVENT_STORE, type Database } from '@tidewaiter/platform';
import { dossier, type Dossier, type Seal } from '../domain/index.js';
import { raise } from '../log/alarms.js';
import { alarmOfDifference, differing, locate, sayDifference, suspected } from '../log/reconcile.js';
import { Disposal, dossierStream } from './disposal.js';
import { LogService } from './log.service.js';
import { coverageOf } from './sealing.js';

/** Checkpoints in this process ring; what another process publishes is looked for this often. */
const LOOK_AGAIN_MS = 200;

export class AuditActivitiesService implements AuditActivities {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Disposal) private readonly disposal: Disposal,
    @Inject(LogService) private readonly logs: LogService,
  ) {}

  async sealDossier(
    step: Step,
    sealing: { jurisdiction: string; streams: Wrote; entryDate: string },
  ): Promise<{ sealed: SealedDossier }> {
    const stream = dossierStream(step.subject);
    const before = await this.store.load(dossier, step.tenant, stream);
    if (before.state.seal) return { sealed: summaryOf(before.state) };
    const retention = this.disposal.clockFor(sealing.jurisdiction, sealing.entryDate);
    const seal = await this.untilCovered(step, sealing.streams);
    const done = await this.store.execute(
      dossier,
      stream,
      { type: 'SealDossier', shipmentId: step.subject, seal, retention },
      byOfStep(step),
    );
    return { sealed: summaryOf(done.state) };
  }

  async placeLegalHold(step: Step, matter: string): Promise<{ wrote: Wrote }> {
    const stream = dossierStream(step.subject);
    const { state, version } = await this.store.load(dossier, step.tenant, stream);
    if (state.hold) return { wrote: { [stream]: version } };
    const command = { type: 'PlaceHold', shipmentId: step.subject, by: step.actor, matter } as const;
    return { wrote: (await this.store.execute(dossier, stream, command, byOfStep(step))).wrote };
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

  async applyRetention(step: Step): ReturnType<AuditActivities['applyRetention']> {
    const beat = () => Context.current().heartbeat();
    const by = (purpose: string) => (shipmentId: string) => ({
      ...byOfStep(step),
      subject: shipmentId,
      commandId: `${step.commandId}/${purpose}/${shipmentId}`,
    });
    const recomputed = await this.disposal.recompute(step.tenant, by('clock'), beat);
    return { recomputed, ...(await this.disposal.run(step.tenant, by('erase'), beat)) };
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
}

function summaryOf({ seal, retention }: Dossier): SealedDossier {
  return { events: seal!.events, treeSize: seal!.treeSize, rootHash: seal!.rootHash, retainUntil: retention!.until };
}
