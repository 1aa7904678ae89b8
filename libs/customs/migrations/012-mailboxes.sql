-- Mailboxes of authorities that do not push: how far each was read. The cursor moves in the transaction that stores what was fetched.
create table mailboxes (
  tenant_id text not null default '(unassigned)',
  mailbox text not null primary key,
  cursor text,
  leased_until timestamptz not null default '-infinity',
  -- since when it could not be read; null while it can
  down_since timestamptz,
  says text
);

select protect('mailboxes');
