-- Tables and columns for several providers. The new columns are null, so that no table is rewritten.
CREATE TABLE "order_lines" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"id" text NOT NULL,
	"order_id" text,
	"subscription_id" text,
	"price_id" text,
	"product_id" text,
	"type" text,
	"description" text,
	"sku" text,
	"currency" text,
	"quantity" bigint,
	"quantity_decimal" numeric,
	"unit_amount" bigint,
	"amount" bigint,
	"discount_amount" bigint,
	"tax_amount" bigint,
	"total" bigint,
	"metadata" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"raw" jsonb NOT NULL,
	"raw_sha256" "bytea",
	"observed_at" timestamp with time zone NOT NULL,
	"synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"mapping_version" smallint DEFAULT 1 NOT NULL,
	CONSTRAINT "order_lines_tenant_id_provider_account_id_pk" PRIMARY KEY("tenant_id","provider","account","id")
);
--> statement-breakpoint
ALTER TABLE "order_lines" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "orders" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"id" text NOT NULL,
	"customer_id" text,
	"location_id" text,
	"number" text,
	"status" text,
	"fulfillment_status" text,
	"source" text,
	"currency" text,
	"subtotal" bigint,
	"discount_amount" bigint,
	"tax_amount" bigint,
	"shipping_amount" bigint,
	"tip_amount" bigint,
	"service_charge_amount" bigint,
	"total" bigint,
	"amount_paid" bigint,
	"amount_remaining" bigint,
	"amount_refunded" bigint,
	"presentment_amount" bigint,
	"presentment_currency" text,
	"customer_email" text,
	"description" text,
	"cancellation_reason" text,
	"canceled_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"processed_at" timestamp with time zone,
	"livemode" boolean,
	"metadata" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"raw" jsonb NOT NULL,
	"raw_sha256" "bytea",
	"observed_at" timestamp with time zone NOT NULL,
	"synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"mapping_version" smallint DEFAULT 1 NOT NULL,
	CONSTRAINT "orders_tenant_id_provider_account_id_pk" PRIMARY KEY("tenant_id","provider","account","id")
);
--> statement-breakpoint
ALTER TABLE "orders" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "states" (
	"provider" text NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "states_provider_kind_status_pk" PRIMARY KEY("provider","kind","status"),
	CONSTRAINT "states_known" CHECK ((kind = 'subscription' and state in ('pending', 'trialing', 'active', 'past_due', 'paused', 'unpaid', 'canceled', 'ended')) or (kind = 'invoice' and state in ('draft', 'open', 'paid', 'void', 'uncollectible', 'refunded')) or (kind = 'order' and state in ('draft', 'open', 'paid', 'void', 'refunded')) or (kind = 'payment' and state in ('pending', 'succeeded', 'failed', 'canceled', 'reversed')) or (kind = 'refund' and state in ('pending', 'succeeded', 'failed', 'canceled', 'reversed')) or (kind = 'payout' and state in ('pending', 'succeeded', 'failed', 'canceled', 'reversed')) or (kind = 'dispute' and state in ('needs_response', 'under_review', 'won', 'lost', 'closed')))
);
--> statement-breakpoint
ALTER TABLE "balance_transactions" ADD COLUMN "payout_id" text;--> statement-breakpoint
ALTER TABLE "balance_transactions" ADD COLUMN "customer_id" text;--> statement-breakpoint
ALTER TABLE "balance_transactions" ADD COLUMN "order_id" text;--> statement-breakpoint
ALTER TABLE "balance_transactions" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "coupons" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "credit_note_lines" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "credit_notes" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "disputes" ADD COLUMN "customer_id" text;--> statement-breakpoint
ALTER TABLE "disputes" ADD COLUMN "order_id" text;--> statement-breakpoint
ALTER TABLE "disputes" ADD COLUMN "location_id" text;--> statement-breakpoint
ALTER TABLE "disputes" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoice_items" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoice_payments" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "order_id" text;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "location_id" text;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "payment_intents" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "order_id" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "invoice_id" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "subscription_id" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "location_id" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "fee" bigint;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "presentment_amount" bigint;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "presentment_currency" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "payouts" ADD COLUMN "location_id" text;--> statement-breakpoint
ALTER TABLE "payouts" ADD COLUMN "fee" bigint;--> statement-breakpoint
ALTER TABLE "payouts" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "prices" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "promotion_codes" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "provider_objects" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "order_id" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "location_id" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "fee" bigint;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "presentment_amount" bigint;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "presentment_currency" text;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "subscription_items" ADD COLUMN "unit_amount" bigint;--> statement-breakpoint
ALTER TABLE "subscription_items" ADD COLUMN "currency" text;--> statement-breakpoint
ALTER TABLE "subscription_items" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "subscription_schedules" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "order_id" text;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "location_id" text;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tax_rates" ADD COLUMN "updated_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "order_lines_order_id" ON "order_lines" USING btree ("tenant_id","order_id");--> statement-breakpoint
CREATE INDEX "orders_customer_id" ON "orders" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "orders_created" ON "orders" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE POLICY "tenant" ON "order_lines" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "order_lines" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tenant" ON "orders" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "orders" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "order_lines" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "orders" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "order_lines" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
CREATE TRIGGER forget_raw_sha256 BEFORE UPDATE OF raw ON "orders" FOR EACH ROW WHEN (new.raw_sha256 = old.raw_sha256) EXECUTE FUNCTION forget_raw_sha256();--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "order_lines", "orders" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "order_lines", "orders" TO billing_sync_reader;--> statement-breakpoint
-- No tenant's data: every login that reads tables reads the states.
GRANT SELECT ON "states" TO billing_sync_worker, billing_sync_reader;--> statement-breakpoint
-- As in 0011_lz4.
DO $$
DECLARE
	one record;
