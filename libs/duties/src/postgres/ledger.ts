import type { LedgerDimension } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import type { LegalDate } from '@tidewaiter/kernel';
import { LEDGER_COLUMNS, ledgerRow, type LedgerRow } from './ledger.projection.js';

const COLUMN: Record<LedgerDimension, string> = {
  customer: 'customer',
  importer: 'importer',
  authority: 'authority',
  legalBasis: 'legal_basis',
  taxType: 'tax_type',
};

export type LedgerFilter = { [D in LedgerDimension]?: string | undefined };

/** Conditions for the dimensions that are named; their values go behind `params`. */
function conditions(filter: LedgerFilter, params: unknown[]): string {
  return (Object.keys(COLUMN) as LedgerDimension[])
    .filter((dimension) => filter[dimension] !== undefined)
    .map((dimension) => ` and ${COLUMN[dimension]} = $${params.push(filter[dimension])}`)
    .join('');
}

/** Sums by key: the running ones, or those of the days up to and with one. */
function source(asOf: LegalDate | undefined, params: unknown[]): string {
  return asOf === undefined
    ? 'ledger_balances where tenant_id = $1'
    : `ledger_days where tenant_id = $1 and day <= $${params.push(asOf)}::date`;
}

export interface GroupSum {
  of: string[];
  account: string;
  currency: string;
  balance: string;
}

/** Balances of every account by the dimensions asked for, in the order of their values. */
export async function groupSums(
  tx: Tx,
  by: readonly LedgerDimension[],
  filter: LedgerFilter,
  asOf: LegalDate | undefined,
): Promise<GroupSum[]> {
  const params: unknown[] = [tx.tenant];
  const from = source(asOf, params);
  const where = conditions(filter, params);
  const columns = by.map((dimension) => COLUMN[dimension]).join(', ');
  const { rows } = await tx.query<GroupSum>(
    `select array[${columns}] as of, account, currency, (sum(debit) - sum(credit))::text as balance from ${from}${where}
     group by ${columns}, account, currency order by ${columns}, currency, account`,
    params,
  );
  return rows;
}

export async function accountSums(
  tx: Tx,
  filter: LedgerFilter,
  asOf: LegalDate | undefined,
): Promise<{ account: string; currency: string; debit: string; credit: string }[]> {
  const params: unknown[] = [tx.tenant];
  const from = source(asOf, params);
  const { rows } = await tx.query<{ account: string; currency: string; debit: string; credit: string }>(
    `select account, currency, sum(debit)::text as debit, sum(credit)::text as credit from ${from}${conditions(filter, params)}
     group by account, currency order by account, currency`,
    params,
  );
  return rows;
}

export interface StatementQuery {
  account: string;
  currency: string;
  from: LegalDate;
  to: LegalDate;
  limit: number;
  after?: string | undefined;
}

/** An account's entries of a span by value date, a page of them, and what the account held before the page. */
export async function accountPage(
  tx: Tx,
  { account, currency, from, to, limit, after }: StatementQuery,
  filter: LedgerFilter,
): Promise<{
  before: string;
  closing: string;
  opening: string;
  rows: (LedgerRow & { shipmentId: string; cursor: string })[];
}> {
  const sumTo = async (bound: string, day: string): Promise<string> => {
    const params: unknown[] = [tx.tenant, account, currency, day];
    const { rows } = await tx.query<{ sum: string }>(
      `select coalesce(sum(debit) - sum(credit), 0)::text as sum from ledger_days
       where tenant_id = $1 and account = $2 and currency = $3 and day ${bound} $4::date${conditions(filter, params)}`,
      params,
    );
    return rows[0]!.sum;
  };
  const [day, position] = after?.split('.') ?? [];
  const within: unknown[] = [tx.tenant, account, currency, from, to, day ?? null, position ?? null];
  const where = conditions(filter, within);
  const span = `from ledger_entries where tenant_id = $1 and account = $2 and currency = $3 and value_date between $4::date and $5::date`;
  const { rows } = await tx.query<Parameters<typeof ledgerRow>[0] & { shipmentId: string; position: string }>(
    `select shipment_id as "shipmentId", position::text as position, ${LEDGER_COLUMNS} ${span}
       and ($6::date is null or (value_date, position) > ($6::date, $7::bigint))${where}
     order by value_date, position limit $${within.push(limit)}`,
    within,
  );
  const passed: unknown[] = [tx.tenant, account, currency, from, to, day ?? null, position ?? null];
  const { rows: skipped } = await tx.query<{ sum: string }>(
    `select coalesce(sum(case side when 'debit' then amount else -amount end), 0)::text as sum ${span}
       and $6::date is not null and (value_date, position) <= ($6::date, $7::bigint)${conditions(filter, passed)}`,
    passed,
  );
  return {
    before: skipped[0]!.sum,
    opening: await sumTo('<', from),
    closing: await sumTo('<=', to),
    rows: rows.map(({ position: at, ...row }) => {
      const { shipmentId, ...stored } = row;
      return { ...ledgerRow(stored), shipmentId, cursor: `${stored.valueDate}.${at}` };
    }),
  };
}
