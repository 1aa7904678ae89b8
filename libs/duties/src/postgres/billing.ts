import type { InlineProjection, StoredEvent, Tx } from '@tidewaiter/event-store';
import type { LegalDate } from '@tidewaiter/kernel';
import { booking, type Booking, type BookingEvent } from '../domain/bookings.js';
import type { FeeTariff, Invoice } from '../domain/invoice.js';
import { statement, type DeferredCharge, type Statement, type StatementEvent } from '../domain/statement.js';

type KnownStatement = Exclude<Statement, { status: 'none' }>;
export type KnownBooking = Exclude<Booking, { status: 'none' }>;
export interface StatementRow {
  position: string;
  state: KnownStatement;
  version: number;
}
export interface BookingRow {
  id: string;
  shipmentId: string;
  state: KnownBooking;
  version: number;
}

export const statementRows = {
  async one(tx: Tx, statementId: string): Promise<StatementRow | null> {
    const { rows } = await tx.query<StatementRow>(
      'select position, state, version from statements where tenant_id = $1 and statement_id = $2',
      [tx.tenant, statementId],
    );
    return rows[0] ?? null;
  },

  async page(tx: Tx, before: string | null, limit: number): Promise<StatementRow[]> {
    const { rows } = await tx.query<StatementRow>(
      `select position, state, version from statements where tenant_id = $1 and ($2::bigint is null or position < $2::bigint)
       order by position desc limit $3`,
      [tx.tenant, before, limit],
    );
    return rows;
  },

  /** Deferred charges entered under an authority in a span, with every name that a statement may call the entry by. */
  async deferred(tx: Tx, authority: string, from: LegalDate, to: LegalDate): Promise<DeferredCharge[]> {
    const { rows } = await tx.query<Omit<DeferredCharge, 'amount'> & { amount: string; currency: string }>(
      `select l.shipment_id as "shipmentId", l.tax_type as "taxType", l.amount::text as amount, l.currency,
         array(select number from entry_numbers e where e.tenant_id = l.tenant_id and e.shipment_id = l.shipment_id order by number)
         || array(select mrn from debts d where d.tenant_id = l.tenant_id and d.shipment_id = l.shipment_id and d.mrn is not null)
         || array(select reference from shipment_references r where r.tenant_id = l.tenant_id and r.shipment_id = l.shipment_id)
           as "references"
       from later_dues l where l.tenant_id = $1 and l.authority = $2 and l.method = 'deferred' and l.law_date between $3 and $4
       order by l.law_date, l.shipment_id, l.tax_type`,
      [tx.tenant, authority, from, to],
    );
    return rows.map(({ amount, currency, ...row }) => ({ ...row, amount: { amount, currency } }));
  },
};

export const invoiceRows = {
  async one(tx: Tx, invoiceId: string): Promise<Invoice | null> {
    const { rows } = await tx.query<{ invoice: Invoice }>(
      'select invoice from invoices where tenant_id = $1 and invoice_id = $2',
      [tx.tenant, invoiceId],
    );
    return rows[0]?.invoice ?? null;
  },

  async ofShipment(tx: Tx, shipmentId: string): Promise<Invoice[]> {
    const { rows } = await tx.query<{ invoice: Invoice }>(
      'select invoice from invoices where tenant_id = $1 and shipment_id = $2 order by sequence',
      [tx.tenant, shipmentId],
    );
    return rows.map(({ invoice }) => invoice);
  },

  /** The next number of an importer's series; nobody else draws one before this transaction has ended. */
  async next(tx: Tx, importerId: string): Promise<number> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`invoices ${tx.tenant} ${importerId}`]);
    const { rows } = await tx.query<{ next: number }>(
      'select coalesce(max(sequence), 0) + 1 as next from invoices where tenant_id = $1 and importer = $2',
      [tx.tenant, importerId],
    );
    return rows[0]!.next;
  },

  async fees(tx: Tx, engagementId: string): Promise<FeeTariff[]> {
    const { rows } = await tx.query<{ tariff: FeeTariff }>(
      'select tariff from fee_tariffs where tenant_id = $1 and engagement_id = $2 order by position',
      [tx.tenant, engagementId],
    );
    return rows.map(({ tariff }) => tariff);
  },

  async referenceOf(tx: Tx, shipmentId: string): Promise<string> {
    const { rows } = await tx.query<{ reference: string }>(
      'select reference from shipment_references where tenant_id = $1 and shipment_id = $2',
      [tx.tenant, shipmentId],
    );
    return rows[0]?.reference ?? shipmentId;
  },
};

