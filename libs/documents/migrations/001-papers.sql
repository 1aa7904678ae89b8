-- What the context knows of its shipments from published events.
create table shipments (
  tenant_id text not null,
  shipment_id uuid not null,
  called_off boolean not null default false,
  primary key (tenant_id, shipment_id)
);
select protect('shipments');

-- The shipment as the workflow handed it over with the order to derive the checklist; canonical JSON.
create table situations (
  tenant_id text not null,
  shipment_id uuid not null,
  situation text not null,
  primary key (tenant_id, shipment_id)
);
select protect('situations');

-- Read model: files at the door, kept and refused.
create table files (
  tenant_id text not null,
  file_id uuid not null,
  shipment_id uuid not null,
  sha256 text,
  size bigint not null,
  media_type text,
  name text not null,
  refused_code text,
  primary key (tenant_id, file_id)
);
select protect('files');

-- Read model: documents, each with the state of its newest version.
create table documents (
  tenant_id text not null,
  document_id uuid not null,
  shipment_id uuid not null,
  type text not null,
  state text not null check (state in ('received', 'read', 'accepted', 'rejected')),
  refusal_code text,
  refusal_place text,
  says text,
  current integer not null,
  confirmed text,
  received_at timestamptz not null,
  stream_version integer not null,
  primary key (tenant_id, document_id)
);
create index documents_of_shipment on documents (tenant_id, shipment_id);
select protect('documents');

-- Read model: every version that ever came in.
create table versions (
  tenant_id text not null,
  document_id uuid not null,
  version integer not null,
  file_id uuid not null,
  sha256 text not null,
  facts_digest text,
  received_at timestamptz not null,
  primary key (tenant_id, document_id, version)
);
select protect('versions');

-- Facts of a version: canonical JSON as it was digested, stored once like a file. Seller and number of an invoice are taken out
-- for the search among the tenant's other shipments.
create table facts (
  tenant_id text not null,
  document_id uuid not null,
  version integer not null,
  shipment_id uuid not null,
  digest text not null,
  facts text not null,
  seller text,
  number text,
  primary key (tenant_id, document_id, version)
);
create index facts_of_invoice on facts (tenant_id, seller, number) where number is not null;
select protect('facts');

-- Versions that wait to be read: written with the version, deleted with the verdict, so that a kill in between loses nothing.
create table readings (
  tenant_id text not null,
  document_id uuid not null,
  version integer not null,
  shipment_id uuid not null,
  type text not null,
  sha256 text not null,
  media_type text not null,
  cause text not null,
  attempts integer not null default 0,
  due_at timestamptz not null,
  primary key (tenant_id, document_id, version)
);
create index readings_due on readings (due_at);
select protect('readings');
