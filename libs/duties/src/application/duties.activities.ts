import { Inject } from '@nestjs/common';
import type {
  AssessmentVariance,
  Wrote,
  AffectedList,
  Charges,
  DecidedMoney,
  DecidedMoneyState,
  DifferingDebt,
  DutiesActivities,
  GoodsLine,
  GrantedRefund,
  OpenDifferences,
  PaymentAnswer,
  PaymentRequest,
  Refusal,
  Situation,
  Step,
} from '@tidewaiter/contracts';
import { exact, NotFound, Refused } from '@tidewaiter/kernel';
import { byOfStep } from '@tidewaiter/platform';
import { Assessing } from './assessing.js';
import { Bookings } from './bookings.js';
import { Debts, type KnownDebt } from './debts.js';
import { DecidedMoneyDesk } from './decided-money.js';
import { Paying, type PaymentState } from './paying.js';
import { Statements } from './statements.js';
import { summaryOf } from './summary.js';
import { Voiding } from './voiding.js';

function answerOf({ payment, version, stream }: PaymentState): PaymentAnswer {
  const { paymentId, digest, status, approvals, approvalsNeeded } = payment;
  const wrote = { [stream]: version };
  if (status === 'needs-approval')
    return { kind: 'needs-approval', paymentId, digest, needed: approvalsNeeded, given: approvals.length, wrote };
  // A payment that the bank refused outright counts as sent: its PaymentBounced tells the story the rest.
  return { kind: status === 'outcome-unknown' ? 'unknown' : 'sent', paymentId, digest, wrote };
}

function differing({ ours, theirs, lines }: KnownDebt, wrote: Record<string, number>): DifferingDebt {
  const apart = lines
    .filter(({ verdict }) => verdict === 'differs')
    .map(
      ({ line, taxType, ours: o, theirs: t }) => `${taxType}${line === 0 ? '' : ` of line ${line}`}: ${t} against ${o}`,
    );
  const says = apart.length > 0 ? apart.join('; ') : `${theirs.currency} against our currency`;
  return { kind: 'differs', says, ours, theirs, lines, wrote };
}

/** Each cause with what it cost, then the fees of the entry: together they are the change. */
function inWords({ currency, lines, entryCharges }: AssessmentVariance): string {
  const causes = lines.flatMap(({ line, changes }) =>
    changes.map(({ causes: of, amount, says }) => `line ${line}, ${of.join(' and ')}: ${amount} ${currency} (${says})`),
  );
  const fees = exact(entryCharges.change).isZero() ? [] : [`fees of the entry: ${entryCharges.change} ${currency}`];
  return [...causes, ...fees].join('; ');
}

/** What a rule refuses is an answer to the person who asked. */
async function orRefusal<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { advice } = error.details;
    return {
      kind: 'refused',
      code: error.code,
      says: advice === undefined ? error.message : `${error.message}. ${advice}`,
    };
  }
}

/** What the workflow asks of duties. One command each, under the key that the workflow minted. */
export class DutiesActivitiesService implements DutiesActivities {
  constructor(
    @Inject(Assessing) private readonly assessing: Assessing,
    @Inject(Paying) private readonly paying: Paying,
    @Inject(Voiding) private readonly voiding: Voiding,
    @Inject(Debts) private readonly debts: Debts,
    @Inject(Bookings) private readonly bookings: Bookings,
    @Inject(Statements) private readonly statements: Statements,
    @Inject(DecidedMoneyDesk) private readonly decided: DecidedMoneyDesk,
  ) {}

  async assess(
    step: Step,
    situation: Situation,
    goods: { lines: GoodsLine[]; charges: Charges },
  ): ReturnType<DutiesActivities['assess']> {
    const { stored, open, wrote } = await this.assessing.assess(byOfStep(step), situation, goods);
    if (stored?.result.status === 'ASSESSED') return { kind: 'assessed', assessment: summaryOf(stored), wrote };
    return {
      kind: 'needs-review',
      says: `The duties of ${situation.reference} cannot be worked out: ${open.join(' ')}`,
      questions: open,
      wrote,
    };
  }

  async requestPayment(step: Step, request: PaymentRequest): Promise<PaymentAnswer | DifferingDebt> {
    const by = byOfStep(step);
    const { notice, ...rest } = request;
    if (!notice) return answerOf(await this.paying.request(by, rest));
    const { debt, wrote } = await this.debts.compare(by, notice);
    if (debt.outcome === 'differs' && debt.agreed === null) return differing(debt, wrote);
    const answer = answerOf(await this.paying.request(by, { ...rest, authority: debt.authority }));
    return { ...answer, wrote: { ...wrote, ...answer.wrote } };
  }

