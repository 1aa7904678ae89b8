-- The append-only log: one log per tenant. Bytes are staged as they came, sequenced without gaps, integrated into tiles
-- and published under signed checkpoints. Rows of log_entries, log_leaves, log_tiles, log_checkpoints and log_alarms are
-- never changed; what moves (log_pending, log_progress, log_sequencer) can be derived from them.

create table log_entries (
  staged_id bigint generated always as identity primary key,
  tenant_id text not null,
  event_id uuid not null,
  stream text not null,
  version integer not null check (version > 0),
  subject text not null,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  -- tlog-tiles prefixes an entry with its length as a uint16
  body bytea not null check (octet_length(body) between 1 and 65535),
  staged_at timestamptz not null default clock_timestamp(),
  unique (tenant_id, event_id)
);

-- Staged and not yet in the log. `waiting`: an earlier version of its stream is missing.
create table log_pending (
  staged_id bigint primary key,
  tenant_id text not null,
  stream text not null,
  version integer not null,
  waiting boolean not null default false,
  since timestamptz not null default clock_timestamp()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index log_pending_ready on log_pending (staged_id) where not waiting;
create index log_pending_waiting on log_pending (tenant_id, stream, version) where waiting;

create table log_leaves (
  tenant_id text not null,
  index bigint not null check (index >= 0),
  staged_id bigint not null unique,
  stream text not null,
  version integer not null,
  subject text not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  primary key (tenant_id, index),
  unique (tenant_id, stream, version)
);
create index log_leaves_subject on log_leaves (tenant_id, subject, index);

-- Full tiles only: a partial tile is read from the level below, in whatever width a checkpoint needs. `root` stands for
-- the tile at the level above.
create table log_tiles (
  tenant_id text not null,
  level integer not null check (level between 0 and 63),
  index bigint not null check (index >= 0),
  hashes bytea not null check (octet_length(hashes) = 8192),
  root bytea not null check (octet_length(root) = 32),
  primary key (tenant_id, level, index)
);

create table log_checkpoints (
  tenant_id text not null,
  size bigint not null check (size > 0),
  root bytea not null check (octet_length(root) = 32),
  note text not null,
  published_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, size)
);

-- What an auditor must look at. `fingerprint` keeps one trouble one row, however often it comes again.
create table log_alarms (
  tenant_id text not null,
  code text not null,
  fingerprint text not null,
  says text not null,
  facts jsonb not null,
  body bytea,
  raised_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, code, fingerprint)
);
create index log_alarms_newest on log_alarms (tenant_id, raised_at desc);

create table log_progress (
  tenant_id text primary key,
  size bigint not null,
  integrated bigint not null default 0,
  published bigint not null default 0,
  check (published <= integrated and integrated <= size)
) with (fillfactor = 50);

-- One row: who holds the sequencer's lease. Every step of its work begins by locking it and comparing the epoch.
create table log_sequencer (
  singleton boolean primary key default true check (singleton),
  epoch bigint not null
);
insert into log_sequencer (epoch) values (0);

grant select on log_entries, log_pending, log_leaves, log_tiles, log_checkpoints, log_alarms, log_progress to audit_app;
grant select, insert on log_entries, log_leaves, log_tiles, log_checkpoints, log_alarms to audit_system;
grant select, insert, update, delete on log_pending to audit_system;
grant select, insert, update on log_progress to audit_system;
grant select, update on log_sequencer to audit_system;

do $$
declare
  target text;
begin
  foreach target in array array['log_entries', 'log_pending', 'log_leaves', 'log_tiles', 'log_checkpoints', 'log_alarms', 'log_progress'] loop
    execute format('alter table %I enable row level security', target);
    execute format('alter table %I force row level security', target);
    execute format(
      'create policy own_tenant on %I for select to audit_app using (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))',
      target);
    execute format('create policy every_tenant on %I to audit_system using (true) with check (true)', target);
  end loop;
end $$;
