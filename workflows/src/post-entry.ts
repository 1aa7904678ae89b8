import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Decision, EntryRef, GrantedRefund, TaskSpec } from '@tidewaiter/contracts';
import { ENTRY_FACTS } from '@tidewaiter/contracts/names';
import { customs, duties } from './activities.js';
import { listen } from './messages.js';
import { Story, type Ruling } from './story.js';

/** The longest that one timer waits: law, calendars and rules are looked at again at least this often. */
const LONGEST_WAIT_MS = 180 * 86_400_000;

/** Begins the keys of what is asked about refunds that were granted. */
const REFUND = 'refund:';

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

  /** Booked at once; the money itself is waited for, beside all else. */
  const refund = async (key: string, granted: GrantedRefund, held: { wanted: boolean }): Promise<void> => {
    const booked = await story.do('book-refund', (step) => duties.bookRefund(step, granted));
    if (booked.kind === 'booked' && booked.settled) {
      decided.add(key);
      asked.delete(key);
      return;
    }
    const answer = await story.ask<true>(
      refundTask(entry, granted, booked),
      (decision) => settleRefund(story, booked.kind === 'booked' ? booked.bookingId : null, decision),
      () => !held.wanted,
    );
    if (answer) decided.add(key);
    asked.delete(key);
  };

  for (;;) {
    story.drop(ENTRY_FACTS);
    const review = await story.do('review-entry', (step) => customs.reviewEntry(step, entry.declarationId));
    const wanted = new Map(review.tasks.filter(({ key }) => !decided.has(key)).map(({ key, task }) => [key, task]));
    for (const [key, held] of asked) held.wanted = wanted.has(key) || key.startsWith(REFUND);
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
      held.over = refund(key, granted, held);
    }
    if (!review.open && wanted.size === 0 && refundsIn(asked).length === 0) break;
    const watched = [...wanted.keys(), ...refundsIn(asked)];
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

/** A task that was decided since it was asked: the entry is looked at again. */
const finished = (asked: ReadonlyMap<string, unknown>, watched: readonly string[]): boolean =>
  watched.some((key) => !asked.has(key));

const refundsIn = (asked: ReadonlyMap<string, unknown>): string[] =>
  [...asked.keys()].filter((key) => key.startsWith(REFUND));

function refundTask(
  { declarationId }: EntryRef,
  { caseId, refund: { amount, currency }, law }: GrantedRefund,
  booked: Awaited<ReturnType<typeof duties.bookRefund>>,
): TaskSpec {
  const bookingId = booked.kind === 'booked' ? booked.bookingId : null;
  const says =
    booked.kind === 'booked'
      ? `${amount} ${currency} were granted (${law}) and are booked as refundable. Say when the money came, and under which reference.`
      : `${amount} ${currency} were granted (${law}). ${booked.says} Book the claim with its charges under the case, then say so here.`;
  return {
    kind: 'settle-refund',
    role: 'approver',
    says,
    about: { declarationId, caseId, bookingId, amount, currency },
    due: null,
  };
}

async function settleRefund(story: Story, bookingId: string | null, decision: Decision): Promise<Ruling<true>> {
  const { decision: said } = decision;
  if (said['acknowledge'] === true)
    return { kind: 'done', closes: true, says: 'What became of the refund is on record.', result: true };
  if (bookingId === null)
    return {
      kind: 'refused',
      code: 'duties.booking.unknown',
      says: 'No claim is booked by this task: book it with its charges, and acknowledge.',
    };
  const [receivedOn, reference] = [String(said['receivedOn']), String(said['reference'])];
  const answer = await story.doFor(decision, 'receive-refund', (step) =>
    duties.receiveRefund(step, { bookingId, receivedOn, reference }),
  );
  if (answer.kind === 'refused') return answer;
  return { kind: 'done', closes: true, says: `The refund came on ${receivedOn}.`, result: true };
}

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
