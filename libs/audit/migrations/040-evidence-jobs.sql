-- Jobs that make the evidence of many shipments. What was asked for, made and fetched is in the log; here stands how far a job is.
create table evidence_jobs (
  tenant_id text not null,
  id uuid not null,
  -- subject, actor, name and roles of who began it: its files are made under these
  caller jsonb not null,
  reason text not null,
  started_at timestamptz not null,
  stopped_at timestamptz,
  primary key (tenant_id, id)
);
create index evidence_jobs_by_start on evidence_jobs (tenant_id, started_at desc);
select protect('evidence_jobs');

create table evidence_files (
  tenant_id text not null,
  job_id uuid not null,
  n integer not null,
  shipment_id uuid not null,
  reference text,
  outcome text check (outcome in ('made', 'refused')),
  code text,
  says text,
  settled_at timestamptz,
  -- taken by a worker, or to be tried again: nobody else looks at it before
  not_before timestamptz not null default '-infinity',
  sha256 text,
  bytes integer,
  events integer,
  tree_size bigint,
  -- base64 of the file, sealed under the key of the shipment's persons, whom its report names; null when it is no longer kept
  content text,
  primary key (tenant_id, job_id, n),
  unique (tenant_id, job_id, shipment_id)
);
create index evidence_files_open on evidence_files (n, job_id) where outcome is null;
create index evidence_files_kept on evidence_files (settled_at) where content is not null;
select protect('evidence_files');
