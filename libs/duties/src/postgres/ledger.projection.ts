import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import { exact, type Exact } from '@tidewaiter/kernel';
import { post, type Entry, type LedgerEvent } from '../domain/ledger.js';

export interface LedgerRow extends Entry {
  eventId: string;
  at: string;
  valueDate: string;
}

export const LEDGER_COLUMNS = `event_id as "eventId", to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, posting, account, side,
  amount::text as amount, currency, legal_basis as "legalBasis", tax_type as "taxType", line, customer, importer, authority,
  value_date::text as "valueDate", says`;

type Stored = Omit<LedgerRow, 'amount'> & { amount: string; currency: string };
export const ledgerRow = ({ amount, currency, ...row }: Stored): LedgerRow => ({
  ...row,
  amount: { amount, currency },
});

/** The ledger of a shipment in the order of its postings. */
export async function ledgerOf(tx: Tx, shipmentId: string): Promise<LedgerRow[]> {
  const { rows } = await tx.query<Stored>(
    `select ${LEDGER_COLUMNS} from ledger_entries where tenant_id = $1 and shipment_id = $2 order by position`,
    [tx.tenant, shipmentId],
  );
  return rows.map(ledgerRow);
}

type Sum = Pick<Entry, 'customer' | 'importer' | 'authority' | 'legalBasis' | 'taxType' | 'account'> & {
  currency: string;
  day: string;
  debit: Exact;
  credit: Exact;
};

/** What an event moves, by key; in the order of the keys, so that two appends meet on a running sum without a deadlock. */
function movements(entries: readonly LedgerRow[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { customer, importer, authority, legalBasis, taxType, account, amount, side, valueDate } of entries) {
    const { currency } = amount;
    const dims = { customer, importer, authority, legalBasis, taxType, account, currency, day: valueDate };
    const key = Object.values(dims).join('\u0000');
    const sum = sums.get(key) ?? { ...dims, debit: exact('0'), credit: exact('0') };
    sums.set(key, { ...sum, [side]: sum[side].plus(amount.amount) });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

const column = <T>(rows: readonly T[], of: (row: T) => unknown): string[] => rows.map((row) => String(of(row)));

/** Entries, running sums and the sums of their days in one statement: one round trip, and none can be without the others. */
async function write(tx: Tx, shipmentId: string, entries: readonly LedgerRow[]): Promise<void> {
  const sums = movements(entries);
  await tx.query(
    `with entry as (
       insert into ledger_entries (tenant_id, shipment_id, event_id, ordinal, posting, at, account, side, amount, currency, legal_basis,
         tax_type, line, customer, importer, authority, value_date, says)
       select $1, $2::uuid, e.event_id, e.ordinal - 1, e.posting, e.at, e.account, e.side, e.amount, e.currency, e.legal_basis,
         e.tax_type, e.line, e.customer, e.importer, e.authority, e.value_date, e.says
       from unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::numeric[], $9::text[], $10::text[], $11::text[],
         $12::integer[], $13::text[], $14::text[], $15::text[], $16::date[], $17::text[]) with ordinality
         as e (event_id, posting, at, account, side, amount, currency, legal_basis, tax_type, line, customer, importer, authority,
           value_date, says, ordinal)
     ), moved as (
       select * from unnest($18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::date[],
         $26::numeric[], $27::numeric[])
         as m (customer, importer, authority, legal_basis, tax_type, account, currency, day, debit, credit)
     ), running as (
       insert into ledger_balances as b
       select $1, customer, importer, authority, legal_basis, tax_type, account, currency, sum(debit), sum(credit) from moved
       group by customer, importer, authority, legal_basis, tax_type, account, currency order by 2, 3, 4, 5, 6, 7, 8
       on conflict (tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency)
       do update set debit = b.debit + excluded.debit, credit = b.credit + excluded.credit
     )
     insert into ledger_days as d
     select $1, customer, importer, authority, legal_basis, tax_type, account, currency, day, debit, credit from moved
     order by 2, 3, 4, 5, 6, 7, 8, 9
     on conflict (tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency, day)
     do update set debit = d.debit + excluded.debit, credit = d.credit + excluded.credit`,
    [
      tx.tenant,
      shipmentId,
      column(entries, ({ eventId }) => eventId),
      column(entries, ({ posting }) => posting),
      column(entries, ({ at }) => at),
      column(entries, ({ account }) => account),
      column(entries, ({ side }) => side),
      column(entries, ({ amount }) => amount.amount),
      column(entries, ({ amount }) => amount.currency),
      column(entries, ({ legalBasis }) => legalBasis),
      column(entries, ({ taxType }) => taxType),
      column(entries, ({ line }) => line),
      column(entries, ({ customer }) => customer),
      column(entries, ({ importer }) => importer),
      column(entries, ({ authority }) => authority),
      column(entries, ({ valueDate }) => valueDate),
      column(entries, ({ says }) => says),
      column(sums, ({ customer }) => customer),
      column(sums, ({ importer }) => importer),
      column(sums, ({ authority }) => authority),
      column(sums, ({ legalBasis }) => legalBasis),
      column(sums, ({ taxType }) => taxType),
      column(sums, ({ account }) => account),
      column(sums, ({ currency }) => currency),
      column(sums, ({ day }) => day),
      column(sums, ({ debit }) => debit.toFixed()),
      column(sums, ({ credit }) => credit.toFixed()),
    ],
  );
}

/** Nothing else is posted for a shipment until the transaction ends: what is paid and what is claimed cannot move between look and booking. */
export async function lockLedger(tx: Tx, shipmentId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`ledger ${tx.tenant} ${shipmentId}`]);
}

async function record(tx: Tx, { id, type, data, time }: StoredEvent): Promise<void> {
  const event = { type, data } as LedgerEvent;
  const { shipmentId } = event.data as { shipmentId: string };
  // Assessment and payments are streams of their own: without the lock two appends would each post on half of the book. Both
  // questions travel together; the second is answered by what stands once the lock is had.
  const [, book] = await Promise.all([lockLedger(tx, shipmentId), ledgerOf(tx, shipmentId)]);
  const entries = post(event, book);
  if (entries.length === 0) return;
  await write(
    tx,
    shipmentId,
    entries.map((entry) => ({ ...entry, eventId: id, at: time, valueDate: entry.valueDate ?? time.slice(0, 10) })),
  );
}

const MOVES_MONEY = new Set<LedgerEvent['type']>([
  'DutyAssessed',
  'DebtCompared',
  'DebtAgreed',
  'PaymentSent',
  'PaymentSettled',
  'PaymentBounced',
  'InterestCharged',
  'AdditionalDutyBooked',
  'AdditionalDutyReduced',
  'RefundClaimBooked',
  'RefundClaimReduced',
  'RefundReceived',
  'DepositLodged',
  'DepositReturned',
  'DepositApplied',
  'StatementPaid',
  'InvoiceIssued',
]);

/** Double-entry postings, balanced in every posting, with their running sums. */
export const ledgerProjection: InlineProjection = {
  name: 'duties.ledger',
  tables: ['ledger_entries', 'ledger_balances', 'ledger_days'],
  async apply(tx, events) {
    for (const event of events.filter(({ type }) => MOVES_MONEY.has(type as LedgerEvent['type'])))
      await record(tx, event);
  },
};
