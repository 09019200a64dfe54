CREATE TABLE "unlisted_rows" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"resource" text NOT NULL,
	"id" text NOT NULL,
	"part" text NOT NULL,
	"job_id" uuid NOT NULL,
	"noted_at" timestamp with time zone NOT NULL,
	"asked_job_id" uuid,
	"asked_at" timestamp with time zone,
	CONSTRAINT "unlisted_rows_tenant_id_provider_account_resource_id_part_pk" PRIMARY KEY("tenant_id","provider","account","resource","id","part")
);
--> statement-breakpoint
ALTER TABLE "unlisted_rows" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "tenant" ON "unlisted_rows" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "unlisted_rows" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "unlisted_rows" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "unlisted_rows" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "unlisted_rows" TO billing_sync_reader;--> statement-breakpoint
COMMENT ON TABLE "unlisted_rows" IS 'Live rows that a list of the provider did not show, until the provider is asked for them by id. Rows that the provider then still has stay, so that the next job asks for others first.';--> statement-breakpoint
COMMENT ON COLUMN "unlisted_rows"."account" IS 'Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode.';--> statement-breakpoint
COMMENT ON COLUMN "unlisted_rows"."part" IS 'Part of the list, for a list that is read in several parts. A row is absent if no part shows it.';--> statement-breakpoint
COMMENT ON COLUMN "unlisted_rows"."job_id" IS 'The last job whose list did not show the row.';--> statement-breakpoint
COMMENT ON COLUMN "unlisted_rows"."noted_at" IS 'Time of the list, by the clock of the provider.';--> statement-breakpoint
COMMENT ON COLUMN "unlisted_rows"."asked_job_id" IS 'The last job that asked for the row by id and got it.';
