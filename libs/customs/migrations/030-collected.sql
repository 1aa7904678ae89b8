-- How far each mailbox was fetched. Moved in the transaction that stores the message: what was not stored comes again.
create table collected (
  tenant_id text not null default '(unassigned)',
  authority text not null primary key,
  cursor text not null,
  collected_at timestamptz not null
);

-- Numbers of entries of the United States. A number is never given twice, not even after a cancellation: the sequence does not
-- turn over, and what a rolled back transaction drew is lost.
create sequence entry_serials maxvalue 9999999 no cycle;
create table entry_numbers (
  tenant_id text not null,
  declaration_id uuid not null,
  entry_number text not null,
  primary key (tenant_id, declaration_id)
);
create unique index entry_numbers_once on entry_numbers (entry_number);

select protect('collected'), protect('entry_numbers');

do $$
begin
  execute format('grant usage on sequence entry_serials to %1$I_app, %1$I_system', current_schema());
  execute format('revoke update, delete on entry_numbers from %1$I_app, %1$I_system', current_schema());
end $$;
