ALTER TABLE "sync_schedules" ADD COLUMN "events_silent_since" timestamp with time zone;--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."events_silent_since" IS 'Time since which no live event of the account has come, though its jobs have found new objects. Null if events come or none are routed here.';
