-- What the views of schema metrics need. The new columns are null, so that no table is rewritten.
CREATE TABLE "coupon_options" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"id" text NOT NULL,
	"applies_to" jsonb,
	"currency_options" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"raw" jsonb NOT NULL,
	"raw_sha256" "bytea",
	"observed_at" timestamp with time zone NOT NULL,
	"synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"mapping_version" smallint DEFAULT 1 NOT NULL,
	CONSTRAINT "coupon_options_tenant_id_provider_account_id_pk" PRIMARY KEY("tenant_id","provider","account","id")
);
--> statement-breakpoint
ALTER TABLE "coupon_options" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "discounts" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"id" text NOT NULL,
	"coupon_id" text,
	"promotion_code_id" text,
	"customer_id" text,
	"subscription_id" text,
	"subscription_item_id" text,
	"starts_at" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"raw" jsonb NOT NULL,
	"raw_sha256" "bytea",
	"observed_at" timestamp with time zone NOT NULL,
	"synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"mapping_version" smallint DEFAULT 1 NOT NULL,
	CONSTRAINT "discounts_tenant_id_provider_account_id_pk" PRIMARY KEY("tenant_id","provider","account","id")
);
--> statement-breakpoint
ALTER TABLE "discounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "mrr_changes" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"livemode" boolean,
	"customer_id" text NOT NULL,
	"currency" text NOT NULL,
	"day" date,
	"mrr_before" numeric NOT NULL,
	"mrr_after" numeric NOT NULL,
	"kind" text NOT NULL,
	"month_opening" numeric NOT NULL,
	"first_day" date,
	"next_day" date,
	CONSTRAINT "mrr_changes_one_a_day" UNIQUE NULLS NOT DISTINCT("tenant_id","provider","account","customer_id","currency","livemode","day")
);
--> statement-breakpoint
ALTER TABLE "mrr_changes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "mrr_history" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"livemode" boolean,
	"subscription_id" text,
	"item_id" text NOT NULL,
	"customer_id" text,
	"currency" text,
	"price_id" text,
	"quantity" bigint,
	"state" text NOT NULL,
	"gross_mrr" numeric,
	"mrr" numeric,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_to" timestamp with time zone,
	"source" text DEFAULT 'sync' NOT NULL,
	CONSTRAINT "mrr_history_tenant_id_provider_account_item_id_valid_from_pk" PRIMARY KEY("tenant_id","provider","account","item_id","valid_from"),
	CONSTRAINT "mrr_history_source" CHECK (source in ('invoice', 'event', 'sync'))
);
--> statement-breakpoint
ALTER TABLE "mrr_history" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "price_options" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"id" text NOT NULL,
	"currency_options" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"raw" jsonb NOT NULL,
	"raw_sha256" "bytea",
	"observed_at" timestamp with time zone NOT NULL,
	"synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"mapping_version" smallint DEFAULT 1 NOT NULL,
	CONSTRAINT "price_options_tenant_id_provider_account_id_pk" PRIMARY KEY("tenant_id","provider","account","id")
);
--> statement-breakpoint
ALTER TABLE "price_options" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "price_tiers" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"id" text NOT NULL,
	"price_id" text,
	"position" bigint,
	"up_to" bigint,
	"unit_amount" bigint,
	"unit_amount_decimal" numeric,
	"flat_amount" bigint,
	"flat_amount_decimal" numeric,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"raw" jsonb NOT NULL,
	"raw_sha256" "bytea",
	"observed_at" timestamp with time zone NOT NULL,
	"synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"mapping_version" smallint DEFAULT 1 NOT NULL,
	CONSTRAINT "price_tiers_tenant_id_provider_account_id_pk" PRIMARY KEY("tenant_id","provider","account","id")
);
--> statement-breakpoint
ALTER TABLE "price_tiers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "states" DROP CONSTRAINT "states_known";--> statement-breakpoint
ALTER TABLE "balance_transactions" ADD COLUMN "livemode" boolean;--> statement-breakpoint
ALTER TABLE "coupons" ADD COLUMN "applies_to" jsonb;--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "inclusive_tax_amount" bigint;--> statement-breakpoint
ALTER TABLE "prices" ADD COLUMN "round" text;--> statement-breakpoint
ALTER TABLE "prices" ADD COLUMN "currency_options" jsonb;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "livemode" boolean;--> statement-breakpoint
ALTER TABLE "subscription_items" ADD COLUMN "discount_ids" jsonb;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "mrr_seeded_to" text;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "mrr_seeded_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "mrr_computed_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "coupon_options_created" ON "coupon_options" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "discounts_customer_id" ON "discounts" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "discounts_subscription_id" ON "discounts" USING btree ("tenant_id","subscription_id");--> statement-breakpoint
CREATE INDEX "discounts_created" ON "discounts" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "mrr_changes_day" ON "mrr_changes" USING btree ("tenant_id","day");--> statement-breakpoint
CREATE INDEX "mrr_changes_customer_id" ON "mrr_changes" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "mrr_history_valid_from" ON "mrr_history" USING btree ("tenant_id","valid_from");--> statement-breakpoint
CREATE INDEX "mrr_history_customer_id" ON "mrr_history" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "mrr_history_subscription_id" ON "mrr_history" USING btree ("tenant_id","subscription_id");--> statement-breakpoint
CREATE INDEX "price_options_created" ON "price_options" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "price_tiers_price_id" ON "price_tiers" USING btree ("tenant_id","price_id");--> statement-breakpoint
ALTER TABLE "states" ADD CONSTRAINT "states_known" CHECK ((kind = 'subscription' and state in ('pending', 'trialing', 'active', 'past_due', 'paused', 'unpaid', 'canceled', 'ended', 'never')) or (kind = 'invoice' and state in ('draft', 'open', 'paid', 'void', 'uncollectible', 'refunded')) or (kind = 'order' and state in ('draft', 'open', 'paid', 'void', 'refunded')) or (kind = 'payment' and state in ('pending', 'succeeded', 'failed', 'canceled', 'reversed')) or (kind = 'refund' and state in ('pending', 'succeeded', 'failed', 'canceled', 'reversed')) or (kind = 'payout' and state in ('pending', 'succeeded', 'failed', 'canceled', 'reversed')) or (kind = 'dispute' and state in ('needs_response', 'under_review', 'won', 'lost', 'closed')) or (kind = 'balance' and state in ('charged', 'refunded', 'disputed', 'fees')));--> statement-breakpoint
CREATE POLICY "tenant" ON "coupon_options" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "coupon_options" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tenant" ON "discounts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "discounts" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tenant" ON "mrr_changes" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "mrr_changes" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tenant" ON "mrr_history" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "mrr_history" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tenant" ON "price_options" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "price_options" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tenant" ON "price_tiers" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "price_tiers" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "coupon_options" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "discounts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "mrr_changes" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "mrr_history" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "price_options" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "price_tiers" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "coupon_options" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "discounts" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "price_options" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "price_tiers" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "coupon_options", "discounts", "mrr_changes", "mrr_history", "price_options", "price_tiers" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "coupon_options", "discounts", "mrr_changes", "mrr_history", "price_options", "price_tiers" TO billing_sync_reader;--> statement-breakpoint
-- As in 0011_lz4.
DO $$
DECLARE
	one record;
