import { Inject } from '@nestjs/common';
import type { PaymentRequest } from '@tidewaiter/contracts';
import type { By, EventStore } from '@tidewaiter/event-store';
import { NotFound, type Instant } from '@tidewaiter/kernel';
import { CLOCK, EVENT_STORE, type Clock } from '@tidewaiter/platform';
import { BANK, type Bank, type OrderOutcome, type Standing } from '../bank/bank.js';
import { approvalsNeeded, type ApprovalPolicy } from '../domain/approval-policy.js';
import { payment, paymentDigest, type Payment, type PaymentCommand } from '../domain/payment.js';
import { bankOrders, type KeptOrder } from '../postgres/bank-orders.js';
import { sha256, uuidOf } from './digest.js';

export const APPROVAL_POLICY = Symbol('APPROVAL_POLICY');

type Open = Exclude<Payment, { status: 'none' }>;

export interface PaymentState {
  payment: Open;
  version: number;
  stream: string;
}

const streamOf = (paymentId: string): string => `payment-${paymentId}`;

/** Payments of authorities' debts: asked for, approved by people who touched nothing, ordered once, followed to the end. */
export class Paying {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(BANK) private readonly bank: Bank,
    @Inject(APPROVAL_POLICY) private readonly policy: ApprovalPolicy,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Opens the payment; one that nobody must approve goes out at once.
   * @throws Refused `duties.payment.no-policy`, `duties.payment.nothing-due`; WrongState `duties.payment.on-its-way`
   */
  async request(by: By, request: PaymentRequest): Promise<PaymentState> {
    const paymentId = uuidOf(`payment/${by.tenant}/${request.declarationId}/${request.generation}`);
    const { editors, ...rest } = request;
    const facts = { ...rest, paymentId, shipmentId: by.subject };
    // Limits change at midnight UTC: a policy of ours, not a legal date.
    const needed = approvalsNeeded(this.policy, request.amount, this.clock().slice(0, 10));
    const digest = paymentDigest(facts, sha256);
    await this.execute(
      by,
      paymentId,
      {
        type: 'RequestPayment',
        facts,
        digest,
        approvalsNeeded: needed,
        editors,
        requestedBy: by.actor,
      },
      digest,
    );
    return this.sendIfApproved(by, paymentId);
  }

  /** One person's approval; the last one needed sends the payment. @throws Refused whatever forbids this person or this digest */
  async approve(by: By, paymentId: string, digest: string): Promise<PaymentState> {
    await this.execute(by, paymentId, { type: 'ApprovePayment', by: by.actor, digest }, digest);
    return this.sendIfApproved(by, paymentId);
  }

  /** Asks the bank what became of an order without an answer, and sends only what it certainly never had. */
  async resolve(by: By, paymentId: string): Promise<PaymentState> {
    const state = await this.state(by.tenant, paymentId);
    const { status } = state.payment;
    return status === 'outcome-unknown' || status === 'approved' ? this.send(by, state) : state;
  }

  /** What the bank tells, answers or pushes, under the payment's own key. */
  async learn(by: By, paymentId: string, standing: Standing, heardAt: Instant): Promise<void> {
    const { bankReference, status, reason, at } = standing;
    if (status === 'settled') {
      await this.execute(by, paymentId, {
        type: 'RecordSettled',
        key: paymentId,
        bankReference,
        settledAt: at ?? heardAt,
      });
    } else if (status === 'rejected') {
      await this.execute(by, paymentId, { type: 'RecordBounced', reason: reason ?? 'the bank gave no reason' });
    } else {
      await this.execute(by, paymentId, { type: 'RecordSent', key: paymentId, bankReference });
    }
  }

  /** @throws NotFound `duties.payment.unknown` */
  async state(tenant: string, paymentId: string): Promise<PaymentState> {
    const { state, version } = await this.store.load(payment, tenant, streamOf(paymentId));
    if (state.status === 'none') throw new NotFound('duties.payment.unknown', 'no such payment');
    return { payment: state, version, stream: streamOf(paymentId) };
  }

  /** @param fingerprint what must be the same when the command id comes again */
  private execute(by: By, paymentId: string, command: PaymentCommand, fingerprint?: string) {
    return this.store.execute(
      payment,
      streamOf(paymentId),
      command,
      by,
      fingerprint === undefined ? {} : { fingerprint },
    );
  }

  private async sendIfApproved(by: By, paymentId: string): Promise<PaymentState> {
    const state = await this.state(by.tenant, paymentId);
    return state.payment.status === 'approved' ? this.send(by, state) : state;
  }

  private async send(by: By, { payment: order }: PaymentState): Promise<PaymentState> {
    const { paymentId } = order;
    const outcome = await this.order(await this.keep(by, order));
    const step = (name: string): By => ({ ...by, commandId: `${by.commandId}/${name}`, causationId: by.commandId });
    if (outcome.kind === 'unknown') {
      await this.execute(step('unknown'), paymentId, {
        type: 'RecordOutcomeUnknown',
        key: paymentId,
        says: outcome.says,
      });
    } else if (outcome.kind === 'refused') {
      await this.execute(step('refused'), paymentId, { type: 'RecordBounced', reason: outcome.reason });
    } else {
      await this.execute(step('sent'), paymentId, {
        type: 'RecordSent',
        key: paymentId,
        bankReference: outcome.bankReference,
      });
      if (outcome.status !== 'in-process') await this.learn(step('outcome'), paymentId, outcome, this.clock());
    }
    return this.state(by.tenant, paymentId);
  }

  private keep(by: By, order: Open): Promise<KeptOrder> {
    const { paymentId, shipmentId, amount, payee, reference } = order;
    return this.store.transaction(by.tenant, async (tx) => {
      const endToEnd = (await bankOrders.referenceOf(tx, shipmentId)) ?? shipmentId.replaceAll('-', '');
      const body = this.bank.compose({ key: paymentId, amount, payee, reference, endToEnd });
      return bankOrders.keep(tx, { key: paymentId, body, shipmentId, correlationId: by.correlationId });
    });
  }

  /** An order that was stored before may have gone out: the bank is asked first. The key makes a second sending harmless. */
  private async order({ key, body, fresh }: KeptOrder): Promise<OrderOutcome> {
    if (!fresh) {
      const found = await this.bank.find(key);
      if (found.kind === 'found') return { ...found, kind: 'taken' };
      if (found.kind === 'unknown') return found;
    }
    return this.bank.order(key, body);
  }
}
