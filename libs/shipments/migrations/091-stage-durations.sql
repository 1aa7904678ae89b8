-- How long delivered shipments took from each stage to their delivery: what an estimate for a like one is made of. No person is in it.
create table stage_durations (
  tenant_id text not null,
  shipment_id uuid not null,
  stage text not null,
  destination text not null,
  transport text not null,
  seconds integer not null,
  delivered_at text not null,
  primary key (tenant_id, shipment_id, stage)
);
create index stage_durations_by_likeness on stage_durations (tenant_id, destination, transport, stage, delivered_at desc);
select protect('stage_durations');
