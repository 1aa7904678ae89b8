-- What the board is filtered, sorted and found by, beside the row it is folded into: a view over a hundred thousand shipments is one pass
-- over these columns. `key` names a row in four bytes; `found` holds what people search for, in lower case.
alter table board
  add column key integer,
  add column reference text,
  add column customer text,
  add column origin text,
  add column destination text,
  add column waiting text,
  add column role text,
  add column due timestamptz,
  add column payable numeric,
  add column currency text,
  add column mrn text,
  add column last_at text,
  add column opened_at text,
  add column found text not null default '';

alter table board no force row level security;
alter table shipments no force row level security;
alter table engagements no force row level security;
update board b set
  key = s.position::integer,
  reference = s.reference,
  origin = s.state->>'origin',
  destination = s.state->>'destination',
  opened_at = s.opened_at,
  customer = (select e.state->'customer'->>'name' from engagements e where e.tenant_id = s.tenant_id and e.id = (s.state->>'engagementId')::uuid),
  mrn = b.row->'mrn'->>'value',
  last_at = b.row->'lastEvent'->>'time',
  found = lower(concat_ws(' ', s.reference, b.row->'mrn'->>'value'))
from shipments s where s.tenant_id = b.tenant_id and s.id = b.shipment_id;
alter table board force row level security;
alter table shipments force row level security;
alter table engagements force row level security;

create unique index board_by_key on board (tenant_id, key);
-- How the board is sorted when nobody says otherwise: by what is about to be late, then by what is at stake.
create index board_by_consequence on board (tenant_id, due, payable desc, key);
-- The board's own feed: entries in the order in which the board took them in.
create index timeline_by_position on timeline (tenant_id, position);

-- Views that people keep: their own, shared with the tenant, pinned. Preferences, not records: they are no events.
create table saved_views (
  tenant_id text not null,
  id uuid not null,
  owner text not null,
  name text not null,
  page text not null,
  query jsonb not null,
  shared boolean not null,
  pinned boolean not null,
  version integer not null default 1,
  primary key (tenant_id, id)
);
create index saved_views_by_owner on saved_views (tenant_id, owner);
select protect('saved_views');
