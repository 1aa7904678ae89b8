import { patched } from '@temporalio/workflow';
import type {
  AssessmentSummary,
  DifferingDebt,
  Fact,
  Money,
  PaymentAnswer,
  PaymentRequest,
  Decision,
  TaskSpec,
} from '@tidewaiter/contracts';
import { add, differ, negate } from '../amounts.js';
import { duties } from '../activities.js';
import { Abandoned, retryOrAbandon, type Ruling, type Story } from '../story.js';

export interface DutyNotice {
  declarationId: string;
  /** older runs do not carry it */
  kind?: 'indicative' | 'secured' | 'final';
  taxes: { line: number; type: string; base: string; amount: Money }[];
  total: Money;
  paymentReference: string | null;
  payee: { name: string; account: string } | null;
  /** the authority's message; older runs do not carry it */
  messageId?: string;
  authorityTime?: string;
  mrn?: string | null;
}

interface Debt {
  declarationId: string;
  version: number;
  assessment: AssessmentSummary;
  editors: Set<string>;
  /** why the debt is not to be paid any more; null while it is */
  stopped?: () => string | null;
}

const OUTCOMES = ['duties.PaymentSettled', 'duties.PaymentBounced'] as const;
const NOTICES = ['customs.DutyNotified'] as const;
/** A bank that took an order and then says nothing for this long is asked. */
export const BANK_SILENCE_MS = 15 * 60_000;

/** Approve by people who entered nothing, pay, settle; a bounced payment is a new one and needs a fresh approval. */
export async function dutyPayment(story: Story, notice: DutyNotice, debt: Debt): Promise<void> {
  if (!patched('authority-figure-by-tax-line')) return payAsBefore(story, notice, debt);
  const paid = await payDebt(story, { notice, generation: 1, interest: null, returned: false }, debt);
  story.beside(async () => followReturns(story, paid, debt));
}

export interface Due {
  notice: DutyNotice;
  generation: number;
  /** since the debt of a returned payment fell due; null before any was returned */
  interest: Money | null;
  /** the payment before it came back */
  returned: boolean;
}
type Paid = Due & { paymentId: string };

/** What of the story of a debt it takes to pay it. */
export type Owed = Omit<Debt, 'assessment'> & { assessment: Pick<AssessmentSummary, 'assessmentId' | 'digest'> };

/** From the figure to the settlement, however often the figure changes or the bank sends the money back. */
export async function payDebt(story: Story, first: Due, debt: Owed): Promise<Paid> {
  for (let due = first; ; due = { ...due, generation: due.generation + 1 }) {
    const opened = await agreedAndOpened(story, due, debt);
    if (!opened) {
      due = await restated(story, due, debt);
      continue;
    }
    const { paymentId } = opened;
    const isVoid = (): boolean => isRestated(story, due, debt) || debt.stopped?.() != null;
    const sent = opened.kind === 'needs-approval' ? await approve(story, opened, askedFor(due), isVoid) : opened;
    if (!sent) {
      const stopped = debt.stopped?.() ?? null;
      const why = stopped ?? 'the authority has stated another figure';
      const taken = await story.do('void-payment', (step) => duties.voidPayment(step, paymentId, why));
      if (taken.kind === 'void') {
        if (stopped !== null) throw new Abandoned(stopped);
        due = await restated(story, due, debt);
        continue;
      }
    }
    if (sent?.kind === 'unknown') await learnOutcome(story, paymentId);
    const outcome = await settlement(story, paymentId);
    if (outcome.name === 'duties.PaymentSettled') return { ...due, paymentId };
    due = { ...due, interest: await reopened(story, paymentId, debt), returned: true };
  }
}

/**
 * The payment opened, once the authority's figure is ours or a person agreed to it.
 * @returns undefined when the authority has stated another figure meanwhile
 */
