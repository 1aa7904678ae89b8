import type { CarriedFrom, GoodsLine, Situation } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import type { QueryResultRow } from 'pg';
import type { Facts, KnownInvoice, Paper } from '../domain/index.js';

export interface DocumentRow {
  document_id: string;
  shipment_id: string;
  type: string;
  state: 'received' | 'read' | 'accepted' | 'rejected';
  refusal_code: string | null;
  refusal_place: string | null;
  says: string | null;
  current: number;
  stream_version: number;
  carried: CarriedFrom | null;
}

export interface VersionRow {
  document_id: string;
  version: number;
  sha256: string;
  size: string;
  media_type: string;
  name: string;
  received_at: Date;
  facts_digest: string | null;
}

export interface Awaited {
  tenant: string;
  documentId: string;
  version: number;
  shipmentId: string;
  type: string;
  sha256: string;
  mediaType: string;
  /** command that brought the version */
  cause: string;
  attempts: number;
}

const AWAITED = `tenant_id as tenant, document_id as "documentId", version, shipment_id as "shipmentId", type, sha256, media_type as "mediaType", cause, attempts`;
const VERSION = `select v.document_id, v.version, v.sha256, f.size, f.media_type, f.name, v.received_at, v.facts_digest
  from versions v join files f on f.tenant_id = v.tenant_id and f.file_id = v.file_id`;
const DOCUMENT =
  'select document_id, shipment_id, type, state, refusal_code, refusal_place, says, current, stream_version, carried from documents';

/** What a question needs: a transaction of a tenant, or one statement alone under the tenant's row-level security. */
export interface Reads {
  readonly tenant: string;
  query<R extends QueryResultRow>(sql: string, params: readonly unknown[]): Promise<{ rows: R[] }>;
}

/** Questions outside a transaction: one round trip each. */
export const readsOf = (store: EventStore, tenant: string): Reads => ({
  tenant,
  query: async <R extends QueryResultRow>(sql: string, params: readonly unknown[]) => ({
    rows: await store.query<R>(tenant, sql, params),
  }),
});

/** One after the other for each shipment: its papers are judged as a whole. Held until the transaction ends. */
export async function lockShipment(tx: Tx, shipmentId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`documents ${tx.tenant} ${shipmentId}`]);
}

/** One after the other for each invoice number of a seller, so that two shipments cannot both be the first to carry it. */
export async function lockInvoice(tx: Tx, seller: string, number: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [
    `documents ${tx.tenant} ${seller} ${number}`,
  ]);
}

export async function keepSituation(tx: Tx, shipmentId: string, situation: string): Promise<void> {
  await tx.query(
    `insert into situations (tenant_id, shipment_id, situation) values ($1, $2, $3)
     on conflict (tenant_id, shipment_id) do update set situation = excluded.situation`,
    [tx.tenant, shipmentId, situation],
  );
}

export async function situationOf(tx: Reads, shipmentId: string): Promise<Situation | null> {
  const { rows } = await tx.query<{ situation: string }>(
    'select situation from situations where tenant_id = $1 and shipment_id = $2',
    [tx.tenant, shipmentId],
  );
  return rows[0] ? (JSON.parse(rows[0].situation) as Situation) : null;
}

