import { condition } from '@temporalio/workflow';
import type { Decision, DecidedMoney, EntryRef, GrantedRefund, TaskSpec } from '@tidewaiter/contracts';
import { duties } from './activities.js';
import { approvalTask, approving, BANK_SILENCE_MS } from './stages/duty-payment.js';
import type { Ruling, Story } from './story.js';

/** One decision about money as it is followed beside all else of an entry. */
export interface Following {
  /** false: it is taken back, and the next run goes on with it */
  wanted: boolean;
  over: Promise<void>;
  /** counts what made a newer look necessary: money that moved, or a newer decision */
  turn: number;
  /** as it was decided last */
  told: DecidedMoney;
}

/**
 * What the authority decided is booked and paid, or claimed and waited for, until nothing of it is open. It remembers nothing: each look at
 * the record says what is next.
 *
 * @returns the turn whose look found it over for good; null when it was taken back
 */
export async function followDecided(story: Story, held: Following): Promise<number | null> {
  while (held.wanted) {
    const { turn, told } = held;
    const isStale = (): boolean => !held.wanted || held.turn !== turn;
    const now = await story.do('settle-decided', (step) => duties.settleDecided(step, told));
    if (isStale()) continue;
    if (now.kind === 'settled') return turn;
    if (now.kind === 'on-its-way') {
      story.wait('bank: settlement');
      await story.quiet(isStale, BANK_SILENCE_MS);
      if (!isStale()) await story.do('resolve-payment', (step) => duties.resolvePayment(step, now.paymentId));
    } else if (now.kind === 'approve') {
      const { amount: total, payee, reference: paymentReference, interest, returned } = now;
      const because = `${told.says.replace(/\.$/, '')} (${told.law})`;
      const notice = { total, payee, paymentReference, interest, returned, because };
      await undisturbed(story, held, now, approvalTask(now, notice), approving(story, now, notice));
    } else {
      const bookingIds = now.kind === 'claimed' ? now.bookingIds : [];
      const task = refundTask(told, bookingIds, now.kind === 'claimed' ? now.amount : null, textOf(told, now));
      const { answer, seen } = await undisturbed(story, held, now, task, (decision) =>
        settleRefund(story, bookingIds, decision),
      );
      // Whom to pay is looked for again; what was booked by hand is a person's own.
      if (answer === 'acknowledged' && !(now.kind === 'unclear' && now.about === 'payee')) return seen;
    }
  }
  return null;
}

type Asking = Exclude<Awaited<ReturnType<typeof duties.settleDecided>>, { kind: 'settled' | 'on-its-way' }>;

/** What a task asks about; news that leaves it as it is leaves the task where it is. */
const asksAbout = ({ decision }: DecidedMoney, now: Awaited<ReturnType<typeof duties.settleDecided>>): string =>
  JSON.stringify([
    decision,
    now.kind,
    ...(now.kind === 'approve' ? [now.paymentId, now.digest] : []),
    ...(now.kind === 'claimed' ? [now.bookingIds] : []),
    ...(now.kind === 'unclear' ? [now.about, now.says] : []),
    ...('amount' in now ? [now.amount] : []),
  ]);

/**
 * Asks a person, and looks again at news meanwhile: the task goes when it asks about something else by then. A person's word that is being
 * carried out moves money itself: its own news does not take the task away from under it.
 *
 * @returns the answer, and the turn up to which news was looked at
 */
async function undisturbed<T>(
  story: Story,
  held: Following,
  now: Asking,
  task: TaskSpec,
  decide: (decision: Decision) => Promise<Ruling<T>>,
): Promise<{ answer: T | undefined; seen: number }> {
  let seen = held.turn;
  let [deciding, answered, isOther] = [false, false, false];
  const isOver = (): boolean => answered || isOther || !held.wanted;
  const asked = asksAbout(held.told, now);
  let failure: unknown;
  const looking = async (): Promise<void> => {
    for (;;) {
      await condition(() => isOver() || held.turn !== seen);
      if (isOver()) return;
      seen = held.turn;
      const { told } = held;
      const later = await story.do('settle-decided', (step) => duties.settleDecided(step, told));
      isOther = asksAbout(told, later) !== asked;
    }
  };
  const looked = looking().catch((error: unknown) => {
    failure = error;
    isOther = true;
  });
  const answer = await story.ask<T>(
    task,
    async (decision) => {
      deciding = true;
      let closes = false;
      try {
        const ruling = await decide(decision);
        closes = ruling.kind === 'done' && ruling.closes;
        return ruling;
      } finally {
        deciding = closes;
      }
    },
    () => !deciding && (isOther || !held.wanted),
    true,
  );
  answered = true;
  await looked;
  if (failure !== undefined) throw failure as Error;
  return { answer, seen };
}

