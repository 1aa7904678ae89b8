import type { RefusedRow, TariffVersion } from '@tidewaiter/contracts';
import type { InlineProjection, Tx } from '@tidewaiter/event-store';
import type { TariffImported } from '../domain/tariff.js';

/** A version together with the rows it names. */
export interface VersionRow {
  version: TariffVersion;
  contentId: string;
}

const SELECT = `select v.version, c.content_id as "contentId" from tariff_versions v join tariff_contents c using (digest)`;

/** Tariff versions of a tenant. */
export const tariffVersions = {
  async one(tx: Tx, tariffId: string): Promise<VersionRow | undefined> {
    const { rows } = await tx.query<VersionRow>(`${SELECT} where v.tenant_id = $1 and v.tariff_id = $2`, [
      tx.tenant,
      tariffId,
    ]);
    return rows[0];
  },

  async list(tx: Tx, destination: string | null): Promise<TariffVersion[]> {
    const { rows } = await tx.query<VersionRow>(
      `${SELECT} where v.tenant_id = $1 and ($2::text is null or v.destination = $2) order by v.valid_from desc, v.position desc`,
      [tx.tenant, destination],
    );
    return rows.map(({ version }) => version);
  },

  /** Every version of a destination in the order of import. */
  async ofDestination(tx: Tx, destination: string): Promise<VersionRow[]> {
    const { rows } = await tx.query<VersionRow>(
      `${SELECT} where v.tenant_id = $1 and v.destination = $2 order by v.position`,
      [tx.tenant, destination],
    );
    return rows;
  },

  async keepRefused(tx: Tx, tariffId: string, refused: readonly RefusedRow[]): Promise<void> {
    await tx.query(
      `insert into tariff_refusals (tenant_id, tariff_id, ordinal, line, code, "column", text, reason)
       select $1, $2, n, line, code, col, t, reason
       from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[]) with ordinality as r (line, code, col, t, reason, n)
       on conflict do nothing`,
      [
        tx.tenant,
        tariffId,
        refused.map(({ line }) => line),
        refused.map(({ code }) => code),
        refused.map(({ column }) => column),
        refused.map(({ text }) => text),
        refused.map(({ reason }) => reason),
      ],
    );
  },

  async refused(tx: Tx, tariffId: string, after: number, limit: number): Promise<(RefusedRow & { ordinal: number })[]> {
    const { rows } = await tx.query<RefusedRow & { ordinal: number }>(
      `select ordinal, line, code, "column", text, reason from tariff_refusals
       where tenant_id = $1 and tariff_id = $2 and ordinal > $3 order by ordinal limit $4`,
      [tx.tenant, tariffId, after, limit],
    );
    return rows;
  },
};

const MEASURE_CHANGES = `select coalesce(a.commodity, b.commodity) as commodity, coalesce(a.key, b.key) as what, a.expression as before, b.expression as after
  from (select commodity, key, expression from tariff_measures where content_id = $1) a
  full join (select commodity, key, expression from tariff_measures where content_id = $2) b on a.commodity = b.commodity and a.key = b.key
  where a.expression is distinct from b.expression`;
const CODE_CHANGES = `select coalesce(a.code, b.code) as commodity, 'nomenclature' as what, a.description as before, b.description as after
  from (select code, description from tariff_codes where content_id = $1 and code <> '') a
  full join (select code, description from tariff_codes where content_id = $2 and code <> '') b on a.code = b.code
  where a.description is distinct from b.description`;

export interface Change {
  commodity: string;
  what: string;
  before: string | null;
  after: string | null;
}

/** What one content has that another has not, by code and then by measure. */
export const tariffChanges = {
  async page(
    tx: Tx,
    from: string,
    to: string,
    after: { commodity: string; what: string } | null,
    limit: number,
  ): Promise<Change[]> {
    const { rows } = await tx.query<Change>(
      `select * from (${MEASURE_CHANGES} union all ${CODE_CHANGES}) changes
       where $3::text is null or (commodity collate "C", what collate "C") > ($3, $4)
       order by commodity collate "C", what collate "C" limit $5`,
      [from, to, after?.commodity ?? null, after?.what ?? null, limit],
    );
    return rows;
  },

  async counts(tx: Tx, from: string, to: string): Promise<{ added: number; removed: number; changed: number }> {
    const { rows } = await tx.query<{ added: number; removed: number; changed: number }>(
      `select count(*) filter (where before is null)::integer as added, count(*) filter (where after is null)::integer as removed,
         count(*) filter (where before is not null and after is not null)::integer as changed
       from (${MEASURE_CHANGES} union all ${CODE_CHANGES}) changes`,
      [from, to],
    );
    return rows[0]!;
  },
};

/** Which tariff versions a rule book's rows came from. */
export const tariffBooks = {
  async keep(tx: Tx, digest: string, tariffs: readonly { tariffId: string; digest: string }[]): Promise<void> {
    await tx.query('insert into tariff_books (tenant_id, digest, tariffs) values ($1, $2, $3) on conflict do nothing', [
      tx.tenant,
      digest,
      JSON.stringify(tariffs),
    ]);
  },
};

export const tariffVersionsProjection: InlineProjection = {
  name: 'duties.tariff-versions',
  tables: ['tariff_versions'],
  async apply(tx, events) {
    for (const { type, data, time, actor } of events) {
      if (type !== 'TariffImported') continue;
      const imported = data as TariffImported;
      const version: TariffVersion = { ...imported, importedAt: time, importedBy: actor };
      await tx.query(
        `insert into tariff_versions (tenant_id, tariff_id, destination, scope, valid_from, valid_to, digest, imported_at, imported_by, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          tx.tenant,
          imported.tariffId,
          imported.destination,
          imported.scope,
          imported.validFrom,
          imported.validTo,
          imported.digest,
          time,
          actor,
          JSON.stringify(version),
        ],
      );
    }
  },
};