export async function isKnown(tx: Reads, shipmentId: string): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from shipments where tenant_id = $1 and shipment_id = $2
     union all select 1 from situations where tenant_id = $1 and shipment_id = $2`,
    [tx.tenant, shipmentId],
  );
  return rows.length > 0;
}

export async function noteShipment(tx: Tx, shipmentId: string, calledOff: boolean): Promise<void> {
  await tx.query(
    `insert into shipments (tenant_id, shipment_id, called_off) values ($1, $2, $3)
     on conflict (tenant_id, shipment_id) do update set called_off = shipments.called_off or excluded.called_off`,
    [tx.tenant, shipmentId, calledOff],
  );
}

interface PaperRow extends VersionRow {
  type: string;
  facts: string;
  confirmed: string | null;
}

/** Papers whose newest version was read, in the order those versions came in, and what persons confirmed of them. */
export async function papersOfShipment(
  tx: Reads,
  shipmentId: string,
): Promise<{ papers: Paper[]; confirmed: Record<string, GoodsLine[]> }> {
  const { rows } = await tx.query<PaperRow>(
    `select d.document_id, d.current as version, d.type, d.confirmed, v.sha256, v.facts_digest, f.name, x.facts
     from documents d
     join versions v on v.tenant_id = d.tenant_id and v.document_id = d.document_id and v.version = d.current
     join files f on f.tenant_id = v.tenant_id and f.file_id = v.file_id
     join facts x on x.tenant_id = v.tenant_id and x.document_id = v.document_id and x.version = v.version
     where d.tenant_id = $1 and d.shipment_id = $2 and d.state in ('read', 'accepted')
     order by d.received_at, d.document_id`,
    [tx.tenant, shipmentId],
  );
  const confirmed: Record<string, GoodsLine[]> = {};
  const papers = rows.map((row): Paper => {
    const answer =
      row.confirmed === null
        ? null
        : (JSON.parse(row.confirmed) as { version: number; factsDigest: string; lines: GoodsLine[] });
    if (answer && answer.version === row.version && answer.factsDigest === row.facts_digest)
      confirmed[row.document_id] = answer.lines;
    return {
      documentId: row.document_id,
      version: row.version,
      type: row.type,
      name: row.name,
      sha256: row.sha256,
      factsDigest: row.facts_digest ?? '',
      facts: JSON.parse(row.facts) as Facts,
    };
  });
  return { papers, confirmed };
}

/** The same number of the same seller on other shipments of the tenant: newest versions only, called-off shipments aside. */
export async function invoicesElsewhere(
  tx: Reads,
  shipmentId: string,
  seller: string,
  number: string,
): Promise<KnownInvoice[]> {
  const { rows } = await tx.query<KnownInvoice>(
    `select x.shipment_id as "shipmentId", x.document_id as "documentId", x.seller, x.number
     from facts x
     join documents d on d.tenant_id = x.tenant_id and d.document_id = x.document_id and d.current = x.version
     left join shipments s on s.tenant_id = x.tenant_id and s.shipment_id = x.shipment_id
     where x.tenant_id = $1 and x.seller = $3 and x.number = $4 and x.shipment_id <> $2 and not coalesce(s.called_off, false)
     order by x.shipment_id, x.document_id`,
    [tx.tenant, shipmentId, seller, number],
  );
  return rows;
}

/** A document of the shipment whose newest version has these bytes and this type. */
export async function sameBytes(
  tx: Reads,
  shipmentId: string,
  sha256: string,
  type: string,
): Promise<{ documentId: string; fileId: string; version: number } | null> {
  const { rows } = await tx.query<{ documentId: string; fileId: string; version: number }>(
    `select d.document_id as "documentId", v.file_id as "fileId", v.version
     from documents d join versions v on v.tenant_id = d.tenant_id and v.document_id = d.document_id and v.version = d.current
     where d.tenant_id = $1 and d.shipment_id = $2 and v.sha256 = $3 and d.type = $4
     order by d.received_at limit 1`,
    [tx.tenant, shipmentId, sha256, type],
  );
  return rows[0] ?? null;
}

/** @param delayMs how long the drain leaves it to the request that brought it */
export async function awaitReading(
  tx: Tx,
  reading: Omit<Awaited, 'attempts' | 'tenant'>,
  delayMs: number,
): Promise<void> {
  await tx.query(
    `insert into readings (tenant_id, document_id, version, shipment_id, type, sha256, media_type, cause, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 millisecond') on conflict do nothing`,
    [
      tx.tenant,
      reading.documentId,
      reading.version,
      reading.shipmentId,
      reading.type,
      reading.sha256,
      reading.mediaType,
      reading.cause,
      delayMs,
    ],
  );
}

/** Across tenants: under the system role only. */
export async function dueReadings(tx: Tx, limit: number): Promise<Awaited[]> {
  const { rows } = await tx.query<Awaited>(
    `select ${AWAITED} from readings where due_at <= now() order by due_at limit $1`,
    [limit],
  );
  return rows;
}

export async function readingFailed(tx: Tx, documentId: string, version: number, delayMs: number): Promise<void> {
  await tx.query(
    `update readings set attempts = attempts + 1, due_at = now() + $4 * interval '1 millisecond' where tenant_id = $1 and document_id = $2 and version = $3`,
    [tx.tenant, documentId, version, delayMs],
  );
}

