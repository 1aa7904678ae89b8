-- Read model: entries after they were made, folded from their events alone.
create table entries (
  tenant_id text not null,
  declaration_id uuid not null,
  shipment_id uuid not null,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, declaration_id)
);
create index entries_by_shipment on entries (tenant_id, shipment_id);

-- Read model: post-entry cases. `position` is that of the opening event: newest first is its descending order.
create table cases (
  tenant_id text not null,
  case_id uuid not null,
  declaration_id uuid not null,
  shipment_id uuid not null,
  kind text not null,
  status text not null,
  voidance_id uuid,
  position bigint not null,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, case_id)
);
create index cases_by_entry on cases (tenant_id, declaration_id);
create index cases_by_shipment on cases (tenant_id, shipment_id);
create index cases_by_position on cases (tenant_id, position desc);

select protect('entries'), protect('cases');
