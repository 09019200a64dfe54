-- The tables' owner is kept apart from the rows like everybody else, and the worker gets what it needs and no more.
ALTER TABLE "balance_transactions" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "coupons" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "credit_note_lines" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "credit_notes" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "customers" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "disputes" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "invoice_items" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "invoice_lines" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "invoice_payments" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "invoices" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "payment_intents" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "payments" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "payouts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "prices" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "products" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "promotion_codes" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "provider_objects" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "refunds" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "subscription_items" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "subscription_schedules" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "subscriptions" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_cursors" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_jobs" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "sync_rejects" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "tax_rates" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "balance_transactions", "coupons", "credit_note_lines", "credit_notes", "customers", "disputes", "invoice_items", "invoice_lines", "invoice_payments", "invoices", "payment_intents", "payments", "payouts", "prices", "products", "promotion_codes", "provider_objects", "refunds", "subscription_items", "subscription_schedules", "subscriptions", "sync_cursors", "sync_jobs", "sync_rejects", "tax_rates" TO billing_sync_worker;--> statement-breakpoint
GRANT DELETE ON "sync_rejects" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "balance_transactions", "coupons", "credit_note_lines", "credit_notes", "customers", "disputes", "invoice_items", "invoice_lines", "invoice_payments", "invoices", "payment_intents", "payments", "payouts", "prices", "products", "promotion_codes", "provider_objects", "refunds", "subscription_items", "subscription_schedules", "subscriptions", "sync_cursors", "sync_jobs", "sync_rejects", "tax_rates" TO billing_sync_reader;--> statement-breakpoint
-- Everybody may use the schema public unless somebody took that away; only its owner can give it.
DO $$
DECLARE
	wanted text;
BEGIN
	FOREACH wanted IN ARRAY ARRAY['billing_sync_worker', 'billing_sync_reader'] LOOP
		IF NOT has_schema_privilege(wanted, current_schema(), 'USAGE') THEN
			EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), wanted);
		END IF;
	END LOOP;
END $$;
