ALTER TABLE "erasure_requests" DROP CONSTRAINT "erasure_requests_kind";--> statement-breakpoint
ALTER TABLE "erasure_requests" DROP CONSTRAINT "erasure_requests_customer";--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD COLUMN "rows" jsonb;--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD COLUMN "failed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD COLUMN "failed_because" text;--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD COLUMN "claimed_by" uuid;--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD COLUMN "claimed_until" timestamp with time zone;--> statement-breakpoint
-- The owner must see the requests of all tenants to rename a kind; the table is closed again before this commits.
ALTER TABLE "erasure_requests" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "erasure_requests" SET "kind" = 'erase-account' WHERE "kind" = 'erase-tenant';--> statement-breakpoint
UPDATE "erasure_requests" SET "rows" = '{}' WHERE "done_at" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "erasure_requests" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD CONSTRAINT "erasure_requests_done" CHECK ((done_at is null) = (rows is null));--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD CONSTRAINT "erasure_requests_failed" CHECK ((failed_at is null) = (failed_because is null));--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD CONSTRAINT "erasure_requests_claimed" CHECK ((claimed_by is null) = (claimed_until is null));--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD CONSTRAINT "erasure_requests_kind" CHECK (kind in ('erase-customer', 'erase-account', 'export-customer'));--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD CONSTRAINT "erasure_requests_customer" CHECK ((kind = 'erase-account') = (customer is null));--> statement-breakpoint
CREATE POLICY "tick" ON "erasure_requests" AS PERMISSIVE FOR SELECT TO public USING ((select current_setting('app.tick', true)) = 'on');--> statement-breakpoint
COMMENT ON TABLE "erasure_requests" IS 'What providers ask for about persons: to erase a customer or an account, or to export a customer. billing-sync erase --pending and billing-sync export --pending carry them out.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."kind" IS 'erase-customer, erase-account or export-customer.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."customer" IS 'Id of the customer at the provider, and after the erasure its hash, as erased_ids has it. Null if the request is about the whole account.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."rows" IS 'Rows that were removed or exported, by table. Null before it was carried out.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."failed_at" IS 'Time of the last attempt that failed. Null after an attempt that did not.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."failed_because" IS 'Why that attempt failed, in words.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."claimed_by" IS 'The process that carries it out now. Null otherwise.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."claimed_until" IS 'Time from which another process may take it over. Each transaction of an erasure moves it on.';
