create table bookings (
  tenant_id text not null,
  booking_id uuid not null,
  shipment_id uuid not null,
  generation integer not null,
  account text not null,
  adapter text not null,
  reference text not null,
  status text not null,
  carrier_reference text,
  version integer not null,
  primary key (tenant_id, booking_id),
  unique (tenant_id, shipment_id, generation)
);
create index bookings_by_carrier_reference on bookings (account, carrier_reference);
create index bookings_by_reference on bookings (account, reference);
select protect('bookings');

create table deliveries (
  tenant_id text not null,
  shipment_id uuid not null,
  booking_id uuid not null,
  claimed boolean not null default false,
  proved boolean not null default false,
  delivered boolean not null default false,
  primary key (tenant_id, shipment_id)
);
create index deliveries_without_proof on deliveries (tenant_id) where claimed and not proved;
select protect('deliveries');

create table proofs (
  tenant_id text not null,
  shipment_id uuid not null,
  sha256 text not null,
  media_type text not null,
  bytes bytea not null,
  fetched_at timestamptz not null default now(),
  primary key (tenant_id, shipment_id, sha256)
);
select protect('proofs');

-- Pushes as they came, before anything was believed. The tenant is not known until an event names a booking: '' until then.
create table inbound_messages (
  tenant_id text not null default '',
  id bigint generated always as identity,
  account text not null,
  sha256 text not null,
  bytes bytea not null,
  received_at timestamptz not null default now(),
  -- waiting: to be read; unmatched: names a booking not known here (yet); unreadable; done
  state text not null default 'waiting' check (state in ('waiting', 'unmatched', 'unreadable', 'done')),
  reason text,
  looked_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, account, sha256)
);
create index inbound_messages_open on inbound_messages (state, id) where state in ('waiting', 'unmatched');
select protect('inbound_messages');
