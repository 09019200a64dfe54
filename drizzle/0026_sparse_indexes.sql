-- outside a transaction
-- Columns that few providers fill. The indexes are built while the tables are read and written, and have no row without a value.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "balance_transactions_payout_id" ON "balance_transactions" ("tenant_id","payout_id") WHERE "payout_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "payments_order_id" ON "payments" ("tenant_id","order_id") WHERE "order_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "refunds_order_id" ON "refunds" ("tenant_id","order_id") WHERE "order_id" is not null;
