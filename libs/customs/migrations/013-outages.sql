-- An authority that cannot be reached: since when, what was seen, until when. The rows are the evidence when a legal clock ran meanwhile.
create table outages (
  tenant_id text not null default '(unassigned)',
  outage_id uuid primary key default gen_random_uuid(),
  authority text not null,
  since timestamptz not null,
  says text not null,
  ended_at timestamptz,
  -- the one filing that may try whether it is up again
  pilot uuid,
  pilot_until timestamptz not null default '-infinity'
);
create unique index outages_open on outages (authority) where ended_at is null;

-- Filings that wait for it, in the order of their legal deadline.
create table outbound_queue (
  tenant_id text not null default '(unassigned)',
  authority text not null,
  declaration_id uuid not null,
  deadline date,
  queued_at timestamptz not null,
  looked_at timestamptz not null,
  primary key (authority, declaration_id)
);

select protect('outages'), protect('outbound_queue');

do $$
begin
  execute format('revoke delete on outages from %1$I_app, %1$I_system', current_schema());
end $$;
