-- Outcomes of comparing the event stores with the log, and the task that was raised about differences.
create table reconciliations (
  tenant_id text not null,
  run_id text not null,
  began timestamptz not null,
  ended timestamptz not null default clock_timestamp(),
  streams integer not null,
  events bigint not null,
  differences jsonb not null,
  task_id uuid,
  primary key (tenant_id, run_id)
);
create index reconciliations_newest on reconciliations (tenant_id, began desc);
select protect('reconciliations');
