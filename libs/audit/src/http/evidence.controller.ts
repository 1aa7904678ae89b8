import { Controller, Inject } from '@nestjs/common';
import {
  exportEvidence,
  liftHold,
  listReconciliations,
  reconciliationWorkflowId,
  startReconciliation,
  WORKFLOWS as WORKFLOW_TYPES,
  placeHold,
  replayDifference,
  replayEngagement,
  replayShipment,
  replayStep,
  showDossier,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import {
  byOf,
  Caller,
  CommandId,
  EVENT_STORE,
  refuseIfRefused,
  Input,
  Serves,
  type Binary,
  type CallerIdentity,
  WORKFLOWS,
  type WorkflowPort,
} from '@tidewaiter/platform';
import { ANOTHER_OFFICER, dossierStream } from '../application/disposal.js';
import { Evidence } from '../application/evidence.js';
import { EvidenceExport } from '../application/evidence-export.js';
import { newId } from '@tidewaiter/kernel';
import { dossier } from '../domain/index.js';
import { evidenceFile } from './evidence-file.js';

@Controller()
export class EvidenceController {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Evidence) private readonly evidence: Evidence,
    @Inject(EvidenceExport) private readonly exports: EvidenceExport,
    @Inject(WORKFLOWS) private readonly workflows: Pick<WorkflowPort, 'start'>,
  ) {}

  @Serves(replayShipment)
  replay(
    @Input() { params, query }: InputOf<typeof replayShipment>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof replayShipment>> {
    return this.evidence.replay(tenant, params.shipmentId, query);
  }

  @Serves(replayStep)
  step(
    @Input() { params, query }: InputOf<typeof replayStep>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof replayStep>> {
    return this.evidence.step(tenant, params.shipmentId, params.step, query);
  }

  @Serves(replayDifference)
  difference(
    @Input() { params, query }: InputOf<typeof replayDifference>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof replayDifference>> {
    return this.evidence.difference(tenant, params.shipmentId, query);
  }

  @Serves(replayEngagement)
  engagement(
    @Input() { params, query }: InputOf<typeof replayEngagement>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof replayEngagement>> {
    return this.evidence.engagement(tenant, params.engagementId, query);
  }

  @Serves(exportEvidence)
  async export(
    @Input() { params, query }: InputOf<typeof exportEvidence>,
    @Caller() caller: CallerIdentity,
  ): Promise<Binary> {
    const { shipmentId } = params;
    return evidenceFile(shipmentId, await this.exports.export(caller, shipmentId, query.reason, `export/${newId()}`));
  }

  @Serves(showDossier)
  dossier(
    @Input() { params }: InputOf<typeof showDossier>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showDossier>> {
    return this.evidence.dossier(tenant, params.shipmentId);
  }

  @Serves(placeHold)
  async place(
    @Input() { params: { shipmentId }, body: { matter } }: InputOf<typeof placeHold>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof placeHold>> {
    await this.evidence.known(caller.tenant, shipmentId);
    const command = { type: 'PlaceHold' as const, shipmentId, by: caller.actor, matter };
    await this.store.execute(dossier, dossierStream(shipmentId), command, byOf(caller, shipmentId, commandId), {
      fingerprint: command,
    });
    return { shipmentId, hold: matter };
  }

  @Serves(liftHold)
  async lift(
    @Input() { params: { shipmentId } }: InputOf<typeof liftHold>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof liftHold>> {
    const command = { type: 'LiftHold' as const, shipmentId, by: caller.actor };
    const by = byOf(caller, shipmentId, commandId);
    const done = await this.store.execute(dossier, dossierStream(shipmentId), command, by, { fingerprint: command });
    refuseIfRefused(done.events, ANOTHER_OFFICER);
    return { shipmentId };
  }

  @Serves(startReconciliation)
  async reconcile(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof startReconciliation>> {
    const workflowId = reconciliationWorkflowId(tenant);
    await this.workflows.start(WORKFLOW_TYPES.reconciliation, workflowId, [tenant]);
    return { workflowId };
  }

  @Serves(listReconciliations)
  reconciliations(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof listReconciliations>> {
    return this.evidence.reconciliations(tenant);
  }
}
