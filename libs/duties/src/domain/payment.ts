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

type PaymentEvent = Exclude<DutiesEvent, { type: 'DutyAssessed' | 'AssessmentNeedsReview' }>;
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
}

export const paymentDigest = (facts: PaymentFacts, sha256: (text: string) => string): string => {
  const {
    paymentId,
    shipmentId,
    declarationId,
    declarationVersion,
    generation,
    amount,
    payee,
    reference,
    assessmentDigest,
  } = facts;
  return `sha256:${sha256(canonicalJson({ paymentId, shipmentId, declarationId, declarationVersion, generation, amount, payee, reference, assessmentDigest }))}`;
};

type Known = Requested & {
  approvals: { by: string }[];
  key: string | null;
  bankReference: string | null;
  reason: string | null;
};

export type Payment =
  | { status: 'none' }
  | (Known & { status: 'needs-approval' | 'approved' | 'sent' | 'outcome-unknown' | 'settled' | 'bounced' });

type Open = Exclude<Payment, { status: 'none' }>;

export type PaymentCommand =
  | {
      type: 'RequestPayment';
      facts: PaymentFacts;
      digest: string;
      approvalsNeeded: number;
      editors: string[];
      requestedBy: string;
    }
  | { type: 'ApprovePayment'; by: string; digest: string }
  | { type: 'RecordSent'; key: string; bankReference: string }
  | { type: 'RecordOutcomeUnknown'; key: string; says: string }
  | { type: 'RecordSettled'; key: string; bankReference: string; settledAt: Instant }
  | { type: 'RecordBounced'; reason: string };

function request(state: Payment, command: Extract<PaymentCommand, { type: 'RequestPayment' }>): PaymentEvent[] {
  const { facts, digest, approvalsNeeded, editors, requestedBy } = command;
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
  return [{ type: 'PaymentRequested', data: { ...facts, digest, approvalsNeeded, editors, requestedBy } }];
}

/** Four eyes, by identity: the door checks the role, this checks that nobody approves what is their own work, or twice. */
function approve(state: Payment, { by, digest }: Extract<PaymentCommand, { type: 'ApprovePayment' }>): PaymentEvent[] {
  if (state.status === 'none') throw new WrongState('duties.payment.unknown', 'no such payment was requested');
  if (state.status !== 'needs-approval') {
    throw new WrongState('duties.payment.not-waiting', `the payment is ${state.status}: it waits for no approval`);
  }
  if (digest !== state.digest) {
    throw new Refused('duties.payment.digest-differs', 'the payment was changed since it was shown', {
      advice: 'Look at the payment again and approve what it says now.',
      facts: { approved: digest, current: state.digest },
    });
  }
  const refuse = (code: string, why: string): never => {
    throw new Refused(code, why, { advice: 'Another person with the role approver must approve it.', facts: { by } });
  };
  if (!by.startsWith('user:'))
    return refuse('duties.payment.approver-not-a-person', 'only a person can approve a payment');
  if (state.editors.includes(by))
    return refuse(
      'duties.payment.approver-edited',
      'who entered or corrected a value of the declaration may not approve its payment',
    );
  if (state.requestedBy === by)
    return refuse('duties.payment.approver-requested', 'who asked for the payment may not approve it');
  if (state.approvals.some((approval) => approval.by === by))
    return refuse('duties.payment.same-person', 'the second approval must be another person’s');
  return [
    {
      type: 'PaymentApproved',
      data: {
        paymentId: state.paymentId,
        shipmentId: state.shipmentId,
        digest,
        by,
        given: state.approvals.length + 1,
        needed: state.approvalsNeeded,
      },
    },
  ];
}

const ids = (state: Open) => ({ paymentId: state.paymentId, shipmentId: state.shipmentId });

/** The bank speaks only of what was fully approved; anything else is not ours to believe. */
function ordered(state: Payment): Open {
  if (state.status === 'none') throw new WrongState('duties.payment.unknown', 'no such payment was requested');
  if (state.status === 'needs-approval')
    throw new WrongState('duties.payment.not-approved', 'the payment was not approved yet: nothing can have been sent');
  return state;
}

function sent(state: Payment, { key, bankReference }: { key: string; bankReference: string }): PaymentEvent[] {
  const payment = ordered(state);
  if (payment.status !== 'approved' && payment.status !== 'outcome-unknown') return [];
  return [{ type: 'PaymentSent', data: { ...ids(payment), amount: payment.amount, key, bankReference } }];
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
    { type: 'PaymentSettled', data: { ...ids(payment), amount: payment.amount, bankReference, settledAt } },
  ];
}

/** Also after settlement: a bank may return money days later. */
function bounced(state: Payment, { reason }: Extract<PaymentCommand, { type: 'RecordBounced' }>): PaymentEvent[] {
  const payment = ordered(state);
  return payment.status === 'bounced'
    ? []
    : [{ type: 'PaymentBounced', data: { ...ids(payment), amount: payment.amount, reason } }];
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
      return { ...event.data, status, approvals: [], key: null, bankReference: null, reason: null };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'PaymentApproved':
        return {
          ...state,
          status: event.data.given >= event.data.needed ? 'approved' : 'needs-approval',
          approvals: [...state.approvals, { by: event.data.by }],
        };
      case 'PaymentSent':
        return { ...state, status: 'sent', key: event.data.key, bankReference: event.data.bankReference };
      case 'PaymentOutcomeUnknown':
        return { ...state, status: 'outcome-unknown', key: event.data.key };
      case 'PaymentSettled':
        return { ...state, status: 'settled', bankReference: event.data.bankReference };
      case 'PaymentBounced':
        return { ...state, status: 'bounced', reason: event.data.reason };
      default:
        return state;
    }
  },
};
