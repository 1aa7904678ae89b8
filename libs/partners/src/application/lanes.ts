import type { Tx } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';

/** How long deliveries are kept and can be replayed. */
export const KEPT_DAYS = 30;

/** Which events of the feed; null: any. */
export interface Picked {
  from: string;
  to: string;
  endpoint: string | null;
  /** `<context>.<Name>` or `<context>.*` */
  type: string | null;
  shipment: string | null;
}

export const pickedParams = (tx: Tx, { from, to, endpoint, type, shipment }: Picked): unknown[] => [
  tx.tenant,
  from,
  to,
  endpoint,
  type,
  shipment,
];

/** Events of the feed that an endpoint takes and was not sent yet. Parameters 1 to 6 are those of `pickedParams`. */
export const UNSENT = `
  select e.endpoint_id, f.position, f.event_id, t.context, t.name, coalesce(f.shipment_id::text, f.subject) as lane,
         f.body::jsonb ->> 'stream' as stream, (f.body::jsonb ->> 'version')::int as stream_version,
         (f.body::jsonb ->> 'time')::timestamptz as recorded_at
    from endpoints e
    join feed f on f.tenant_id = e.tenant_id and f.position between $2 and $3
   cross join lateral (select split_part(f.type, '.', 2) as context, split_part(f.type, '.', 3) as name) t
   where e.tenant_id = $1
     and ($4::uuid is null or e.endpoint_id = $4)
     and (e.types = '{}' or t.context || '.' || t.name = any(e.types) or t.context || '.*' = any(e.types))
     and ($5::text is null or $5 in (t.context || '.' || t.name, t.context || '.*'))
     and ($6::text is null or coalesce(f.shipment_id::text, f.subject) = $6)
     and not exists (select from deliveries d
                      where d.tenant_id = $1 and d.endpoint_id = e.endpoint_id and d.event_id = f.event_id)`;

/**
 * Puts events into the lanes of the endpoints that take them. Each remembers the version of its stream's event before among those for
 * the same endpoint, so that a receiver can see a gap. The caller holds the feed's turn: one at a time.
 *
 * @param since only events recorded later; null: all
 * @returns what was put in, with its lanes
 */
export async function fanOut(
  tx: Tx,
  picked: Picked,
  at: Instant,
  replay: { id: string; since: Instant } | null = null,
): Promise<InLane[]> {
  const { rows } = await tx.query<InLane>(
    `with unsent as (${UNSENT})
     insert into deliveries (tenant_id, endpoint_id, position, event_id, context, name, lane, stream, stream_version, previous_version,
                             next_at, created_at, replay_id)
     select $1, u.endpoint_id, u.position, u.event_id, u.context, u.name, u.lane, u.stream, u.stream_version,
            coalesce(greatest(
              lag(u.stream_version) over (partition by u.endpoint_id, u.stream order by u.stream_version),
              (select max(d.stream_version) from deliveries d
                where d.tenant_id = $1 and d.endpoint_id = u.endpoint_id and d.stream = u.stream
                  and d.stream_version < u.stream_version)), 0),
            $7::timestamptz, $7::timestamptz, $8::uuid
       from unsent u where $9::timestamptz is null or u.recorded_at > $9
     returning delivery_id as "deliveryId", endpoint_id as "endpointId", lane`,
    [...pickedParams(tx, picked), at, replay?.id ?? null, replay?.since ?? null],
  );
  await settle(tx, rows);
  return rows;
}

export interface LaneName {
  endpointId: string;
  lane: string;
}

export interface InLane extends LaneName {
  deliveryId: string;
}

/**
 * Brings lanes to what their heads say: due when the head is, dead when it is, gone when nothing is left. The lanes are locked first,
 * so that what another transaction has just put in or taken out is seen.
 */
export async function settle(tx: Tx, named: readonly LaneName[]): Promise<void> {
  if (named.length === 0) return;
  const distinct = [...new Map(named.map((each) => [`${each.endpointId} ${each.lane}`, each])).values()];
  const lanes = [distinct.map(({ endpointId }) => endpointId), distinct.map(({ lane }) => lane)];
  await tx.query(
    `insert into delivery_lanes (tenant_id, endpoint_id, lane, next_at)
     select $1, endpoint_id, lane, 'infinity' from unnest($2::uuid[], $3::text[]) as named (endpoint_id, lane)
      order by endpoint_id, lane
     on conflict (tenant_id, endpoint_id, lane) do update set next_at = delivery_lanes.next_at`,
    [tx.tenant, ...lanes],
  );
  await tx.query(
    `with heads as (
       select named.endpoint_id, named.lane, head.state, head.next_at
         from unnest($2::uuid[], $3::text[]) as named (endpoint_id, lane)
         left join lateral (
           select d.state, d.next_at from deliveries d
            where d.tenant_id = $1 and d.endpoint_id = named.endpoint_id and d.lane = named.lane and d.state in ('waiting', 'dead')
            order by d.position limit 1) head on true
     ), gone as (
       delete from delivery_lanes l using heads h
        where l.tenant_id = $1 and l.endpoint_id = h.endpoint_id and l.lane = h.lane and h.state is null
     )
     update delivery_lanes l set dead = h.state = 'dead', next_at = h.next_at from heads h
      where l.tenant_id = $1 and l.endpoint_id = h.endpoint_id and l.lane = h.lane and h.state is not null`,
    [tx.tenant, ...lanes],
  );
}

/** Takes the feed's turn until the transaction ends: nobody else adds to the feed or its lanes meanwhile. */
export async function takeTurn(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('partners.feed', 0))`);
}
