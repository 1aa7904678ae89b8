import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { payment, type Payment, type PaymentEvent } from '../domain/payment.js';

interface Approval {
  by: string;
  at: string;
  onBehalfOf?: string;
}
export interface Refusal {
  by: string;
  at: string;
  code: string;
  says: string;
}

function approvalsAfter(before: readonly Approval[], event: PaymentEvent, at: string): Approval[] {
  if (event.type === 'PaymentRequested') return [];
  if (event.type !== 'PaymentApproved') return [...before];
  const { by, onBehalfOf } = event.data;
  return [...before, { by, at, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) }];
}

/** Refused attempts stay on record, also when the payment is asked for anew. */
function refusalsAfter(before: readonly Refusal[], event: PaymentEvent, at: string): Refusal[] {
  if (event.type !== 'PaymentApprovalRefused') return [...before];
  const { by, code, says } = event.data;
  return [...before, { by, at, code, says }];
}

async function fold(tx: Tx, { stream, type, data, time, version }: StoredEvent): Promise<void> {
  if (!stream.startsWith('payment-')) return;
  const event = { type, data } as PaymentEvent;
  const { paymentId, shipmentId } = event.data;
  const { rows } = await tx.query<{ state: Payment; approvals: Approval[]; refusals: Refusal[] }>(
    'select state, approvals, refusals from payments where tenant_id = $1 and payment_id = $2',
    [tx.tenant, paymentId],
  );
  const state = payment.evolve(rows[0]?.state ?? payment.initial, event);
  await tx.query(
    `insert into payments (tenant_id, payment_id, shipment_id, status, state, approvals, version, refusals) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant_id, payment_id) do update
     set status = excluded.status, state = excluded.state, approvals = excluded.approvals, version = excluded.version, refusals = excluded.refusals`,
    [
      tx.tenant,
      paymentId,
      shipmentId,
      state.status,
      JSON.stringify(state),
      JSON.stringify(approvalsAfter(rows[0]?.approvals ?? [], event, time)),
      version,
      JSON.stringify(refusalsAfter(rows[0]?.refusals ?? [], event, time)),
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
