-- Who watches which shipment. A wish of a person about what they see, and no record of the shipment.
create table watchers (
  tenant_id text not null,
  shipment_id uuid not null,
  subject text not null,
  name text not null,
  since timestamptz not null,
  primary key (tenant_id, shipment_id, subject)
);
create index watchers_by_person on watchers (tenant_id, subject);
select protect('watchers');
