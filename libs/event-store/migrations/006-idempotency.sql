-- First answers to HTTP requests by Idempotency-Key, kept in the transaction of their effect.
create table idempotency (
  tenant_id text not null,
  route text not null,
  key text not null,
  fingerprint text not null,
  status text not null check (status in ('running', 'done')),
  http_status integer,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, route, key)
);
create index idempotency_age on idempotency (created_at);
select protect('idempotency');