export async function readingDone(tx: Tx, documentId: string, version: number): Promise<void> {
  await tx.query('delete from readings where tenant_id = $1 and document_id = $2 and version = $3', [
    tx.tenant,
    documentId,
    version,
  ]);
}

export interface KeptFacts {
  documentId: string;
  version: number;
  shipmentId: string;
  digest: string;
  facts: string;
  seller: string | null;
  number: string | null;
}

export async function keepFacts(
  tx: Tx,
  { documentId, version, shipmentId, digest, facts, seller, number }: KeptFacts,
): Promise<void> {
  await tx.query(
    `insert into facts (tenant_id, document_id, version, shipment_id, digest, facts, seller, number) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict do nothing`,
    [tx.tenant, documentId, version, shipmentId, digest, facts, seller, number],
  );
}

export async function factsOf(
  tx: Reads,
  documentId: string,
  version: number,
): Promise<{ digest: string; facts: string } | null> {
  const { rows } = await tx.query<{ digest: string; facts: string }>(
    'select digest, facts from facts where tenant_id = $1 and document_id = $2 and version = $3',
    [tx.tenant, documentId, version],
  );
  return rows[0] ?? null;
}

export async function documentById(tx: Reads, documentId: string): Promise<DocumentRow | null> {
  const { rows } = await tx.query<DocumentRow>(`${DOCUMENT} where tenant_id = $1 and document_id = $2`, [
    tx.tenant,
    documentId,
  ]);
  return rows[0] ?? null;
}

export async function documentsOfShipment(tx: Reads, shipmentId: string): Promise<DocumentRow[]> {
  const { rows } = await tx.query<DocumentRow>(
    `${DOCUMENT} where tenant_id = $1 and shipment_id = $2 order by received_at, document_id`,
    [tx.tenant, shipmentId],
  );
  return rows;
}

/** The stored bytes of one version. */
export async function fileOf(
  tx: Reads,
  documentId: string,
  version: number,
): Promise<{ fileId: string; size: number; mediaType: string }> {
  const { rows } = await tx.query<{ fileId: string; size: string; mediaType: string }>(
    `select v.file_id as "fileId", f.size, f.media_type as "mediaType"
     from versions v join files f on f.tenant_id = v.tenant_id and f.file_id = v.file_id
     where v.tenant_id = $1 and v.document_id = $2 and v.version = $3`,
    [tx.tenant, documentId, version],
  );
  return { ...rows[0]!, size: Number(rows[0]!.size) };
}

export async function versionsOf(tx: Reads, documentIds: readonly string[]): Promise<VersionRow[]> {
  const { rows } = await tx.query<VersionRow>(
    `${VERSION} where v.tenant_id = $1 and v.document_id = any($2::uuid[]) order by v.version`,
    [tx.tenant, documentIds],
  );
  return rows;
}

/** What shipments other than these take of a permit, called-off ones aside; held against others until the transaction ends. */
export async function drawnByOthers(tx: Tx, permit: string, except: readonly string[]): Promise<string> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 2))', [`documents ${tx.tenant} ${permit}`]);
  const { rows } = await tx.query<{ drawn: string }>(
    `select coalesce(sum(d.drawn), 0)::text as drawn from permit_draws d
     left join shipments s on s.tenant_id = d.tenant_id and s.shipment_id = d.shipment_id
     where d.tenant_id = $1 and d.permit = $2 and d.shipment_id <> all($3::uuid[]) and not coalesce(s.called_off, false)`,
    [tx.tenant, permit, except],
  );
  return rows[0]!.drawn;
}

/** What a shipment takes of permits now, in place of what it took before. */
export async function keepDraws(
  tx: Tx,
  shipmentId: string,
  draws: readonly { permit: string; drawn: string }[],
): Promise<void> {
  await tx.query('delete from permit_draws where tenant_id = $1 and shipment_id = $2', [tx.tenant, shipmentId]);
  for (const { permit, drawn } of draws) {
    await tx.query(
      `insert into permit_draws (tenant_id, permit, shipment_id, drawn) values ($1, $2, $3, $4)
       on conflict (tenant_id, permit, shipment_id) do update set drawn = permit_draws.drawn + excluded.drawn`,
      [tx.tenant, permit, shipmentId, drawn],
    );
  }
}
