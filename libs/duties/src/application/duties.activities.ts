import { Inject } from '@nestjs/common';
import type {
  AffectedList,
  Charges,
  DutiesActivities,
  GoodsLine,
  PaymentAnswer,
  PaymentRequest,
  Refusal,
  Situation,
  Step,
} from '@tidewaiter/contracts';
import { Refused } from '@tidewaiter/kernel';
import { byOfStep } from '@tidewaiter/platform';
import { Assessing } from './assessing.js';
import { Paying, type PaymentState } from './paying.js';
import { summaryOf } from './summary.js';
import { Voiding } from './voiding.js';

function answerOf({ payment, version, stream }: PaymentState): PaymentAnswer {
  const { paymentId, digest, status, approvals, approvalsNeeded } = payment;
  const wrote = { [stream]: version };
  if (status === 'needs-approval')
    return { kind: 'needs-approval', paymentId, digest, needed: approvalsNeeded, given: approvals.length, wrote };
  // A payment that the bank refused outright counts as sent: its PaymentBounced tells the story the rest.
  return { kind: status === 'outcome-unknown' ? 'unknown' : 'sent', paymentId, digest, wrote };
}

/** What the workflow asks of duties. One command each, under the key that the workflow minted. */
export class DutiesActivitiesService implements DutiesActivities {
  constructor(
    @Inject(Assessing) private readonly assessing: Assessing,
    @Inject(Paying) private readonly paying: Paying,
    @Inject(Voiding) private readonly voiding: Voiding,
  ) {}

  async assess(
    step: Step,
    situation: Situation,
    goods: { lines: GoodsLine[]; charges: Charges },
  ): ReturnType<DutiesActivities['assess']> {
    const { stored, open, wrote } = await this.assessing.assess(byOfStep(step), situation, goods);
    if (stored?.result.status === 'ASSESSED') return { kind: 'assessed', assessment: summaryOf(stored), wrote };
    return {
      kind: 'needs-review',
      says: `The duties of ${situation.reference} cannot be worked out: ${open.join(' ')}`,
      questions: open,
      wrote,
    };
  }

  async requestPayment(step: Step, request: PaymentRequest): Promise<PaymentAnswer> {
    return answerOf(await this.paying.request(byOfStep(step), request));
  }

  async approvePayment(step: Step, paymentId: string, digest: string): Promise<PaymentAnswer | Refusal> {
    try {
      return answerOf(await this.paying.approve(byOfStep(step), paymentId, digest));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { advice } = error.details;
      return {
        kind: 'refused',
        code: error.code,
        says: advice === undefined ? error.message : `${error.message}. ${advice}`,
      };
    }
  }

  async resolvePayment(
    step: Step,
    paymentId: string,
  ): Promise<{ kind: 'sent' | 'unknown'; wrote: Record<string, number> }> {
    const { payment, version, stream } = await this.paying.resolve(byOfStep(step), paymentId);
    return { kind: payment.status === 'outcome-unknown' ? 'unknown' : 'sent', wrote: { [stream]: version } };
  }

  listAffected(step: Step, voidanceId: string, after: string | null): Promise<AffectedList> {
    return this.voiding.claims(step.tenant, voidanceId, after);
  }
}
