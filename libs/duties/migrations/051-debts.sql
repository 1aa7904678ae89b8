-- Who tried to approve and might not; what authorities state, held against ours; what is due on a later day; own limits; delegations.
alter table payments add column refusals jsonb not null default '[]';

create table debts (
  tenant_id text not null,
  declaration_id uuid not null,
  shipment_id uuid not null,
  mrn text,
  state jsonb not null,
  version integer not null,
  primary key (tenant_id, declaration_id)
);
create index debts_by_shipment on debts (tenant_id, shipment_id);
create index debts_by_mrn on debts (tenant_id, mrn);
select protect('debts');

create table later_dues (
  tenant_id text not null,
  shipment_id uuid not null,
  tax_type text not null,
  method text not null,
  authority text not null,
  law_date date not null,
  due_on date,
  law text not null,
  amount numeric not null,
  currency text not null,
  primary key (tenant_id, shipment_id, tax_type, method)
);
create index later_dues_by_day on later_dues (tenant_id, authority, due_on);
select protect('later_dues');

create table approval_limits (
  tenant_id text not null,
  limits_id uuid not null,
  position bigint generated always as identity,
  first_day date not null,
  limits jsonb not null,
  primary key (tenant_id, limits_id)
);
select protect('approval_limits');

create table approval_delegations (
  tenant_id text not null,
  delegation_id uuid not null,
  position bigint generated always as identity,
  lent_to text not null,
  state jsonb not null,
  primary key (tenant_id, delegation_id)
);
create index approval_delegations_by_person on approval_delegations (tenant_id, lent_to);
select protect('approval_delegations');
