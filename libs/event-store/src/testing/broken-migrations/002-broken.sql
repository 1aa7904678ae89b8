create table half (tenant_id text not nul);
