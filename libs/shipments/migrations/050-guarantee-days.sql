-- What was held and given back under a guarantee, by day: the history that a forecast draws from.
create table guarantee_days (
  tenant_id text not null,
  guarantee_id uuid not null,
  day date not null,
  held numeric not null,
  given_back numeric not null,
  primary key (tenant_id, guarantee_id, day)
);
select protect('guarantee_days');

-- What stands for each shipment: a reservation that is changed moves the difference only.
create table guarantee_holds (
  tenant_id text not null,
  guarantee_id uuid not null,
  shipment_id uuid not null,
  amount numeric not null,
  first_amount numeric not null,
  since date not null,
  open boolean not null,
  primary key (tenant_id, guarantee_id, shipment_id)
);
create index guarantee_holds_by_day on guarantee_holds (tenant_id, guarantee_id, since);
select protect('guarantee_holds');