async function agreedAndOpened(story: Story, due: Due, debt: Owed): Promise<PaymentAnswer | undefined> {
  for (;;) {
    const request = requestOf(due, debt);
    const opened = await story.do('request-payment', (step) => duties.requestPayment(step, request));
    if (opened.kind !== 'differs') return opened;
    if ((await agree(story, opened, request, due, debt)) === undefined) return undefined;
  }
}

/** Also days after it settled a payment may come back: the debt is open again, and the release stands on nothing. */
async function followReturns(story: Story, first: Paid, debt: Debt): Promise<void> {
  for (let paid = first; ;) {
    const { paymentId } = paid;
    const returned = (): boolean =>
      story.has(['duties.PaymentBounced'], (fact) => fact.data['paymentId'] === paymentId);
    await story.until(returned);
    const open = story.owe();
    try {
      await story.expect(['duties.PaymentBounced'], (fact) => fact.data['paymentId'] === paymentId);
      const interest = await reopened(story, paymentId, debt);
      paid = await payDebt(story, { ...paid, generation: paid.generation + 1, interest, returned: true }, debt);
    } catch (error) {
      // Given up by a person: the debt stays open in the ledger, and the release at risk.
      if (error instanceof Abandoned) return;
      throw error;
    } finally {
      open.over();
    }
  }
}

export const reopened = async (
  story: Story,
  paymentId: string,
  { declarationId }: Pick<Debt, 'declarationId'>,
): Promise<Money> => {
  const { interest } = await story.do('reopen-debt', (step) => duties.reopenDebt(step, { declarationId, paymentId }));
  return interest;
};

const isZero = (amount: string): boolean => /^[-0.]*$/.test(amount);

interface Asked extends DutyNotice {
  interest: Money | null;
  returned: boolean;
}

/** What is to be paid: the figure, and interest where the debt was open too long. */
function askedFor({ notice, interest, returned }: Due): Asked {
  const more = interest !== null && !isZero(interest.amount) ? interest : null;
  const { amount, currency } = notice.total;
  const total = { amount: more ? add(amount, more.amount) : amount, currency };
  return { ...notice, total, interest: more, returned };
}

function requestOf(due: Due, debt: Owed): PaymentRequest & { notice: NonNullable<PaymentRequest['notice']> } {
  const { notice, generation } = due;
  const { declarationId, version, assessment } = debt;
  const { total, payee, paymentReference, interest } = askedFor(due);
  const { taxes, mrn, messageId, authorityTime } = notice;
  const stated = add('0.00', ...taxes.map(({ amount }) => amount.amount));
  const addsUp = taxes.length > 0 && isZero(add(stated, negate(notice.total.amount)));
  return {
    declarationId,
    declarationVersion: version,
    generation,
    amount: total,
    payee: payee!,
    reference: paymentReference!,
    editors: [...debt.editors].sort(),
    assessmentDigest: assessment.digest,
    notice: {
      declarationId,
      declarationVersion: version,
      noticeId: messageId ?? `${declarationId}/${notice.total.amount}`,
      mrn: mrn ?? null,
      authorityTime: authorityTime ?? new Date().toISOString(),
      taxes,
      total: notice.total,
      assessmentId: assessment.assessmentId,
    },
    ...(addsUp ? { settles: taxes.map(({ line, type, amount }) => ({ line, taxType: type, amount })) } : {}),
    ...(addsUp && interest ? { interest } : {}),
  };
}

/** Another sum for the same declaration, stated since: what was agreed or approved is void. */
const restates =
  ({ notice }: Due, { declarationId }: Owed) =>
  ({ data }: Fact): boolean => {
    const total = data['total'] as Money | undefined;
    return (
      data['declarationId'] === declarationId &&
      total !== undefined &&
      (total.currency !== notice.total.currency || differ(total.amount, notice.total.amount, '0'))
    );
  };

const isRestated = (story: Story, due: Due, debt: Owed): boolean => story.has(NOTICES, restates(due, debt));

