import type { Tx } from '@tidewaiter/event-store';
import type { LegalDate } from '@tidewaiter/kernel';
import type { FxTable } from '../domain/fx-table.js';

export interface StoredFxTable extends FxTable {
  digest: string;
  publisher: string;
  /** foreign: units of each currency for one of the jurisdiction's; own: units of the jurisdiction's for one of each */
  quoted: 'foreign' | 'own';
}
export type LoadedFxTable = StoredFxTable & { loadedAt: string };

/** Published tables of exchange rates by the days they stand for; none is ever overwritten. */
export const fxTables = {
  /** Tables that cover a day, the one that counts first: it begins last, then it was loaded last. */
  async covering(tx: Tx, jurisdiction: string, on: LegalDate): Promise<LoadedFxTable[]> {
    const { rows } = await tx.query<LoadedFxTable>(
      `select digest, publisher, quoted, first_day::text as "from", last_day::text as "to", rates,
         to_char(fetched_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "loadedAt"
       from fx_tables where tenant_id = $1 and jurisdiction = $2 and first_day <= $3 and last_day >= $3
       order by first_day desc, fetched_at desc, digest`,
      [tx.tenant, jurisdiction, on],
    );
    return rows;
  },

  /** @returns false when this very table was held already */
  async keep(tx: Tx, jurisdiction: string, table: StoredFxTable, raw: string): Promise<boolean> {
    const { rowCount } = await tx.query(
      `insert into fx_tables (tenant_id, jurisdiction, digest, publisher, quoted, first_day, last_day, raw, rates, fetched_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp()) on conflict do nothing`,
      [
        tx.tenant,
        jurisdiction,
        table.digest,
        table.publisher,
        table.quoted,
        table.from,
        table.to,
        raw,
        JSON.stringify(table.rates),
      ],
    );
    return rowCount === 1;
  },
};
