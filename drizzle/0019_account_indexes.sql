-- outside a transaction
-- The indexes of the new keys, built while the tables are read and written.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "balance_transactions_tenant_id_provider_account_id_pk" ON "balance_transactions" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "coupons_tenant_id_provider_account_id_pk" ON "coupons" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "credit_note_lines_tenant_id_provider_account_id_pk" ON "credit_note_lines" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "credit_notes_tenant_id_provider_account_id_pk" ON "credit_notes" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "customers_tenant_id_provider_account_id_pk" ON "customers" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "disputes_tenant_id_provider_account_id_pk" ON "disputes" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "erased_ids_tenant_id_provider_account_hash_pk" ON "erased_ids" ("tenant_id", "provider", "account", "hash");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "invoice_items_tenant_id_provider_account_id_pk" ON "invoice_items" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "invoice_lines_tenant_id_provider_account_id_pk" ON "invoice_lines" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "invoice_payments_tenant_id_provider_account_id_pk" ON "invoice_payments" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "invoices_tenant_id_provider_account_id_pk" ON "invoices" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "payment_intents_tenant_id_provider_account_id_pk" ON "payment_intents" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "payments_tenant_id_provider_account_id_pk" ON "payments" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "payouts_tenant_id_provider_account_id_pk" ON "payouts" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "prices_tenant_id_provider_account_id_pk" ON "prices" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "products_tenant_id_provider_account_id_pk" ON "products" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "promotion_codes_tenant_id_provider_account_id_pk" ON "promotion_codes" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "provider_objects_tenant_id_provider_account_resource_id_pk" ON "provider_objects" ("tenant_id", "provider", "account", "resource", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "refunds_tenant_id_provider_account_id_pk" ON "refunds" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "subscription_items_tenant_id_provider_account_id_pk" ON "subscription_items" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "subscription_schedules_tenant_id_provider_account_id_pk" ON "subscription_schedules" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "subscriptions_tenant_id_provider_account_id_pk" ON "subscriptions" ("tenant_id", "provider", "account", "id");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "sync_rejects_tenant_id_provider_account_resource_item_key_pk" ON "sync_rejects" ("tenant_id", "provider", "account", "resource", "item_key");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "tax_rates_tenant_id_provider_account_id_pk" ON "tax_rates" ("tenant_id", "provider", "account", "id");
