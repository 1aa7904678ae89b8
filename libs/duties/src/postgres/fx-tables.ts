import type { Tx } from '@tidewaiter/event-store';
import type { FxTable } from '../domain/fx-table.js';

export interface StoredFxTable extends FxTable {
  digest: string;
}

/** Published months of exchange rates; the first that was stored stands. */
export const fxTables = {
  async find(tx: Tx, jurisdiction: string, month: string): Promise<StoredFxTable | null> {
    const { rows } = await tx.query<StoredFxTable>(
      `select digest, first_day::text as "from", last_day::text as "to", rates
       from fx_tables where tenant_id = $1 and jurisdiction = $2 and month = $3`,
      [tx.tenant, jurisdiction, month],
    );
    return rows[0] ?? null;
  },

  async keep(tx: Tx, jurisdiction: string, month: string, table: StoredFxTable, raw: string): Promise<StoredFxTable> {
    await tx.query(
      `insert into fx_tables (tenant_id, jurisdiction, month, digest, first_day, last_day, raw, rates, fetched_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, now()) on conflict do nothing`,
      [tx.tenant, jurisdiction, month, table.digest, table.from, table.to, raw, JSON.stringify(table.rates)],
    );
    return (await this.find(tx, jurisdiction, month))!;
  },
};
