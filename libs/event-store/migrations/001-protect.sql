-- One call that fences a table of this schema by tenant. Roles: <schema>_app works for one tenant at a time,
-- <schema>_system finds work across tenants. The policies hold for the owner too (FORCE), so a migration that rewrites
-- rows has to lift it for its own transaction: alter table … no force row level security.
create function protect(target text) returns void
language plpgsql as $$
declare
  app text := current_schema() || '_app';
  system text := current_schema() || '_system';
begin
  execute format('alter table %I enable row level security', target);
  execute format('alter table %I force row level security', target);
  execute format('drop policy if exists own_tenant on %I', target);
  execute format('drop policy if exists every_tenant on %I', target);
  -- After a transaction-local setting ends it reads as '' and not as null: nullif keeps "no tenant" from matching ''.
  execute format(
    'create policy own_tenant on %I to %I'
    ' using (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))'
    ' with check (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))',
    target, app);
  execute format('create policy every_tenant on %I to %I using (true) with check (true)', target, system);
  execute format('grant select, insert, update, delete on %I to %I, %I', target, app, system);
end $$;

-- Tables without a tenant (offsets, lanes): no rows of a tenant in them, so grants alone.
create function share(target text) returns void
language plpgsql as $$
begin
  execute format(
    'grant select, insert, update, delete on %I to %I, %I',
    target, current_schema() || '_app', current_schema() || '_system');
end $$;
