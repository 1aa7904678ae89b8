import { Controller, Inject } from '@nestjs/common';
import {
  delegateApproval,
  endDelegation,
  listDelegations,
  previewInterest,
  setApprovalLimits,
  showApprovalLimits,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Debts } from '../application/debts.js';

/** Who may approve how much, who stands in for whom, and what a late debt costs. */
@Controller()
export class ApprovalsController {
  constructor(@Inject(Debts) private readonly debts: Debts) {}

  @Serves(setApprovalLimits)
  setLimits(
    @Input() { body }: InputOf<typeof setApprovalLimits>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof setApprovalLimits>> {
    return this.debts.setLimits(caller, commandId, body);
  }

  @Serves(showApprovalLimits)
  limits(
    @Input() { query }: InputOf<typeof showApprovalLimits>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showApprovalLimits>> {
    return this.debts.limits(tenant, query.date);
  }

  @Serves(delegateApproval)
  delegate(
    @Input() { body }: InputOf<typeof delegateApproval>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof delegateApproval>> {
    return this.debts.delegate(caller, commandId, body);
  }

  @Serves(listDelegations)
  async delegations(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof listDelegations>> {
    return { items: await this.debts.delegations(tenant) };
  }

  @Serves(endDelegation)
  end(
    @Input() { params }: InputOf<typeof endDelegation>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof endDelegation>> {
    return this.debts.endDelegation(caller, commandId, params.delegationId);
  }

  @Serves(previewInterest)
  interest(@Input() { body }: InputOf<typeof previewInterest>): AnswerOf<typeof previewInterest> {
    return this.debts.preview(body);
  }
}
