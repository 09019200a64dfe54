-- outside a transaction
-- The index of the new key of jobs, built while the table is read and written.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "sync_jobs_tenant_id_provider_id_pk" ON "sync_jobs" ("tenant_id", "provider", "id");