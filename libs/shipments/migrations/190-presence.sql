-- Who has which shipment open at this moment. Neither a record nor worth one: after a crash of the server it is empty, and is told anew.
create unlogged table presence (
  tenant_id text not null,
  shipment_id uuid not null,
  subject text not null,
  name text not null,
  part text not null,
  editing boolean not null,
  since timestamptz not null,
  seen timestamptz not null,
  primary key (tenant_id, shipment_id, subject)
);
select protect('presence');
