-- Folded from the events of all contexts as they arrive, by one writer at a time: so positions of a timeline become visible
-- in their order.
create table board (
  tenant_id text not null,
  shipment_id uuid not null,
  row jsonb not null,
  stage text not null,
  primary key (tenant_id, shipment_id)
);
create index board_by_stage on board (tenant_id, stage);
select protect('board');

create table timeline (
  tenant_id text not null,
  shipment_id uuid not null,
  position bigint generated always as identity (cache 1),
  event_id uuid not null,
  context text not null,
  name text not null,
  type text not null,
  stream text not null,
  version integer not null,
  time text not null,
  actor text not null,
  causation_id text not null,
  says text not null,
  data jsonb not null,
  primary key (tenant_id, shipment_id, position),
  unique (tenant_id, event_id)
);
select protect('timeline');