type Open = Extract<Awaited<ReturnType<typeof duties.settleDecided>>, { kind: 'claimed' | 'unclear' }>;

function textOf({ law }: DecidedMoney, now: Open): string {
  const sum = `${now.amount.amount} ${now.amount.currency}`;
  if (now.kind === 'claimed')
    return `${sum} were granted (${law}) and are booked as refundable. Say when the money came, and under which reference.`;
  const what =
    now.about === 'payee'
      ? 'Record the decision again with its demand; or acknowledge once the entry itself is paid, to pay the same account'
      : 'Book it with its charges under the case, then say so here';
  return `${sum} were decided about (${law}). ${now.says} ${what}.`;
}

function refundTask(
  { declarationId, caseId, refund, owed }: DecidedMoney,
  bookingIds: readonly string[],
  open: { amount: string; currency: string } | null,
  says: string,
): TaskSpec {
  const { amount, currency } = open ?? refund ?? owed!;
  return {
    kind: 'settle-refund',
    role: 'approver',
    says,
    about: { declarationId, caseId, bookingId: bookingIds[0] ?? null, amount, currency },
    due: null,
  };
}

async function settleRefund(
  story: Story,
  bookingIds: readonly string[],
  decision: Decision,
): Promise<Ruling<'acknowledged' | 'received'>> {
  const { decision: said } = decision;
  if (said['acknowledge'] === true)
    return { kind: 'done', closes: true, says: 'What became of the refund is on record.', result: 'acknowledged' };
  if (bookingIds.length === 0)
    return {
      kind: 'refused',
      code: 'duties.booking.unknown',
      says: 'No claim is booked by this task: book it with its charges, and acknowledge.',
    };
  const [receivedOn, reference] = [String(said['receivedOn']), String(said['reference'])];
  for (const bookingId of bookingIds) {
    const own = {
      ...decision,
      commandId: bookingIds.length === 1 ? decision.commandId : `${decision.commandId}/${bookingId}`,
    };
    const answer = await story.doFor(own, 'receive-refund', (step) =>
      duties.receiveRefund(step, { bookingId, receivedOn, reference }),
    );
    if (answer.kind === 'refused') return answer;
  }
  return { kind: 'done', closes: true, says: `The refund came on ${receivedOn}.`, result: 'received' };
}

/**
 * A granted refund, as reviews of earlier releases told of it: booked at once; the money itself is waited for, beside all else.
 *
 * @returns whether it is over for good
 */
export async function bookedRefund(
  story: Story,
  { declarationId }: EntryRef,
  granted: GrantedRefund,
  held: { wanted: boolean },
): Promise<boolean> {
  const booked = await story.do('book-refund', (step) => duties.bookRefund(step, granted));
  if (booked.kind === 'booked' && booked.settled) return true;
  const bookingId = booked.kind === 'booked' ? booked.bookingId : null;
  const { caseId, law, refund } = granted;
  const { amount, currency } = refund;
  const answer = await story.ask<'acknowledged' | 'received'>(
    {
      kind: 'settle-refund',
      role: 'approver',
      says: bookingId
        ? `${amount} ${currency} were granted (${law}).`
        : `${amount} ${currency} were granted (${law}): book the claim.`,
      about: { declarationId, caseId, bookingId, amount, currency },
      due: null,
    },
    (decision) => settleRefund(story, bookingId === null ? [] : [bookingId], decision),
    () => !held.wanted,
  );
  return answer !== undefined;
}
