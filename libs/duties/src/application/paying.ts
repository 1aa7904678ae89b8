import { Inject } from '@nestjs/common';
import type { PaymentRequest } from '@tidewaiter/contracts';
import type { By, EventStore } from '@tidewaiter/event-store';
import { canonicalJson, NotFound, Refused, type Instant } from '@tidewaiter/kernel';
import { CLOCK, EVENT_STORE, type Clock } from '@tidewaiter/platform';
import { BANK, type Bank, type OrderOutcome, type Standing } from '../bank/bank.js';
import type { ApprovalPolicy } from '../domain/approval-policy.js';
import { approvalsUnder } from '../domain/limits.js';
import { freeze, mustGoOn, type Freeze, type FreezeCommand } from '../domain/freeze.js';
import { payment, paymentDigest, type Payment, type PaymentCommand } from '../domain/payment.js';
import { assessedRows } from '../postgres/assessed.js';
import { approvalRows } from '../postgres/debts.js';
import { bankOrders, type KeptOrder } from '../postgres/bank-orders.js';
import { sha256, uuidOf } from './digest.js';

export const APPROVAL_POLICY = Symbol('APPROVAL_POLICY');

type Open = Exclude<Payment, { status: 'none' }>;

export interface PaymentState {
  payment: Open;
  version: number;
  stream: string;
}

type OfDebt = Pick<PaymentRequest, 'declarationId' | 'generation' | 'caseId'>;

/** What is owed after the entry is paid apart from the entry's own debt, and counted apart. */
const paymentIdOf = (tenant: string, { declarationId, caseId, generation }: OfDebt): string =>
  uuidOf(`payment/${tenant}/${caseId ?? declarationId}/${generation}`);

const streamOf = (paymentId: string): string => `payment-${paymentId}`;
const freezeStream = (shipmentId: string): string => `freeze-${shipmentId}`;

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
  async request(by: By, request: Omit<PaymentRequest, 'notice'> & { authority?: string }): Promise<PaymentState> {
    const paymentId = paymentIdOf(by.tenant, request);
    const { editors, ...rest } = request;
    // Limits change at midnight UTC: a policy of ours, not a legal date.
    const today = this.clock().slice(0, 10);
    const { sets, rules } = await this.store.transaction(by.tenant, async (tx) => ({
      sets: await approvalRows.sets(tx),
      rules: await assessedRows.rulesOf(tx, by.subject, request.assessmentDigest),
    }));
    const { needed, seniors, version } = approvalsUnder(
      sets,
      this.policy,
      request.authority ?? '',
      request.amount,
      today,
    );
    // What is frozen may be asked for, and waits for a person: it is not sent by itself.
    const isFrozen = (await this.frozen(by.tenant, by.subject)) !== null;
    const least = isFrozen || (await this.cameBack(by.tenant, request)) ? 1 : 0;
    const rulesDigest = rules && `sha256:${sha256(canonicalJson([...rules].sort()))}`;
    const bound = { policyVersion: version, ...(rulesDigest ? { rulesDigest } : {}) };
    const facts = { ...rest, ...bound, paymentId, shipmentId: by.subject };
    const digest = paymentDigest(facts, sha256);
    await this.execute(
      by,
      paymentId,
      {
        type: 'RequestPayment',
        facts,
        digest,
        approvalsNeeded: Math.max(needed, least),
        editors,
        requestedBy: by.actor,
        seniors,
      },
      digest,
    );
    return this.sendIfApproved(by, paymentId);
  }

  /** The bank returned the payment before this one: whatever the limits say, it is not sent again without a person. */
  private async cameBack(tenant: string, request: OfDebt) {
    if (request.generation === 1) return false;
    const before = paymentIdOf(tenant, { ...request, generation: request.generation - 1 });
    const { state } = await this.store.load(payment, tenant, streamOf(before));
    return state.status === 'bounced';
  }

  /** One person's approval; the last one needed sends the payment. @throws Refused `duties.payment.frozen`, and whatever forbids this person or this digest */
  async approve(by: By, paymentId: string, digest: string): Promise<PaymentState> {
    const { payment: asked } = await this.state(by.tenant, paymentId);
    mustGoOn(await this.frozen(by.tenant, asked.shipmentId));
    const today = this.clock().slice(0, 10);
    const lentBy = await this.store.transaction(by.tenant, (tx) => approvalRows.lentTo(tx, by.actor, today));
    const command = { type: 'ApprovePayment' as const, by: by.actor, digest, lentBy };
    const { events } = await this.execute(by, paymentId, command, digest);
    const refusal = events.find((event) => event.type === 'PaymentApprovalRefused');
    if (refusal) {
      const { code, says } = refusal.data as { code: string; says: string };
      throw new Refused(code, says, {
        advice:
          code === 'duties.payment.digest-differs'
            ? 'Look at the payment again and approve what it says now.'
            : 'Another person with the role approver must approve it. This attempt is on record.',
        facts: { by: by.actor },
      });
    }
    return this.sendIfApproved(by, paymentId);
  }

  /** Takes back a payment that still waits for approval; one that is on its way stays. */
  async void(by: By, paymentId: string, reason: string): Promise<PaymentState> {
    const { payment: before } = await this.state(by.tenant, paymentId);
    if (before.status === 'needs-approval') await this.execute(by, paymentId, { type: 'VoidPayment', reason }, reason);
    return this.state(by.tenant, paymentId);
  }

  /** Asks the bank what became of an order without an answer, and sends only what it certainly never had. */
  async resolve(by: By, paymentId: string): Promise<PaymentState> {
    const state = await this.state(by.tenant, paymentId);
    const { status } = state.payment;
    if (status === 'sent') return this.ask(by, state);
    if (status === 'approved') return this.sendIfApproved(by, paymentId);
    return status === 'outcome-unknown' ? this.send(by, state) : state;
  }

  /** A bank that took an order and then says nothing is asked by the key. */
  private async ask(by: By, state: PaymentState): Promise<PaymentState> {
    const { paymentId } = state.payment;
    const found = await this.bank.find(paymentId);
    if (found.kind !== 'found' || found.status === 'in-process') return state;
    await this.learn(by, paymentId, found, this.clock());
    return this.state(by.tenant, paymentId);
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
      const because = reason ?? 'the bank gave no reason';
      await this.execute(by, paymentId, { type: 'RecordBounced', reason: because, returnedOn: at ?? heardAt });
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
    if (state.payment.status !== 'approved') return state;
    return (await this.frozen(by.tenant, state.payment.shipmentId)) ? state : this.send(by, state);
  }

  private async frozen(tenant: string, shipmentId: string): Promise<Freeze> {
    return (await this.store.load(freeze, tenant, freezeStream(shipmentId))).state;
  }

  /** Stops, or lets go on, all payments of the step's shipment. */
  async freeze(by: By, type: FreezeCommand['type'], reason: string): Promise<Record<string, number>> {
    const { subject: shipmentId } = by;
    const stream = freezeStream(shipmentId);
    return (await this.store.execute(freeze, stream, { type, shipmentId, reason }, by)).wrote;
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
      const { reason } = outcome;
      await this.execute(step('refused'), paymentId, { type: 'RecordBounced', reason, returnedOn: this.clock() });
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
