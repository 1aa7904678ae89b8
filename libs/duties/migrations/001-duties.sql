-- Read models of this context's own streams: written in the transaction that appends, rebuilt from events alone.
create table payments (
  tenant_id text not null,
  payment_id uuid not null,
  position bigint generated always as identity,
  shipment_id uuid not null,
  status text not null,
  state jsonb not null,
  approvals jsonb not null,
  version integer not null,
  primary key (tenant_id, payment_id)
);
create index payments_by_position on payments (tenant_id, position);
create index payments_by_shipment on payments (tenant_id, shipment_id, position);
select protect('payments');

create table ledger_entries (
  tenant_id text not null,
  shipment_id uuid not null,
  event_id uuid not null,
  ordinal integer not null,
  position bigint generated always as identity,
  posting text not null,
  at timestamptz not null,
  account text not null,
  side text not null check (side in ('debit', 'credit')),
  amount numeric not null check (amount >= 0),
  currency text not null,
  legal_basis text not null,
  tax_type text not null,
  says text not null,
  primary key (tenant_id, event_id, ordinal)
);
create index ledger_entries_by_shipment on ledger_entries (tenant_id, shipment_id, position);
select protect('ledger_entries');

-- The bytes of each assessment's result, kept beside the event that carries their digest. Not a projection: the digest in the
-- event proves them, and the request in the event with the rule books below computes them again.
create table assessments (
  tenant_id text not null,
  assessment_id uuid not null,
  shipment_id uuid not null,
  n integer not null,
  recorded_at timestamptz not null,
  result_digest text not null,
  request text not null,
  result text not null,
  primary key (tenant_id, assessment_id),
  unique (tenant_id, shipment_id, n)
);
select protect('assessments');

-- Every rule book that an assessment of the tenant ever used, by its digest, as canonical JSON.
create table rule_books (
  tenant_id text not null,
  digest text not null,
  content text not null,
  primary key (tenant_id, digest)
);
select protect('rule_books');

-- Published months of customs rates as they came; never overwritten, so that a later correction cannot change what was used.
create table fx_tables (
  tenant_id text not null,
  jurisdiction text not null,
  month text not null,
  digest text not null,
  first_day date not null,
  last_day date not null,
  raw text not null,
  rates jsonb not null,
  fetched_at timestamptz not null,
  primary key (tenant_id, jurisdiction, month)
);
select protect('fx_tables');

-- The reference that people know a shipment by: the bank's end-to-end identification.
create table shipment_references (
  tenant_id text not null,
  shipment_id uuid not null,
  reference text not null,
  primary key (tenant_id, shipment_id)
);
select protect('shipment_references');

-- An order to the bank, stored with its key before the call: whoever finds it asks the bank before sending anything.
create table bank_orders (
  tenant_id text not null,
  key uuid not null,
  shipment_id uuid not null,
  correlation_id text not null,
  body text not null,
  stored_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index bank_orders_by_key on bank_orders (key);
select protect('bank_orders');

-- What the bank pushed, byte for byte, before anything was believed of it. It names no tenant: rows belong to none ('') and only
-- the system role sees them.
create table bank_messages (
  tenant_id text not null default '',
  digest text not null,
  position bigint generated always as identity,
  body bytea not null,
  received_at timestamptz not null default now(),
  read_at timestamptz,
  attempts integer not null default 0,
  outcome text,
  says text,
  primary key (tenant_id, digest)
);
create index bank_messages_unread on bank_messages (attempts, position) where read_at is null;
select protect('bank_messages');
