-- Event triggers against what row triggers do not see: ALTER ... TYPE ... USING rewrites rows, DISABLE TRIGGER and
-- CREATE OR REPLACE FUNCTION take the guard away, DROP takes the table. Only a superuser may make event triggers, and only a
-- superuser passes them; where the migrating session is none (a managed Postgres) they are left out, and the guards of 002 stand
-- alone. A later migration of log_ objects begins with: set local role none.
do $guard$
declare
  migrator text := current_user;
begin
  if not (select rolsuper from pg_roles where rolname = session_user) then
    raise notice 'no event triggers on the audit log: the migrating session is no superuser';
    return;
  end if;
  execute 'set local role none';

  -- A schema of the superuser's own: dropping the schema audit would take a function in it, and its triggers, along unheard.
  execute 'create schema audit_guard';
  execute $f$
    create function audit_guard.refuse_ddl() returns event_trigger
    language plpgsql set search_path = pg_catalog as $$
    declare
      touched text;
      guards integer;
    begin
      if (select rolsuper from pg_roles where rolname = current_user) then
        return;
      end if;
      if tg_event = 'sql_drop' then
        select object_identity into touched from pg_event_trigger_dropped_objects()
        where object_identity ~ '(^|[ ."])audit\.log_' limit 1;
      elsif tg_event = 'table_rewrite' then
        select c.oid::regclass::text into touched from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid = pg_event_trigger_table_rewrite_oid() and n.nspname = 'audit' and c.relname like 'log\_%';
      else
        select object_identity into touched from pg_event_trigger_ddl_commands()
        where object_identity ~ '(^|[ ."])audit\.log_' and object_type <> 'index' limit 1;
        -- What was renamed or moved no longer goes by its name: the guard must still be whole.
        select count(*) into guards from pg_trigger t
        join pg_class c on c.oid = t.tgrelid join pg_proc f on f.oid = t.tgfoid
        join pg_namespace cn on cn.oid = c.relnamespace join pg_namespace fn on fn.oid = f.pronamespace
        where cn.nspname = 'audit' and fn.nspname = 'audit' and f.proname = 'log_refuse_change' and t.tgenabled = 'A'
          and c.relname in ('log_entries', 'log_leaves', 'log_tiles', 'log_checkpoints', 'log_alarms');
        if touched is null and guards <> 10 then
          touched := 'the guard';
        end if;
      end if;
      if touched is not null then
        raise exception using
          errcode = 'insufficient_privilege',
          message = format('%s belongs to the audit log: %s refused', touched, lower(tg_tag));
      end if;
    end $$ $f$;
  execute 'create event trigger audit_log_ddl on ddl_command_end execute function audit_guard.refuse_ddl()';
  execute 'create event trigger audit_log_drop on sql_drop execute function audit_guard.refuse_ddl()';
  execute 'create event trigger audit_log_rewrite on table_rewrite execute function audit_guard.refuse_ddl()';
  execute 'alter event trigger audit_log_ddl enable always';
  execute 'alter event trigger audit_log_drop enable always';
  execute 'alter event trigger audit_log_rewrite enable always';

  execute format('set local role %I', migrator);
end $guard$;
