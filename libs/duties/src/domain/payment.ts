import type { DutiesEvent } from '@tidewaiter/contracts';
import {
  canonicalJson,
  exact,
  Refused,
  unreachable,
  WrongState,
  type Decider,
  type Instant,
  type Money,
} from '@tidewaiter/kernel';

export type PaymentEvent = Exclude<DutiesEvent, { type: 'DutyAssessed' | 'AssessmentNeedsReview' }>;
type Requested = Extract<DutiesEvent, { type: 'PaymentRequested' }>['data'];

/** What an approval binds to; any other figure, payee or version is another digest. */
export interface PaymentFacts {
  paymentId: string;
  shipmentId: string;
  declarationId: string;
  declarationVersion: number;
  generation: number;
  amount: Money;
  payee: { name: string; account: string };
  reference: string;
  assessmentDigest: string;
  authority?: string;
  policyVersion?: string;
  /** over the versions of the rules that the assessment names */
  rulesDigest?: string;
  interest?: Money;
  settles?: NonNullable<Requested['settles']>;
  caseId?: string;
}

export const paymentDigest = (facts: PaymentFacts, sha256: (text: string) => string): string =>
  `sha256:${sha256(canonicalJson(Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))))}`;

type Known = Requested & {
  approvals: { by: string; onBehalfOf?: string }[];
  key: string | null;
  bankReference: string | null;
  reason: string | null;
  /** it was debited once, whatever came after */
  wasSettled: boolean;
  returnedOn: Instant | null;
};

export type Payment =
  | { status: 'none' }
  | (Known & { status: 'needs-approval' | 'approved' | 'sent' | 'outcome-unknown' | 'settled' | 'bounced' | 'void' });

type Open = Exclude<Payment, { status: 'none' }>;

export type PaymentCommand =
  | {
      type: 'RequestPayment';
      facts: PaymentFacts;
      digest: string;
      approvalsNeeded: number;
      editors: string[];
      requestedBy: string;
      seniors?: string[];
    }
  /** `lentBy`: who delegated to `by` for this day */
  | { type: 'ApprovePayment'; by: string; digest: string; lentBy?: readonly string[] }
  | { type: 'VoidPayment'; reason: string }
  | { type: 'RecordSent'; key: string; bankReference: string }
  | { type: 'RecordOutcomeUnknown'; key: string; says: string }
  | { type: 'RecordSettled'; key: string; bankReference: string; settledAt: Instant }
  | { type: 'RecordBounced'; reason: string; returnedOn?: Instant };

function request(state: Payment, command: Extract<PaymentCommand, { type: 'RequestPayment' }>): PaymentEvent[] {
  const { facts, digest, approvalsNeeded, editors, requestedBy, seniors } = command;
  if (!exact(facts.amount.amount).gt(0)) {
    throw new Refused('duties.payment.nothing-due', 'a payment must be of more than zero', {
      facts: { amount: facts.amount.amount },
    });
  }
  if (state.status !== 'none') {
    if (state.digest === digest) return [];
    if (state.status !== 'needs-approval') {
      throw new WrongState('duties.payment.on-its-way', `the payment is ${state.status}: it can no longer be changed`, {
        advice: 'A changed debt is a payment of the next generation.',
      });
    }
  }
  const split = [...(facts.settles ?? []).map(({ amount }) => amount), ...(facts.interest ? [facts.interest] : [])];
  const added = split.reduce((sum, { amount }) => sum.plus(amount), exact('0'));
  if (facts.settles && !added.eq(facts.amount.amount)) {
    throw new Refused(
      'duties.payment.does-not-add-up',
      `what is paid adds up to ${added.toFixed()}, not to ${facts.amount.amount}`,
      {
        advice: 'Name every tax that is paid, and the interest.',
      },
    );
  }
  const senior = seniors && seniors.length > 0 ? { seniors } : {};
  return [{ type: 'PaymentRequested', data: { ...facts, digest, approvalsNeeded, editors, requestedBy, ...senior } }];
}

interface Forbidden {
  code: string;
  says: string;
}

