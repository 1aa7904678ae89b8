-- What shipments take of a permit, by document code and number: rewritten each time a shipment's papers are judged.
create table permit_draws (
  tenant_id text not null,
  permit text not null,
  shipment_id uuid not null,
  drawn numeric not null,
  primary key (tenant_id, permit, shipment_id)
);
create index permit_draws_of_shipment on permit_draws (tenant_id, shipment_id);
select protect('permit_draws');
