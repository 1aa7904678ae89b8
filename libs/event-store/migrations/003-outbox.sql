-- Drained by state, never by a cursor: a cursor on a sequence skips what commits late.
-- Positions are drawn under the stream's lock, so their order is each stream's order.
create table outbox (
  position bigint not null,
  tenant_id text not null,
  lane smallint not null,
  key text not null,
  sent_at timestamptz
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
create unique index outbox_unsent on outbox (position) where sent_at is null;
create index outbox_sent on outbox (sent_at) where sent_at is not null;

select protect('outbox');

do $$
begin
  execute format('revoke update, delete on outbox from %I', current_schema() || '_app');
end $$;

-- One relay owns a lane for as long as it renews its lease. A new owner raises the epoch; what an earlier owner still
-- wants to mark carries the old one and is refused.
create table lanes (
  lane smallint primary key,
  epoch bigint not null default 0,
  owner text,
  leased_until timestamptz not null default '-infinity'
);
insert into lanes (lane) select generate_series(0, 7);
select share('lanes');

create function lane_of(key text) returns smallint
language sql immutable parallel safe
return get_byte(decode(md5(key), 'hex'), 0) % 8;
