-- Requests about a declaration that the authority has: what was asked, in which bytes, under a reference of its own. Content that an
-- amendment proposes is a row of `contents` like any other version; it stands once the request is granted.
create table requests (
  tenant_id text not null,
  declaration_id uuid not null,
  request integer not null check (request > 0),
  purpose text not null check (purpose in ('amend', 'cancel', 'arrive')),
  version integer not null,
  lrn text not null,
  bytes bytea not null,
  bytes_digest text not null,
  correlation_id text not null,
  order_id uuid not null,
  made_at timestamptz not null,
  primary key (tenant_id, declaration_id, request),
  unique (tenant_id, declaration_id, order_id)
);

-- One transmission each, as for declarations: its row stands before its first byte, and a second one demands its evidence.
create table request_attempts (
  tenant_id text not null,
  declaration_id uuid not null,
  request integer not null,
  attempt integer not null check (attempt > 0),
  started_at timestamptz not null,
  outcome text not null default 'open' check (outcome in ('open', 'received', 'refused', 'unknown', 'not-sent')),
  settled_at timestamptz,
  conversation_id text,
  evidence text,
  problems jsonb not null default '[]',
  primary key (tenant_id, declaration_id, request, attempt),
  foreign key (tenant_id, declaration_id, request) references requests (tenant_id, declaration_id, request),
  check (attempt = 1 or evidence is not null)
);
create unique index request_attempts_one_open on request_attempts (tenant_id, declaration_id) where outcome = 'open';

-- States folded before there were requests, papers, queries and findings have none.
alter table declarations no force row level security;
update declarations
set state = '{"requests": [], "papersSent": [], "answered": [], "disposal": null, "found": [], "examination": []}'::jsonb || state;
alter table declarations force row level security;

select protect('requests'), protect('request_attempts');

do $$
begin
  execute format('revoke update, delete on requests from %1$I_app, %1$I_system', current_schema());
  execute format('revoke delete on request_attempts from %1$I_app, %1$I_system', current_schema());
end $$;
