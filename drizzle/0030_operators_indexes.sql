-- outside a transaction
-- The indexes are built while the table is read and written.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "sync_jobs_created" ON "sync_jobs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "sync_jobs_open" ON "sync_jobs" USING btree ("created_at") WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "sync_jobs_failed" ON "sync_jobs" USING btree ("finished_at") WHERE status = 'failed';--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "sync_jobs_completed" ON "sync_jobs" USING btree ("tenant_id","provider","account","sync_type","finished_at") WHERE status = 'completed';--> statement-breakpoint
ALTER TABLE "sync_jobs" VALIDATE CONSTRAINT "sync_jobs_sent_without_key";