export const bookingRows = {
  async one(tx: Tx, bookingId: string): Promise<BookingRow | null> {
    const { rows } = await tx.query<BookingRow>(
      `select booking_id as id, shipment_id as "shipmentId", state, version from money_bookings
       where tenant_id = $1 and booking_id = $2`,
      [tx.tenant, bookingId],
    );
    return rows[0] ?? null;
  },

  /** What must be claimed first comes first. */
  async list(
    tx: Tx,
    {
      shipmentId,
      caseId,
      open,
    }: { shipmentId?: string | undefined; caseId?: string | undefined; open?: boolean | undefined },
  ): Promise<BookingRow[]> {
    const { rows } = await tx.query<BookingRow>(
      `select booking_id as id, shipment_id as "shipmentId", state, version from money_bookings
       where tenant_id = $1 and ($2::uuid is null or shipment_id = $2) and ($3::text is null or case_id = $3)
         and ($4::boolean is null or is_open = $4)
       order by state->'opened'->'data'->>'claimBy' nulls last, position limit 500`,
      [tx.tenant, shipmentId ?? null, caseId ?? null, open ?? null],
    );
    return rows;
  },
};

async function foldStatement(tx: Tx, { type, data, version }: StoredEvent): Promise<void> {
  const event = { type, data } as StatementEvent;
  const { statementId } = event.data;
  const before = await statementRows.one(tx, statementId);
  const state = statement.evolve(before?.state ?? statement.initial, event);
  await tx.query(
    `insert into statements (tenant_id, statement_id, state, version) values ($1, $2, $3, $4)
     on conflict (tenant_id, statement_id) do update set state = excluded.state, version = excluded.version`,
    [tx.tenant, statementId, JSON.stringify(state), version],
  );
}

async function foldBooking(tx: Tx, { type, data, version }: StoredEvent): Promise<void> {
  const event = { type, data } as BookingEvent;
  const { bookingId } = event.data;
  const before = await bookingRows.one(tx, bookingId);
  const state = booking.evolve(before?.state ?? booking.initial, event);
  if (state.status === 'none') return;
  const { shipmentId, caseId } = state.opened.data;
  await tx.query(
    `insert into money_bookings (tenant_id, booking_id, shipment_id, case_id, is_open, state, version) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, booking_id) do update set is_open = excluded.is_open, state = excluded.state, version = excluded.version`,
    [tx.tenant, bookingId, shipmentId, caseId, state.open.length > 0, JSON.stringify(state), version],
  );
}

async function keepInvoice(tx: Tx, { data }: StoredEvent): Promise<void> {
  const { invoiceId, shipmentId, importerId, sequence } = data as Invoice;
  await tx.query(
    'insert into invoices (tenant_id, invoice_id, shipment_id, importer, sequence, invoice) values ($1, $2, $3, $4, $5, $6)',
    [tx.tenant, invoiceId, shipmentId, importerId, sequence, JSON.stringify(data)],
  );
}

async function keepFees(tx: Tx, { data }: StoredEvent): Promise<void> {
  const tariff = data as FeeTariff;
  await tx.query('insert into fee_tariffs (tenant_id, engagement_id, tariff) values ($1, $2, $3)', [
    tx.tenant,
    tariff.engagementId,
    JSON.stringify(tariff),
  ]);
}

const FOLDS: Readonly<Record<string, (tx: Tx, event: StoredEvent) => Promise<void>>> = {
  StatementReconciled: foldStatement,
  StatementDifferenceSettled: foldStatement,
  StatementPaid: foldStatement,
  InvoiceIssued: keepInvoice,
  FeeTariffSet: keepFees,
  AdditionalDutyBooked: foldBooking,
  AdditionalDutyReduced: foldBooking,
  RefundClaimBooked: foldBooking,
  RefundClaimReduced: foldBooking,
  RefundReceived: foldBooking,
  DepositLodged: foldBooking,
  DepositReturned: foldBooking,
  DepositApplied: foldBooking,
};

/** Statements, invoices, fee tariffs and bookings after the entry. */
export const billingProjection: InlineProjection = {
  name: 'duties.billing',
  tables: ['statements', 'invoices', 'fee_tariffs', 'money_bookings'],
  async apply(tx, events) {
    for (const event of events) await FOLDS[event.type]?.(tx, event);
  },
};
