-- Where each declared value came from: document and place, rule, person, default. Versions frozen before have none.
alter table contents add column answers jsonb;
