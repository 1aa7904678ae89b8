import { Controller, Inject } from '@nestjs/common';
import {
  assessShipment,
  compareAssessments,
  explainAssessment,
  listAssessments,
  previewAssessment,
  rederiveAssessment,
  showAssessment,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound } from '@tidewaiter/kernel';
import { Binary, byOf, Caller, CommandId, EVENT_STORE, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Assessing } from '../application/assessing.js';
import { TariffBooks } from '../application/tariff-books.js';
import { assess } from '../domain/assess.js';
import { explain } from '../domain/explain.js';
import { assessmentRows, type StoredAssessment } from '../postgres/assessments.js';

type View = AnswerOf<typeof showAssessment>;
const viewOf = ({ n, assessmentId, recordedAt, resultDigest, result }: StoredAssessment): View => ({
  n,
  assessmentId,
  recordedAt,
  resultDigest,
  result,
});

@Controller()
export class AssessmentsController {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Assessing) private readonly assessing: Assessing,
    @Inject(TariffBooks) private readonly tariffs: TariffBooks,
  ) {}

  @Serves(previewAssessment)
  async preview(
    @Input() { body }: InputOf<typeof previewAssessment>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof previewAssessment>> {
    return assess(body, await this.tariffs.forPreview(tenant, body));
  }

  @Serves(assessShipment)
  async reassess(
    @Input() { params }: InputOf<typeof assessShipment>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<View> {
    return viewOf(await this.assessing.reassess(byOf(caller, params.shipmentId, commandId), params.shipmentId));
  }

  @Serves(listAssessments)
  async list(
    @Input() { params }: InputOf<typeof listAssessments>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<{ items: View[] }> {
    const stored = await this.store.transaction(tenant, (tx) => assessmentRows.ofShipment(tx, params.shipmentId));
    return { items: stored.map(viewOf) };
  }

  @Serves(showAssessment)
  async show(@Input() { params }: InputOf<typeof showAssessment>, @Caller() { tenant }: CallerIdentity): Promise<View> {
    return viewOf(await this.one(tenant, params));
  }

  @Serves(explainAssessment)
  async explain(
    @Input() { params }: InputOf<typeof explainAssessment>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<Binary> {
    const { result } = await this.one(tenant, params);
    return new Binary(explain(result), 'text/plain; charset=utf-8');
  }

  @Serves(compareAssessments)
  async compare(
    @Input() { params, query }: InputOf<typeof compareAssessments>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof compareAssessments>> {
    return (await this.assessing.compare(tenant, params.shipmentId, params.n, query.against)).variance;
  }

  @Serves(rederiveAssessment)
  async rederive(
    @Input() { params }: InputOf<typeof rederiveAssessment>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof rederiveAssessment>> {
    return { assessmentId: params.assessmentId, ...(await this.assessing.rederive(tenant, params.assessmentId)) };
  }

  private async one(tenant: string, { shipmentId, n }: { shipmentId: string; n: number }): Promise<StoredAssessment> {
    const stored = await this.store.transaction(tenant, (tx) => assessmentRows.byNumber(tx, shipmentId, n));
    if (!stored) throw new NotFound('duties.assessment.unknown', `this shipment has no assessment ${n}`);
    return stored;
  }
}
