ALTER TABLE "sync_cursors" ADD COLUMN "seen_events" jsonb;--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."seen_events" IS 'Ids of the newest events that were applied, and the second since which they are complete. Only the cursor of the resource events has them.';
