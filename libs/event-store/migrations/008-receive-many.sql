-- Moves the offsets of several partitions on, all of them or none; see `advance`.
create function advance_all(p_consumer text, p_topics text[], p_partitions integer[], p_from bigint[], p_to bigint[]) returns boolean
language plpgsql as $$
declare
  moved integer;
begin
  update consumer_offsets o set next_offset = g.next, updated_at = now()
  from unnest(p_topics, p_partitions, p_from, p_to) as g (topic, partition, stands, next)
  where o.consumer = p_consumer and o.topic = g.topic and o.partition = g.partition and o.next_offset = g.stands;
  get diagnostics moved = row_count;
  return moved = cardinality(p_topics);
end $$;

-- The quick way for events of one tenant of which every one is the next of its stream or a repeat: whether each is new, or null
-- when one is out of the ordinary and all have to go one by one. Also names the tenant of what follows.
drop function receive_all(text, text[], text[], integer[], uuid[], bytea[]);
create function receive_many(
  p_consumer text, p_tenant text, p_streams text[], p_versions integer[], p_events uuid[], p_digests bytea[]
) returns boolean[]
language plpgsql as $$
declare
  fresh boolean[];
  ordinary boolean;
begin
  perform set_config('app.tenant', p_tenant, true);
  perform from consumer_streams
  where tenant_id = p_tenant and consumer = p_consumer and stream = any (p_streams) order by stream for update;
  if exists (select from parked_streams where tenant_id = p_tenant and consumer = p_consumer and stream = any (p_streams)) then
    return null;
  end if;

  -- `turn` counts what is new of a stream within this call: the first has to be the version after the one seen.
  select array_agg(version > seen order by n),
    bool_and(case when version > seen then version - seen = turn else known is not distinct from digest end)
  into fresh, ordinary
  from (
    select looked_up.*, row_number() over (partition by stream, version > seen order by n) as turn
    from (
      -- Subqueries by key: as joins they would be planned as scans of tables that grow with every event.
      select g.*,
        coalesce((select s.version from consumer_streams s
          where s.tenant_id = p_tenant and s.consumer = p_consumer and s.stream = g.stream), 0) as seen,
        (select i.digest from inbox i
          where i.tenant_id = p_tenant and i.consumer = p_consumer and i.event_id = g.event_id) as known
      from unnest(p_streams, p_versions, p_events, p_digests) with ordinality as g (stream, version, event_id, digest, n)
    ) as looked_up
  ) as judged;
  if not ordinary then
    return null;
  end if;

  insert into inbox (tenant_id, consumer, event_id, digest)
  select p_tenant, p_consumer, g.event_id, g.digest
  from unnest(p_events, p_digests) with ordinality as g (event_id, digest, n) where fresh[g.n];
  insert into consumer_streams (tenant_id, consumer, stream, version)
  select p_tenant, p_consumer, g.stream, max(g.version)
  from unnest(p_streams, p_versions) with ordinality as g (stream, version, n) where fresh[g.n] group by g.stream
  on conflict (tenant_id, consumer, stream) do update set version = excluded.version;
  return fresh;
end $$;
