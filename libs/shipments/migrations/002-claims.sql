-- What only one may hold: a shipment's reference, a one-off engagement, an importer's code, the guarantee of an importer in a
-- destination. Written in the transaction that opens the holder; the tenant comes first, so nobody learns of another's keys.
create table claims (
  tenant_id text not null,
  kind text not null,
  key text not null,
  holder uuid not null,
  primary key (tenant_id, kind, key)
);
select protect('claims');

-- A decision that went out to its workflow. A repeat under the same command id asks for the first answer, although the
-- task has moved on by then.
create table decision_requests (
  tenant_id text not null,
  command_id text not null,
  task_id uuid not null,
  primary key (tenant_id, command_id)
);
select protect('decision_requests');