/** Why a person may not approve: their own work, their own request, a second time, or no person at all; null when they may. */
function forbidden(state: Open, by: string): Forbidden | null {
  const because = (code: string, says: string): Forbidden => ({ code: `duties.payment.${code}`, says });
  if (!by.startsWith('user:')) return because('approver-not-a-person', 'only a person can approve a payment');
  if (state.editors.includes(by)) {
    return because(
      'approver-edited',
      'who entered or corrected a value of the declaration may not approve its payment',
    );
  }
  if (state.requestedBy === by) return because('approver-requested', 'who asked for the payment may not approve it');
  if (state.approvals.some((approval) => approval.by === by || approval.onBehalfOf === by)) {
    return because('same-person', 'the second approval must be another person’s');
  }
  return null;
}

/** Whose place a person takes: a senior's that was lent to them, where a senior is wanted and they are none. */
function lentPlace(state: Open, by: string, lentBy: readonly string[]): string | undefined {
  const seniors = state.seniors ?? [];
  if (seniors.includes(by)) return undefined;
  return lentBy.find((from) => seniors.includes(from) && forbidden(state, from) === null);
}

/**
 * Four eyes, by identity: the door checks the role, this checks that nobody approves what is their own work, or twice. What it
 * refuses is recorded: who tried, and why it was refused, is part of what auditors look for.
 */
function approve(
  state: Payment,
  { by, digest, lentBy = [] }: Extract<PaymentCommand, { type: 'ApprovePayment' }>,
): PaymentEvent[] {
  if (state.status === 'none') throw new WrongState('duties.payment.unknown', 'no such payment was requested');
  if (state.status !== 'needs-approval') {
    throw new WrongState('duties.payment.not-waiting', `the payment is ${state.status}: it waits for no approval`);
  }
  const { paymentId, shipmentId, seniors = [], approvalsNeeded: needed } = state;
  const refused = ({ code, says }: Forbidden): PaymentEvent[] => [
    { type: 'PaymentApprovalRefused', data: { paymentId, shipmentId, digest, by, code, says } },
  ];
  if (digest !== state.digest) {
    return refused({ code: 'duties.payment.digest-differs', says: 'the payment was changed since it was shown' });
  }
  const why = forbidden(state, by);
  if (why) return refused(why);
  const onBehalfOf = lentPlace(state, by, lentBy);
  const given = state.approvals.length + 1;
  const places = [...state.approvals, { by, onBehalfOf }].flatMap((each) => [each.by, each.onBehalfOf]);
  if (needed > 1 && given >= needed && seniors.length > 0 && !seniors.some((senior) => places.includes(senior))) {
    const says = `one of the ${needed} must be ${seniors.join(' or ')}, or somebody they delegated to`;
    return refused({ code: 'duties.payment.senior-needed', says });
  }
  const lent = onBehalfOf === undefined ? {} : { onBehalfOf };
  return [{ type: 'PaymentApproved', data: { paymentId, shipmentId, digest, by, given, needed, ...lent } }];
}

/** The debt, payee or version changed: what was approved is void. Only as long as no order can have gone out. */
function voided(state: Payment, { reason }: Extract<PaymentCommand, { type: 'VoidPayment' }>): PaymentEvent[] {
  if (state.status === 'none' || state.status === 'void') return [];
  if (state.status !== 'needs-approval') {
    throw new WrongState(
      'duties.payment.on-its-way',
      `the payment is ${state.status}: it can no longer be taken back here`,
    );
  }
  const { paymentId, shipmentId, digest, amount, approvals } = state;
  return [
    { type: 'PaymentVoided', data: { paymentId, shipmentId, digest, amount, approvals: approvals.length, reason } },
  ];
}

const ids = (state: Open) => ({ paymentId: state.paymentId, shipmentId: state.shipmentId });

/** Of a payment after the entry the outcome names the case: its own story hears of it. */
const ofCase = ({ declarationId, caseId }: Open) => (caseId === undefined ? {} : { declarationId, caseId });

/** The bank speaks only of what was fully approved; anything else is not ours to believe. */
function ordered(state: Payment): Open {
  if (state.status === 'none') throw new WrongState('duties.payment.unknown', 'no such payment was requested');
  if (state.status === 'needs-approval' || state.status === 'void')
    throw new WrongState('duties.payment.not-approved', 'the payment was not approved yet: nothing can have been sent');
  return state;
}

