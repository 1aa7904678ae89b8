-- One row an event and endpoint. Its id is the webhook-id.
create table deliveries (
  tenant_id text not null,
  delivery_id uuid not null default gen_random_uuid(),
  endpoint_id uuid not null,
  position bigint not null,
  event_id uuid not null,
  context text not null,
  name text not null,
  -- shipment, or what else the event is about: within a lane nothing is sent before what came earlier
  lane text not null,
  stream text not null,
  stream_version integer not null,
  -- version of the stream's event before, among those for this endpoint; 0: none
  previous_version integer not null,
  state text not null default 'waiting' check (state in ('waiting', 'dead', 'sent', 'skipped')),
  tries integer not null default 0,
  next_at timestamptz not null,
  created_at timestamptz not null,
  skipped_because text,
  skipped_by text,
  replay_id uuid,
  primary key (tenant_id, delivery_id),
  unique (tenant_id, endpoint_id, event_id)
) with (fillfactor = 80);
create index deliveries_by_position on deliveries (tenant_id, position desc, endpoint_id);
create index deliveries_open on deliveries (tenant_id, endpoint_id, lane, position) where state in ('waiting', 'dead');
create index deliveries_of_stream on deliveries (tenant_id, endpoint_id, stream, stream_version);
create index deliveries_by_age on deliveries (created_at);

-- One row a lane with something to be sent; who works on it holds its lease.
create table delivery_lanes (
  tenant_id text not null,
  endpoint_id uuid not null,
  lane text not null,
  dead boolean not null default false,
  next_at timestamptz not null,
  lease uuid,
  leased_until timestamptz not null default '-infinity',
  primary key (tenant_id, endpoint_id, lane)
) with (fillfactor = 70);
create index lanes_due on delivery_lanes (tenant_id, endpoint_id, next_at) where not dead;

create table delivery_attempts (
  tenant_id text not null,
  delivery_id uuid not null,
  attempt_id uuid not null default gen_random_uuid(),
  endpoint_id uuid not null,
  at timestamptz not null,
  arrived boolean not null,
  status integer,
  says text not null,
  duration_ms integer not null,
  headers jsonb not null,
  body_sha256 text not null,
  answer text not null,
  primary key (tenant_id, delivery_id, attempt_id),
  foreign key (tenant_id, delivery_id) references deliveries on delete cascade
);
create index attempts_by_endpoint on delivery_attempts (tenant_id, endpoint_id, at);

select protect('deliveries'), protect('delivery_lanes'), protect('delivery_attempts');