BEGIN
	IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
		FOR one IN
			SELECT attrelid::regclass AS place, attname AS name FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
			WHERE atttypid = 'jsonb'::regtype AND NOT attisdropped AND relkind = 'r' AND relnamespace = current_schema()::regnamespace
		LOOP
			EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION lz4', one.place, one.name);
		END LOOP;
	END IF;
END $$;--> statement-breakpoint
INSERT INTO "states" ("provider", "kind", "status", "state") VALUES
	('stripe', 'subscription', 'incomplete_expired', 'never'),
	('stripe', 'balance', 'charge', 'charged'),
	('stripe', 'balance', 'charge_failure', 'charged'),
	('stripe', 'balance', 'partial_capture_reversal', 'charged'),
	('stripe', 'balance', 'refund', 'refunded'),
	('stripe', 'balance', 'refund_failure', 'refunded'),
	('stripe', 'balance', 'dispute', 'disputed'),
	('stripe', 'balance', 'dispute_reversal', 'disputed'),
	('stripe', 'balance', 'fee', 'fees'),
	('stripe', 'balance', 'network_cost', 'fees'),
	('square', 'balance', 'CHARGE', 'charged'),
	('square', 'balance', 'REFUND', 'refunded'),
	('square', 'balance', 'DISPUTE', 'disputed'),
	('square', 'balance', 'DISPUTE_REVERSAL', 'disputed'),
	('square', 'balance', 'FEE', 'fees'),
	('paypal', 'balance', 'T00', 'charged'),
	('paypal', 'balance', 'T01', 'fees'),
	('paypal', 'balance', 'T11', 'refunded'),
	('paypal', 'balance', 'T1107', 'refunded'),
	('paypal', 'balance', 'T1106', 'disputed'),
	('paypal', 'balance', 'T1201', 'disputed'),
	('paypal', 'balance', 'T1202', 'disputed'),
	('shopify', 'balance', 'CHARGE', 'charged'),
	('shopify', 'balance', 'charge', 'charged'),
	('shopify', 'balance', 'REFUND', 'refunded'),
	('shopify', 'balance', 'refund', 'refunded'),
	('shopify', 'balance', 'DISPUTE', 'disputed'),
	('shopify', 'balance', 'dispute', 'disputed'),
	('shopify', 'balance', 'CHARGEBACK_FEE', 'fees'),
	('shopify', 'balance', 'CHARGEBACK_FEE_REFUND', 'fees'),
	('shopify', 'balance', 'STRIPE_FEE', 'fees')
