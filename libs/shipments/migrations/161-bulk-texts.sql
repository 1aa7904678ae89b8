-- Jobs whose text is still kept: few, and looked at each time something may have come to its end.
create index bulk_jobs_texts on bulk_jobs (tenant_id, id) where act ? 'text';
