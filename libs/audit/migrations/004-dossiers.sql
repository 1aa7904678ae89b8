-- Read model of the dossier streams: the seal, the retention clock, the hold. Rebuilt from events alone.
create table dossiers (
  tenant_id text not null,
  shipment_id uuid not null,
  events integer,
  tree_size bigint,
  root_hash text,
  checkpoint text,
  jurisdiction text,
  law text,
  retain_until date,
  hold_matter text,
  hold_by text,
  erased boolean not null default false,
  primary key (tenant_id, shipment_id)
);
create index dossiers_due on dossiers (tenant_id, retain_until) where not erased;
select protect('dossiers');
