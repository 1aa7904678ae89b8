import { Controller, Inject } from '@nestjs/common';
import {
  bookMoney,
  issueInvoice,
  listInvoices,
  listMoneyBookings,
  listStatements,
  payStatement,
  receiveStatement,
  setFeeTariff,
  settleStatementDifference,
  showFeeTariff,
  showInvoice,
  showStatement,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Binary, byOf, Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Bookings } from '../application/bookings.js';
import { invoicePdf } from '../application/invoice-pdf.js';
import { invoiceUbl } from '../application/invoice-ubl.js';
import { Invoicing } from '../application/invoicing.js';
import { Statements } from '../application/statements.js';

/** Periodic statements of authorities, invoices to customers, and bookings after the entry. */
@Controller()
export class BillingController {
  constructor(
    @Inject(Statements) private readonly statements: Statements,
    @Inject(Invoicing) private readonly invoicing: Invoicing,
    @Inject(Bookings) private readonly bookings: Bookings,
  ) {}

  @Serves(receiveStatement)
  receive(
    @Input() { body }: InputOf<typeof receiveStatement>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof receiveStatement>> {
    return this.statements.receive(caller, commandId, body);
  }

  @Serves(listStatements)
  list(
    @Input() { query }: InputOf<typeof listStatements>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listStatements>> {
    return this.statements.page(tenant, query);
  }

  @Serves(showStatement)
  statement(
    @Input() { params }: InputOf<typeof showStatement>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showStatement>> {
    return this.statements.show(tenant, params.statementId);
  }

  @Serves(settleStatementDifference)
  settle(
    @Input() input: InputOf<typeof settleStatementDifference>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof settleStatementDifference>> {
    return this.statements.settle(caller, commandId, input);
  }

  @Serves(payStatement)
  pay(
    @Input() input: InputOf<typeof payStatement>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof payStatement>> {
    return this.statements.pay(caller, commandId, input);
  }

  @Serves(setFeeTariff)
  setFees(
    @Input() input: InputOf<typeof setFeeTariff>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof setFeeTariff>> {
    return this.invoicing.setFees(caller, commandId, input);
  }

  @Serves(showFeeTariff)
  fees(
    @Input() { params }: InputOf<typeof showFeeTariff>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showFeeTariff>> {
    return this.invoicing.fees(tenant, params.engagementId);
  }

  @Serves(issueInvoice)
  async issue(
    @Input() { params, body }: InputOf<typeof issueInvoice>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof issueInvoice>> {
    return { items: await this.invoicing.issue(caller, commandId, params.shipmentId, body.dueDays) };
  }

  @Serves(listInvoices)
  async invoices(
    @Input() { params }: InputOf<typeof listInvoices>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listInvoices>> {
    return { items: await this.invoicing.ofShipment(tenant, params.shipmentId) };
  }

  @Serves(showInvoice)
  async invoice(
    @Input() { params, query }: InputOf<typeof showInvoice>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showInvoice> | Binary> {
    const { invoice, view } = await this.invoicing.one(tenant, params.invoiceId);
    const filename = `${invoice.number}.${query.format}`;
    if (query.format === 'pdf')
      return new Binary(await invoicePdf(invoice), 'application/pdf', { filename, immutable: true });
    if (query.format === 'xml')
      return new Binary(invoiceUbl(invoice), 'application/xml', { filename, immutable: true });
    return view;
  }

  @Serves(bookMoney)
  async book(
    @Input() { body }: InputOf<typeof bookMoney>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof bookMoney>> {
    const subject = 'shipmentId' in body ? body.shipmentId : body.bookingId;
    return (await this.bookings.book(byOf(caller, subject, commandId), body)).view;
  }

  @Serves(listMoneyBookings)
  async booked(
    @Input() { query }: InputOf<typeof listMoneyBookings>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listMoneyBookings>> {
    return { items: await this.bookings.list(tenant, query) };
  }
}
