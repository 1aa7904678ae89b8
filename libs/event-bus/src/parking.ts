import type { Pool, PoolClient } from 'pg';
import type { ReceivedRecord } from './event-bus.js';

/** `gap` waits for a version that has not come, `poison` for a person and a replay; `unreadable` is a record that is no event. */
export type ParkedReason = 'gap' | 'poison' | 'unreadable';

export interface ParkedStream {
  tenant: string;
  consumer: string;
  stream: string;
  reason: ParkedReason;
  error: string | null;
  tries: number;
  /** when it was parked, as Postgres prints it */
  parkedAt: string;
  /** how many events wait in it */
  waiting: number;
}

export interface ParkedEvent {
  version: number;
  record: ReceivedRecord;
}

interface ParkedRow {
  version: number;
  topic: string;
  partition: number;
  record_offset: string;
  key: Buffer | null;
  headers: Record<string, string>;
  body: Buffer;
}

/** No tenant can have this name: records that are no events are kept under it. */
export const NO_TENANT = '(unreadable)';

/** Rows of one consumer's parked streams and events; every call inside a transaction of the stream's tenant. */
export class Parking {
  constructor(private readonly consumer: string) {}

  /** A stream that is poison stays so, whatever else is found wrong with it. */
  async add(
    client: PoolClient,
    place: { tenant: string; stream: string; version: number },
    record: ReceivedRecord,
    why: { reason: ParkedReason; error?: string; tries?: number },
  ): Promise<void> {
    await client.query(
      `insert into parked_streams as p (tenant_id, consumer, stream, reason, error, tries) values ($1, $2, $3, $4, $5, $6)
       on conflict (tenant_id, consumer, stream) do update set
         reason = case when p.reason = 'poison' then p.reason else excluded.reason end,
         error = coalesce(excluded.error, p.error), tries = p.tries + excluded.tries`,
      [place.tenant, this.consumer, place.stream, why.reason, why.error ?? null, why.tries ?? 0],
    );
    await client.query(
      `insert into parked_events (tenant_id, consumer, stream, version, topic, partition, record_offset, key, headers, body, error)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
      [
        place.tenant,
        this.consumer,
        place.stream,
        place.version,
        record.topic,
        record.partition,
        record.offset,
        record.key,
        record.headers,
        record.value,
        why.error ?? null,
      ],
    );
  }

  /** Locks the stream's row, so that nothing is queued behind it meanwhile. */
  async reason(client: PoolClient, tenant: string, stream: string): Promise<ParkedReason | undefined> {
    const { rows } = await client.query<{ reason: ParkedReason }>(
      'select reason from parked_streams where tenant_id = $1 and consumer = $2 and stream = $3 for update',
      [tenant, this.consumer, stream],
    );
    return rows[0]?.reason;
  }

  /** The event of a version, or the first that waits. */
  async find(client: PoolClient, tenant: string, stream: string, version?: number): Promise<ParkedEvent | undefined> {
    const { rows } = await client.query<ParkedRow>(
      `select version, topic, partition, record_offset, key, headers, body from parked_events
       where tenant_id = $1 and consumer = $2 and stream = $3 and version = coalesce($4, version) order by version limit 1`,
      [tenant, this.consumer, stream, version ?? null],
    );
    const row = rows[0];
    if (!row) return undefined;
    const { topic, partition, record_offset: offset, key, headers, body: value } = row;
    return { version: row.version, record: { topic, partition, offset, key, headers, value } };
  }

  async remove(client: PoolClient, tenant: string, stream: string, version: number): Promise<void> {
    await client.query(
      'delete from parked_events where tenant_id = $1 and consumer = $2 and stream = $3 and version = $4',
      [tenant, this.consumer, stream, version],
    );
  }

  /** Ends the parking when nothing waits any more. @returns how many still wait */
  async endIfEmpty(client: PoolClient, tenant: string, stream: string): Promise<number> {
    const place = [tenant, this.consumer, stream];
    const { rows } = await client.query<{ waiting: number }>(
      'select count(*)::int as waiting from parked_events where tenant_id = $1 and consumer = $2 and stream = $3',
      place,
    );
    const waiting = rows[0]!.waiting;
    if (waiting === 0)
      await client.query('delete from parked_streams where tenant_id = $1 and consumer = $2 and stream = $3', place);
    return waiting;
  }

  /** What held the stream up was handled; what is left waits for a version that has not come. */
  async becomeGap(client: PoolClient, tenant: string, stream: string): Promise<void> {
    await client.query(
      `update parked_streams set reason = 'gap', error = null where tenant_id = $1 and consumer = $2 and stream = $3`,
      [tenant, this.consumer, stream],
    );
  }
}

/** All parked streams that the pool's role may see: of every tenant for the system role. */
export async function parkedStreams(pool: Pool): Promise<ParkedStream[]> {
  const { rows } = await pool.query<ParkedStream>(
    `select s.tenant_id as tenant, s.consumer, s.stream, s.reason, s.error, s.tries, s.parked_at::text as "parkedAt",
       (select count(*)::int from parked_events e where (e.tenant_id, e.consumer, e.stream) = (s.tenant_id, s.consumer, s.stream)) as waiting
     from parked_streams s order by s.parked_at, s.stream`,
  );
  return rows;
}
