-- Rows of the log are refused any change, to the owner too. ENABLE ALWAYS holds under session_replication_role = replica;
-- row triggers do not see TRUNCATE, so that it has one of its own.
create function log_refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception using
    errcode = 'insufficient_privilege',
    message = format('%s is append-only: %s refused', tg_table_name, lower(tg_op)),
    hint = 'Corrections are new events. Nothing that was logged is changed.';
end $$;

do $$
declare
  target text;
begin
  foreach target in array array['log_entries', 'log_leaves', 'log_tiles', 'log_checkpoints', 'log_alarms'] loop
    execute format(
      'create trigger log_no_change before update or delete on %I for each row execute function log_refuse_change()', target);
    execute format(
      'create trigger log_no_truncate before truncate on %I for each statement execute function log_refuse_change()', target);
    execute format('alter table %I enable always trigger log_no_change', target);
    execute format('alter table %I enable always trigger log_no_truncate', target);
  end loop;
end $$;
