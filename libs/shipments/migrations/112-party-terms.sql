-- By what a shipment is found where somebody has the name of a party in hand: keyed digests of the beginnings of its words. The names
-- themselves stay sealed in the events; the digests go when the persons of the dossier are erased.
create table party_terms (
  tenant_id text not null,
  shipment_id uuid not null,
  terms bigint[] not null,
  primary key (tenant_id, shipment_id)
);
create index party_terms_by_term on party_terms using gin (terms);
select protect('party_terms');
