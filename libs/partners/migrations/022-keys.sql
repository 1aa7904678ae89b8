-- Read model of the key streams: programs of partners that call with a key of their own. Only its digest is here.
create table partner_keys (
  tenant_id text not null,
  key_id uuid not null,
  name text not null,
  scopes text[] not null,
  valid_until timestamptz not null,
  digest text not null,
  issued_by text not null,
  revoked boolean not null default false,
  primary key (tenant_id, key_id)
);

-- From calls, not from events.
create table partner_key_uses (
  tenant_id text not null,
  key_id uuid not null,
  last_used_at timestamptz not null,
  primary key (tenant_id, key_id)
) with (fillfactor = 70);

select protect('partner_keys'), protect('partner_key_uses');
