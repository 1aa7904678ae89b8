-- `key` is the subject of a stream's first event and stays the Kafka key of all of them: a stream never changes its
-- partition, so its order on the wire is its order here.
create table streams (
  tenant_id text not null,
  stream text not null,
  version integer not null,
  key text not null,
  primary key (tenant_id, stream)
) with (fillfactor = 70);

-- `body` is the exact text that goes to Kafka and becomes the audit log's leaf; nothing may rewrite it. The events of one
-- command are neighbours in their stream and carry its id and fingerprint: they are its first answer.
-- CACHE 1: a sequence that hands out blocks would number a later append of the same stream below an earlier one.
create table events (
  position bigint generated always as identity (cache 1) primary key,
  tenant_id text not null,
  stream text not null,
  version integer not null check (version > 0),
  event_id uuid not null,
  type text not null,
  subject text not null,
  time timestamptz not null,
  command_id text not null,
  fingerprint text not null,
  body text not null,
  unique (tenant_id, stream, version),
  unique (tenant_id, event_id)
);

-- Commands that led to nothing, at the version they were decided on: their repeat gets the same answer even after the
-- stream has moved on. Kept apart, since most commands lead to events and need no second row.
create table commands (
  tenant_id text not null,
  stream text not null,
  command_id text not null,
  fingerprint text not null,
  version integer not null,
  primary key (tenant_id, stream, command_id)
);

select protect('streams'), protect('events'), protect('commands');

do $$
begin
  execute format('revoke update, delete on events, commands from %1$I_app, %1$I_system', current_schema());
  execute format('revoke delete on streams from %1$I_app, %1$I_system', current_schema());
end $$;
