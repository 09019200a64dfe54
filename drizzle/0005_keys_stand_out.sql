DROP INDEX "balance_transactions_source_id";--> statement-breakpoint
DROP INDEX "balance_transactions_created";--> statement-breakpoint
DROP INDEX "coupons_created";--> statement-breakpoint
DROP INDEX "credit_note_lines_credit_note_id";--> statement-breakpoint
DROP INDEX "credit_notes_created";--> statement-breakpoint
DROP INDEX "customers_created";--> statement-breakpoint
DROP INDEX "disputes_created";--> statement-breakpoint
DROP INDEX "invoice_items_created";--> statement-breakpoint
DROP INDEX "invoice_lines_invoice_id";--> statement-breakpoint
DROP INDEX "invoice_payments_invoice_id";--> statement-breakpoint
DROP INDEX "invoice_payments_created";--> statement-breakpoint
DROP INDEX "invoices_customer_id";--> statement-breakpoint
DROP INDEX "invoices_created";--> statement-breakpoint
DROP INDEX "payment_intents_created";--> statement-breakpoint
DROP INDEX "payments_customer_id";--> statement-breakpoint
DROP INDEX "payments_created";--> statement-breakpoint
DROP INDEX "payouts_created";--> statement-breakpoint
DROP INDEX "prices_product_id";--> statement-breakpoint
DROP INDEX "prices_created";--> statement-breakpoint
DROP INDEX "products_created";--> statement-breakpoint
DROP INDEX "promotion_codes_created";--> statement-breakpoint
DROP INDEX "provider_objects_created";--> statement-breakpoint
DROP INDEX "refunds_payment_id";--> statement-breakpoint
DROP INDEX "refunds_created";--> statement-breakpoint
DROP INDEX "subscription_items_subscription_id";--> statement-breakpoint
DROP INDEX "subscription_schedules_created";--> statement-breakpoint
DROP INDEX "subscriptions_customer_id";--> statement-breakpoint
DROP INDEX "subscriptions_created";--> statement-breakpoint
DROP INDEX "tax_rates_created";--> statement-breakpoint
CREATE INDEX "balance_transactions_source_id" ON "balance_transactions" USING btree ("tenant_id","source_id");--> statement-breakpoint
CREATE INDEX "balance_transactions_created" ON "balance_transactions" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "coupons_created" ON "coupons" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "credit_note_lines_credit_note_id" ON "credit_note_lines" USING btree ("tenant_id","credit_note_id");--> statement-breakpoint
CREATE INDEX "credit_notes_created" ON "credit_notes" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "customers_created" ON "customers" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "disputes_created" ON "disputes" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "invoice_items_created" ON "invoice_items" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "invoice_lines_invoice_id" ON "invoice_lines" USING btree ("tenant_id","invoice_id");--> statement-breakpoint
CREATE INDEX "invoice_payments_invoice_id" ON "invoice_payments" USING btree ("tenant_id","invoice_id");--> statement-breakpoint
CREATE INDEX "invoice_payments_created" ON "invoice_payments" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "invoices_customer_id" ON "invoices" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "invoices_created" ON "invoices" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "payment_intents_created" ON "payment_intents" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "payments_customer_id" ON "payments" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "payments_created" ON "payments" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "payouts_created" ON "payouts" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "prices_product_id" ON "prices" USING btree ("tenant_id","product_id");--> statement-breakpoint
CREATE INDEX "prices_created" ON "prices" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "products_created" ON "products" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "promotion_codes_created" ON "promotion_codes" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "provider_objects_created" ON "provider_objects" USING btree ("tenant_id","created_at","resource");--> statement-breakpoint
CREATE INDEX "refunds_payment_id" ON "refunds" USING btree ("tenant_id","payment_id");--> statement-breakpoint
CREATE INDEX "refunds_created" ON "refunds" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "subscription_items_subscription_id" ON "subscription_items" USING btree ("tenant_id","subscription_id");--> statement-breakpoint
CREATE INDEX "subscription_schedules_created" ON "subscription_schedules" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "subscriptions_customer_id" ON "subscriptions" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "subscriptions_created" ON "subscriptions" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "tax_rates_created" ON "tax_rates" USING btree ("tenant_id","created_at");