CREATE TABLE "sync_accounts" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"credential" text,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sync_accounts_tenant_id_provider_account_pk" PRIMARY KEY("tenant_id","provider","account")
);
--> statement-breakpoint
ALTER TABLE "sync_accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD COLUMN "account" text;--> statement-breakpoint
CREATE POLICY "tenant" ON "sync_accounts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "sync_accounts" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "sync_accounts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "sync_accounts" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "sync_accounts" TO billing_sync_reader;--> statement-breakpoint
-- The owner must see the rows of all tenants to rename accounts; both tables are closed again before this commits.
ALTER TABLE "sync_cursors" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_jobs" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_accounts" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- A connected account keeps its cursor under its new name. What "own live" stood for is not known: its next incremental job reads everything.
UPDATE "sync_cursors" SET "account" = regexp_replace(regexp_replace("account", ' live$', ''), ' test$', ':test') WHERE "account" LIKE 'acct\_% live' OR "account" LIKE 'acct\_% test';--> statement-breakpoint
INSERT INTO "sync_accounts" ("tenant_id", "provider", "account") SELECT "tenant_id", "provider", "account" FROM "sync_cursors";--> statement-breakpoint
INSERT INTO "sync_accounts" ("tenant_id", "provider", "account") SELECT DISTINCT "tenant_id", "provider", 'unknown' FROM "sync_jobs" AS "job" WHERE "commits" > 0 AND NOT EXISTS (SELECT FROM "sync_cursors" AS "cursor" WHERE "cursor"."tenant_id" = "job"."tenant_id" AND "cursor"."provider" = "job"."provider");--> statement-breakpoint
ALTER TABLE "sync_cursors" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_jobs" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_accounts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
COMMENT ON TABLE "sync_accounts" IS 'The provider accounts that a tenant''s rows were read from. A tenant with several is never reconciled: its rows do not say whose they are.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."account" IS 'the provider account with its mode: acct_1ABC live, acct_1ABC:test otherwise; key_ and a hash where the key may not ask for it';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."credential" IS 'a keyed hash of the last key that read the account; a known key is not asked about again';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."account" IS 'the provider account with its mode: acct_1ABC live, acct_1ABC:test otherwise';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."account" IS 'the provider account that was read, with its mode: acct_1ABC live, acct_1ABC:test otherwise; null before the first commit';
