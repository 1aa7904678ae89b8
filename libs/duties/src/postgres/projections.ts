import type { InlineProjection } from '@tidewaiter/event-store';
import { assessedProjection } from './assessed.js';
import { classificationsProjection } from './classifications.js';
import { billingProjection } from './billing.js';
import { debtsProjection } from './debts.js';
import { ledgerProjection } from './ledger.projection.js';
import { paymentsProjection } from './payments.projection.js';
import { tariffVersionsProjection } from './tariff-versions.js';

/** Read models that are written in the transaction that appends. */
export const projections: InlineProjection[] = [
  paymentsProjection,
  debtsProjection,
  ledgerProjection,
  billingProjection,
  assessedProjection,
  tariffVersionsProjection,
  classificationsProjection,
];
