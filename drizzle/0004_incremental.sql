CREATE TABLE "sync_cursors" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"cursor" timestamp with time zone NOT NULL,
	"resources" text[] NOT NULL,
	"job_id" uuid NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sync_cursors_tenant_id_provider_account_pk" PRIMARY KEY("tenant_id","provider","account")
);
--> statement-breakpoint
ALTER TABLE "sync_jobs" DROP CONSTRAINT "sync_jobs_no_negatives";--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD COLUMN "deleted" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_no_negatives" CHECK (least(attempt, deliveries, hop, stalled, fence, commits, created, updated, unchanged, rejected, deleted, requests) >= 0);--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."deleted" IS 'rows marked as deleted because the provider no longer has them';--> statement-breakpoint
COMMENT ON TABLE "sync_cursors" IS 'Up to when the changes of a provider account are in the tables; the next incremental job goes on from there.';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."account" IS 'as the provider names it, with its mode: own live, acct_1ABC test';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."cursor" IS 'by the provider''s clock';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."resources" IS 'resources that are complete up to the cursor';
