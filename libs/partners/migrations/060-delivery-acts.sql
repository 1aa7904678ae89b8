-- Who had a delivery sent again or skipped, when and why: beside the events that say so, to be found by the delivery.
create table delivery_acts (
  tenant_id text not null,
  act_id uuid not null default gen_random_uuid(),
  delivery_id uuid not null,
  act text not null check (act in ('retried', 'skipped', 'replayed')),
  at timestamptz not null,
  by text not null,
  because text,
  stream text not null,
  primary key (tenant_id, delivery_id, act_id),
  foreign key (tenant_id, delivery_id) references deliveries on delete cascade
);
select protect('delivery_acts');
