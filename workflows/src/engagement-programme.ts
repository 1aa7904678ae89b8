import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { EngagementRef } from '@tidewaiter/contracts';
import { shipments } from './activities.js';
import { listen } from './messages.js';
import { retryOrAbandon, Story } from './story.js';

const CHANGES = ['shipments.MandateGranted', 'shipments.EngagementEnded'] as const;

/** An ongoing engagement over the years: power of attorney and validity are looked at on the days that matter. */
export async function engagementProgramme(engagement: EngagementRef): Promise<void> {
  const story = new Story(engagement, engagement.engagementId);
  listen(story);
  for (;;) {
    const review = await story.do('review', (step) => shipments.reviewEngagement(step));
    if (review.kind === 'ended') break;
    story.drop(CHANGES);
    const changed = () => story.has(CHANGES);
    if (review.task) await story.ask(review.task, retryOrAbandon, changed);
    const wait = Date.parse(review.nextReviewAt) - Date.now();
    if (wait > 0 && !changed()) await condition(changed, wait);
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof engagementProgramme>(engagement);
    }
  }
  story.end();
  await condition(allHandlersFinished);
}
