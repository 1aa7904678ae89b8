-- Money that came to our account, as the bank tells of it. It names no tenant: rows belong to none ('') and only the system role sees them.
create table bank_credits (
  tenant_id text not null default '',
  transaction_id text not null,
  reference text not null,
  amount numeric not null,
  currency text not null,
  booked_at timestamptz not null,
  -- the claim that it paid, once that is known
  taken_tenant text,
  taken_by uuid,
  primary key (tenant_id, transaction_id)
);
create index bank_credits_by_reference on bank_credits (reference) where taken_by is null;
select protect('bank_credits');

-- What an authority may quote when it pays a claim.
create table awaited_refunds (
  tenant_id text not null,
  reference text not null,
  booking_id uuid not null,
  shipment_id uuid not null,
  correlation_id text not null,
  primary key (tenant_id, reference, booking_id)
);
create index awaited_refunds_by_reference on awaited_refunds (reference);
select protect('awaited_refunds');
