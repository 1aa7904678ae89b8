import type { AssessmentSummary, DocumentSet, Situation } from '@tidewaiter/contracts';
import { add } from '../amounts.js';
import { duties, shipments } from '../activities.js';
import { retryOrAbandon, type Story } from '../story.js';

/** Duty and tax for every line; what the rules do not know waits for a person. */
export async function assessDuties(story: Story, situation: Situation, goods: DocumentSet): Promise<AssessmentSummary> {
  for (;;) {
    const answer = await story.do('assess', (step) =>
      duties.assess(step, situation, { lines: goods.lines, charges: goods.charges }),
    );
    if (answer.kind === 'assessed') return answer.assessment;
    await story.ask(
      {
        kind: 'review-assessment',
        role: 'operator',
        says: `${answer.says} Then retry.`,
        about: { questions: answer.questions },
        due: null,
      },
      retryOrAbandon,
    );
  }
}

/** Headroom of the guarantee is taken before anything is filed. */
export async function reserveGuarantee(story: Story, assessment: AssessmentSummary): Promise<string> {
  const { payableNow, payableLater } = assessment.totals;
  const amount = { amount: add(payableNow, payableLater), currency: assessment.currency };
  for (;;) {
    const answer = await story.do('reserve-guarantee', (step) => shipments.reserveGuarantee(step, amount));
    if (answer.kind === 'reserved') return answer.reference;
    await story.ask(
      {
        kind: 'raise-guarantee',
        role: 'operator',
        says: `${answer.says} Then retry.`,
        about: { amount, headroom: answer.headroom },
        due: null,
      },
      retryOrAbandon,
    );
  }
}
