import { Module } from '@nestjs/common';
import { ContextModule, hostActivities, hostDrain } from '@tidewaiter/platform';
import { Assessing, RULE_BOOKS } from './application/assessing.js';
import { BANK_DRAIN, BankInbox, BankMessages } from './application/bank-messages.js';
import { DutiesActivitiesService } from './application/duties.activities.js';
import { FxRates } from './application/fx-rates.js';
import { APPROVAL_POLICY, Paying } from './application/paying.js';
import { loadApprovalPolicy, loadRuleBooks } from './application/rule-books.js';
import { BANK } from './bank/bank.js';
import { OpenBanking } from './bank/open-banking.js';
import { DUTIES_SETTINGS, readSettings, type DutiesSettings } from './duties.settings.js';
import { AssessmentsController } from './http/assessments.controller.js';
import { BankController } from './http/bank.controller.js';
import { PaymentsController } from './http/payments.controller.js';
import { ledgerProjection } from './postgres/ledger.projection.js';
import { paymentsProjection } from './postgres/payments.projection.js';

const openBanking = ({ BANK_URL, BANK_TOKEN, BANK_ACCOUNT, BANK_TIMEOUT_MS }: DutiesSettings): OpenBanking =>
  new OpenBanking({ url: BANK_URL, token: BANK_TOKEN, account: BANK_ACCOUNT, timeoutMs: BANK_TIMEOUT_MS });

@Module({
  imports: [
    ContextModule.for('duties', {
      migrations: new URL('../migrations/', import.meta.url),
      inline: [paymentsProjection, ledgerProjection],
    }),
  ],
  controllers: [AssessmentsController, PaymentsController, BankController],
  providers: [
    { provide: DUTIES_SETTINGS, useFactory: readSettings },
    { provide: RULE_BOOKS, useFactory: loadRuleBooks },
    { provide: APPROVAL_POLICY, useFactory: loadApprovalPolicy },
    { provide: BANK, useFactory: openBanking, inject: [DUTIES_SETTINGS] },
    FxRates,
    Assessing,
    Paying,
    DutiesActivitiesService,
    hostActivities('duties', DutiesActivitiesService),
    BankInbox,
    BankMessages,
    ...hostDrain({ context: 'duties', name: BANK_DRAIN, handler: BankMessages, idleMs: 500 }),
  ],
})
export class DutiesModule {}
