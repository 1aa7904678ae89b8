import { WEBHOOK } from '../plumbing/channel.js';
import { sha256, uuidFrom } from '../plumbing/digest.js';
import { Face, type Broken, type World } from '../plumbing/face.js';
import type { Stamped } from '../plumbing/ledger.js';
import { Outbox, type Address, type Outgoing } from '../plumbing/outbox.js';
import type { BankStep } from '../scripts/scripts.js';
import { paymentData, type Debit, type Initiation, type Payment, type Verdict } from './payments.js';

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
  | { type: 'settled'; id: string; debit: Debit; pushes: Outgoing[] }
  | { type: 'bounced'; id: string; reason: string; pushes: Outgoing[] }
  | { type: 'asked'; id: string | null; key: string | null }
  | { type: 'delivered'; id: string; copy: number; status: number; millis: number }
);

export type Ordered =
  { kind: 'taken' | 'repeated'; payment: Payment; afterwards?: () => void } | { kind: 'conflict' } | Broken;

const EVENTS = '/v1/inbound/bank/events';
const RESOURCE_UPDATE = 'urn:uk:org:openbanking:events:resource-update';
const LATE_MS = 5_000;

/** The bank: takes an order once per idempotency key, debits once per order that settles, tells payer and payee. */
export class Bank extends Face<BankEntry> {
  readonly payments = new Map<string, Payment>();
  readonly debits: Debit[] = [];
  readonly outbox: Outbox;
  private readonly byKey = new Map<string, Payment>();

  constructor(
    world: World,
    readonly settings: BankSettings,
  ) {
    super('bank', world);
    this.outbox = new Outbox(
      WEBHOOK,
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
        asked: false,
      };
      this.payments.set(id, payment);
      this.byKey.set(key, payment);
    } else if (entry.type === 'settled' || entry.type === 'bounced') {
      const payment = this.payments.get(entry.id);
      if (payment) {
        payment.status = entry.type === 'settled' ? 'AcceptedSettlementCompleted' : 'Rejected';
        payment.statusAt = at;
      }
      if (entry.type === 'settled') this.debits.push(entry.debit);
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
    const trouble = this.trouble(shipment);
    if (trouble?.when === 'before') {
      this.record({ type: 'turned-away', key, status: trouble.status, used: [trouble.key] });
      return { kind: 'broken', status: trouble.status };
    }
    const next = this.world.scripts.nextStep('bank', shipment, this.consumed);
    const used = [next?.key, trouble?.key].flatMap((each) => each ?? []);
    const id = uuidFrom(`payment/${key}`);
    this.record({ type: 'taken', id, key, bodyDigest, initiation, verdict: verdictOf(next?.step ?? null), used });
    const payment = this.payments.get(id)!;
    const afterwards = (): void => this.advance(payment);
    return trouble ? { kind: 'broken', status: trouble.status, afterwards } : { kind: 'taken', payment, afterwards };
  }

  private advance(payment: Payment): void {
    const { status, verdict, takenAt, asked } = payment;
    if (status !== 'AcceptedSettlementInProcess') return;
    if (verdict.silent === 'until-asked' && !asked) return;
    const due = takenAt.getTime() + this.delay(verdict.after ?? undefined, payment.id);
    this.timers.at(Math.max(due, typeof verdict.silent === 'number' ? verdict.silent : 0), () => this.decide(payment));
  }

  private decide(payment: Payment): void {
    if (payment.status !== 'AcceptedSettlementInProcess') return;
    const { id, initiation, verdict } = payment;
    const at = new Date();
    const event = this.eventOf(payment, verdict.settles ? 'AcceptedSettlementCompleted' : 'Rejected', at);
    if (verdict.settles) {
      const { Amount: amount, Currency: currency } = initiation.InstructedAmount;
      const reference = initiation.RemittanceInformation.Reference;
      const shipment = initiation.EndToEndIdentification;
      const debit = {
        paymentId: id,
        account: initiation.DebtorAccount.Identification,
        amount,
        currency,
        reference,
        shipment,
        at: at.toISOString(),
      };
      const pushes = [event, creditPush(id, { reference, amount, currency })];
      this.record({ type: 'settled', id, debit, pushes });
      for (const push of pushes) this.outbox.send(push.id);
    } else {
      this.record({ type: 'bounced', id, reason: verdict.reason, pushes: [event] });
      this.outbox.send(event.id);
    }
  }

  private eventOf(payment: Payment, status: Payment['status'], at: Date): Outgoing {
    const { id, key, initiation, verdict } = payment;
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
      },
    });
    const push = { id: `event/${id}`, lane: `event/${id}`, tags: { to: 'subscriber' }, body };
    return this.outgoing(push, initiation.EndToEndIdentification);
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
    for (const { reference } of this.debits) counts.set(reference, (counts.get(reference) ?? 0) + 1);
    return {
      payments: this.payments.size,
      debits: this.debits.length,
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
    return { debits: this.debits, payments };
  }

  override reset(): void {
    super.reset();
    this.payments.clear();
    this.byKey.clear();
    this.debits.length = 0;
    this.outbox.clear();
  }

  override async close(): Promise<void> {
    await this.outbox.close();
    await super.close();
  }
}

const creditPush = (id: string, credit: { reference: string; amount: string; currency: string }): Outgoing => ({
  id: `credit/${id}`,
  lane: `credit/${id}`,
  tags: { to: 'authority' },
  body: JSON.stringify(credit),
  copies: 1,
  notBefore: 0,
  held: false,
});

function verdictOf(step: BankStep | null): Verdict {
  if (!step) return { settles: true, reason: '', after: null, silent: null };
  const isSilent = step.answer === 'silence';
  return {
    settles: step.answer !== 'bounce',
    reason: step.answer === 'bounce' ? step.reason : '',
    after: step.after ?? (step.answer === 'late' ? LATE_MS : null),
    silent: isSilent ? (step.for === undefined ? 'until-asked' : Date.now() + step.for) : null,
  };
}
