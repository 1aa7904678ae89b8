import { WEBHOOK } from '../plumbing/channel.js';
import { sha256, uuidFrom } from '../plumbing/digest.js';
import { Face, type Broken, type World } from '../plumbing/face.js';
import type { Stamped } from '../plumbing/ledger.js';
import { Outbox, type Address, type Outgoing } from '../plumbing/outbox.js';
import type { BankStep } from '../scripts/scripts.js';
import { paymentData, transactionRow, type Initiation, type Movement, type Payment, type Verdict } from './payments.js';

export interface BankSettings {
  token: string;
  callbackToken: string;
  /** where credits are reported; null: nowhere */
  authorityUrl: string | null;
}

export type BankEntry = { used?: string[] } & (
  | { type: 'taken'; id: string; key: string; bodyDigest: string; initiation: Initiation; verdict: Verdict }
  | { type: 'repeated'; id: string; key: string }
  | { type: 'turned-away'; key: string; status: number | null }
  | { type: 'settled'; id: string; debit: Movement; pushes: Outgoing[] }
  | { type: 'returned'; id: string; credit: Movement; pushes: Outgoing[] }
  | { type: 'refunded'; id: string; credit: Movement; pushes: Outgoing[] }
  | { type: 'bounced'; id: string; reason: string; pushes: Outgoing[] }
  | { type: 'asked'; id: string | null; key: string | null }
  | { type: 'delivered'; id: string; copy: number; status: number; millis: number }
);

export type Ordered =
  | { kind: 'taken' | 'repeated'; payment: Payment; afterwards?: () => void; slow?: number }
  | { kind: 'conflict' }
  | Broken;

const EVENTS = '/v1/inbound/bank/events';
const RESOURCE_UPDATE = 'urn:uk:org:openbanking:events:resource-update';
const LATE_MS = 5_000;

/**
 * The bank: takes an order once per idempotency key, debits once per order that settles, tells payer and payee; what settled
 * may come back days later.
 */
export class Bank extends Face<BankEntry> {
  readonly payments = new Map<string, Payment>();
  readonly movements: Movement[] = [];
  readonly outbox: Outbox;
  private readonly byKey = new Map<string, Payment>();

  constructor(
    world: World,
    readonly settings: BankSettings,
  ) {
    super('bank', world);
    this.outbox = new Outbox(
      WEBHOOK,
      world.clock,
      (outgoing) => this.addressOf(outgoing),
      (delivered) => this.record({ type: 'delivered', ...delivered }),
    );
    this.rebuild();
  }

  protected evolve(entry: Stamped<BankEntry>): void {
    const at = new Date(entry.at);
    if (entry.type === 'taken') {
      const { id, key, bodyDigest, initiation, verdict } = entry;
      const payment: Payment = {
        ...{ id, key, bodyDigest, initiation, verdict },
        takenAt: at,
        status: 'AcceptedSettlementInProcess',
        statusAt: at,
        returnedAt: null,
        asked: false,
      };
      this.payments.set(id, payment);
      this.byKey.set(key, payment);
    } else if (entry.type === 'settled' || entry.type === 'bounced' || entry.type === 'returned') {
      const payment = this.payments.get(entry.id);
      if (payment) {
        payment.status = entry.type === 'settled' ? 'AcceptedSettlementCompleted' : 'Rejected';
        payment.statusAt = at;
        if (entry.type === 'returned') payment.returnedAt = at;
      }
      if (entry.type === 'settled') this.movements.push(entry.debit);
      if (entry.type === 'returned') this.movements.push(entry.credit);
      for (const push of entry.pushes) this.outbox.note(push, at.getTime());
    } else if (entry.type === 'refunded') {
      this.movements.push(entry.credit);
      for (const push of entry.pushes) this.outbox.note(push, at.getTime());
    } else if (entry.type === 'asked' && entry.id !== null) {
      const payment = this.payments.get(entry.id);
      if (payment) payment.asked = true;
    } else if (entry.type === 'delivered') this.outbox.noteDelivered(entry.id, entry.copy);
  }

  resume(): void {
    this.outbox.resume();
    for (const payment of this.payments.values()) this.advance(payment);
  }

  order(key: string, initiation: Initiation, body: Buffer): Ordered {
    const bodyDigest = sha256(body);
    const known = this.byKey.get(key);
    if (known) {
      if (known.bodyDigest !== bodyDigest) return { kind: 'conflict' };
      this.record({ type: 'repeated', id: known.id, key });
      return { kind: 'repeated', payment: known };
    }
    const shipment = initiation.EndToEndIdentification;
    const used: string[] = [];
    const trouble = this.trouble(shipment, used);
    if (trouble?.when === 'before') {
      this.record({ type: 'turned-away', key, status: trouble.status, used });
      return { kind: 'broken', status: trouble.status };
    }
    const slow = this.fault('slow', shipment, used)?.by;
    const next = this.world.scripts.nextStep('bank', shipment, this.consumed);
    if (next) used.push(next.key);
    const id = uuidFrom(`payment/${key}`);
    const verdict = verdictOf(next?.step ?? null, this.clock.now());
    this.record({ type: 'taken', id, key, bodyDigest, initiation, verdict, used });
    const payment = this.payments.get(id)!;
    const afterwards = (): void => this.advance(payment);
    return trouble ? { ...trouble, kind: 'broken', afterwards } : { kind: 'taken', payment, afterwards, slow };
  }

