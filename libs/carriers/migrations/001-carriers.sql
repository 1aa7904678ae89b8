create table bookings (
  tenant_id text not null,
  booking_id uuid not null,
  shipment_id uuid not null,
  generation integer not null,
  account text not null,
  adapter text not null,
  status text not null,
  carrier_reference text,
  booked_at timestamptz not null,
  version integer not null,
  primary key (tenant_id, booking_id),
  unique (tenant_id, shipment_id, generation)
);
create index bookings_by_carrier_reference on bookings (account, carrier_reference);
select protect('bookings');

-- What is asked of the carrier, stored with its key before the first byte is sent: whoever asks again asks the same.
create table booking_requests (
  tenant_id text not null,
  booking_id uuid not null,
  request jsonb not null,
  primary key (tenant_id, booking_id)
);
select protect('booking_requests');

-- Bookings that are said to have delivered.
create table deliveries (
  tenant_id text not null,
  booking_id uuid not null,
  shipment_id uuid not null,
  proved boolean not null,
  primary key (tenant_id, booking_id)
);
create index deliveries_without_proof on deliveries (tenant_id) where not proved;
select protect('deliveries');

-- When the carrier was asked for a proof that it did not have, and when it is asked again.
create table proof_requests (
  tenant_id text not null,
  booking_id uuid not null,
  tries integer not null,
  ask_at timestamptz not null,
  primary key (tenant_id, booking_id)
);
select protect('proof_requests');

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

-- Pushes as they came, before anything was believed. They belong to no tenant (''): one push may tell of several.
create table inbound_messages (
  tenant_id text not null default '' check (tenant_id = ''),
  id bigint generated always as identity,
  account text not null,
  sha256 text not null,
  bytes bytea not null,
  received_at timestamptz not null,
  -- waiting: to be read; held: names bookings not known (yet); unmatched: held for too long
  state text not null default 'waiting' check (state in ('waiting', 'held', 'unmatched', 'unreadable', 'done')),
  reason text,
  -- carriers' references that are not known (yet)
  waits_for text[] not null default '{}',
  tries integer not null default 0,
  look_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, account, sha256)
);
create index inbound_messages_due on inbound_messages (look_at) where state in ('waiting', 'held');
create index inbound_messages_held on inbound_messages using gin (waits_for) where state = 'held';
select protect('inbound_messages');