async function restated(story: Story, due: Due, debt: Owed): Promise<Due> {
  const fact = await story.expect(NOTICES, restates(due, debt));
  const { notice } = due;
  const newer = fact.data as unknown as DutyNotice;
  const paymentReference = newer.paymentReference ?? notice.paymentReference;
  return { ...due, notice: { ...newer, paymentReference, payee: newer.payee ?? notice.payee } };
}

/** What differs by more than rounding and the tenant's tolerance waits for a person who sees both derivations. */
async function agree(
  story: Story,
  { ours, theirs, lines, says }: DifferingDebt,
  { declarationId, editors, notice: { noticeId, taxes } }: ReturnType<typeof requestOf>,
  due: Due,
  debt: Owed,
): Promise<true | undefined> {
  return story.ask<true>(
    {
      kind: 'resolve-difference',
      role: 'compliance',
      says: `The authority asks ${theirs.amount} ${theirs.currency}, we worked out ${ours.amount} ${ours.currency}: ${says}. Accept its figure with { "accept": true }, or { "abandon": true, "reason": "…" }.`,
      about: { authority: theirs, ours, lines, taxes, noticeId },
      due: null,
    },
    async (decision) => {
      if (decision.decision['accept'] !== true) {
        return retryOrAbandon({ ...decision, decision: { ...decision.decision, retry: undefined } });
      }
      const given = decision.decision['reason'];
      const reason = typeof given === 'string' ? given : 'the authority’s figure is accepted';
      const answer = await story.doFor(decision, 'agree-to-debt', (step) =>
        duties.agreeToDebt(step, { declarationId, noticeId, reason, editors }),
      );
      if (answer.kind === 'refused') return answer;
      return { kind: 'done', closes: true, says: 'The authority’s figure is paid.', result: true };
    },
    () => isRestated(story, due, debt),
  );
}

/** The bank's word on an order it has; a bank that stays silent is asked. */
async function settlement(story: Story, paymentId: string): Promise<Fact> {
  story.wait('bank: settlement');
  const ofThis = (fact: Fact): boolean => fact.data['paymentId'] === paymentId;
  for (;;) {
    const outcome = await story.next(OUTCOMES, ofThis, BANK_SILENCE_MS);
    if (outcome) return outcome;
    await story.do('resolve-payment', (step) => duties.resolvePayment(step, paymentId));
  }
}

/** Runs that began before figures were compared line by line. */
async function payAsBefore(story: Story, notice: DutyNotice, debt: Debt): Promise<void> {
  await agreeOnFigure(story, notice, debt.assessment);
  for (let generation = 1; ; generation += 1) {
    const opened = await story.do('request-payment', (step) =>
      duties.requestPayment(step, {
        declarationId: debt.declarationId,
        declarationVersion: debt.version,
        generation,
        amount: notice.total,
        payee: notice.payee!,
        reference: notice.paymentReference!,
        editors: [...debt.editors].sort(),
        assessmentDigest: debt.assessment.digest,
      }),
    );
    if (opened.kind === 'differs') continue;
    const sent = opened.kind === 'needs-approval' ? (await approve(story, opened, notice))! : opened;
    if (sent.kind === 'unknown') await learnOutcome(story, sent.paymentId);
    story.wait('bank: settlement');
    const outcome = await story.expect(OUTCOMES, (fact) => fact.data['paymentId'] === opened.paymentId);
    if (outcome.name === 'duties.PaymentSettled') return;
  }
}

