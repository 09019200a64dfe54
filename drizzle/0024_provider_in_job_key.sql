-- Workers of 0.1.0 claim by the old key. Without it their claim fails, and the message goes back to the queue. With it they
-- would count a failed attempt for each message, because the other tables have changed.
ALTER TABLE "sync_jobs" DROP CONSTRAINT "sync_jobs_tenant_id_id_pk";--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_tenant_id_provider_id_pk" PRIMARY KEY USING INDEX "sync_jobs_tenant_id_provider_id_pk";