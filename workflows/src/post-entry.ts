import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Decision, EntryRef, TaskSpec } from '@tidewaiter/contracts';
import { DECIDED_MONEY_FACTS, ENTRY_FACTS } from '@tidewaiter/contracts/names';
import { customs } from './activities.js';
import { bookedRefund, followDecided, type Following } from './decided-money.js';
import { listen } from './messages.js';
import { Abandoned, Story, type Ruling } from './story.js';

/** The longest that one timer waits: law, calendars and rules are looked at again at least this often. */
const LONGEST_WAIT_MS = 180 * 86_400_000;

/** Begins the keys of what is asked about refunds that were granted, in runs of earlier releases. */
const REFUND = 'refund:';
/** Begins the keys of what is followed of the authority's decisions about money. */
const MONEY = 'money:';

/**
 * An entry after it was made, until law counts for it no more: its clocks are looked at on the days that matter, and
 * people are asked when a term nears, passes, or a case waits for them. Outlives delivery; what comes later starts it again.
 *
 * @param settled keys of tasks that were decided in earlier runs and are not raised again
 */
export async function postEntry(entry: EntryRef, settled: string[] = []): Promise<void> {
  const story = new Story(entry, entry.shipmentId, workflowInfo().runId);
  listen(story);
  const asked = new Map<string, { wanted: boolean; over: Promise<void> }>();
  const following = new Map<string, Following>();
  const decided = new Set(settled);
  const news = () => story.has(ENTRY_FACTS);

  const ask = async (key: string, task: TaskSpec, held: { wanted: boolean }): Promise<void> => {
    const answer = await story.ask<true>(
      task,
      (decision) => decide(story, entry.declarationId, task, decision),
      () => !held.wanted,
    );
    over(key, answer === true);
  };
  const over = (key: string, done: boolean): void => {
    if (done) decided.add(key);
    asked.delete(key);
  };

  for (;;) {
    const moved = story.has(DECIDED_MONEY_FACTS);
    story.drop(ENTRY_FACTS);
    const review = await story.do('review-entry', (step) => customs.reviewEntry(step, entry.declarationId));
    const wanted = new Map(review.tasks.filter(({ key }) => !decided.has(key)).map(({ key, task }) => [key, task]));
    for (const [key, held] of asked) held.wanted = wanted.has(key) || isOfMoney(key);
    for (const [key, task] of wanted) {
      if (asked.has(key)) continue;
      const held = { wanted: true, over: Promise.resolve() };
      asked.set(key, held);
      held.over = ask(key, task, held);
    }
    for (const granted of review.refunds ?? []) {
      const key = `${REFUND}${granted.caseId}`;
      if (decided.has(key) || asked.has(key)) continue;
      const held = { wanted: true, over: Promise.resolve() };
      asked.set(key, held);
      held.over = bookedRefund(story, entry, granted, held).then((done) => over(key, done));
    }
    // Money that moved after it was thought settled, as a payment that comes back, is looked at again.
    if (moved) for (const key of [...decided].filter((each) => each.startsWith(MONEY))) decided.delete(key);
    for (const told of review.money ?? []) {
      const key = `${MONEY}${told.caseId}`;
      const held = following.get(key);
      if (held && asked.has(key)) {
        if (moved || held.told.decision !== told.decision) held.turn += 1;
        held.told = told;
      } else if (!decided.has(`${key}/${told.decision}`) && !asked.has(`${REFUND}${told.caseId}`)) {
        const fresh: Following = { wanted: true, over: Promise.resolve(), turn: 0, told };
        following.set(key, fresh);
        asked.set(key, fresh);
        fresh.over = followDecided(story, fresh)
          .catch((error: unknown) => givenUp(error, fresh.turn))
          .then((turn) => {
            // News of the same moment made another look necessary: that what was seen before is over says nothing of it.
            if (turn === fresh.turn) decided.add(`${key}/${fresh.told.decision}`);
            asked.delete(key);
          });
      }
    }
    if (!review.open && wanted.size === 0 && moneyIn(asked).length === 0) break;
    const watched = [...wanted.keys(), ...moneyIn(asked)];
    const wait = review.nextLookAt === null ? LONGEST_WAIT_MS : Date.parse(review.nextLookAt) - Date.now();
    const changed = () => news() || workflowInfo().continueAsNewSuggested || finished(asked, watched);
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

/** A step that could not be done was given up by a person: what is open stays in the ledger. */
function givenUp(error: unknown, turn: number): number {
  if (error instanceof Abandoned) return turn;
  throw error;
}

/** A task that was decided since it was asked: the entry is looked at again. */
const finished = (asked: ReadonlyMap<string, unknown>, watched: readonly string[]): boolean =>
  watched.some((key) => !asked.has(key));

const isOfMoney = (key: string): boolean => key.startsWith(REFUND) || key.startsWith(MONEY);

const moneyIn = (asked: ReadonlyMap<string, unknown>): string[] => [...asked.keys()].filter(isOfMoney);

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
