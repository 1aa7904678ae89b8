-- Where a consumer of published events stands. Result, inbox, version and offset commit in one transaction.
create table consumer_offsets (
  consumer text not null,
  topic text not null,
  partition integer not null,
  next_offset bigint not null,
  updated_at timestamptz not null default now(),
  primary key (consumer, topic, partition)
) with (fillfactor = 70);
select share('consumer_offsets');

create table inbox (
  tenant_id text not null,
  consumer text not null,
  event_id uuid not null,
  digest bytea not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, consumer, event_id)
);

create table consumer_streams (
  tenant_id text not null,
  consumer text not null,
  stream text not null,
  version integer not null,
  primary key (tenant_id, consumer, stream)
) with (fillfactor = 70);

-- A stream that cannot go on: `gap` waits for a version that has not arrived, `poison` for a person and a replay,
-- `unreadable` holds one record that is no event of ours. Later events of the stream queue behind it.
create table parked_streams (
  tenant_id text not null,
  consumer text not null,
  stream text not null,
  reason text not null check (reason in ('gap', 'poison', 'unreadable')),
  error text,
  tries integer not null default 0,
  parked_at timestamptz not null default now(),
  primary key (tenant_id, consumer, stream)
);

create table parked_events (
  tenant_id text not null,
  consumer text not null,
  stream text not null,
  version integer not null,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  key bytea,
  headers jsonb not null,
  body bytea not null,
  error text,
  parked_at timestamptz not null default now(),
  primary key (tenant_id, consumer, stream, version),
  foreign key (tenant_id, consumer, stream) references parked_streams
);

select protect('inbox'), protect('consumer_streams'), protect('parked_streams'), protect('parked_events');

-- Moves a partition's offset on, only from where this owner believes it stands: after a rebalance the earlier owner's
-- transaction finds another value and rolls back.
create function advance(p_consumer text, p_topic text, p_partition integer, p_from bigint, p_to bigint) returns boolean
language plpgsql as $$
begin
  update consumer_offsets set next_offset = p_to, updated_at = now()
  where consumer = p_consumer and topic = p_topic and partition = p_partition and next_offset = p_from;
  return found;
end $$;

-- Judges one event and, when it is the next of its stream, enters it. Also names the tenant of what follows.
-- 'next', 'next-with-waiting' (later versions of the stream wait in parked_events), 'repeat', 'differs' (same event or
-- version, other bytes: somebody changed history), 'early' (an earlier version is missing), 'behind' (its stream is parked).
-- The row of parked_streams is locked, so that a replay cannot end between the look and the write.
create function receive(
  p_consumer text, p_tenant text, p_stream text, p_version integer, p_event uuid, p_digest bytea, p_replay boolean
) returns text
language plpgsql as $$
declare
  parked text;
  seen integer;
  known bytea;
begin
  perform set_config('app.tenant', p_tenant, true);
  select version into seen from consumer_streams
  where tenant_id = p_tenant and consumer = p_consumer and stream = p_stream for update;
  seen := coalesce(seen, 0);
  if p_version <= seen then
    select digest into known from inbox where tenant_id = p_tenant and consumer = p_consumer and event_id = p_event;
    return case when known = p_digest then 'repeat' else 'differs' end;
  end if;
  select reason into parked from parked_streams
  where tenant_id = p_tenant and consumer = p_consumer and stream = p_stream for update;
  if parked = 'poison' and not p_replay then
    return 'behind';
  end if;
  if p_version > seen + 1 then
    return 'early';
  end if;
  insert into inbox (tenant_id, consumer, event_id, digest) values (p_tenant, p_consumer, p_event, p_digest);
  if seen = 0 then
    insert into consumer_streams (tenant_id, consumer, stream, version) values (p_tenant, p_consumer, p_stream, p_version);
  else
    update consumer_streams set version = p_version
    where tenant_id = p_tenant and consumer = p_consumer and stream = p_stream;
  end if;
  return case when parked = 'gap' then 'next-with-waiting' else 'next' end;
end $$;

-- The quick way for a chunk of which every event is the next of its stream or a repeat; null when one is neither, and the
-- chunk has to go one by one. Leaves no tenant set.
create function receive_all(
  p_consumer text, p_tenants text[], p_streams text[], p_versions integer[], p_events uuid[], p_digests bytea[]
) returns text[]
language plpgsql as $$
declare
  verdict text;
  verdicts text[] := '{}';
begin
  for ordinal in 1 .. cardinality(p_events) loop
    verdict := receive(
      p_consumer, p_tenants[ordinal], p_streams[ordinal], p_versions[ordinal], p_events[ordinal], p_digests[ordinal], false);
    if verdict not in ('next', 'repeat') then
      return null;
    end if;
    verdicts := verdicts || verdict;
  end loop;
  perform set_config('app.tenant', '', true);
  return verdicts;
end $$;
