ALTER TABLE "sync_jobs" DROP CONSTRAINT "sync_jobs_status";--> statement-breakpoint
ALTER TABLE "sync_jobs" DROP CONSTRAINT "sync_jobs_finished_at_an_end";--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_status" CHECK (status in ('pending', 'running', 'paused', 'retrying', 'completed', 'failed', 'cancelled'));--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_finished_at_an_end" CHECK ((status in ('completed', 'failed', 'cancelled')) = (finished_at is not null));