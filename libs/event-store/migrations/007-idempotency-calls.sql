-- One call, and so one round trip and one transaction, for each side of a request under an Idempotency-Key.
-- None waits for the disk: what a crash of the server could lose is the claim or the kept answer, and the repeat of such a
-- request runs again under the same command id, to which the event store gives its first result.
alter table idempotency drop column http_status;
-- The answer as the text it was sent as: jsonb reorders members, rewrites numbers and refuses the character U+0000.
alter table idempotency alter column response type text using response::text;

-- 'run': the key is the caller's now; 'done': the first answer; 'running': another request holds the key and its lease;
-- 'differs': the key came before with another request.
create function idempotency_begin(p_tenant text, p_route text, p_key text, p_fingerprint text, p_lease interval)
returns table (verdict text, answer text)
language plpgsql as $$
declare
  known idempotency;
begin
  perform set_config('app.tenant', p_tenant, true), set_config('synchronous_commit', 'off', true);
  loop
    insert into idempotency (tenant_id, route, key, fingerprint, status)
    values (p_tenant, p_route, p_key, p_fingerprint, 'running') on conflict do nothing;
    if found then
      return query values ('run', null::text);
      return;
    end if;
    select * into known from idempotency where tenant_id = p_tenant and route = p_route and key = p_key for update;
    -- The claim that stood in the way may have been released in between: then it is free.
    exit when found;
  end loop;

  if known.fingerprint <> p_fingerprint then
    return query values ('differs', null::text);
  elsif known.status = 'done' then
    return query values ('done', known.response);
  elsif known.created_at > now() - p_lease then
    return query values ('running', null::text);
  else
    update idempotency set created_at = now() where tenant_id = p_tenant and route = p_route and key = p_key;
    return query values ('run', null::text);
  end if;
end $$;

create function idempotency_finish(p_tenant text, p_route text, p_key text, p_answer text) returns void
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true), set_config('synchronous_commit', 'off', true);
  update idempotency set status = 'done', response = p_answer
  where tenant_id = p_tenant and route = p_route and key = p_key;
end $$;

create function idempotency_release(p_tenant text, p_route text, p_key text) returns void
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true), set_config('synchronous_commit', 'off', true);
  delete from idempotency where tenant_id = p_tenant and route = p_route and key = p_key and status = 'running';
end $$;
