-- Appends in one call. Outcomes: 'appended'; 'conflict' when the stream is not at the expected version; 'known' when the
-- command id has a result already (the caller reads it). The update of the stream's row is the lock, the version check and
-- the first write in one, and it comes before any position is drawn.
create function append(
  p_tenant text, p_stream text, p_expected integer, p_subject text, p_command text, p_fingerprint text,
  p_time timestamptz, p_ids uuid[], p_types text[], p_bodies text[],
  out outcome text, out positions bigint[]
)
language plpgsql as $$
declare
  added integer := cardinality(p_ids);
  stream_key text;
begin
  perform set_config('app.tenant', p_tenant, true);
  if exists (select from commands where tenant_id = p_tenant and stream = p_stream and command_id = p_command) then
    outcome := 'known';
    return;
  end if;

  if added > 0 then
    if p_expected = 0 then
      insert into streams (tenant_id, stream, version, key) values (p_tenant, p_stream, added, p_subject)
      on conflict do nothing returning key into stream_key;
    else
      update streams set version = version + added
      where tenant_id = p_tenant and stream = p_stream and version = p_expected
      returning key into stream_key;
    end if;
    if stream_key is null then
      outcome := 'conflict';
      return;
    end if;
  end if;

  insert into commands (tenant_id, stream, command_id, fingerprint, first_version, last_version)
  values (p_tenant, p_stream, p_command, p_fingerprint, p_expected + 1, p_expected + added);

  if added > 0 then
    with recorded as (
      insert into events (tenant_id, stream, version, event_id, type, subject, time, command_id, body)
      select p_tenant, p_stream, p_expected + given.ordinal, given.id, given.type, p_subject, p_time, p_command, given.body
      from unnest(p_ids, p_types, p_bodies) with ordinality as given (id, type, body, ordinal)
      order by given.ordinal
      returning position as place, version as place_version
    ), posted as (
      insert into outbox (position, tenant_id, lane, key)
      select place, p_tenant, lane_of(stream_key), stream_key from recorded
    )
    select array_agg(place order by place_version) into positions from recorded;
  end if;
  outcome := 'appended';
end $$;

-- A stream's events between two versions and, as a row without version, what is known of the command: one snapshot, so
-- that a command cannot slip in between the two looks.
create function read_stream(p_tenant text, p_stream text, p_command text, p_from integer, p_to integer)
returns table (version integer, place bigint, body text, fingerprint text, first_version integer, last_version integer)
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  return query
    select e.version, e.position, e.body, null::text, null::integer, null::integer
    from events e where e.tenant_id = p_tenant and e.stream = p_stream and e.version between p_from and p_to
    union all
    select null, null, null, c.fingerprint, c.first_version, c.last_version
    from commands c where c.tenant_id = p_tenant and c.stream = p_stream and c.command_id = p_command
    order by 1 nulls last;
end $$;
