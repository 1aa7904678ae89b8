import type { DutiesEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { payment, type Payment } from '../domain/payment.js';

type PaymentEvent = Parameters<typeof payment.evolve>[1];

interface Approval {
  by: string;
  at: string;
}

const isPaymentEvent = (event: DutiesEvent): event is PaymentEvent => event.type.startsWith('Payment');

function approvalsAfter(before: readonly Approval[], event: PaymentEvent, at: string): Approval[] {
  if (event.type === 'PaymentRequested') return [];
  return event.type === 'PaymentApproved' ? [...before, { by: event.data.by, at }] : [...before];
}

async function fold(tx: Tx, { type, data, time, version }: StoredEvent): Promise<void> {
  const event = { type, data } as DutiesEvent;
  if (!isPaymentEvent(event)) return;
  const { paymentId, shipmentId } = event.data;
  const { rows } = await tx.query<{ state: Payment; approvals: Approval[] }>(
    'select state, approvals from payments where tenant_id = $1 and payment_id = $2',
    [tx.tenant, paymentId],
  );
  const state = payment.evolve(rows[0]?.state ?? payment.initial, event);
  await tx.query(
    `insert into payments (tenant_id, payment_id, shipment_id, status, state, approvals, version) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, payment_id) do update
     set status = excluded.status, state = excluded.state, approvals = excluded.approvals, version = excluded.version`,
    [
      tx.tenant,
      paymentId,
      shipmentId,
      state.status,
      JSON.stringify(state),
      JSON.stringify(approvalsAfter(rows[0]?.approvals ?? [], event, time)),
      version,
    ],
  );
}

/** Payments as they stand, with who approved them and when. */
export const paymentsProjection: InlineProjection = {
  name: 'duties.payments',
  tables: ['payments'],
  async apply(tx, events) {
    for (const event of events) await fold(tx, event);
  },
};
