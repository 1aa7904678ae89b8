import { Controller, Inject } from '@nestjs/common';
import {
  listLedgerAccounts,
  showAccountStatement,
  showLedgerBalances,
  showShipmentMoney,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Books } from '../application/books.js';

/** The double-entry ledger: by dimension, by account, by shipment. */
@Controller()
export class LedgerController {
  constructor(@Inject(Books) private readonly books: Books) {}

  @Serves(showLedgerBalances)
  balances(
    @Input() { query }: InputOf<typeof showLedgerBalances>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showLedgerBalances>> {
    return this.books.balances(tenant, query);
  }

  @Serves(listLedgerAccounts)
  accounts(
    @Input() { query }: InputOf<typeof listLedgerAccounts>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listLedgerAccounts>> {
    return this.books.accounts(tenant, query);
  }

  @Serves(showAccountStatement)
  statement(
    @Input() { query }: InputOf<typeof showAccountStatement>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showAccountStatement>> {
    return this.books.statement(tenant, query);
  }

  @Serves(showShipmentMoney)
  ofShipment(
    @Input() { params }: InputOf<typeof showShipmentMoney>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showShipmentMoney>> {
    return this.books.ofShipment(tenant, params.shipmentId);
  }
}
