-- Who has taken a task. Tasks of an earlier release have never changed hands.
alter table tasks add column assignee text;
create index tasks_by_assignee on tasks (tenant_id, assignee, status, due, position) where assignee is not null;
alter table tasks no force row level security;
update tasks set state = state || '{"assignee": null, "handovers": 0, "takenAt": null}';
alter table tasks force row level security;
