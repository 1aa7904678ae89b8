-- Appends what several commands lead to, on one stream or several, in one statement; null when one of the streams is not where
-- it was read, and then nothing was written that may be kept: the caller rolls back. Parallel arrays, an entry for each event.
-- Streams are written before any position is drawn, as in `append`.
create function append_all(
  p_tenant text, p_streams text[], p_versions integer[], p_subjects text[], p_commands text[], p_fingerprints text[],
  p_times timestamptz[], p_ids uuid[], p_types text[], p_bodies text[]
) returns bigint[]
language plpgsql as $$
declare
  wanted integer;
  written text[];
  keys text[];
  places bigint[];
begin
  perform set_config('app.tenant', p_tenant, true);
  with heads as materialized (
    select e.stream, min(e.version) - 1 as expected, max(e.version) as newest, (array_agg(e.subject order by e.version))[1] as subject
    from unnest(p_streams, p_versions, p_subjects) as e (stream, version, subject)
    group by e.stream order by e.stream
  ), opened as (
    insert into streams (tenant_id, stream, version, key)
    select p_tenant, h.stream, h.newest, h.subject from heads h where h.expected = 0
    on conflict do nothing returning stream, key
  ), moved as (
    update streams s set version = h.newest from heads h
    where s.tenant_id = p_tenant and s.stream = h.stream and s.version = h.expected and h.expected > 0
    returning s.stream, s.key
  ), both_kinds as (
    select * from opened union all select * from moved
  )
  select (select count(*) from heads), array_agg(b.stream), array_agg(b.key) into wanted, written, keys from both_kinds b;
  if wanted is distinct from cardinality(written) then
    return null;
  end if;

  with added as (
    insert into events (tenant_id, stream, version, event_id, type, subject, time, command_id, fingerprint, body)
    select p_tenant, e.stream, e.version, e.id, e.type, e.subject, e.time, e.command, e.fingerprint, e.body
    from unnest(p_streams, p_versions, p_subjects, p_commands, p_fingerprints, p_times, p_ids, p_types, p_bodies) with ordinality
      as e (stream, version, subject, command, fingerprint, time, id, type, body, ordinal)
    order by e.ordinal
    returning position, stream
  ), lined_up as (
    insert into outbox (position, tenant_id, lane, key)
    select a.position, p_tenant, lane_of(k.key), k.key from added a join unnest(written, keys) as k (stream, key) using (stream)
    returning position
  )
  select array_agg(l.position order by l.position) into places from lined_up l;
  return places;
end $$;

-- Events of several streams and, as rows without body, those of the commands asked for that led to nothing: one snapshot. The
-- arrays are parallel: a command is looked for on its stream.
create function read_streams(p_tenant text, p_streams text[], p_commands text[])
returns table (stream text, version integer, place bigint, body text, command_id text, fingerprint text)
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  return query
    select e.stream, e.version, e.position, e.body, e.command_id, e.fingerprint
    from events e where e.tenant_id = p_tenant and e.stream = any(p_streams)
    union all
    select c.stream, c.version, null, null, c.command_id, c.fingerprint
    from commands c join unnest(p_streams, p_commands) as asked (stream, command_id) using (stream, command_id)
    where c.tenant_id = p_tenant
    order by 1, 2;
end $$;
