import type { Tx } from '@tidewaiter/event-store';
import type { StoredCase } from '../application/post-entry.views.js';
import type { Entry, PostEntryCase } from '../domain/index.js';

interface CaseRow {
  case_id: string;
  declaration_id: string;
  state: PostEntryCase;
  version: number;
  position: string;
}

const stored = ({ case_id: caseId, state, version }: CaseRow): StoredCase => ({ caseId, state, version });

/** Read models of entries and their cases; every statement runs under the tenant's row-level security. */
export const postEntry = {
  async entry(tx: Tx, declarationId: string): Promise<{ state: Entry; version: number } | null> {
    const { rows } = await tx.query<{ state: Entry; version: number }>(
      'select state, version from entries where tenant_id = $1 and declaration_id = $2',
      [tx.tenant, declarationId],
    );
    return rows[0] ?? null;
  },

  async entriesOf(tx: Tx, shipmentId: string): Promise<Entry[]> {
    const { rows } = await tx.query<{ state: Entry }>(
      'select state from entries where tenant_id = $1 and shipment_id = $2 order by declaration_id',
      [tx.tenant, shipmentId],
    );
    return rows.map(({ state }) => state);
  },

  async case(tx: Tx, caseId: string): Promise<StoredCase | null> {
    const { rows } = await tx.query<CaseRow>('select * from cases where tenant_id = $1 and case_id = $2', [
      tx.tenant,
      caseId,
    ]);
    return rows[0] ? stored(rows[0]) : null;
  },

  async casesOf(tx: Tx, by: 'declaration_id' | 'shipment_id', id: string): Promise<StoredCase[]> {
    const { rows } = await tx.query<CaseRow>(
      `select * from cases where tenant_id = $1 and ${by} = $2 order by position`,
      [tx.tenant, id],
    );
    return rows.map(stored);
  },

  /** Newest first; one more than asked for when another page follows. */
  async page(
    tx: Tx,
    wanted: { kind?: string | undefined; status?: string | undefined; voidance?: string | undefined },
    { limit, before }: { limit: number; before: string | null },
  ): Promise<(StoredCase & { position: string })[]> {
    const { rows } = await tx.query<CaseRow>(
      `select * from cases where tenant_id = $1 and ($2::text is null or kind = $2) and ($3::text is null or status = $3)
         and ($4::uuid is null or voidance_id = $4) and ($5::bigint is null or position < $5)
       order by position desc limit $6`,
      [tx.tenant, wanted.kind ?? null, wanted.status ?? null, wanted.voidance ?? null, before, limit + 1],
    );
    return rows.map((row) => ({ ...stored(row), position: row.position }));
  },

  /** Entries of the same importer that declared one of the commodities, by their newest version, the named one left out. */
  async related(
    tx: Tx,
    declarationId: string,
    lines: readonly number[],
  ): Promise<
    {
      declarationId: string;
      shipmentId: string;
      lines: number[];
      commodity: string;
      description: string;
      entry: Entry | null;
    }[]
  > {
    const { rows } = await tx.query<{
      declaration_id: string;
      shipment_id: string;
      lines: number[];
      commodity: string;
      description: string;
      state: Entry | null;
    }>(
      `with newest as (
         select distinct on (declaration_id) declaration_id, content from contents
          where tenant_id = $1 order by declaration_id, version desc),
       own as (
         select distinct n.content->'importer'->>'id' as importer, line->>'commodity' as commodity
           from newest n cross join lateral jsonb_array_elements(n.content->'lines') as line
          where n.declaration_id = $2 and (cardinality($3::int[]) = 0 or (line->>'number')::int = any($3)))
       select n.declaration_id, d.shipment_id, own.commodity, e.state,
              array_agg((line->>'number')::int order by (line->>'number')::int) as lines, min(line->>'description') as description
         from newest n
         join declarations d on d.tenant_id = $1 and d.declaration_id = n.declaration_id
         left join entries e on e.tenant_id = $1 and e.declaration_id = n.declaration_id
        cross join lateral jsonb_array_elements(n.content->'lines') as line
         join own on own.importer = n.content->'importer'->>'id' and own.commodity = line->>'commodity'
        where n.declaration_id <> $2
        group by n.declaration_id, d.shipment_id, own.commodity, e.state
        order by n.declaration_id limit 1000`,
      [tx.tenant, declarationId, lines],
    );
    return rows.map(({ declaration_id: id, shipment_id: shipmentId, state, ...row }) => ({
      declarationId: id,
      shipmentId,
      ...row,
      entry: state,
    }));
  },
};
