import { uuid4 } from '@temporalio/workflow';
import type { Decision, Fact } from '@tidewaiter/contracts';
import { customs } from '../activities.js';
import type { Ruling, Story } from '../story.js';
import { drop, enquire, told } from './handling.js';

const ENDS = ['customs.RequestAnswered', 'customs.DeclarationInvalidated'] as const;

/**
 * What will not be imported is not left standing: where the authority demands it, it is asked to invalidate its number. What it refuses, or
 * does not answer, a person has asked again, or leaves standing with the reason.
 *
 * @param how what became of the goods
 */
export async function withdraw(
  story: Story,
  declarationId: string,
  how: 'abandoned' | 're-exported' | 'destroyed',
  reason: string,
): Promise<void> {
  for (;;) {
    const orderId = uuid4();
    const made = await story.do('withdraw', (step) =>
      customs.withdrawDeclaration(step, { declarationId, orderId, how, reason }),
    );
    if (made.kind === 'not-needed') return;
    if (made.kind === 'refused') {
      if (await leftStanding(story, declarationId, null, `It was not taken. ${told(made.problems)}`)) return;
      continue;
    }
    const { request } = made;
    const answers = ({ name, data }: Fact): boolean =>
      data['declarationId'] === declarationId &&
      (name === 'customs.DeclarationInvalidated' || (data['request'] === request && data['answer'] !== 'received'));
    story.wait('authority: invalidation');
    if (made.kind === 'unknown') {
      const isAnswered = () => story.has(ENDS, answers);
      const says = await enquire(story, declarationId, request, isAnswered);
      if (says !== null && !isAnswered()) {
        if (await leftStanding(story, declarationId, request, `Whether it arrived is not known: ${says}.`)) return;
        continue;
      }
    }
    const { name, data } = await story.expect(ENDS, answers);
    if (name === 'customs.DeclarationInvalidated' || data['answer'] === 'granted') return;
    const problems = (data['errors'] ?? []) as Parameters<typeof told>[0];
    const refusal = `It was ${String(data['answer'])}. ${told(problems)}`.trim();
    if (await leftStanding(story, declarationId, null, refusal)) return;
  }
}

/** @param doubted request of which nobody knows whether it arrived: it is dropped before another is made */
async function leftStanding(
  story: Story,
  declarationId: string,
  doubted: number | null,
  says: string,
): Promise<boolean> {
  const answer = await story.ask<'again' | 'left'>(
    {
      kind: 'ask-authority',
      role: 'operator',
      says: `The goods are given up, but the authority did not invalidate the declaration: its debt stands. ${says} Ask again with { "retry": true }, or leave it with { "abandon": true, "reason": "…" }.`,
      about: { declarationId, request: doubted },
      due: null,
    },
    async (decision): Promise<Ruling<'again' | 'left'>> => {
      if (decision.decision['abandon'] === true)
        return { kind: 'done', closes: true, says: 'The declaration is left as it stands.', result: 'left' };
      if (doubted !== null) await drop(story, declarationId, doubted, reasoned(decision));
      return { kind: 'done', closes: true, says: 'The authority is asked again.', result: 'again' };
    },
  );
  return answer === 'left';
}

const reasoned = (decision: Decision): Decision => ({
  ...decision,
  decision: { reason: 'nothing of the request to invalidate arrived', ...decision.decision },
});
