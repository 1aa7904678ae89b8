import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Decision, OpenDifferences, StatementRef } from '@tidewaiter/contracts';
import { duties } from './activities.js';
import { listen } from './messages.js';
import { Story, type Ruling } from './story.js';

type Difference = OpenDifferences['differences'][number];

/**
 * A statement that differs from the declarations: a person is asked about each difference, a page of them at a time, until all are
 * accepted or disputed, by a task or at the statement itself.
 *
 * @param after number of the last difference that was asked about in an earlier run
 */
export async function statementDifferences(statement: StatementRef, after = 0): Promise<void> {
  const { statementId } = statement;
  const story = new Story(statement, statementId, workflowInfo().runId);
  listen(story);
  const page = await story.do('open-differences', (step) => duties.openDifferences(step, statementId, after));
  await Promise.all(page.differences.map((difference) => ask(story, statementId, page, difference)));
  story.end();
  await condition(allHandlersFinished);
  if (page.next !== null) await continueAsNew<typeof statementDifferences>(statement, page.next);
}

async function ask(
  story: Story,
  statementId: string,
  { number, account, authority, due, law }: OpenDifferences,
  { n, kind, reference, taxType, shipmentId, stated, ours, amount, says }: Difference,
): Promise<void> {
  let deciding = false;
  await story.ask<true>(
    {
      ...(shipmentId === null ? {} : { subject: shipmentId }),
      kind: 'settle-statement-difference',
      role: 'compliance',
      says: `Statement ${number} of ${account} (${authority}), difference ${n}: ${says}. Accept it as stated, or dispute it, with the reason.`,
      about: {
        statementId,
        statement: number,
        account,
        n,
        difference: kind,
        reference,
        taxType,
        stated,
        ours,
        amount,
        law,
      },
      due,
    },
    async (decision) => {
      deciding = true;
      const ruling = await settle(story, statementId, n, decision);
      deciding = ruling.kind !== 'refused';
      return ruling;
    },
    // Its own decision comes back as a fact too: that one closes the task, and does not withdraw it.
    () => !deciding && story.has(['duties.StatementDifferenceSettled'], ({ data }) => data['n'] === n),
  );
}

async function settle(story: Story, statementId: string, n: number, decision: Decision): Promise<Ruling<true>> {
  const accepted = decision.decision['accept'] === true;
  const answer = await story.doFor(decision, 'settle-difference', (step) =>
    duties.settleDifference(step, {
      ...{ statementId, n },
      decision: accepted ? 'accept' : 'dispute',
      reason: String(decision.decision['reason']),
    }),
  );
  if (answer.kind === 'refused') return answer;
  const says = accepted
    ? 'The difference is accepted: it is paid as stated.'
    : 'The difference is disputed: what we expect is paid.';
  return { kind: 'done', closes: true, says, result: true };
}
