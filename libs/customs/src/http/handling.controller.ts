import { Controller, Inject } from '@nestjs/common';
import {
  addExaminationCost,
  answerQuery,
  concludeExamination,
  giveUpClearance,
  orderRequest,
  prepareExamination,
  recordQuery,
  reverseOutcome,
  updateBill,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Handling } from '../application/handling.js';

/** What people do about a declaration that is with the authority. */
@Controller()
export class HandlingController {
  constructor(@Inject(Handling) private readonly handling: Handling) {}

  @Serves(orderRequest)
  order(
    @Input() { params, body }: InputOf<typeof orderRequest>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.orderRequest(params.declarationId, body, caller, commandId);
  }

  @Serves(recordQuery)
  query(
    @Input() { params, body }: InputOf<typeof recordQuery>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.recordQuery(params.declarationId, body, caller, commandId);
  }

  @Serves(answerQuery)
  answer(
    @Input() { params, body }: InputOf<typeof answerQuery>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.answerQuery(params.declarationId, params.queryId, body, caller, commandId);
  }

  @Serves(prepareExamination)
  prepare(
    @Input() { params, body }: InputOf<typeof prepareExamination>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.prepareExamination(params.declarationId, body, caller, commandId);
  }

  @Serves(addExaminationCost)
  cost(
    @Input() { params, body }: InputOf<typeof addExaminationCost>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.addExaminationCost(params.declarationId, body, caller, commandId);
  }

  @Serves(concludeExamination)
  conclude(
    @Input() { params, body }: InputOf<typeof concludeExamination>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.concludeExamination(params.declarationId, body, caller, commandId);
  }

  @Serves(updateBill)
  bill(
    @Input() { params, body }: InputOf<typeof updateBill>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.updateBill(params.declarationId, body, caller, commandId);
  }

  @Serves(giveUpClearance)
  giveUp(
    @Input() { params, body }: InputOf<typeof giveUpClearance>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.giveUp(params.declarationId, body, caller, commandId);
  }

  @Serves(reverseOutcome)
  reverse(
    @Input() { params, body }: InputOf<typeof reverseOutcome>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.handling.reverse(params.declarationId, body, caller, commandId);
  }
}
