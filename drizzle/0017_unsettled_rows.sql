-- outside a transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS "balance_transactions_unsettled" ON "balance_transactions" USING btree ("tenant_id") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "invoice_items_unsettled" ON "invoice_items" USING btree ("tenant_id") WHERE invoice_id is null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "invoice_payments_unsettled" ON "invoice_payments" USING btree ("tenant_id") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "refunds_unsettled" ON "refunds" USING btree ("tenant_id") WHERE status in ('pending', 'requires_action');