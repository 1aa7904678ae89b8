import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Decision, EntryRef, TaskSpec } from '@tidewaiter/contracts';
import { ENTRY_FACTS } from '@tidewaiter/contracts/names';
import { customs } from './activities.js';
import { listen } from './messages.js';
import { Story, type Ruling } from './story.js';

/** The longest that one timer waits: law, calendars and rules are looked at again at least this often. */
const LONGEST_WAIT_MS = 180 * 86_400_000;

/**
 * An entry after it was made, until law counts for it no more: its clocks are looked at on the days that matter, and
 * people are asked when a term nears, passes, or a case waits for them. Outlives delivery; what comes later starts it again.
 *
 * @param settled keys of tasks that were decided in earlier runs and are not raised again
 */
export async function postEntry(entry: EntryRef, settled: string[] = []): Promise<void> {
  const story = new Story(entry, entry.shipmentId);
  listen(story);
  const asked = new Map<string, { wanted: boolean; over: Promise<void> }>();
  const decided = new Set(settled);
  const news = () => story.has(ENTRY_FACTS);

  const ask = async (key: string, task: TaskSpec, held: { wanted: boolean }): Promise<void> => {
    const answer = await story.ask<true>(
      task,
      (decision) => decide(story, entry.declarationId, task, decision),
      () => !held.wanted,
    );
    if (answer) decided.add(key);
    asked.delete(key);
  };

  for (;;) {
    story.drop(ENTRY_FACTS);
    const review = await story.do('review-entry', (step) => customs.reviewEntry(step, entry.declarationId));
    const wanted = new Map(review.tasks.filter(({ key }) => !decided.has(key)).map(({ key, task }) => [key, task]));
    for (const [key, held] of asked) held.wanted = wanted.has(key);
    for (const [key, task] of wanted) {
      if (asked.has(key)) continue;
      const held = { wanted: true, over: Promise.resolve() };
      asked.set(key, held);
      held.over = ask(key, task, held);
    }
    if (!review.open && wanted.size === 0) break;
    const wait = review.nextLookAt === null ? LONGEST_WAIT_MS : Date.parse(review.nextLookAt) - Date.now();
    const changed = () => news() || workflowInfo().continueAsNewSuggested || finished(asked, wanted);
    if (wait > 0 && !changed()) await condition(changed, Math.min(wait, LONGEST_WAIT_MS));
    if (workflowInfo().continueAsNewSuggested) {
      await withdraw(asked);
      await condition(allHandlersFinished);
      await continueAsNew<typeof postEntry>(entry, [...decided]);
    }
  }
  await withdraw(asked);
  story.end();
  await condition(allHandlersFinished);
}

/** A task that was decided since it was asked: the entry is looked at again. */
const finished = (asked: ReadonlyMap<string, unknown>, wanted: ReadonlyMap<string, unknown>): boolean =>
  [...wanted.keys()].some((key) => !asked.has(key));

/** Takes back what still waits; the next run asks again for what is still wanted. */
async function withdraw(asked: ReadonlyMap<string, { wanted: boolean; over: Promise<void> }>): Promise<void> {
  const open = [...asked.values()];
  for (const held of open) held.wanted = false;
  await Promise.all(open.map(({ over }) => over));
}

/** What a person says of a clock: met, lengthened, or seen to have passed. A case is moved by its own acts alone. */
async function decide(story: Story, declarationId: string, task: TaskSpec, decision: Decision): Promise<Ruling<true>> {
  const { decision: said } = decision;
  if (task.kind === 'clock-passed' && said['acknowledge'] === true)
    return { kind: 'done', closes: true, says: 'What was done about it is on record.', result: true };
  if (task.kind !== 'watch-clock')
    return { kind: 'refused', code: 'shipments.task.decision-invalid', says: 'This task takes no such decision.' };
  const settled =
    said['met'] === true
      ? { how: String(said['how']) }
      : { until: String(said['extend']), ground: String(said['ground']) };
  const answer = await story.doFor(decision, 'settle-clock', (step) =>
    customs.settleClock(step, declarationId, String(task.about['clockId']), settled),
  );
  if (answer.kind === 'refused') return answer;
  return {
    kind: 'done',
    closes: true,
    says: 'how' in settled ? 'The term is met.' : `The term is lengthened to ${settled.until}.`,
    result: true,
  };
}
