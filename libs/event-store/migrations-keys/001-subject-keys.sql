-- One key per person-bearing subject, wrapped by a master key that is not in this database. A destroyed key leaves its row,
-- so that no new one is made for the same subject.
create table subject_keys (
  tenant_id text not null,
  subject text not null,
  wrapped bytea,
  created_at timestamptz not null default now(),
  destroyed_at timestamptz,
  primary key (tenant_id, subject),
  check ((wrapped is null) = (destroyed_at is not null))
);
alter table subject_keys enable row level security;
alter table subject_keys force row level security;
create policy own_tenant on subject_keys to tidewaiter_keys
  using (tenant_id = nullif(current_setting('app.tenant', true), ''))
  with check (tenant_id = nullif(current_setting('app.tenant', true), ''));
grant usage on schema keys to tidewaiter_keys;
grant select, insert, update on subject_keys to tidewaiter_keys;

-- No row: the subject never had a key. The functions name their schema: they run under each context's search path.
create function find_key(p_tenant text, p_subject text, out known boolean, out wrapped bytea)
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  select true, k.wrapped into known, wrapped from keys.subject_keys k where k.tenant_id = p_tenant and k.subject = p_subject;
  known := coalesce(known, false);
end $$;

-- The subject's key, made from the candidate when there is none; null when it was destroyed.
create function take_key(p_tenant text, p_subject text, p_candidate bytea) returns bytea
language plpgsql as $$
declare
  kept bytea;
begin
  perform set_config('app.tenant', p_tenant, true);
  insert into keys.subject_keys (tenant_id, subject, wrapped) values (p_tenant, p_subject, p_candidate) on conflict do nothing;
  select k.wrapped into kept from keys.subject_keys k where k.tenant_id = p_tenant and k.subject = p_subject;
  return kept;
end $$;

create function destroy_key(p_tenant text, p_subject text) returns boolean
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  insert into keys.subject_keys as k (tenant_id, subject, destroyed_at) values (p_tenant, p_subject, now())
  on conflict (tenant_id, subject) do update set wrapped = null, destroyed_at = now() where k.destroyed_at is null;
  return found;
end $$;
