-- Read model of the reader streams: outside parties that may read the log with a key of their own. Only its digest is here.
create table readers (
  tenant_id text not null,
  reader_id uuid not null,
  name text not null,
  valid_until timestamptz not null,
  digest text not null,
  issued_by text not null,
  revoked boolean not null default false,
  primary key (tenant_id, reader_id)
);
select protect('readers');
