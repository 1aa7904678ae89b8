-- Numbers that authorities gave to entries, as customs tells them: a statement names an entry by its number. Not a projection of this
-- context's own streams.
create table entry_numbers (
  tenant_id text not null,
  number text not null,
  shipment_id uuid not null,
  primary key (tenant_id, number)
);
create index entry_numbers_by_shipment on entry_numbers (tenant_id, shipment_id);
select protect('entry_numbers');

create table statements (
  tenant_id text not null,
  statement_id uuid not null,
  position bigint generated always as identity,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, statement_id)
);
create index statements_by_position on statements (tenant_id, position);
select protect('statements');

create table fee_tariffs (
  tenant_id text not null,
  engagement_id uuid not null,
  position bigint generated always as identity,
  tariff jsonb not null,
  primary key (tenant_id, engagement_id, position)
);
select protect('fee_tariffs');

create table invoices (
  tenant_id text not null,
  invoice_id uuid not null,
  shipment_id uuid not null,
  importer uuid not null,
  sequence integer not null,
  invoice jsonb not null,
  primary key (tenant_id, invoice_id),
  unique (tenant_id, importer, sequence)
);
create index invoices_by_shipment on invoices (tenant_id, shipment_id, sequence);
select protect('invoices');

create table money_bookings (
  tenant_id text not null,
  booking_id uuid not null,
  shipment_id uuid not null,
  case_id text,
  position bigint generated always as identity,
  is_open boolean not null,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, booking_id)
);
create index money_bookings_by_shipment on money_bookings (tenant_id, shipment_id, position);
select protect('money_bookings');
