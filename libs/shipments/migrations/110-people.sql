-- Who was here with which roles, as the provider's tokens said. It knows nobody before they come, and is no record: a row may go with its person.
create table people (
  tenant_id text not null,
  subject text not null,
  name text not null,
  roles text[] not null,
  roles_since timestamptz not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  primary key (tenant_id, subject)
);
select protect('people');
