-- Whose money an entry is, with which authority, for which line, and the day that it counts for.
alter table ledger_entries
  add column customer text not null default 'unknown',
  add column importer text not null default 'unknown',
  add column authority text not null default 'unassessed',
  add column line integer not null default 0,
  add column value_date date;
alter table ledger_entries no force row level security;
update ledger_entries set value_date = (at at time zone 'UTC')::date,
  authority = coalesce(nullif(split_part(account, ':', 2), ''), 'unassessed') where value_date is null;
-- Default for the release before this one, which does not say it.
alter table ledger_entries alter column value_date set not null, alter column value_date set default (now() at time zone 'UTC')::date;
create index ledger_entries_by_account on ledger_entries (tenant_id, account, currency, value_date, position);

-- Running sums, written with the entries: a balance is a few rows by key, however many postings there are. Days hold what moved on
-- a value date, so that any balance as of a day is a sum over days and not over entries.
create table ledger_balances (
  tenant_id text not null,
  customer text not null,
  importer text not null,
  authority text not null,
  legal_basis text not null,
  tax_type text not null,
  account text not null,
  currency text not null,
  debit numeric not null,
  credit numeric not null,
  primary key (tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency)
);

create table ledger_days (
  tenant_id text not null,
  customer text not null,
  importer text not null,
  authority text not null,
  legal_basis text not null,
  tax_type text not null,
  account text not null,
  currency text not null,
  day date not null,
  debit numeric not null,
  credit numeric not null,
  primary key (tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency, day)
);

insert into ledger_balances
select tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency,
  sum(amount) filter (where side = 'debit'), sum(amount) filter (where side = 'credit')
from (
  select tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency, side, amount from ledger_entries
  union all select distinct tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency, s.side, 0
    from ledger_entries cross join (values ('debit'), ('credit')) as s (side)
) as e group by 1, 2, 3, 4, 5, 6, 7, 8;
insert into ledger_days
select tenant_id, customer, importer, authority, legal_basis, tax_type, account, currency, value_date,
  coalesce(sum(amount) filter (where side = 'debit'), 0), coalesce(sum(amount) filter (where side = 'credit'), 0)
from ledger_entries group by 1, 2, 3, 4, 5, 6, 7, 8, 9;

alter table ledger_entries force row level security;
select protect('ledger_balances'), protect('ledger_days');