  private advance(payment: Payment): void {
    const { status, verdict, takenAt, asked } = payment;
    if (status === 'AcceptedSettlementCompleted' && verdict.returns !== null) {
      this.timers.at(payment.statusAt.getTime() + verdict.returns, () => this.sendBack(payment));
    }
    if (status === 'AcceptedSettlementCompleted' && verdict.refund && !this.isRefunded(payment)) {
      this.timers.at(payment.statusAt.getTime() + verdict.refund.later, () => this.payBack(payment));
    }
    if (status !== 'AcceptedSettlementInProcess') return;
    if (verdict.silent === 'until-asked' && !asked) return;
    const due = takenAt.getTime() + this.delay(verdict.after ?? undefined, payment.id);
    this.timers.at(Math.max(due, typeof verdict.silent === 'number' ? verdict.silent : 0), () => this.decide(payment));
  }

  private decide(payment: Payment): void {
    if (payment.status !== 'AcceptedSettlementInProcess') return;
    const { id, verdict } = payment;
    const at = this.clock.date();
    const used: string[] = [];
    const event = this.eventOf(payment, verdict.settles ? 'AcceptedSettlementCompleted' : 'Rejected', at, used);
    if (verdict.settles) {
      const debit = movementOf(payment, 'DBIT', at);
      const { reference, amount, currency } = debit;
      const pushes = [event, creditPush(id, { reference, amount, currency })];
      this.record({ type: 'settled', id, debit, pushes, used });
      for (const push of pushes) this.outbox.send(push.id);
      this.advance(payment);
    } else {
      this.record({ type: 'bounced', id, reason: verdict.reason, pushes: [event], used });
      this.outbox.send(event.id);
    }
  }

  private isRefunded({ id }: Payment): boolean {
    return this.movements.some(({ indicator, paymentId }) => indicator === 'RFND' && paymentId === id);
  }

  /** The payee pays a part back: a credit of the payer's account, told as a booked transaction. */
  private payBack(payment: Payment): void {
    const { refund } = payment.verdict;
    if (!refund || this.isRefunded(payment)) return;
    const { amount, reference } = refund;
    const credit: Movement = { ...movementOf(payment, 'RFND', this.clock.date()), amount, reference };
    const id = `refund/${payment.id}`;
    const push = { id, lane: id, tags: { to: 'subscriber' }, body: JSON.stringify({ Data: transactionRow(credit) }) };
    const used: string[] = [];
    const pushes = [this.outgoing(push, payment.initiation.EndToEndIdentification, used)];
    this.record({ type: 'refunded', id: payment.id, credit, pushes, used });
    this.outbox.send(id);
  }

  /** What had settled comes back: the payer's account is credited, the payee loses it. */
  private sendBack(payment: Payment): void {
    if (payment.status !== 'AcceptedSettlementCompleted') return;
    const at = this.clock.date();
    const used: string[] = [];
    const event = this.eventOf(payment, 'Rejected', at, used);
    const credit = movementOf(payment, 'CRDT', at);
    const { reference, amount, currency } = credit;
    const pushes = [event, creditPush(payment.id, { reference, amount, currency, reversed: true })];
    this.record({ type: 'returned', id: payment.id, credit, pushes, used });
    for (const push of pushes) this.outbox.send(push.id);
  }

  private eventOf(payment: Payment, status: Payment['status'], at: Date, used: string[]): Outgoing {
    const { id, key, initiation, verdict } = payment;
    const isReturn = payment.status === 'AcceptedSettlementCompleted';
    const body = JSON.stringify({
      iss: 'https://simulated-bank.example',
      iat: Math.floor(at.getTime() / 1000),
      jti: uuidFrom(`event/${id}/${status}`),
      events: { [RESOURCE_UPDATE]: { subject: { 'http://openbanking.org.uk/rid': id } } },
      Data: {
        DomesticPaymentId: id,
        IdempotencyKey: key,
        Status: status,
        StatusUpdateDateTime: at.toISOString(),
        ...(status === 'Rejected' ? { Reason: verdict.reason } : {}),
        // It had settled: the money was there and went back.
        ...(isReturn ? { ReturnedDateTime: at.toISOString() } : {}),
      },
    });
    const lane = `event/${id}`;
    const push = { id: isReturn ? `${lane}/return` : lane, lane, tags: { to: 'subscriber' }, body };
    return this.outgoing(push, initiation.EndToEndIdentification, used);
  }