  async explainVariance(
    { tenant, subject }: Step,
    { before, after }: { before: number; after: number },
  ): ReturnType<DutiesActivities['explainVariance']> {
    const { variance, destination, lawDate } = await this.assessing.compare(tenant, subject, after, before);
    const { currency, total } = variance;
    const tolerance = await this.debts.tolerance(tenant, { country: destination, currency }, lawDate);
    const overLimit = exact(total.change)
      .abs()
      .gt(tolerance ?? '0');
    return { change: { amount: total.change, currency }, says: inWords(variance), overLimit };
  }

  async freezePayments(step: Step, reason: string): Promise<{ wrote: Wrote }> {
    return { wrote: await this.paying.freeze(byOfStep(step), 'FreezePayments', reason) };
  }

  async thawPayments(step: Step, reason: string): Promise<{ wrote: Wrote }> {
    return { wrote: await this.paying.freeze(byOfStep(step), 'ThawPayments', reason) };
  }

  async approvePayment(step: Step, paymentId: string, digest: string): Promise<PaymentAnswer | Refusal> {
    return orRefusal(async () => answerOf(await this.paying.approve(byOfStep(step), paymentId, digest)));
  }

  async agreeToDebt(
    step: Step,
    decision: Parameters<DutiesActivities['agreeToDebt']>[1],
  ): Promise<{ kind: 'agreed'; wrote: Record<string, number> } | Refusal> {
    return orRefusal(async () => ({
      kind: 'agreed' as const,
      wrote: await this.debts.agree(byOfStep(step), decision),
    }));
  }

  reopenDebt(
    step: Step,
    returned: { declarationId: string; paymentId: string },
  ): ReturnType<DutiesActivities['reopenDebt']> {
    return this.debts.reopen(byOfStep(step), returned);
  }

  returnedDebt(step: Step, paymentId: string): ReturnType<DutiesActivities['returnedDebt']> {
    return this.debts.returned(step.tenant, paymentId);
  }

  openDifferences(step: Step, statementId: string, after: number): Promise<OpenDifferences> {
    return this.statements.open(step.tenant, statementId, after);
  }

  settleDifference(
    step: Step,
    settled: Parameters<DutiesActivities['settleDifference']>[1],
  ): ReturnType<DutiesActivities['settleDifference']> {
    return orRefusal(async () => ({
      kind: 'settled' as const,
      wrote: await this.statements.settleBy(byOfStep(step), settled),
    }));
  }

  async voidPayment(step: Step, paymentId: string, reason: string): ReturnType<DutiesActivities['voidPayment']> {
    const { payment, version, stream } = await this.paying.void(byOfStep(step), paymentId, reason);
    return { kind: payment.status === 'void' ? 'void' : 'on-its-way', wrote: { [stream]: version } };
  }

  async bookRefund(step: Step, granted: GrantedRefund): ReturnType<DutiesActivities['bookRefund']> {
    try {
      const booked = await this.bookings.bookGranted(byOfStep(step), granted);
      if (booked) return { kind: 'booked', ...booked };
      return { kind: 'unclear', says: 'The decision does not say to which of the charges that were paid it belongs.' };
    } catch (error) {
      if (!(error instanceof Refused || error instanceof NotFound)) throw error;
      return { kind: 'unclear', says: `${error.message}.` };
    }
  }

  settleDecided(step: Step, decided: DecidedMoney): Promise<DecidedMoneyState> {
    return this.decided.settle(byOfStep(step), decided);
  }

  lodgeDeposit(
    step: Step,
    { authority, amount, reference, lodgedOn }: Parameters<DutiesActivities['lodgeDeposit']>[1],
  ): ReturnType<DutiesActivities['lodgeDeposit']> {
    return orRefusal(async () => {
      const { view, wrote } = await this.bookings.book(byOfStep(step), {
        ...{ kind: 'deposit', shipmentId: step.subject, caseId: null, authority, lodgedOn, reference, claimBy: null },
        items: [{ line: 0, taxType: 'security', legalBasis: 'security for the debt of the import', amount }],
        ...{ law: 'the authority’s rules on security in cash', reason: 'the guarantee does not cover the debt' },
      });
      return { kind: 'booked' as const, bookingId: view.bookingId, wrote };
    });
  }

  receiveRefund(
    step: Step,
    received: { bookingId: string; receivedOn: string; reference: string },
  ): ReturnType<DutiesActivities['receiveRefund']> {
    return orRefusal(async () => {
      const wrote = await this.bookings.receive(byOfStep(step), received);
      return { kind: 'booked' as const, bookingId: received.bookingId, wrote };
    });
  }

  async resolvePayment(
    step: Step,
    paymentId: string,
  ): Promise<{ kind: 'sent' | 'unknown'; wrote: Record<string, number> }> {
    const { payment, version, stream } = await this.paying.resolve(byOfStep(step), paymentId);
    return { kind: payment.status === 'outcome-unknown' ? 'unknown' : 'sent', wrote: { [stream]: version } };
  }

  listAffected(step: Step, voidanceId: string, after: string | null): Promise<AffectedList> {
    return this.voiding.claims(step.tenant, voidanceId, after);
  }
}