BEGIN
	IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
		FOR one IN
			SELECT attrelid::regclass AS place, attname AS name FROM pg_attribute
			WHERE attrelid IN ('order_lines'::regclass, 'orders'::regclass) AND atttypid = 'jsonb'::regtype AND NOT attisdropped
		LOOP
			EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION lz4', one.place, one.name);
		END LOOP;
	END IF;
END $$;--> statement-breakpoint
INSERT INTO "states" ("provider", "kind", "status", "state") VALUES
	('stripe', 'subscription', 'incomplete', 'pending'),
	('stripe', 'subscription', 'trialing', 'trialing'),
	('stripe', 'subscription', 'active', 'active'),
	('stripe', 'subscription', 'past_due', 'past_due'),
	('stripe', 'subscription', 'paused', 'paused'),
	('stripe', 'subscription', 'unpaid', 'unpaid'),
	('stripe', 'subscription', 'canceled', 'canceled'),
	('stripe', 'subscription', 'incomplete_expired', 'ended'),
	('stripe', 'invoice', 'draft', 'draft'),
	('stripe', 'invoice', 'open', 'open'),
	('stripe', 'invoice', 'paid', 'paid'),
	('stripe', 'invoice', 'void', 'void'),
	('stripe', 'invoice', 'uncollectible', 'uncollectible'),
	('stripe', 'payment', 'pending', 'pending'),
	('stripe', 'payment', 'succeeded', 'succeeded'),
	('stripe', 'payment', 'failed', 'failed'),
	('stripe', 'refund', 'pending', 'pending'),
	('stripe', 'refund', 'requires_action', 'pending'),
	('stripe', 'refund', 'succeeded', 'succeeded'),
	('stripe', 'refund', 'failed', 'failed'),
	('stripe', 'refund', 'canceled', 'canceled'),
	('stripe', 'payout', 'pending', 'pending'),
	('stripe', 'payout', 'in_transit', 'pending'),
	('stripe', 'payout', 'paid', 'succeeded'),
	('stripe', 'payout', 'failed', 'failed'),
	('stripe', 'payout', 'canceled', 'canceled'),
	('stripe', 'dispute', 'warning_needs_response', 'needs_response'),
	('stripe', 'dispute', 'needs_response', 'needs_response'),
	('stripe', 'dispute', 'appeal_needs_response', 'needs_response'),
	('stripe', 'dispute', 'warning_under_review', 'under_review'),
	('stripe', 'dispute', 'under_review', 'under_review'),
	('stripe', 'dispute', 'appeal_under_review', 'under_review'),
	('stripe', 'dispute', 'won', 'won'),
	('stripe', 'dispute', 'lost', 'lost'),
	('stripe', 'dispute', 'warning_closed', 'closed'),
	('stripe', 'dispute', 'prevented', 'closed'),
	('stripe', 'dispute', 'charge_refunded', 'closed'),
	('square', 'subscription', 'PENDING', 'pending'),
	('square', 'subscription', 'ACTIVE', 'active'),
	('square', 'subscription', 'PAUSED', 'paused'),
	('square', 'subscription', 'CANCELED', 'canceled'),
	('square', 'subscription', 'DEACTIVATED', 'ended'),
	('square', 'subscription', 'COMPLETED', 'ended'),
	('square', 'invoice', 'DRAFT', 'draft'),
	('square', 'invoice', 'UNPAID', 'open'),
	('square', 'invoice', 'SCHEDULED', 'open'),
	('square', 'invoice', 'PARTIALLY_PAID', 'open'),
	('square', 'invoice', 'PAYMENT_PENDING', 'open'),
	('square', 'invoice', 'FAILED', 'open'),
	('square', 'invoice', 'PAID', 'paid'),
	('square', 'invoice', 'CANCELED', 'void'),
	('square', 'invoice', 'PARTIALLY_REFUNDED', 'refunded'),
	('square', 'invoice', 'REFUNDED', 'refunded'),
	('square', 'order', 'DRAFT', 'draft'),
	('square', 'order', 'OPEN', 'open'),
	('square', 'order', 'COMPLETED', 'paid'),
	('square', 'order', 'CANCELED', 'void'),
	('square', 'payment', 'PENDING', 'pending'),
	('square', 'payment', 'APPROVED', 'pending'),
	('square', 'payment', 'COMPLETED', 'succeeded'),
	('square', 'payment', 'FAILED', 'failed'),
	('square', 'payment', 'CANCELED', 'canceled'),
	('square', 'refund', 'PENDING', 'pending'),
	('square', 'refund', 'COMPLETED', 'succeeded'),
	('square', 'refund', 'APPROVED', 'succeeded'),
	('square', 'refund', 'REJECTED', 'failed'),
	('square', 'refund', 'FAILED', 'failed'),
	('square', 'payout', 'SENT', 'pending'),
	('square', 'payout', 'PAID', 'succeeded'),
	('square', 'payout', 'FAILED', 'failed'),
	('square', 'dispute', 'INQUIRY_EVIDENCE_REQUIRED', 'needs_response'),
	('square', 'dispute', 'EVIDENCE_REQUIRED', 'needs_response'),
	('square', 'dispute', 'INQUIRY_PROCESSING', 'under_review'),
	('square', 'dispute', 'PROCESSING', 'under_review'),
	('square', 'dispute', 'WON', 'won'),
	('square', 'dispute', 'LOST', 'lost'),
	('square', 'dispute', 'ACCEPTED', 'lost'),
	('square', 'dispute', 'INQUIRY_CLOSED', 'closed'),
	('paypal', 'subscription', 'APPROVAL_PENDING', 'pending'),
	('paypal', 'subscription', 'APPROVED', 'pending'),
	('paypal', 'subscription', 'ACTIVE', 'active'),
	('paypal', 'subscription', 'SUSPENDED', 'paused'),
	('paypal', 'subscription', 'CANCELLED', 'canceled'),
	('paypal', 'subscription', 'EXPIRED', 'ended'),
	('paypal', 'invoice', 'DRAFT', 'draft'),
	('paypal', 'invoice', 'SENT', 'open'),
	('paypal', 'invoice', 'UNPAID', 'open'),
	('paypal', 'invoice', 'SCHEDULED', 'open'),
	('paypal', 'invoice', 'PARTIALLY_PAID', 'open'),
	('paypal', 'invoice', 'PAYMENT_PENDING', 'open'),
	('paypal', 'invoice', 'PAID', 'paid'),
	('paypal', 'invoice', 'MARKED_AS_PAID', 'paid'),
	('paypal', 'invoice', 'CANCELLED', 'void'),
	('paypal', 'invoice', 'PARTIALLY_REFUNDED', 'refunded'),
	('paypal', 'invoice', 'REFUNDED', 'refunded'),
	('paypal', 'invoice', 'MARKED_AS_REFUNDED', 'refunded'),
	('paypal', 'payment', 'P', 'pending'),
	('paypal', 'payment', 'S', 'succeeded'),
	('paypal', 'payment', 'D', 'failed'),
	('paypal', 'payment', 'V', 'reversed'),
	('paypal', 'refund', 'P', 'pending'),
	('paypal', 'refund', 'S', 'succeeded'),
	('paypal', 'refund', 'D', 'failed'),
	('paypal', 'refund', 'V', 'reversed'),
	('paypal', 'payout', 'P', 'pending'),
	('paypal', 'payout', 'S', 'succeeded'),
	('paypal', 'payout', 'D', 'failed'),
	('paypal', 'payout', 'V', 'reversed'),
	('paypal', 'dispute', 'OPEN', 'needs_response'),
	('paypal', 'dispute', 'WAITING_FOR_SELLER_RESPONSE', 'needs_response'),
	('paypal', 'dispute', 'WAITING_FOR_BUYER_RESPONSE', 'under_review'),
	('paypal', 'dispute', 'UNDER_REVIEW', 'under_review'),
	('paypal', 'dispute', 'OTHER', 'under_review'),
	('paypal', 'dispute', 'RESOLVED', 'closed'),
	('shopify', 'subscription', 'ACTIVE', 'active'),
	('shopify', 'subscription', 'PAUSED', 'paused'),
	('shopify', 'subscription', 'FAILED', 'unpaid'),
	('shopify', 'subscription', 'CANCELLED', 'canceled'),
	('shopify', 'subscription', 'EXPIRED', 'ended'),
	('shopify', 'order', 'PENDING', 'open'),
	('shopify', 'order', 'AUTHORIZED', 'open'),
	('shopify', 'order', 'PARTIALLY_PAID', 'open'),
	('shopify', 'order', 'PAID', 'paid'),
	('shopify', 'order', 'VOIDED', 'void'),
	('shopify', 'order', 'EXPIRED', 'void'),
	('shopify', 'order', 'PARTIALLY_REFUNDED', 'refunded'),
	('shopify', 'order', 'REFUNDED', 'refunded'),
	('shopify', 'payment', 'PENDING', 'pending'),
	('shopify', 'payment', 'AWAITING_RESPONSE', 'pending'),
	('shopify', 'payment', 'UNKNOWN', 'pending'),
	('shopify', 'payment', 'SUCCESS', 'succeeded'),
	('shopify', 'payment', 'FAILURE', 'failed'),
	('shopify', 'payment', 'ERROR', 'failed'),
	('shopify', 'refund', 'PENDING', 'pending'),
	('shopify', 'refund', 'AWAITING_RESPONSE', 'pending'),
	('shopify', 'refund', 'UNKNOWN', 'pending'),
	('shopify', 'refund', 'SUCCESS', 'succeeded'),
	('shopify', 'refund', 'FAILURE', 'failed'),
	('shopify', 'refund', 'ERROR', 'failed'),
	('shopify', 'payout', 'SCHEDULED', 'pending'),
	('shopify', 'payout', 'IN_TRANSIT', 'pending'),
	('shopify', 'payout', 'PAID', 'succeeded'),
	('shopify', 'payout', 'FAILED', 'failed'),
	('shopify', 'payout', 'CANCELED', 'canceled'),
	('shopify', 'dispute', 'NEEDS_RESPONSE', 'needs_response'),
	('shopify', 'dispute', 'UNDER_REVIEW', 'under_review'),
	('shopify', 'dispute', 'WON', 'won'),
	('shopify', 'dispute', 'LOST', 'lost'),
	('shopify', 'dispute', 'ACCEPTED', 'lost'),
	('shopify', 'dispute', 'CHARGE_REFUNDED', 'closed'),
	('shopify', 'dispute', 'PREVENTED', 'closed')
