-- outside a transaction
-- For the history of MRR, which is read from the lines of each subscription. Built while the table is read and written.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "invoice_lines_subscription_id" ON "invoice_lines" ("tenant_id","subscription_id") WHERE "subscription_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "invoice_lines_inclusive_tax" ON "invoice_lines" ("tenant_id","subscription_id") WHERE "inclusive_tax_amount" > 0;
