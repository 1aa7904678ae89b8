-- Rows of published tariffs, by what they say: the same rows are kept once, whichever tenant brings them, and never change. Nothing
-- reaches them but through a version below, which is a tenant's own; so these three carry no tenant.
create table tariff_contents (
  content_id bigint generated always as identity primary key,
  digest text not null unique,
  areas jsonb not null,
  roles text[] not null
);
select share('tariff_contents');

create table tariff_codes (
  content_id bigint not null,
  ordinal integer not null,
  code text collate "C" not null,
  declarable boolean not null,
  ancestors integer[] not null,
  units text[] not null,
  description text not null,
  -- Stems of its own words (weight A) and of its headings' words (weight D), and the stem of its content, so that one index finds
  -- words inside one version.
  words tsvector not null,
  primary key (content_id, ordinal)
);
create index tariff_codes_by_code on tariff_codes (content_id, code);
create index tariff_codes_by_word on tariff_codes using gin (words);
select share('tariff_codes');

create table tariff_measures (
  content_id bigint not null,
  ordinal integer not null,
  commodity text collate "C" not null,
  -- what makes it the same measure in another version: role, type, area, additional code, quota
  key text not null,
  expression text not null,
  measure text not null,
  primary key (content_id, ordinal)
);
create index tariff_measures_by_commodity on tariff_measures (content_id, commodity);
select share('tariff_measures');

-- Read model of TariffImported.
create table tariff_versions (
  tenant_id text not null,
  tariff_id uuid not null,
  position bigint generated always as identity,
  destination text not null,
  scope text not null,
  valid_from date not null,
  valid_to date,
  digest text not null,
  imported_at timestamptz not null,
  imported_by text not null,
  version jsonb not null,
  primary key (tenant_id, tariff_id)
);
create index tariff_versions_by_destination on tariff_versions (tenant_id, destination, valid_from desc, position desc);
select protect('tariff_versions');

-- What of a file was refused, row by row; written with the version, not a projection.
create table tariff_refusals (
  tenant_id text not null,
  tariff_id uuid not null,
  ordinal integer not null,
  line integer not null,
  code text not null,
  "column" text not null,
  text text not null,
  reason text not null,
  primary key (tenant_id, tariff_id, ordinal)
);
select protect('tariff_refusals');

-- Rule books with rows of tariffs in them: which versions the rows came from. Written when a book is made, not a projection.
create table tariff_books (
  tenant_id text not null,
  digest text not null,
  tariffs jsonb not null,
  primary key (tenant_id, digest)
);
select protect('tariff_books');

-- Read models of what was assessed: by rule book, and by legal basis.
create table assessed (
  tenant_id text not null,
  assessment_id uuid not null,
  shipment_id uuid not null,
  n integer not null,
  destination text not null,
  law_date date not null,
  recorded_at timestamptz not null,
  currency text not null,
  rules text[] not null,
  commodities text[] not null,
  primary key (tenant_id, assessment_id)
);
create index assessed_by_shipment on assessed (tenant_id, shipment_id, n desc);
select protect('assessed');

create table assessed_charges (
  tenant_id text not null,
  assessment_id uuid not null,
  ordinal integer not null,
  line integer not null,
  code text not null,
  role text not null,
  amount numeric not null,
  currency text not null,
  legal_basis text not null,
  primary key (tenant_id, assessment_id, ordinal)
);
create index assessed_charges_by_basis on assessed_charges (tenant_id, legal_basis);
select protect('assessed_charges');

create table legal_bases (
  tenant_id text not null,
  legal_basis text not null,
  destination text not null,
  primary key (tenant_id, legal_basis, destination)
);
select protect('legal_bases');

create table voidances (
  tenant_id text not null,
  voidance_id uuid not null,
  position bigint generated always as identity,
  at timestamptz not null,
  voidance jsonb not null,
  primary key (tenant_id, voidance_id)
);
select protect('voidances');

-- Read model of the three events of a classification.
create table classifications (
  tenant_id text not null,
  classification_id uuid not null,
  position bigint generated always as identity,
  destination text not null,
  commodity text not null,
  product text,
  flagged boolean not null,
  version integer not null,
  view jsonb not null,
  primary key (tenant_id, classification_id)
);
create index classifications_by_position on classifications (tenant_id, position);
create index classifications_by_commodity on classifications (tenant_id, destination, commodity);
create index classifications_by_product on classifications (tenant_id, product) where product is not null;
select protect('classifications');
