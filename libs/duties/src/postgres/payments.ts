import type { AnswerOf, showPayment } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import { Invalid } from '@tidewaiter/kernel';
import type { Payment } from '../domain/payment.js';
import type { Refusal } from './payments.projection.js';

export type PaymentView = AnswerOf<typeof showPayment>;

interface Row {
  position: string;
  state: Exclude<Payment, { status: 'none' }>;
  approvals: { by: string; at: string; onBehalfOf?: string }[];
  refusals: Refusal[];
  version: number;
}

const COLUMNS = 'position, state, approvals, refusals, version';

const viewOf = ({ state, approvals, refusals, version }: Row): PaymentView => ({
  paymentId: state.paymentId,
  shipmentId: state.shipmentId,
  declarationId: state.declarationId,
  caseId: state.caseId ?? null,
  generation: state.generation,
  amount: state.amount,
  payee: state.payee,
  reference: state.reference,
  digest: state.digest,
  status: state.status,
  approvals,
  approvalsNeeded: state.approvalsNeeded,
  refusals,
  interest: state.interest ?? null,
  afterSettlement: state.status === 'bounced' && state.wasSettled,
  reason: state.reason,
  version,
});

function positionOf(after: string | undefined): string | null {
  if (after === undefined || /^\d{1,18}$/.test(after)) return after ?? null;
  throw new Invalid('duties.cursor.invalid', '`after` is no cursor of this list', {
    advice: 'Send the `next` of the page before, unchanged, or leave `after` out.',
    places: [{ pointer: 'query/after', reason: 'not a cursor' }],
  });
}

/** Payments as they stand. */
export const paymentRows = {
  async one(tx: Tx, paymentId: string): Promise<PaymentView | null> {
    const { rows } = await tx.query<Row>(`select ${COLUMNS} from payments where tenant_id = $1 and payment_id = $2`, [
      tx.tenant,
      paymentId,
    ]);
    return rows[0] ? viewOf(rows[0]) : null;
  },

  async ofShipment(tx: Tx, shipmentId: string): Promise<PaymentView[]> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from payments where tenant_id = $1 and shipment_id = $2 order by position`,
      [tx.tenant, shipmentId],
    );
    return rows.map(viewOf);
  },

  /** As they were folded, in the order in which they were asked for. */
  async states(tx: Tx, shipmentId: string): Promise<Row['state'][]> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from payments where tenant_id = $1 and shipment_id = $2 order by position`,
      [tx.tenant, shipmentId],
    );
    return rows.map(({ state }) => state);
  },

  /** Newest first. @throws Invalid `duties.cursor.invalid` */
  async page(
    tx: Tx,
    { limit, after, status }: { limit: number; after?: string | undefined; status?: string | undefined },
  ): Promise<{ items: PaymentView[]; next: string | null }> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from payments
       where tenant_id = $1 and ($2::bigint is null or position < $2::bigint) and ($3::text is null or status = $3)
       order by position desc limit $4`,
      [tx.tenant, positionOf(after), status ?? null, limit + 1],
    );
    const shown = rows.slice(0, limit);
    return { items: shown.map(viewOf), next: rows.length > limit ? shown.at(-1)!.position : null };
  },
};
