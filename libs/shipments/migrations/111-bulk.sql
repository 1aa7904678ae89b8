-- Jobs over many shipments. Each task that one decides is an event of its own; here stands how far a job is.
create table bulk_jobs (
  tenant_id text not null,
  id uuid not null,
  kind text not null,
  filter jsonb not null,
  -- subject, actor and roles of who began it: its tasks are decided under these
  caller jsonb not null,
  started_at timestamptz not null,
  stopped_at timestamptz,
  primary key (tenant_id, id)
);
create index bulk_jobs_by_start on bulk_jobs (tenant_id, started_at desc);
select protect('bulk_jobs');

create table bulk_items (
  tenant_id text not null,
  job_id uuid not null,
  n integer not null,
  task_id uuid not null,
  shipment_id uuid not null,
  version integer not null,
  outcome text check (outcome in ('done', 'refused')),
  code text,
  says text,
  settled_at timestamptz,
  -- taken by a worker, or to be tried again: nobody else looks at it before
  not_before timestamptz not null default '-infinity',
  primary key (tenant_id, job_id, n)
);
create index bulk_items_open on bulk_items (n, job_id) where outcome is null;
select protect('bulk_items');