  private addressOf({ tags }: Outgoing): Address | null {
    const json = { 'content-type': 'application/json' };
    if (tags['to'] === 'authority') {
      const { authorityUrl } = this.settings;
      return authorityUrl === null ? null : { url: `${authorityUrl}/credits`, headers: json };
    }
    const { callbackUrl } = this.world;
    if (callbackUrl === null) return null;
    return { url: callbackUrl + EVENTS, headers: { ...json, authorization: `Bearer ${this.settings.callbackToken}` } };
  }

  find(by: { id: string } | { key: string }): Payment | null {
    const payment = 'id' in by ? this.payments.get(by.id) : this.byKey.get(by.key);
    this.record({ type: 'asked', id: payment?.id ?? null, key: 'key' in by ? by.key : null });
    if (payment) this.advance(payment);
    return payment ?? null;
  }

  /** Debits, orders, and the references that were debited more than once. */
  summary(): Record<string, unknown> {
    const counts = new Map<string, number>();
    for (const { reference, indicator } of this.movements) {
      if (indicator !== 'RFND') counts.set(reference, (counts.get(reference) ?? 0) + (indicator === 'DBIT' ? 1 : -1));
    }
    const of = (indicator: Movement['indicator']): number =>
      this.movements.filter((each) => each.indicator === indicator).length;
    return {
      payments: this.payments.size,
      debits: of('DBIT'),
      returned: of('CRDT'),
      bounced: [...this.payments.values()].filter(({ status }) => status === 'Rejected').length,
      repeated: this.ledger.entries.filter(({ type }) => type === 'repeated').length,
      doubles: [...counts].filter(([, count]) => count > 1).map(([reference, count]) => ({ reference, count })),
      outbox: this.outbox.backlog,
    };
  }

  view(): Record<string, unknown> {
    const payments = [...this.payments.values()].map((payment) => ({
      ...paymentData(payment),
      IdempotencyKey: payment.key,
    }));
    const debits = this.movements.filter(({ indicator }) => indicator === 'DBIT');
    const returns = this.movements.filter(({ indicator }) => indicator === 'CRDT');
    const refunds = this.movements.filter(({ indicator }) => indicator === 'RFND');
    return { debits, returns, refunds, payments };
  }

  /** Booked movements of an account, oldest first. @param from, to inclusive, ISO instants; null: no bound */
  transactions(account: string, from: string | null, to: string | null): Record<string, unknown>[] {
    const time = (text: string | null, otherwise: number): number => (text === null ? otherwise : Date.parse(text));
    return this.movements
      .filter((each) => each.account === account)
      .filter(({ at }) => Date.parse(at) >= time(from, -Infinity) && Date.parse(at) <= time(to, Infinity))
      .map(transactionRow);
  }

  override reset(): void {
    super.reset();
    this.payments.clear();
    this.byKey.clear();
    this.movements.length = 0;
    this.outbox.clear();
  }

  override async close(): Promise<void> {
    await this.outbox.close();
    await super.close();
  }
}

interface Credit {
  reference: string;
  amount: string;
  currency: string;
  /** it is taken away again */
  reversed?: true;
}

const creditPush = (id: string, credit: Credit): Outgoing => ({
  id: credit.reversed ? `credit/${id}/reversed` : `credit/${id}`,
  lane: `credit/${id}`,
  tags: { to: 'authority' },
  body: JSON.stringify(credit),
  copies: 1,
  notBefore: 0,
  held: false,
});

const movementOf = ({ id, initiation }: Payment, indicator: Movement['indicator'], at: Date): Movement => ({
  indicator,
  paymentId: id,
  account: initiation.DebtorAccount.Identification,
  amount: initiation.InstructedAmount.Amount,
  currency: initiation.InstructedAmount.Currency,
  reference: initiation.RemittanceInformation.Reference,
  shipment: initiation.EndToEndIdentification,
  at: at.toISOString(),
});

function verdictOf(step: BankStep | null, now: number): Verdict {
  if (!step) return { settles: true, reason: '', after: null, silent: null, returns: null };
  const isSilent = step.answer === 'silence';
  return {
    settles: step.answer !== 'bounce',
    reason: step.answer === 'bounce' || step.answer === 'return' ? step.reason : '',
    after: step.after ?? (step.answer === 'late' ? LATE_MS : null),
    silent: isSilent ? (step.for === undefined ? 'until-asked' : now + step.for) : null,
    returns: step.answer === 'return' ? step.later : null,
    ...(step.refund ? { refund: step.refund } : {}),
  };
}
