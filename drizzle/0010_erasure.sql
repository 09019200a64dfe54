CREATE TABLE "erased_ids" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"hash" text NOT NULL,
	"erased_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "erased_ids_tenant_id_provider_hash_pk" PRIMARY KEY("tenant_id","provider","hash")
);
--> statement-breakpoint
ALTER TABLE "erased_ids" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "erased_tenants" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"erased_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "erased_tenants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "tenant" ON "erased_ids" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "erased_ids" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tenant" ON "erased_tenants" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "erased_tenants" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "erased_ids" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "erased_tenants" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- The worker recognises what was erased, and takes out what it had stored before it was known to belong to it.
GRANT SELECT, INSERT ON "erased_ids" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "erased_tenants" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "erased_ids", "erased_tenants" TO billing_sync_reader;--> statement-breakpoint
GRANT DELETE ON "balance_transactions", "coupons", "credit_note_lines", "credit_notes", "customers", "disputes", "invoice_items", "invoice_lines", "invoice_payments", "invoices", "payment_intents", "payments", "payouts", "prices", "products", "promotion_codes", "provider_objects", "refunds", "subscription_items", "subscription_schedules", "subscriptions", "tax_rates" TO billing_sync_worker;--> statement-breakpoint
COMMENT ON TABLE "erased_ids" IS 'What was erased on somebody''s demand: no later sync stores it again. Hashes, so that the list itself names nobody.';--> statement-breakpoint
COMMENT ON COLUMN "erased_ids"."hash" IS 'SHA-256 of tenant, provider and id, in base64url';--> statement-breakpoint
COMMENT ON TABLE "erased_tenants" IS 'Tenants that were erased whole: their jobs fail and read nothing.';
