-- A job does one of several things. The text of a comment stands in it for as long as something is left to do: what people write is sealed
-- in the events, and nowhere else.
alter table bulk_jobs add column act jsonb;
alter table bulk_jobs no force row level security;
update bulk_jobs set act = jsonb_build_object('do', 'try-again', 'kind', kind);
alter table bulk_jobs force row level security;
alter table bulk_jobs alter column act set not null;
alter table bulk_jobs drop column kind;
-- A job over shipments names no task.
alter table bulk_items alter column task_id drop not null;
alter table bulk_items alter column version drop not null;
