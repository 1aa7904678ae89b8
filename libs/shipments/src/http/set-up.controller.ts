import { Controller, Inject } from '@nestjs/common';
import {
  changeGuaranteeLimit,
  endEngagement,
  forecastGuarantee,
  grantMandate,
  listEngagements,
  listGuarantees,
  listImporters,
  openEngagement,
  registerGuarantee,
  registerImporter,
  showEngagement,
  showGuarantee,
  thawMandate,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, IfMatch, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Desk } from '../application/desk.js';
import { Guarantees } from '../application/guarantees.js';
import { Views } from '../application/views.js';

/** What stands before the first shipment: importers of record, their guarantees, engagements and powers of attorney. */
@Controller()
export class SetUpController {
  constructor(
    @Inject(Desk) private readonly desk: Desk,
    @Inject(Views) private readonly views: Views,
    @Inject(Guarantees) private readonly guaranteesDesk: Guarantees,
  ) {}

  @Serves(registerImporter)
  async registerImporter(
    @Input() { body }: InputOf<typeof registerImporter>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.views.importer(caller.tenant, await this.desk.registerImporter(body, caller, commandId));
  }

  @Serves(listImporters)
  importers(@Input() { query }: InputOf<typeof listImporters>, @Caller() caller: CallerIdentity) {
    return this.views.importers(caller.tenant, query);
  }

  @Serves(registerGuarantee)
  async registerGuarantee(
    @Input() { body }: InputOf<typeof registerGuarantee>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.views.guarantee(caller.tenant, await this.desk.registerGuarantee(body, caller, commandId));
  }

  @Serves(listGuarantees)
  guarantees(@Input() { query }: InputOf<typeof listGuarantees>, @Caller() caller: CallerIdentity) {
    return this.views.guarantees(caller.tenant, query);
  }

  @Serves(showGuarantee)
  guarantee(@Input() { params }: InputOf<typeof showGuarantee>, @Caller() caller: CallerIdentity) {
    return this.guaranteesDesk.show(caller.tenant, params.guaranteeId);
  }

  @Serves(changeGuaranteeLimit)
  async changeLimit(
    @Input() { params, body }: InputOf<typeof changeGuaranteeLimit>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    await this.guaranteesDesk.changeLimit(params.guaranteeId, body, caller, commandId);
    return this.views.guarantee(caller.tenant, params.guaranteeId);
  }

  @Serves(forecastGuarantee)
  forecast(@Input() { params, query }: InputOf<typeof forecastGuarantee>, @Caller() caller: CallerIdentity) {
    return this.guaranteesDesk.forecast(caller.tenant, params.guaranteeId, query);
  }

  @Serves(openEngagement)
  async openEngagement(
    @Input() { body }: InputOf<typeof openEngagement>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.views.engagement(caller.tenant, await this.desk.openEngagement(body, caller, commandId));
  }

  @Serves(listEngagements)
  engagements(@Input() { query }: InputOf<typeof listEngagements>, @Caller() caller: CallerIdentity) {
    return this.views.engagements(caller.tenant, query);
  }

  @Serves(showEngagement)
  engagement(@Input() { params }: InputOf<typeof showEngagement>, @Caller() caller: CallerIdentity) {
    return this.views.engagement(caller.tenant, params.engagementId);
  }

  @Serves(grantMandate)
  async grantMandate(
    @Input() { params, body }: InputOf<typeof grantMandate>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    await this.desk.grantMandate(params.engagementId, body, caller, commandId, version);
    return this.views.engagement(caller.tenant, params.engagementId);
  }

  @Serves(endEngagement)
  async endEngagement(
    @Input() { params, body }: InputOf<typeof endEngagement>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    await this.desk.endEngagement(params.engagementId, body, caller, commandId, version);
    return this.views.engagement(caller.tenant, params.engagementId);
  }

  @Serves(thawMandate)
  async thawMandate(
    @Input() { params, body }: InputOf<typeof thawMandate>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    await this.desk.thawMandate(params.engagementId, body, caller, commandId, version);
    return this.views.engagement(caller.tenant, params.engagementId);
  }
}
