import type { Tx } from '@tidewaiter/event-store';
import type { BankCredit } from '../bank/bank.js';

export interface AwaitedRefund {
  tenant: string;
  bookingId: string;
  shipmentId: string;
  correlationId: string;
}

/** A credit with the claim that it paid; null while nobody knows what it is for. */
export type KeptCredit = BankCredit & { takenBy: string | null };

const COLUMNS = `transaction_id as "transactionId", reference, amount::text as amount, currency, taken_by as "takenBy",
  to_char(booked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;

interface Row extends Omit<KeptCredit, 'amount'> {
  amount: string;
  currency: string;
}
const keptOf = ({ amount, currency, ...row }: Row): KeptCredit => ({ ...row, amount: { amount, currency } });

/** Credits of our account, and the claims that wait for them. */
export const bankCredits = {
  /** The same transaction twice is one. */
  async keep(systemTx: Tx, { transactionId, reference, amount, at }: BankCredit): Promise<KeptCredit> {
    await systemTx.query(
      `insert into bank_credits (transaction_id, reference, amount, currency, booked_at) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [transactionId, reference, amount.amount, amount.currency, at],
    );
    const { rows } = await systemTx.query<Row>(`select ${COLUMNS} from bank_credits where transaction_id = $1`, [
      transactionId,
    ]);
    return keptOf(rows[0]!);
  },

  /** What came under these references and nobody took, or this claim did. */
  async forClaim(systemTx: Tx, references: readonly string[], bookingId: string): Promise<KeptCredit[]> {
    const { rows } = await systemTx.query<Row>(
      `select ${COLUMNS} from bank_credits where reference = any($1) and (taken_by is null or taken_by = $2) order by booked_at`,
      [references, bookingId],
    );
    return rows.map(keptOf);
  },

  /** @returns false when another claim has it */
  async take(systemTx: Tx, transactionId: string, tenant: string, bookingId: string): Promise<boolean> {
    const { rowCount } = await systemTx.query(
      `update bank_credits set taken_tenant = $2, taken_by = $3
       where transaction_id = $1 and (taken_by is null or (taken_tenant = $2 and taken_by = $3))`,
      [transactionId, tenant, bookingId],
    );
    return rowCount === 1;
  },

  async await(tx: Tx, reference: string, refund: Omit<AwaitedRefund, 'tenant'>): Promise<void> {
    await tx.query(
      `insert into awaited_refunds (tenant_id, reference, booking_id, shipment_id, correlation_id) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [tx.tenant, reference, refund.bookingId, refund.shipmentId, refund.correlationId],
    );
  },

  /** Across tenants, for what the bank tells. */
  async awaited(systemTx: Tx, reference: string): Promise<AwaitedRefund[]> {
    const { rows } = await systemTx.query<AwaitedRefund>(
      `select tenant_id as tenant, booking_id as "bookingId", shipment_id as "shipmentId", correlation_id as "correlationId"
       from awaited_refunds where reference = $1 order by tenant_id, booking_id`,
      [reference],
    );
    return rows;
  },
};
