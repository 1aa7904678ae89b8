-- Read model of the matter streams: holds on customers and parties.
create table matters (
  tenant_id text not null,
  matter_id uuid not null,
  scope_key text not null,
  scope jsonb not null,
  matter text not null,
  placed_by text not null,
  placed_at timestamptz not null,
  lifted boolean not null default false,
  primary key (tenant_id, matter_id)
);
create index matters_standing on matters (tenant_id, scope_key) where not lifted;
select protect('matters');

-- How far the log was looked at when the retention clock was last worked out; not of the events, so that a rebuild looks again.
alter table dossiers add column looked_at bigint not null default -1;
alter table dossiers add column approvals integer not null default 0;
