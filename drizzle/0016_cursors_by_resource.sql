ALTER TABLE "sync_jobs" ADD COLUMN "request_hash" "bytea";--> statement-breakpoint
ALTER TABLE "sync_cursors" ADD COLUMN "refused_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sync_cursors" ADD COLUMN "resource" text;--> statement-breakpoint
ALTER TABLE "sync_cursors" DROP CONSTRAINT "sync_cursors_tenant_id_provider_account_pk";--> statement-breakpoint
-- The owner must see the rows of all tenants to split their cursors; the table is closed again before this commits.
ALTER TABLE "sync_cursors" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- Each resource keeps the cursor that stood for it.
INSERT INTO "sync_cursors" ("tenant_id", "provider", "account", "resource", "cursor", "resources", "job_id", "updated_at") SELECT DISTINCT "tenant_id", "provider", "account", unnest("resources") AS "resource", "cursor", "resources", "job_id", "updated_at" FROM "sync_cursors";--> statement-breakpoint
DELETE FROM "sync_cursors" WHERE "resource" IS NULL;--> statement-breakpoint
ALTER TABLE "sync_cursors" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_cursors" ALTER COLUMN "resource" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_cursors" DROP COLUMN "resources";--> statement-breakpoint
ALTER TABLE "sync_cursors" ADD CONSTRAINT "sync_cursors_tenant_id_provider_account_resource_pk" PRIMARY KEY("tenant_id","provider","account","resource");--> statement-breakpoint
COMMENT ON TABLE "sync_cursors" IS 'Cursors of the resources of provider accounts: the table of a resource contains all changes up to its cursor, and the next incremental job continues there.';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."resource" IS 'Name of the resource, as in additionalData.resources.';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."refused_at" IS 'Time since which the provider refuses the resource. Its cursor does not move until the provider permits it again. Null if it is read.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."request_hash" IS 'SHA-256 of the request without its token. A message with the same id and another hash is refused. Null for jobs of older versions.';