ON CONFLICT ("provider", "kind", "status") DO UPDATE SET "state" = excluded."state";--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."livemode" IS 'Mode of the account, if the payload contains it. Otherwise see the source.';--> statement-breakpoint
COMMENT ON TABLE "coupon_options" IS 'What a coupon''s own list leaves out. The id is the coupon''s.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."applies_to" IS 'Ids of the products that the coupon is limited to. Null if it is not limited.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."currency_options" IS 'Amounts off in other currencies, by currency, in the minor unit: {"eur": {"amount_off": 500}}.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "coupon_options"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."applies_to" IS 'Products that the coupon is limited to, if the payload contains them: {"products": ["prod_1"]}. Otherwise see coupon_options.';--> statement-breakpoint
COMMENT ON TABLE "discounts" IS 'Applications of coupons to a customer, a subscription or an item of a subscription.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."subscription_id" IS 'Id of the subscription. Null if the discount is the customer''s.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."subscription_item_id" IS 'Id of the item of the subscription. Null if the discount is for the whole subscription.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."ends_at" IS 'Time at which the discount ends. Null if it does not end by itself.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "discounts"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."inclusive_tax_amount" IS 'The part of tax_amount that the amount contains.';--> statement-breakpoint
COMMENT ON TABLE "mrr_changes" IS 'Changes of the MRR of customers, a row for each day in UTC. Postgres derives it from mrr_history with each write.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_changes"."day" IS 'Day of the changes, in UTC.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_changes"."kind" IS 'new, expansion, reactivation, contraction or churn.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_changes"."month_opening" IS 'MRR of the customer when the month of the day began.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_changes"."first_day" IS 'The first day with MRR.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_changes"."next_day" IS 'Day of the next change. Null if there is none.';--> statement-breakpoint
COMMENT ON TABLE "mrr_history" IS 'What each item of a subscription was worth a month, a row for each change. Amounts are in the minor unit of the currency, with fractions.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_history"."state" IS 'State of the subscription, in the words of the table states. MRR counts while it is active or past_due.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_history"."gross_mrr" IS 'MRR before discounts.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_history"."mrr" IS 'MRR after discounts that recur. Null if the item has no price that is known.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_history"."valid_to" IS 'Time from which the row no longer holds. Null if it holds until further notice.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_history"."source" IS 'Where the change was seen: invoice, event or sync.';--> statement-breakpoint
COMMENT ON TABLE "price_options" IS 'What a price''s own list leaves out. The id is the price''s.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."currency_options" IS 'Amounts in other currencies, by currency, in the minor unit: {"eur": {"unit_amount": 900}}.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "price_options"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON TABLE "price_tiers" IS 'Tiers of tiered prices. Amounts are in the minor unit of the price''s currency.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."position" IS 'Place of the tier, from 1.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."up_to" IS 'The last unit of the tier. Null if the tier has no end.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."unit_amount_decimal" IS 'Amount of a unit with its fraction.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."flat_amount_decimal" IS 'Amount for the whole tier with its fraction.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "price_tiers"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."billing_scheme" IS 'Stripe: per_unit or tiered. The tiers are in price_tiers.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."round" IS 'Which whole number of such units counts: up or down.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."currency_options" IS 'Amounts in other currencies, if the payload contains them. Otherwise see price_options.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."livemode" IS 'Mode of the account, if the payload contains it. Otherwise see the payment.';--> statement-breakpoint
COMMENT ON COLUMN "states"."kind" IS 'Kind of the object: subscription, invoice, order, payment, refund, payout, dispute or balance.';--> statement-breakpoint
COMMENT ON COLUMN "states"."status" IS 'Word of the provider, as in the column status of the object''s table. Of balance transactions it is the reporting category or the type.';--> statement-breakpoint
COMMENT ON COLUMN "states"."state" IS 'Common word. Subscription: pending, trialing, active, past_due, paused, unpaid, canceled, ended, or never if it never began. Invoice and order: draft, open, paid, void, uncollectible or refunded, in whole or in part. Payment, refund and payout: pending, succeeded, failed, canceled or reversed. Dispute: needs_response, under_review, won, lost or closed. Balance, by the reporting category or type of a balance transaction: charged, refunded, disputed or fees.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."discount_ids" IS 'Ids of the discounts of the item.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."mrr_seeded_to" IS 'Last subscription whose past MRR was read from its invoices, while that goes on.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."mrr_seeded_at" IS 'Time at which the past MRR of all subscriptions was read from invoices.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."mrr_computed_at" IS 'Rows that were written before this time are in mrr_history.';
