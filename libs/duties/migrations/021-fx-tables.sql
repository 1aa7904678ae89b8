-- A table of rates stands for the days it names, not for a month: laws also ask for a week's or a day's. Several may cover a day
-- (a correction, a change in mid-month); the one that begins last counts, then the one that was loaded last.
alter table fx_tables add column publisher text not null default '';
-- foreign: units of each currency for one of the jurisdiction's; own: units of the jurisdiction's for one of each
alter table fx_tables add column quoted text not null default 'foreign' check (quoted in ('foreign', 'own'));
alter table fx_tables drop constraint fx_tables_pkey;
alter table fx_tables add primary key (tenant_id, jurisdiction, first_day, last_day, digest);
alter table fx_tables alter column month drop not null;
