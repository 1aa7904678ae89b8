import type { AssessmentSummary, Money, PaymentAnswer } from '@tidewaiter/contracts';
import { differ } from '../amounts.js';
import { duties } from '../activities.js';
import { retryOrAbandon, type Story } from '../story.js';

export interface DutyNotice {
  declarationId: string;
  taxes: { line: number; type: string; base: string; amount: Money }[];
  total: Money;
  paymentReference: string | null;
  payee: { name: string; account: string } | null;
}

interface Debt {
  declarationId: string;
  version: number;
  assessment: AssessmentSummary;
  editors: Set<string>;
}

const OUTCOMES = ['duties.PaymentSettled', 'duties.PaymentBounced'] as const;

/** Approve by people who entered nothing, pay, settle; a bounced payment is a new one and needs a fresh approval. */
export async function dutyPayment(story: Story, notice: DutyNotice, debt: Debt): Promise<void> {
  await agreeOnFigure(story, notice, debt.assessment);
  for (let generation = 1; ; generation += 1) {
    const opened = await story.do('request-payment', (step) =>
      duties.requestPayment(step, {
        declarationId: debt.declarationId,
        declarationVersion: debt.version,
        generation,
        amount: notice.total,
        payee: notice.payee!,
        reference: notice.paymentReference!,
        editors: [...debt.editors].sort(),
        assessmentDigest: debt.assessment.digest,
      }),
    );
    const sent = opened.kind === 'needs-approval' ? await approve(story, opened, notice) : opened;
    if (sent.kind === 'unknown') await learnOutcome(story, sent.paymentId);
    story.wait('bank: settlement');
    const outcome = await story.expect(OUTCOMES, (fact) => fact.data['paymentId'] === opened.paymentId);
    if (outcome.name === 'duties.PaymentSettled') return;
  }
}

/** The authority's figure against ours: rounding passes, more waits for a person. */
async function agreeOnFigure(story: Story, notice: DutyNotice, assessment: AssessmentSummary): Promise<void> {
  const tolerance = `0.${String(Math.min(notice.taxes.length, 99)).padStart(2, '0')}`;
  const ours = assessment.totals.payableNow;
  if (notice.total.currency === assessment.currency && !differ(notice.total.amount, ours, tolerance)) return;
  await story.ask(
    {
      kind: 'resolve-difference',
      role: 'compliance',
      says: `The authority asks ${notice.total.amount} ${notice.total.currency}, we worked out ${ours} ${assessment.currency}. Accept its figure with { "accept": true }, or { "abandon": true, "reason": "…" }.`,
      about: { authority: notice.total, ours: { amount: ours, currency: assessment.currency }, taxes: notice.taxes },
      due: null,
    },
    (decision) =>
      decision.decision['accept'] === true
        ? { kind: 'done', closes: true, says: 'The authority’s figure is paid.', result: true as never }
        : retryOrAbandon({ ...decision, decision: { ...decision.decision, retry: undefined } }),
  );
}

type NeedsApproval = Extract<PaymentAnswer, { kind: 'needs-approval' }>;
type Gone = Exclude<PaymentAnswer, NeedsApproval>;

async function approve(story: Story, payment: NeedsApproval, notice: DutyNotice): Promise<Gone> {
  const amount = `${notice.total.amount} ${notice.total.currency}`;
  const gone = await story.ask<Gone>(
    {
      kind: 'approve-payment',
      role: 'approver',
      says: `Approve ${amount} to ${notice.payee!.name}${payment.needed > 1 ? `; ${payment.needed} different people are needed` : ''}.`,
      about: {
        paymentId: payment.paymentId,
        digest: payment.digest,
        amount: notice.total,
        payee: notice.payee,
        reference: notice.paymentReference,
        needed: payment.needed,
      },
      due: null,
    },
    async (decision) => {
      if (decision.decision['approve'] !== true) {
        return { kind: 'refused', code: 'shipments.task.decision-invalid', says: 'Say { "approve": true }.' };
      }
      const digest = typeof decision.decision['digest'] === 'string' ? decision.decision['digest'] : payment.digest;
      const answer = await story.doFor(decision, 'approve-payment', (step) =>
        duties.approvePayment(step, payment.paymentId, digest),
      );
      if (answer.kind === 'refused') return answer;
      if (answer.kind === 'needs-approval') {
        return {
          kind: 'done',
          closes: false,
          says: `Approved; ${answer.needed - answer.given} more of ${answer.needed} needed.`,
        };
      }
      return { kind: 'done', closes: true, says: `Approved; ${amount} goes to the bank.`, result: answer };
    },
  );
  return gone!;
}

async function learnOutcome(story: Story, paymentId: string): Promise<void> {
  story.wait('bank: outcome unknown');
  const heard = () => story.has(OUTCOMES, (fact) => fact.data['paymentId'] === paymentId);
  for (let wait = 500; !heard(); wait = Math.min(wait * 2, 3_600_000)) {
    const answer = await story.do('resolve-payment', (step) => duties.resolvePayment(step, paymentId));
    if (answer.kind === 'sent') return;
    await story.quiet(heard, wait);
  }
}
