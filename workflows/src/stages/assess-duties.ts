import type { AssessmentSummary, Decision, DocumentSet, Money, Situation } from '@tidewaiter/contracts';
import { add } from '../amounts.js';
import { duties, shipments } from '../activities.js';
import { retryOrAbandon, type Ruling, type Story } from '../story.js';

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
export function reserveGuarantee(story: Story, assessment: AssessmentSummary): Promise<string> {
  const { payableNow, payableLater } = assessment.totals;
  return holdUnderGuarantee(story, { amount: add(payableNow, payableLater), currency: assessment.currency });
}

/** So much of the guarantee is held for the shipment from now on, more or less than before; what is too small waits for a person. */
export async function holdUnderGuarantee(story: Story, amount: Money): Promise<string> {
  for (let until = 0; ;) {
    const answer = await story.do('reserve-guarantee', (step) => shipments.reserveGuarantee(step, amount));
    if (answer.kind === 'reserved') return answer.reference;
    if (Date.now() < until) {
      story.wait('guarantee: headroom of other shipments');
      await story.quiet(() => false, Math.min(LOOK_EVERY_MS, until - Date.now()));
      continue;
    }
    const chosen = await story.ask<number>(
      {
        kind: 'raise-guarantee',
        role: 'operator',
        says: `${answer.says} Raise it and retry; or name a cash deposit or a guarantee for this shipment alone; or wait until others are released.`,
        about: { amount, headroom: answer.headroom },
        due: null,
      },
      (decision) => secure(story, decision),
    );
    until = chosen ?? 0;
  }
}

/** How often the headroom is looked at while a person waits for it. */
const LOOK_EVERY_MS = 4 * 3_600_000;

interface Security {
  reference: string;
  amount: Money;
}

/** What a person does about a guarantee that is too small; the result is the time (epoch ms) until which the release of others is waited for. */
async function secure(story: Story, decision: Decision): Promise<Ruling<number>> {
  const { waitUntil, deposit, guarantee } = decision.decision as {
    waitUntil?: string;
    deposit?: Security & { lodgedOn: string };
    guarantee?: Security;
  };
  if (waitUntil !== undefined) {
    const says = `The headroom is looked at until ${waitUntil}.`;
    return { kind: 'done', closes: true, says, result: Date.parse(`${waitUntil}T23:59:59Z`) };
  }
  const security = deposit ?? guarantee;
  if (!security) return retryOrAbandon(decision);
  const { reference, amount } = security;
  const provided = await story.doFor(decision, 'provide-security', (step) =>
    shipments.provideSecurity(step, { reference, amount }),
  );
  if (provided.kind === 'refused') return provided;
  if (deposit) {
    const { lodgedOn } = deposit;
    const booked = await story.doFor(decision, 'lodge-deposit', (step) =>
      duties.lodgeDeposit(step, { authority: provided.destination, amount, reference, lodgedOn }),
    );
    if (booked.kind === 'refused') return booked;
  }
  return {
    kind: 'done',
    closes: true,
    says: `${amount.amount} ${amount.currency} stand under ${reference}.`,
    result: 0,
  };
}
