-- What was frozen for each version before anything was sent: neutral content and the exact bytes. Both hold names and
-- addresses, so they live here and never in an event; the event carries their digests.
create table contents (
  tenant_id text not null,
  declaration_id uuid not null,
  version integer not null,
  content jsonb not null,
  bytes bytea not null,
  bytes_digest text not null,
  correlation_id text not null,
  prepared_at timestamptz not null,
  primary key (tenant_id, declaration_id, version)
);

-- One transmission each, written before its first byte. A second one of a version demands the evidence that allows it.
create table attempts (
  tenant_id text not null,
  declaration_id uuid not null,
  version integer not null,
  purpose text not null default 'declare',
  attempt integer not null check (attempt > 0),
  bytes_digest text not null,
  started_at timestamptz not null,
  outcome text not null default 'open' check (outcome in ('open', 'received', 'refused', 'unknown', 'not-sent')),
  settled_at timestamptz,
  conversation_id text,
  evidence text,
  problems jsonb not null default '[]',
  primary key (tenant_id, declaration_id, version, purpose, attempt),
  foreign key (tenant_id, declaration_id, version) references contents (tenant_id, declaration_id, version),
  check (attempt = 1 or evidence is not null)
);
create unique index attempts_one_open on attempts (tenant_id, declaration_id) where outcome = 'open';

-- Read model, folded from events alone: the declaration's state as of its last event.
create table declarations (
  tenant_id text not null,
  declaration_id uuid not null,
  shipment_id uuid not null,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, declaration_id)
);
create index declarations_by_shipment on declarations (tenant_id, shipment_id);

-- Read model: every reference under which an authority may speak of a declaration.
create table declaration_keys (
  tenant_id text not null,
  scheme text not null check (scheme in ('conversation', 'mrn', 'lrn')),
  value text not null,
  declaration_id uuid not null,
  primary key (tenant_id, scheme, value, declaration_id)
);
create index declaration_keys_by_value on declaration_keys (scheme, value);

select protect('contents'), protect('attempts'), protect('declarations'), protect('declaration_keys');

do $$
begin
  execute format('revoke update, delete on contents from %1$I_app, %1$I_system', current_schema());
  execute format('revoke delete on attempts from %1$I_app, %1$I_system', current_schema());
end $$;
