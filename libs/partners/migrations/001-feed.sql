-- What partners read as server-sent events: one row an event of any context, the values of persons taken out.
--
-- Positions are counted per tenant, gapless from 1. The row of feed_heads is held until its transaction commits, so a
-- position becomes visible only after all smaller ones have, and says nothing of how busy other tenants are.
create table feed_heads (
  tenant_id text primary key,
  position bigint not null
) with (fillfactor = 50);
select protect('feed_heads');

create table feed (
  tenant_id text not null,
  position bigint not null,
  event_id uuid not null,
  subject text not null,
  -- the shipment it speaks of, which is not the subject of every event
  shipment_id uuid,
  type text not null,
  body text not null,
  primary key (tenant_id, position),
  unique (tenant_id, event_id)
);
create index feed_by_shipment on feed (tenant_id, shipment_id, position);
select protect('feed');