function sent(state: Payment, { key, bankReference }: { key: string; bankReference: string }): PaymentEvent[] {
  const payment = ordered(state);
  if (payment.status !== 'approved' && payment.status !== 'outcome-unknown') return [];
  const { amount, settles, interest } = payment;
  const parts = { ...(settles ? { settles } : {}), ...(interest ? { interest } : {}) };
  return [{ type: 'PaymentSent', data: { ...ids(payment), amount, key, bankReference, ...parts } }];
}

function unknown(
  state: Payment,
  { key, says }: Extract<PaymentCommand, { type: 'RecordOutcomeUnknown' }>,
): PaymentEvent[] {
  const payment = ordered(state);
  return payment.status === 'approved' ? [{ type: 'PaymentOutcomeUnknown', data: { ...ids(payment), key, says } }] : [];
}

/** A settlement that overtakes the bank's own answer proves that the order was sent: both facts are told. */
function settled(state: Payment, command: Extract<PaymentCommand, { type: 'RecordSettled' }>): PaymentEvent[] {
  const payment = ordered(state);
  if (payment.status === 'settled') return [];
  if (payment.status === 'bounced') {
    throw new WrongState(
      'duties.payment.bounced-before',
      'the bank says settled after it returned the payment: a person must look',
    );
  }
  const { bankReference, settledAt } = command;
  return [
    ...sent(payment, command),
    {
      type: 'PaymentSettled',
      data: { ...ids(payment), amount: payment.amount, bankReference, settledAt, ...ofCase(payment) },
    },
  ];
}

/** Also after settlement: a bank may return money days later. */
function bounced(
  state: Payment,
  { reason, returnedOn }: Extract<PaymentCommand, { type: 'RecordBounced' }>,
): PaymentEvent[] {
  const payment = ordered(state);
  if (payment.status === 'bounced') return [];
  const day = returnedOn === undefined ? {} : { returnedOn };
  const late = payment.status === 'settled' ? { afterSettlement: true } : {};
  const { amount } = payment;
  return [{ type: 'PaymentBounced', data: { ...ids(payment), amount, reason, ...day, ...late, ...ofCase(payment) } }];
}

/** One payment of an authority's debt, from the request over its approvals to what the bank made of it. */
export const payment: Decider<Payment, PaymentCommand, PaymentEvent> = {
  initial: { status: 'none' },
  decide(state, command) {
    switch (command.type) {
      case 'RequestPayment':
        return request(state, command);
      case 'ApprovePayment':
        return approve(state, command);
      case 'VoidPayment':
        return voided(state, command);
      case 'RecordSent':
        return sent(state, command);
      case 'RecordOutcomeUnknown':
        return unknown(state, command);
      case 'RecordSettled':
        return settled(state, command);
      case 'RecordBounced':
        return bounced(state, command);
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    if (event.type === 'PaymentRequested') {
      const status = event.data.approvalsNeeded === 0 ? 'approved' : 'needs-approval';
      return {
        ...event.data,
        status,
        approvals: [],
        key: null,
        bankReference: null,
        reason: null,
        wasSettled: false,
        returnedOn: null,
      };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'PaymentApproved':
        return {
          ...state,
          status: event.data.given >= event.data.needed ? 'approved' : 'needs-approval',
          approvals: [
            ...state.approvals,
            {
              by: event.data.by,
              ...(event.data.onBehalfOf === undefined ? {} : { onBehalfOf: event.data.onBehalfOf }),
            },
          ],
        };
      case 'PaymentVoided':
        return { ...state, status: 'void', reason: event.data.reason };
      case 'PaymentSent':
        return { ...state, status: 'sent', key: event.data.key, bankReference: event.data.bankReference };
      case 'PaymentOutcomeUnknown':
        return { ...state, status: 'outcome-unknown', key: event.data.key };
      case 'PaymentSettled':
        return { ...state, status: 'settled', bankReference: event.data.bankReference, wasSettled: true };
      case 'PaymentBounced':
        return { ...state, status: 'bounced', reason: event.data.reason, returnedOn: event.data.returnedOn ?? null };
      default:
        return state;
    }
  },
};