/** The authority's figure against ours: rounding passes, more waits for a person. */
async function agreeOnFigure(story: Story, notice: DutyNotice, assessment: AssessmentSummary): Promise<void> {
  const tolerance = `0.${String(Math.min(notice.taxes.length, 99)).padStart(2, '0')}`;
  const ours = assessment.totals.payableNow;
  if (notice.total.currency === assessment.currency && !differ(notice.total.amount, ours, tolerance)) return;
  await story.ask(
    {
      kind: 'resolve-difference',
      role: 'compliance',
      says: `The authority asks ${notice.total.amount} ${notice.total.currency}, we worked out ${ours} ${assessment.currency}. Accept its figure with { "accept": true }, or { "abandon": true, "reason": "…" }.`,
      about: { authority: notice.total, ours: { amount: ours, currency: assessment.currency }, taxes: notice.taxes },
      due: null,
    },
    (decision) =>
      decision.decision['accept'] === true
        ? { kind: 'done', closes: true, says: 'The authority’s figure is paid.', result: true as never }
        : retryOrAbandon({ ...decision, decision: { ...decision.decision, retry: undefined } }),
  );
}

export type NeedsApproval = Pick<
  Extract<PaymentAnswer, { kind: 'needs-approval' }>,
  'paymentId' | 'digest' | 'needed' | 'given'
>;
type Gone = Exclude<PaymentAnswer, { kind: 'needs-approval' }>;

/** What people are told of a payment that they approve. */
export interface ForApproval {
  total: Money;
  payee: { name: string; account: string } | null;
  paymentReference: string | null;
  interest?: Money | null;
  /** the payment before it came back */
  returned?: boolean;
  /** what it is for, where it is not the debt of the entry itself */
  because?: string;
}

/** @returns undefined when `until` held first: what was to be approved is not due any more */
const approve = (
  story: Story,
  payment: NeedsApproval,
  notice: ForApproval,
  until?: () => boolean,
): Promise<Gone | undefined> =>
  story.ask<Gone>(approvalTask(payment, notice), approving(story, payment, notice), until);

export function approvalTask({ paymentId, digest, needed }: NeedsApproval, notice: ForApproval): TaskSpec {
  const why = `${notice.because ? `${notice.because}. ` : ''}${notice.returned ? 'The bank returned the last payment. ' : ''}`;
  const late = notice.interest ? `, with ${notice.interest.amount} ${notice.interest.currency} of interest` : '';
  return {
    kind: 'approve-payment',
    role: 'approver',
    says: `${why}Approve ${told(notice)}${late} to ${notice.payee!.name}${needed > 1 ? `; ${needed} different people are needed` : ''}.`,
    about: {
      ...{ paymentId, digest, amount: notice.total },
      ...{ payee: notice.payee, reference: notice.paymentReference, needed },
    },
    due: null,
  };
}

const told = ({ total }: ForApproval): string => `${total.amount} ${total.currency}`;

/** What becomes of a person's word on a payment; the last approval that is needed sends it. */
export function approving(
  story: Story,
  payment: NeedsApproval,
  notice: ForApproval,
): (decision: Decision) => Promise<Ruling<Gone>> {
  return async (decision) => {
    if (decision.decision['approve'] !== true) {
      return { kind: 'refused', code: 'shipments.task.decision-invalid', says: 'Say { "approve": true }.' };
    }
    const digest = typeof decision.decision['digest'] === 'string' ? decision.decision['digest'] : payment.digest;
    const answer = await story.doFor(decision, 'approve-payment', (step) =>
      duties.approvePayment(step, payment.paymentId, digest),
    );
    if (answer.kind === 'refused') return answer;
    if (answer.kind === 'needs-approval') {
      return {
        kind: 'done',
        closes: false,
        says: `Approved; ${answer.needed - answer.given} more of ${answer.needed} needed.`,
      };
    }
    return { kind: 'done', closes: true, says: `Approved; ${told(notice)} goes to the bank.`, result: answer };
  };
}

async function learnOutcome(story: Story, paymentId: string): Promise<void> {
  story.wait('bank: outcome unknown');
  const heard = () => story.has(OUTCOMES, (fact) => fact.data['paymentId'] === paymentId);
  for (let wait = 500; !heard(); wait = Math.min(wait * 2, 3_600_000)) {
    const answer = await story.do('resolve-payment', (step) => duties.resolvePayment(step, paymentId));
    if (answer.kind === 'sent') return;
    await story.quiet(heard, wait);
  }
}