ON CONFLICT ("provider", "kind", "status") DO UPDATE SET "state" = excluded."state";
--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."payout_id" IS 'Id of the payout that took the movement to the bank, if the payload contains it.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."customer_id" IS 'Id of the customer, if the payload contains it. Otherwise see the payment.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."customer_id" IS 'Id of the customer, if the payload contains it. Otherwise see the payment.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."location_id" IS 'Id of the place where the payment was made.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."order_id" IS 'Id of the order that the invoice collects. Its lines are in order_lines.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."location_id" IS 'Id of the place that sent the invoice.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON TABLE "order_lines" IS 'Lines of orders. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."subscription_id" IS 'Id of the subscription that the line pays for.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."price_id" IS 'Id of the variation of Square''s catalog or of the variant of Shopify, in prices.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."type" IS 'Square: ITEM, CUSTOM_AMOUNT or GIFT_CARD.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."quantity" IS 'Quantity in whole units. Null if it has a fraction.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."unit_amount" IS 'Amount of a unit before discounts and tax.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."amount" IS 'Amount before discounts and tax.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."total" IS 'The amount after discounts, with tax.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "order_lines"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON TABLE "orders" IS 'Orders of Square and Shopify. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."location_id" IS 'Id of the place that took the order.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."number" IS 'Number or name that people use for the order, such as #1001.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."status" IS 'Square: OPEN, COMPLETED, CANCELED or DRAFT. Shopify: the financial status, such as PAID.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."fulfillment_status" IS 'Shopify: the status of the fulfillment, such as FULFILLED.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."source" IS 'Name of the app or channel that the order came through.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."subtotal" IS 'Sum of the lines after discounts, before tax, shipping, tip and service charges.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."presentment_amount" IS 'Total in the currency that the customer saw, in the minor unit of presentment_currency.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."processed_at" IS 'Time at which the order was placed, if it is not the time of its creation at the provider.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "orders"."mapping_version" IS 'Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."invoice_id" IS 'Id of the paid invoice, if the payload contains it. Otherwise see invoice_payments.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."subscription_id" IS 'Id of the paid subscription, if the payload contains it.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."location_id" IS 'Id of the place where the payment was made: a location of Square or Shopify, a location of a Stripe Terminal reader.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."status" IS 'Stripe: succeeded, pending or failed. The table states has the states of all providers.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."fee" IS 'Fee of the provider, if the payload contains it. Otherwise see balance_transactions.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."presentment_amount" IS 'Amount in the currency that the customer saw, in the minor unit of presentment_currency.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."location_id" IS 'Id of the place whose money it is.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."fee" IS 'Fee of the provider for the payout.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "products"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."location_id" IS 'Id of the place where the refund was made.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."fee" IS 'Fee of the provider, if the payload contains it. A negative fee was given back.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."presentment_amount" IS 'Amount in the currency that the customer saw, in the minor unit of presentment_currency.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON TABLE "states" IS 'What each status word of a provider means in words that all providers share. A status without a row is not known. Holds no data of tenants.';--> statement-breakpoint
COMMENT ON COLUMN "states"."provider" IS 'Name of the provider, as in the column provider of other tables.';--> statement-breakpoint
COMMENT ON COLUMN "states"."kind" IS 'Kind of the object: subscription, invoice, order, payment, refund, payout or dispute.';--> statement-breakpoint
COMMENT ON COLUMN "states"."status" IS 'Word of the provider, as in the column status of the object''s table.';--> statement-breakpoint
COMMENT ON COLUMN "states"."state" IS 'Common word. Subscription: pending, trialing, active, past_due, paused, unpaid, canceled or ended. Invoice and order: draft, open, paid, void, uncollectible or refunded, in whole or in part. Payment, refund and payout: pending, succeeded, failed, canceled or reversed. Dispute: needs_response, under_review, won, lost or closed.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."unit_amount" IS 'Amount of a unit in the minor unit of the currency, if the subscription has an amount of its own. Null if it is the price''s.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."currency" IS 'Currency of unit_amount.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."order_id" IS 'Id of the order that began the subscription.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."location_id" IS 'Id of the place that the subscription belongs to.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."updated_at" IS 'Time of the last change at the provider. Null if the provider does not say.';
