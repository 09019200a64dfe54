ALTER TABLE "sync_accounts" ADD COLUMN "list_splits" jsonb;--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."list_splits" IS 'By resource, creation seconds at which its list was split evenly by the last full job. The next one reads all parts at once.';
