-- Appends in one call; null when the stream is not at the expected version and the command has to be decided again.
-- The write of the stream's row is the lock, the version check and the first write in one, and it comes before any position
-- is drawn. Who calls has read the stream and found the command id unknown: an append at that version proves that it still is.
create function append(
  p_tenant text, p_stream text, p_expected integer, p_subject text, p_command text, p_fingerprint text,
  p_time timestamptz, p_ids uuid[], p_types text[], p_bodies text[]
) returns bigint[]
language plpgsql as $$
declare
  added integer := cardinality(p_ids);
  stream_key text;
  stream_lane smallint;
  place bigint;
  places bigint[] := '{}';
begin
  perform set_config('app.tenant', p_tenant, true);
  if p_expected = 0 then
    insert into streams (tenant_id, stream, version, key) values (p_tenant, p_stream, added, p_subject)
    on conflict do nothing returning key into stream_key;
  else
    update streams set version = version + added
    where tenant_id = p_tenant and stream = p_stream and version = p_expected
    returning key into stream_key;
  end if;
  if stream_key is null then
    return null;
  end if;

  stream_lane := lane_of(stream_key);
  -- One statement per row: a command leads to one or two events, and for so few this beats a set-based insert.
  for ordinal in 1 .. added loop
    insert into events
      (tenant_id, stream, version, event_id, type, subject, time, command_id, fingerprint, body)
    values
      (p_tenant, p_stream, p_expected + ordinal, p_ids[ordinal], p_types[ordinal], p_subject, p_time, p_command, p_fingerprint, p_bodies[ordinal])
    returning position into place;
    insert into outbox (position, tenant_id, lane, key) values (place, p_tenant, stream_lane, stream_key);
    places := places || place;
  end loop;
  return places;
end $$;

-- Keeps the answer of a command that led to nothing.
create function settle(p_tenant text, p_stream text, p_command text, p_fingerprint text, p_version integer) returns void
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  insert into commands (tenant_id, stream, command_id, fingerprint, version)
  values (p_tenant, p_stream, p_command, p_fingerprint, p_version);
end $$;

-- A stream's events between two versions and, as a row without body, the command when it led to nothing: one snapshot, so
-- that a command cannot slip in between the two looks.
create function read_stream(p_tenant text, p_stream text, p_command text, p_from integer, p_to integer)
returns table (version integer, place bigint, body text, command_id text, fingerprint text)
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  return query
    select e.version, e.position, e.body, e.command_id, e.fingerprint
    from events e where e.tenant_id = p_tenant and e.stream = p_stream and e.version between p_from and p_to
    union all
    select c.version, null, null, c.command_id, c.fingerprint
    from commands c where c.tenant_id = p_tenant and c.stream = p_stream and c.command_id = p_command
    order by 1;
end $$;
