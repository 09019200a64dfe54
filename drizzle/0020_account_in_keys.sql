-- The keys change to the indexes that are there. From here on workers of 0.1.0 cannot write.
ALTER TABLE "balance_transactions" DROP CONSTRAINT "balance_transactions_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "balance_transactions" ADD CONSTRAINT "balance_transactions_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "balance_transactions_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "balance_transactions" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "coupons" DROP CONSTRAINT "coupons_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "coupons_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "coupons" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "credit_note_lines" DROP CONSTRAINT "credit_note_lines_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "credit_note_lines" ADD CONSTRAINT "credit_note_lines_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "credit_note_lines_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "credit_note_lines" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "credit_notes" DROP CONSTRAINT "credit_notes_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "credit_notes_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "credit_notes" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "customers" DROP CONSTRAINT "customers_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "customers_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "customers" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "disputes" DROP CONSTRAINT "disputes_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "disputes_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "disputes" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "erased_ids" DROP CONSTRAINT "erased_ids_tenant_id_provider_hash_pk";--> statement-breakpoint
ALTER TABLE "erased_ids" ADD CONSTRAINT "erased_ids_tenant_id_provider_account_hash_pk" PRIMARY KEY USING INDEX "erased_ids_tenant_id_provider_account_hash_pk";--> statement-breakpoint
ALTER TABLE "erased_ids" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "invoice_items" DROP CONSTRAINT "invoice_items_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "invoice_items" ADD CONSTRAINT "invoice_items_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "invoice_items_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "invoice_items" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "invoice_lines" DROP CONSTRAINT "invoice_lines_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "invoice_lines_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "invoice_lines" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "invoice_payments" DROP CONSTRAINT "invoice_payments_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "invoice_payments" ADD CONSTRAINT "invoice_payments_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "invoice_payments_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "invoice_payments" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "invoices" DROP CONSTRAINT "invoices_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "invoices_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "invoices" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "payment_intents" DROP CONSTRAINT "payment_intents_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "payment_intents" ADD CONSTRAINT "payment_intents_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "payment_intents_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "payment_intents" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "payments" DROP CONSTRAINT "payments_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "payments_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "payments" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "payouts" DROP CONSTRAINT "payouts_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "payouts_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "payouts" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "prices" DROP CONSTRAINT "prices_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "prices" ADD CONSTRAINT "prices_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "prices_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "prices" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "products" DROP CONSTRAINT "products_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "products_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "products" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "promotion_codes" DROP CONSTRAINT "promotion_codes_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "promotion_codes" ADD CONSTRAINT "promotion_codes_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "promotion_codes_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "promotion_codes" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "provider_objects" DROP CONSTRAINT "provider_objects_tenant_id_provider_resource_id_pk";--> statement-breakpoint
ALTER TABLE "provider_objects" ADD CONSTRAINT "provider_objects_tenant_id_provider_account_resource_id_pk" PRIMARY KEY USING INDEX "provider_objects_tenant_id_provider_account_resource_id_pk";--> statement-breakpoint
ALTER TABLE "provider_objects" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "refunds" DROP CONSTRAINT "refunds_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "refunds_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "refunds" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "subscription_items" DROP CONSTRAINT "subscription_items_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "subscription_items" ADD CONSTRAINT "subscription_items_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "subscription_items_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "subscription_items" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "subscription_schedules" DROP CONSTRAINT "subscription_schedules_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "subscription_schedules" ADD CONSTRAINT "subscription_schedules_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "subscription_schedules_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "subscription_schedules" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "subscriptions" DROP CONSTRAINT "subscriptions_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "subscriptions_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "subscriptions" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "sync_rejects" DROP CONSTRAINT "sync_rejects_tenant_id_provider_resource_item_key_pk";--> statement-breakpoint
ALTER TABLE "sync_rejects" ADD CONSTRAINT "sync_rejects_tenant_id_provider_account_resource_item_key_pk" PRIMARY KEY USING INDEX "sync_rejects_tenant_id_provider_account_resource_item_key_pk";--> statement-breakpoint
ALTER TABLE "sync_rejects" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "tax_rates" DROP CONSTRAINT "tax_rates_tenant_id_provider_id_pk";--> statement-breakpoint
ALTER TABLE "tax_rates" ADD CONSTRAINT "tax_rates_tenant_id_provider_account_id_pk" PRIMARY KEY USING INDEX "tax_rates_tenant_id_provider_account_id_pk";--> statement-breakpoint
ALTER TABLE "tax_rates" ALTER COLUMN "account" DROP DEFAULT;--> statement-breakpoint
DROP INDEX "sync_jobs_one_running";--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "mode" text;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "began_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "adopted" boolean;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "last_seen_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "sync_jobs_one_running" ON "sync_jobs" USING btree ("tenant_id","provider","account") WHERE status = 'running';--> statement-breakpoint
ALTER TABLE "sync_cursors" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_jobs" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_accounts" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
INSERT INTO "sync_accounts" ("tenant_id", "provider", "account") SELECT DISTINCT "tenant_id", "provider", 'unknown' FROM (SELECT "tenant_id", "provider" FROM "sync_accounts" UNION SELECT "tenant_id", "provider" FROM "sync_cursors" UNION SELECT "tenant_id", "provider" FROM "sync_jobs" WHERE "commits" > 0) AS "synced" ON CONFLICT DO NOTHING;--> statement-breakpoint
DELETE FROM "sync_accounts" WHERE "account" IN ('own live', 'own test') OR "account" LIKE 'key\_%';--> statement-breakpoint
DELETE FROM "sync_cursors" WHERE "account" IN ('own live', 'own test') OR "account" LIKE 'key\_%';--> statement-breakpoint
UPDATE "sync_accounts" SET "mode" = CASE WHEN "account" LIKE '%:test' THEN 'test' ELSE 'live' END WHERE "account" <> 'unknown';--> statement-breakpoint
ALTER TABLE "sync_cursors" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_jobs" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_accounts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "erased_ids"."account" IS 'Provider account with its mode, or * for every account.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "products"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON TABLE "sync_accounts" IS 'Provider accounts of a tenant, a row each. unknown stands for rows of 0.1.0 that no account has adopted yet.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."account" IS 'Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."mode" IS 'live or test. Null for the account unknown.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."began_at" IS 'Time from which the account has data: at the provider, when it was opened. Null if the provider did not say.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."adopted" IS 'Whether rows of the account unknown were found to be this account''s. Null if that was not decided yet.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."account" IS 'Provider account of the job, with its mode: acct_1ABC is live, acct_1ABC:test is test mode. Null until the worker knows it.';--> statement-breakpoint
COMMENT ON COLUMN "sync_rejects"."account" IS 'Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';
