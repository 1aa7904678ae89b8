import { Controller, Inject } from '@nestjs/common';
import {
  approveAct,
  closeCase,
  decideCase,
  extendClock,
  fileAct,
  listCases,
  listClocks,
  listRelatedEntries,
  listShipmentCases,
  meetClock,
  noteLiquidation,
  openCase,
  prepareAct,
  reopenCase,
  showCase,
  showEntry,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, IfMatch, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { PostEntry } from '../application/post-entry.js';

@Controller()
export class PostEntryController {
  constructor(@Inject(PostEntry) private readonly desk: PostEntry) {}

  @Serves(listClocks)
  clocks(@Input() { params, query }: InputOf<typeof listClocks>, @Caller() { tenant }: CallerIdentity) {
    return this.desk.clocks(tenant, params.shipmentId, query.at);
  }

  @Serves(showEntry)
  entry(@Input() { params }: InputOf<typeof showEntry>, @Caller() { tenant }: CallerIdentity) {
    return this.desk.show(tenant, params.declarationId);
  }

  @Serves(noteLiquidation)
  liquidation(
    @Input() { params, body }: InputOf<typeof noteLiquidation>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.desk.noteLiquidation(caller, commandId, params.declarationId, body);
  }

  @Serves(extendClock)
  extend(
    @Input() { params, body }: InputOf<typeof extendClock>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.desk.extendClock(caller, commandId, params.declarationId, body);
  }

  @Serves(meetClock)
  meet(
    @Input() { params, body }: InputOf<typeof meetClock>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.desk.meetClock(caller, commandId, params.declarationId, body);
  }

  @Serves(listShipmentCases)
  shipmentCases(@Input() { params }: InputOf<typeof listShipmentCases>, @Caller() { tenant }: CallerIdentity) {
    return this.desk.shipmentCases(tenant, params.shipmentId);
  }

  @Serves(listCases)
  cases(@Input() { query }: InputOf<typeof listCases>, @Caller() { tenant }: CallerIdentity) {
    return this.desk.cases(tenant, query);
  }

  @Serves(showCase)
  one(@Input() { params }: InputOf<typeof showCase>, @Caller() { tenant }: CallerIdentity) {
    return this.desk.case(tenant, params.caseId);
  }

  @Serves(listRelatedEntries)
  related(@Input() { params }: InputOf<typeof listRelatedEntries>, @Caller() { tenant }: CallerIdentity) {
    return this.desk.related(tenant, params.caseId);
  }

  @Serves(openCase)
  open(
    @Input() { params, body }: InputOf<typeof openCase>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.desk.open(caller, commandId, params.declarationId, body);
  }

  @Serves(prepareAct)
  prepare(
    @Input() { params, body }: InputOf<typeof prepareAct>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.prepare(caller, commandId, params.caseId, version, body);
  }

  @Serves(approveAct)
  approve(
    @Input() { params, body }: InputOf<typeof approveAct>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.approve(caller, commandId, params.caseId, version, { n: params.n, digest: body.digest });
  }

  @Serves(fileAct)
  file(
    @Input() { params, body }: InputOf<typeof fileAct>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.file(caller, commandId, params.caseId, version, { n: params.n, ...body });
  }

  @Serves(decideCase)
  decide(
    @Input() { params, body }: InputOf<typeof decideCase>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.decide(caller, commandId, params.caseId, version, body);
  }

  @Serves(closeCase)
  close(
    @Input() { params, body }: InputOf<typeof closeCase>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.close(caller, commandId, params.caseId, version, body);
  }

  @Serves(reopenCase)
  reopen(
    @Input() { params, body }: InputOf<typeof reopenCase>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ) {
    return this.desk.reopen(caller, commandId, params.caseId, version, body);
  }
}
