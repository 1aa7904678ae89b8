create table suspensions (
  tenant_id text not null,
  stream text not null,
  count integer not null,
  primary key (tenant_id, stream)
);
select protect('suspensions');
