ALTER TABLE "sync_schedules" ADD COLUMN "auto" boolean DEFAULT false NOT NULL;--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."auto" IS 'Whether the tick chooses every_seconds, from the requests of the last jobs and what the provider allows.';
