-- What is staged and not sequenced yet is one row of id ranges for each transaction and log: a row for each event was
-- written, indexed and deleted again, a third of the cost of taking an event in. log_pending keeps what waits for an earlier
-- version of its stream.
do $move$
declare
  migrator text := current_user;
begin
  -- The guard of 003 lets only a superuser touch log_ objects; where the migrating session is none there is no guard.
  if (select rolsuper from pg_roles where rolname = session_user) then
    execute 'set local role none';
  end if;

  create table log_staged (
    batch_id bigint generated always as identity primary key,
    tenant_id text not null,
    staged int8multirange not null check (not isempty(staged)),
    events integer not null check (events > 0)
  ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
  alter table log_pending no force row level security;
  insert into log_staged (tenant_id, staged, events)
  select tenant_id, range_agg(int8range(staged_id, staged_id, '[]')), count(*) from log_pending where not waiting group by tenant_id;

  delete from log_pending where not waiting;
  alter table log_pending force row level security;
  drop index log_pending_ready;
  drop index log_pending_waiting;
  alter table log_pending drop column waiting;
  create index log_pending_stream on log_pending (tenant_id, stream, version);

  -- A leaf's own key is its stream and version; a second claim to the same entry would have to share them.
  alter table log_leaves drop constraint log_leaves_staged_id_key;

  grant select on log_staged to audit_app;
  grant select, insert, delete on log_staged to audit_system;
  alter table log_staged enable row level security;
  alter table log_staged force row level security;
  create policy own_tenant on log_staged for select to audit_app using (tenant_id = nullif(current_setting('app.tenant', true), ''));
  create policy every_tenant on log_staged to audit_system using (true) with check (true);

  execute format('alter table log_staged owner to %I', migrator);
  execute format('set local role %I', migrator);
end $move$;
