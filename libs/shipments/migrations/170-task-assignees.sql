-- Who has taken a task. Those of an earlier release have never changed hands.
alter table tasks add column assignee text;
create index tasks_by_assignee on tasks (tenant_id, assignee, status, due, position) where assignee is not null;
