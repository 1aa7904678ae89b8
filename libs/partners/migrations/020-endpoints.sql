-- Read model of the endpoint streams.
create table endpoints (
  tenant_id text not null,
  endpoint_id uuid not null,
  url text not null,
  types text[] not null,
  note text not null,
  disabled_cause text,
  disabled_because text,
  disabled_at timestamptz,
  disabled_by text,
  added_at timestamptz not null,
  version integer not null,
  primary key (tenant_id, endpoint_id)
);

-- Signing secrets, sealed under a key of the endpoint's own; destroyed when retired or past their time.
create table endpoint_secrets (
  tenant_id text not null,
  endpoint_id uuid not null,
  secret_id uuid not null,
  number integer not null,
  sealed text not null,
  made_at timestamptz not null,
  signs_until timestamptz,
  primary key (tenant_id, endpoint_id, secret_id)
);

-- How an endpoint does: from tries, not from events.
create table endpoint_health (
  tenant_id text not null,
  endpoint_id uuid not null,
  failures integer not null default 0,
  failing_since timestamptz,
  held_until timestamptz,
  primary key (tenant_id, endpoint_id)
) with (fillfactor = 70);

select protect('endpoints'), protect('endpoint_secrets'), protect('endpoint_health');
