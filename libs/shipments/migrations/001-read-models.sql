-- Read models of this context's own streams: written in the transaction that appends, rebuilt from events alone.
-- `state` is the stream folded by its decider, without the values of persons: those stay sealed in the events.

create table importers (
  tenant_id text not null,
  id uuid not null,
  position bigint generated always as identity,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, id)
);
create index importers_by_position on importers (tenant_id, position);
select protect('importers');

create table guarantees (
  tenant_id text not null,
  id uuid not null,
  position bigint generated always as identity,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, id)
);
create index guarantees_by_position on guarantees (tenant_id, position);
select protect('guarantees');

create table engagements (
  tenant_id text not null,
  id uuid not null,
  position bigint generated always as identity,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, id)
);
create index engagements_by_position on engagements (tenant_id, position);
select protect('engagements');

create table shipments (
  tenant_id text not null,
  id uuid not null,
  position bigint generated always as identity,
  state jsonb not null,
  version integer not null,
  reference text not null,
  opened_at text not null,
  -- when the parties were last said: a screening hit that was cleared before does not count any more
  parties_at text not null,
  primary key (tenant_id, id)
);
create index shipments_by_position on shipments (tenant_id, position);
create index shipments_by_reference on shipments (tenant_id, reference);
select protect('shipments');

create table tasks (
  tenant_id text not null,
  id uuid not null,
  position bigint generated always as identity,
  state jsonb not null,
  version integer not null,
  status text not null,
  kind text not null,
  shipment_id uuid,
  due timestamptz not null,
  primary key (tenant_id, id)
);
create index tasks_by_due on tasks (tenant_id, status, due, position);
create index tasks_by_shipment on tasks (tenant_id, shipment_id);
select protect('tasks');
