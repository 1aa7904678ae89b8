import type { DutiesEvent } from '@tidewaiter/contracts';
import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { post, type Entry } from '../domain/ledger.js';

export interface LedgerRow extends Entry {
  eventId: string;
  at: string;
}

/** The ledger of a shipment in the order of its postings. */
export async function ledgerOf(tx: Tx, shipmentId: string): Promise<LedgerRow[]> {
  const { rows } = await tx.query<Omit<LedgerRow, 'amount'> & { amount: string; currency: string }>(
    `select event_id as "eventId", to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, posting, account, side,
       amount::text as amount, currency, legal_basis as "legalBasis", tax_type as "taxType", says
     from ledger_entries where tenant_id = $1 and shipment_id = $2 order by position`,
    [tx.tenant, shipmentId],
  );
  return rows.map(({ amount, currency, ...row }) => ({ ...row, amount: { amount, currency } }));
}

async function record(tx: Tx, { id, type, data, time }: StoredEvent): Promise<void> {
  const event = { type, data } as DutiesEvent;
  const { shipmentId } = event.data;
  // Assessment and payments are streams of their own: without the lock two appends would each post on half of the book.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`ledger ${tx.tenant} ${shipmentId}`]);
  const entries = post(event, await ledgerOf(tx, shipmentId));
  for (const [ordinal, entry] of entries.entries()) {
    await tx.query(
      `insert into ledger_entries (tenant_id, shipment_id, event_id, ordinal, posting, at, account, side, amount, currency, legal_basis, tax_type, says)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        tx.tenant,
        shipmentId,
        id,
        ordinal,
        entry.posting,
        time,
        entry.account,
        entry.side,
        entry.amount.amount,
        entry.amount.currency,
        entry.legalBasis,
        entry.taxType,
        entry.says,
      ],
    );
  }
}

const MOVES_MONEY = new Set(['DutyAssessed', 'PaymentSent', 'PaymentSettled', 'PaymentBounced']);

/** Double-entry postings, balanced in every posting. */
export const ledgerProjection: InlineProjection = {
  name: 'duties.ledger',
  tables: ['ledger_entries'],
  async apply(tx, events) {
    for (const event of events.filter(({ type }) => MOVES_MONEY.has(type))) await record(tx, event);
  },
};
