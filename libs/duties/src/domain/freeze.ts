import type { PaymentFreezeEvent } from '@tidewaiter/contracts';
import { Refused, type Decider } from '@tidewaiter/kernel';

/** Why nothing of a shipment is paid; null while payments go on. Stream `freeze-<shipmentId>`. */
export type Freeze = { reason: string } | null;

export type FreezeCommand =
  | { type: 'FreezePayments'; shipmentId: string; reason: string }
  | { type: 'ThawPayments'; shipmentId: string; reason: string };

export const freeze: Decider<Freeze, FreezeCommand, PaymentFreezeEvent> = {
  initial: null,
  decide(state, { type, ...data }) {
    if (type === 'FreezePayments') return state ? [] : [{ type: 'PaymentsFrozen', data }];
    return state ? [{ type: 'PaymentsThawed', data }] : [];
  },
  evolve: (_, { type, data }) => (type === 'PaymentsFrozen' ? { reason: data.reason } : null),
};

/** @throws Refused `duties.payment.frozen` */
export function mustGoOn(state: Freeze): void {
  if (!state) return;
  throw new Refused('duties.payment.frozen', `payments of this shipment are frozen: ${state.reason}`, {
    advice: 'They go on when the authority’s newer decision is recorded.',
  });
}
