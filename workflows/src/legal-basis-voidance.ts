import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import type { Decision, VoidanceRef } from '@tidewaiter/contracts';
import { customs, duties } from './activities.js';
import { listen } from './messages.js';
import { Story, type Ruling } from './story.js';

interface Choice {
  open: boolean;
  by: Decision;
}

/**
 * A legal basis fell: the list of what was charged under it is made at once, and when compliance says so a refund case is
 * opened for every entry that may still claim.
 */
export async function legalBasisVoidance(voidance: VoidanceRef): Promise<{ listed: number; opened: number }> {
  const story = new Story(voidance, voidance.voidanceId);
  listen(story);
  const list = await story.do('list-affected', (step) => duties.listAffected(step, voidance.voidanceId, null));
  let opened = 0;
  if (list.claims.length > 0) {
    const choice = await story.ask<Choice>(
      {
        kind: 'open-refund-cases',
        role: 'compliance',
        says: list.says,
        about: { voidanceId: voidance.voidanceId, citation: list.citation, totals: list.totals },
        due: list.firstDeadline,
      },
      (decision): Ruling<Choice> => {
        const open = decision.decision['open'] === true;
        return {
          kind: 'done',
          closes: true,
          says: open ? 'A refund case is opened for every entry that may still claim.' : 'No case is opened.',
          result: { open, by: decision },
        };
      },
    );
    if (choice?.open) opened = await openCases(story, voidance, list, choice.by.by);
  }
  story.end();
  await condition(allHandlersFinished);
  return { listed: list.claims.length, opened };
}

type List = Awaited<ReturnType<typeof duties.listAffected>>;

async function openCases(story: Story, { voidanceId }: VoidanceRef, first: List, by: string): Promise<number> {
  let opened = 0;
  for (let list = first; ;) {
    const { citation, claims, next } = list;
    for (const claim of claims) {
      const { shipmentId } = claim;
      const about = { subject: shipmentId, correlationId: shipmentId, causationId: workflowInfo().workflowId };
      const answer = await story.do('open-cases', (step) =>
        customs.openVoidanceCases({ ...step, ...about, actor: by }, { ...claim, voidanceId, citation }),
      );
      opened += answer.opened.length;
    }
    if (next === null) return opened;
    list = await story.do('list-affected', (step) => duties.listAffected(step, voidanceId, next));
  }
}
