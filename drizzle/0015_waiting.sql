ALTER TABLE "sync_jobs" DROP CONSTRAINT "sync_jobs_counts_add_up";--> statement-breakpoint
ALTER TABLE "sync_jobs" DROP CONSTRAINT "sync_jobs_no_negatives";--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD COLUMN "waiting_for" jsonb;--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD COLUMN "waiting_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD COLUMN "waited_ms" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_waits_for_something" CHECK ((waiting_for is null) = (waiting_since is null));--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_counts_add_up" CHECK (fetched <= created + updated + unchanged + rejected);--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_no_negatives" CHECK (least(attempt, deliveries, hop, stalled, fence, commits, created, updated, unchanged, rejected, deleted, requests, waited_ms) >= 0);--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."attempt" IS 'Number of failed attempts. Worker.MaxRetries limits it. A pause, a wait or an outage is not a failed attempt.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."fetched" IS 'Number of items that the provider listed. A row that was asked for by id or marked as deleted is not one.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."deleted" IS 'Number of rows marked as deleted, because a list lacked them or an event said so.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."waiting_for" IS 'What the job waits for, as {code, message}: the provider, the database or the secret store does not answer as it should. Null if it waits for none of them.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."waiting_since" IS 'Time since which the job waits. Worker.OutageMinutes limits the wait.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."waited_ms" IS 'Milliseconds since started_at in which the job waited for an outage to end or for its next delivery. Worker.TimeoutMinutes does not count them.';
