import { Controller, Inject } from '@nestjs/common';
import {
  listAllPayments,
  listPayments,
  showLedger,
  showPayment,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound } from '@tidewaiter/kernel';
import { Caller, EVENT_STORE, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { balances, isBalanced } from '../domain/ledger.js';
import { ledgerOf } from '../postgres/ledger.projection.js';
import { paymentRows, type PaymentView } from '../postgres/payments.js';

@Controller()
export class PaymentsController {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  @Serves(listPayments)
  async ofShipment(
    @Input() { params }: InputOf<typeof listPayments>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<{ items: PaymentView[] }> {
    return { items: await this.store.transaction(tenant, (tx) => paymentRows.ofShipment(tx, params.shipmentId)) };
  }

  @Serves(listAllPayments)
  page(
    @Input() { query }: InputOf<typeof listAllPayments>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listAllPayments>> {
    return this.store.transaction(tenant, (tx) => paymentRows.page(tx, query));
  }

  @Serves(showPayment)
  async show(
    @Input() { params }: InputOf<typeof showPayment>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<PaymentView> {
    const found = await this.store.transaction(tenant, (tx) => paymentRows.one(tx, params.paymentId));
    if (!found) throw new NotFound('duties.payment.unknown', 'no such payment');
    return found;
  }

  @Serves(showLedger)
  async ledger(
    @Input() { params }: InputOf<typeof showLedger>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showLedger>> {
    const entries = await this.store.transaction(tenant, (tx) => ledgerOf(tx, params.shipmentId));
    return { entries, balances: balances(entries), balanced: isBalanced(entries) };
  }
}
