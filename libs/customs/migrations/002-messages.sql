-- Messages of authorities as they came, before anything read them. Rows are never changed. They belong to no tenant until
-- they are correlated: '(unassigned)' is no slug, so that no caller's tenant can ever see them.
create table raw_messages (
  tenant_id text not null default '(unassigned)',
  raw_id uuid not null,
  channel text not null,
  headers jsonb not null,
  bytes bytea not null,
  sha256 text not null,
  received_at timestamptz not null,
  primary key (raw_id)
);

-- What reading made of a body: open until every message in it is settled, then never looked at again.
create table readings (
  tenant_id text not null default '(unassigned)',
  raw_id uuid not null primary key references raw_messages (raw_id),
  state text not null default 'open' check (state in ('open', 'parked', 'settled')),
  reason text,
  keys text[] not null default '{}',
  tries integer not null default 0,
  look_at timestamptz not null
);
create index readings_waiting on readings (look_at) where state <> 'settled';
create index readings_parked on readings using gin (keys) where state = 'parked';

-- Which message belongs to which declaration. A second copy of the same bytes is a link to the first and leads to no event.
create table messages (
  tenant_id text not null,
  declaration_id uuid not null,
  message_id text not null,
  raw_id uuid not null,
  position integer not null, -- within its body, from 0
  identity text not null,
  function_code text not null,
  sha256 text not null,
  received_at timestamptz not null,
  duplicate boolean not null,
  primary key (tenant_id, declaration_id, message_id)
);
create unique index messages_once on messages (tenant_id, declaration_id, identity, sha256) where not duplicate;
create unique index messages_part on messages (tenant_id, raw_id, identity);

select protect('raw_messages'), protect('readings'), protect('messages');

do $$
begin
  execute format('revoke update, delete on raw_messages from %1$I_app, %1$I_system', current_schema());
  execute format('revoke delete on readings from %1$I_app, %1$I_system', current_schema());
  execute format('revoke update, delete on messages from %1$I_app, %1$I_system', current_schema());
end $$;
