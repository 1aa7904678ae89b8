import type { Situation, Step } from '@tidewaiter/contracts';
import { TestDatabase } from '@tidewaiter/event-store/testing';
import type { EventStore } from '@tidewaiter/event-store';
import { createDatabase, type Database, type Log } from '@tidewaiter/platform';
import { Assessing } from '../application/assessing.js';
import { BankInbox, BankMessages } from '../application/bank-messages.js';
import { DutiesActivitiesService } from '../application/duties.activities.js';
import { Bookings } from '../application/bookings.js';
import { DecidedMoneyDesk } from '../application/decided-money.js';
import { Invoicing } from '../application/invoicing.js';
import { Statements } from '../application/statements.js';
import { Books } from '../application/books.js';
import { Debts } from '../application/debts.js';
import { Classifying } from '../application/classifying.js';
import { FxRates } from '../application/fx-rates.js';
import { Lookup } from '../application/lookup.js';
import { TariffBooks } from '../application/tariff-books.js';
import { TariffSnapshots } from '../application/tariff-snapshots.js';
import { Tariffs } from '../application/tariffs.js';
import { loadRemedies, Voiding } from '../application/voiding.js';
import { RefundCredits } from '../application/refund-credits.js';
import { Paying } from '../application/paying.js';
import { loadApprovalPolicy, loadInterestRules, loadSettlementTerms } from '../application/rule-books.js';
import { OpenBanking } from '../bank/open-banking.js';
import type { DutiesSettings } from '../duties.settings.js';
import { projections } from '../postgres/projections.js';
import { BadBank } from './bad-bank.js';
import { books } from './books.js';
import { answer, TinyServer } from './tiny-server.js';

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, child: () => quiet };

const rates = (period: string) =>
  `<exchangeRateMonthList Period="${period}"><exchangeRate><countryName>USA</countryName><countryCode>US</countryCode><currencyName>Dollar</currencyName><currencyCode>USD</currencyCode><rateNew>1.25</rateNew></exchangeRate></exchangeRateMonthList>`;

/** The whole of duties on a fresh database, with a bank and a publisher of rates that do as the test says. */
export class Desk {
  at = '2026-11-22T10:00:00.000000Z';
  fxAsked: string[] = [];
  fxAnswers: { status: number; body: string } = { status: 200, body: rates('01/Nov/2026 to 30/Nov/2026') };
  store!: EventStore;
  data!: Database;
  assessing!: Assessing;
  fx!: FxRates;
  tariffs!: Tariffs;
  tariffBooks!: TariffBooks;
  classifying!: Classifying;
  lookup!: Lookup;
  voiding!: Voiding;
  paying!: Paying;
  debts!: Debts;
  books!: Books;
  statements!: Statements;
  invoicing!: Invoicing;
  bookings!: Bookings;
  activities!: DutiesActivitiesService;
  inbox!: BankInbox;
  messages!: BankMessages;

  private constructor(
    readonly database: TestDatabase,
    readonly bank: BadBank,
  ) {}

  private publisher!: TinyServer;

  static async open(): Promise<Desk> {
    const database = await TestDatabase.create('duties', new URL('../../migrations/', import.meta.url));
    const desk = new Desk(database, await BadBank.open());
    desk.publisher = await TinyServer.start((request, _body, response) => {
      desk.fxAsked.push(request.url!);
      answer(response, desk.fxAnswers.status, desk.fxAnswers.body, 'application/xml');
    });
    const clock = () => desk.at;
    const settings: DutiesSettings = {
      FX_URL: desk.publisher.url,
      FX_TIMEOUT_MS: 500,
      BANK_URL: desk.bank.url,
      BANK_TOKEN: 't',
      BANK_CALLBACK_TOKEN: 'callback-token-of-the-bank',
      BANK_ACCOUNT: '20000055779911',
      BANK_TIMEOUT_MS: 1_000,
    };
    desk.store = database.store({ inline: projections });
    desk.data = createDatabase(database.pool('duties_app'), database.pool('duties_system'));
    const bank = new OpenBanking({
      url: settings.BANK_URL,
      token: settings.BANK_TOKEN,
      account: settings.BANK_ACCOUNT,
      timeoutMs: settings.BANK_TIMEOUT_MS,
    });
    const snapshots = new TariffSnapshots(desk.store);
    const tariffBooks = new TariffBooks(desk.store, snapshots, books);
    desk.fx = new FxRates(desk.store, settings, books, clock);
    desk.classifying = new Classifying(desk.store, snapshots, books, clock);
    desk.tariffs = new Tariffs(desk.store, snapshots, tariffBooks, desk.classifying, books, clock);
    desk.tariffBooks = tariffBooks;
    desk.lookup = new Lookup(desk.data, snapshots, books, clock);
    desk.voiding = new Voiding(desk.store, loadRemedies(), clock);
    desk.assessing = new Assessing(desk.store, desk.fx, books, clock, tariffBooks, loadSettlementTerms());
    desk.paying = new Paying(desk.store, bank, loadApprovalPolicy(), clock);
    desk.debts = new Debts(desk.store, loadApprovalPolicy(), loadInterestRules(), books, clock);
    desk.books = new Books(desk.store);
    desk.statements = new Statements(desk.store, loadSettlementTerms(), books);
    desk.invoicing = new Invoicing(desk.store, books, clock);
    desk.bookings = new Bookings(desk.store);
    const credits = new RefundCredits(desk.data, desk.bookings);
    desk.activities = new DutiesActivitiesService(
      desk.assessing,
      desk.paying,
      desk.voiding,
      desk.debts,
      desk.bookings,
      desk.statements,
      new DecidedMoneyDesk(desk.store, desk.paying, credits, loadInterestRules(), books, clock),
    );
    desk.inbox = new BankInbox(desk.data, { nudge: () => undefined });
    desk.messages = new BankMessages(desk.data, bank, desk.paying, credits, quiet);
    return desk;
  }

  async close(): Promise<void> {
    await this.publisher.stop();
    await this.bank.close();
    await this.database.drop();
  }
}

export const aStep = (subject: string, name: string, over: Partial<Step> = {}): Step => ({
  tenant: 'acme',
  subject,
  commandId: `shipment/${subject}/${name}/1`,
  correlationId: subject,
  causationId: 'test',
  actor: 'system:workflow',
  ...over,
});

/** Bicycles from Taiwan to Great Britain, invoiced in dollars, as the workflow tells of them. */
export const aSituation = (shipmentId: string, over: Partial<Situation> = {}): Situation => ({
  shipmentId,
  engagementId: shipmentId,
  reference: `TW-${shipmentId.slice(0, 8)}`,
  destination: 'GB',
  origin: 'TW',
  transport: 'ocean',
  portOfEntry: 'GBFXT',
  incoterm: { code: 'FOB', place: 'Kaohsiung' },
  importer: { importerId: shipmentId, name: 'x', identifiers: [] },
  parties: [],
  lines: [],
  charges: {},
  carrier: 'simulated-ocean',
  ...over,
});

const usd = (amount: string) => ({ amount, currency: 'USD' });

export const someGoods = () => ({
  lines: [
    {
      number: 1,
      commodity: '8712003000',
      description: 'bicycles',
      origin: 'TW',
      quantity: { value: '10', unit: 'C62' },
      netMass: '120',
      price: usd('1000.00'),
    },
  ],
  charges: { freight: usd('200.00'), insurance: usd('50.00') },
});
