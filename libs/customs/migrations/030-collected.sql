-- How far each mailbox was fetched. Moved in the transaction that stores the message: what was not stored comes again.
create table collected (
  tenant_id text not null default '(unassigned)',
  authority text not null primary key,
  cursor text not null,
  collected_at timestamptz not null
);
