import { Module } from '@nestjs/common';
import { ContextModule, hostActivities, hostConsumer, hostDrain } from '@tidewaiter/platform';
import { Assessing } from './application/assessing.js';
import { BANK_DRAIN, BankInbox, BankMessages } from './application/bank-messages.js';
import { Bookings } from './application/bookings.js';
import { DecidedMoneyDesk } from './application/decided-money.js';
import { RefundCredits } from './application/refund-credits.js';
import { Books } from './application/books.js';
import { Classifying } from './application/classifying.js';
import { Debts } from './application/debts.js';
import { DutiesActivitiesService } from './application/duties.activities.js';
import { EntryNumbers } from './application/entry-numbers.js';
import { FxRates } from './application/fx-rates.js';
import { Invoicing } from './application/invoicing.js';
import { Lookup } from './application/lookup.js';
import { APPROVAL_POLICY, Paying } from './application/paying.js';
import {
  loadApprovalPolicy,
  loadInterestRules,
  loadRuleBooks,
  loadSettlementTerms,
  INTEREST_RULES,
  RULE_BOOKS,
  SETTLEMENT_TERMS,
} from './application/rule-books.js';
import { Statements } from './application/statements.js';
import { TariffBooks } from './application/tariff-books.js';
import { TariffSnapshots } from './application/tariff-snapshots.js';
import { Tariffs } from './application/tariffs.js';
import { loadRemedies, REMEDIES, Voiding } from './application/voiding.js';
import { BANK } from './bank/bank.js';
import { OpenBanking } from './bank/open-banking.js';
import { DUTIES_SETTINGS, readSettings, type DutiesSettings } from './duties.settings.js';
import { ApprovalsController } from './http/approvals.controller.js';
import { AssessmentsController } from './http/assessments.controller.js';
import { BillingController } from './http/billing.controller.js';
import { BankController } from './http/bank.controller.js';
import { ClassificationsController } from './http/classifications.controller.js';
import { LedgerController } from './http/ledger.controller.js';
import { PaymentsController } from './http/payments.controller.js';
import { RatesAndBasesController } from './http/rates-and-bases.controller.js';
import { TariffsController } from './http/tariffs.controller.js';
import { projections } from './postgres/projections.js';

const openBanking = ({ BANK_URL, BANK_TOKEN, BANK_ACCOUNT, BANK_TIMEOUT_MS }: DutiesSettings): OpenBanking =>
  new OpenBanking({ url: BANK_URL, token: BANK_TOKEN, account: BANK_ACCOUNT, timeoutMs: BANK_TIMEOUT_MS });

@Module({
  imports: [
    ContextModule.for('duties', {
      migrations: new URL('../migrations/', import.meta.url),
      inline: projections,
    }),
  ],
  controllers: [
    AssessmentsController,
    PaymentsController,
    LedgerController,
    ApprovalsController,
    BillingController,
    BankController,
    TariffsController,
    ClassificationsController,
    RatesAndBasesController,
  ],
  providers: [
    { provide: DUTIES_SETTINGS, useFactory: readSettings },
    { provide: RULE_BOOKS, useFactory: loadRuleBooks },
    { provide: INTEREST_RULES, useFactory: loadInterestRules },
    { provide: SETTLEMENT_TERMS, useFactory: loadSettlementTerms },
    { provide: APPROVAL_POLICY, useFactory: loadApprovalPolicy },
    { provide: BANK, useFactory: openBanking, inject: [DUTIES_SETTINGS] },
    { provide: REMEDIES, useFactory: loadRemedies },
    FxRates,
    TariffSnapshots,
    TariffBooks,
    Classifying,
    Tariffs,
    Lookup,
    Voiding,
    Assessing,
    Books,
    Debts,
    Statements,
    Invoicing,
    Bookings,
    RefundCredits,
    DecidedMoneyDesk,
    EntryNumbers,
    hostConsumer({
      context: 'duties',
      name: 'duties.entry-numbers',
      topics: ['customs'],
      spacingMs: 500,
      handler: EntryNumbers,
    }),
    Paying,
    DutiesActivitiesService,
    hostActivities('duties', DutiesActivitiesService),
    BankInbox,
    BankMessages,
    ...hostDrain({ context: 'duties', name: BANK_DRAIN, handler: BankMessages, idleMs: 500 }),
  ],
})
export class DutiesModule {}
