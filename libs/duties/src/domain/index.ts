import type { Decider } from '@tidewaiter/kernel';
import { assessment } from './assessment.js';
import { classification } from './classification.js';
import { booking } from './bookings.js';
import { freeze } from './freeze.js';
import { debt } from './debt.js';
import { feeTariff, invoice } from './invoice.js';
import { statement } from './statement.js';
import { delegation, tenantLimits } from './limits.js';
import { payment } from './payment.js';
import { adoption, tariff } from './tariff.js';
import { voidance } from './voidance.js';

export * from './approval-policy.js';
export * from './assess.js';
export * from './assessment.js';
export * from './bookings.js';
export * from './classification.js';
export * from './debt.js';
export * from './evaluate.js';
export * from './explain.js';
export * from './expression.js';
export * from './fx-rule.js';
export * from './fx-table.js';
export * from './interest.js';
export * from './invoice.js';
export * from './ledger.js';
export * from './limits.js';
export * from './payment.js';
export * from './quantities.js';
export * from './rederive.js';
export * from './rule-book.js';
export * from './settlement.js';
export * from './statement.js';
export * from './tariff.js';
export * from './tariff-book.js';
export * from './tariff-snapshot.js';
export * from './units.js';
export * from './variance.js';
export * from './voidance.js';

type Event = { type: string; data: unknown };

const foldOf = <S, C, E extends Event>(decider: Decider<S, C, E>): Pick<Decider<S, C, E>, 'initial' | 'evolve'> => ({
  initial: decider.initial,
  evolve: (state, event) => decider.evolve(state, event),
});

/** By category of stream: what a replay folds events with, the same functions the service decides on. */
export const streams = {
  assessment: foldOf(assessment),
  payment: foldOf(payment),
  debt: foldOf(debt),
  freeze: foldOf(freeze),
  limits: foldOf(tenantLimits),
  delegation: foldOf(delegation),
  money: foldOf(booking),
  statement: foldOf(statement),
  invoice: foldOf(invoice),
  fees: foldOf(feeTariff),
  tariff: foldOf(tariff),
  adoption: foldOf(adoption),
  classification: foldOf(classification),
  voidance: foldOf(voidance),
};
