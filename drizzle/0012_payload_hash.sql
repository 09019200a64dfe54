ALTER TABLE "balance_transactions" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "coupons" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "credit_note_lines" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "credit_notes" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "disputes" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "invoice_items" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "invoice_payments" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "payment_intents" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "payouts" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "prices" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "promotion_codes" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "provider_objects" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "subscription_items" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "subscription_schedules" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "tax_rates" ADD COLUMN "raw_sha256" "bytea";--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "customers"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "payments"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "prices"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "products"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."raw_sha256" IS 'the SHA-256 of the payload''s bytes as they came, by which a row is known to be unchanged; null where it was put together';--> statement-breakpoint
-- Whoever writes another payload without its hash, be it by hand or a worker from before this migration, takes the hash away:
-- one that stayed would have a later job believe that nothing had changed.
CREATE FUNCTION forget_raw_sha256() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.raw IS DISTINCT FROM old.raw THEN new.raw_sha256 := null; END IF;
  RETURN new;
END $$;--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "balance_transactions" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "coupons" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "credit_note_lines" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "credit_notes" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "customers" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "disputes" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "invoice_items" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "invoice_lines" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "invoice_payments" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "invoices" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "payment_intents" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "payments" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "payouts" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "prices" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "products" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "promotion_codes" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "provider_objects" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "refunds" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "subscription_items" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "subscription_schedules" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "subscriptions" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "tax_rates" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();
