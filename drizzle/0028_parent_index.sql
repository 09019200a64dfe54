-- outside a transaction
-- The index is built while the table is read and written, and has no row without a parent.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "provider_objects_parent_id" ON "provider_objects" ("tenant_id","parent_id") WHERE "parent_id" is not null;
