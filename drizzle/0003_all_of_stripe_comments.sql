-- The docstrings of the tables, by infra/comments.ts
COMMENT ON TABLE "balance_transactions" IS 'Every movement of the account''s balance. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."type" IS 'Stripe: charge, refund, payout, adjustment, stripe_fee, …';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."status" IS 'Stripe: pending or available';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."amount" IS 'before the fee; negative leaves the balance';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."net" IS 'the amount less the fee';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."exchange_rate" IS 'from the payment''s currency to this one';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."source_id" IS 'what moved it: the id of a payment, refund, dispute, payout, …';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "coupons" IS 'What is taken off.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."percent_off" IS '0 to 100';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."amount_off" IS 'in the currency''s minor unit';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."duration" IS 'Stripe: once, repeating or forever';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "credit_note_lines" IS 'What a credit note takes back, in the currency of its credit note.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."type" IS 'Stripe: invoice_line_item or custom_line_item';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "credit_notes" IS 'What was taken back from finalized invoices. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."status" IS 'Stripe: issued or void';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."type" IS 'Stripe: pre_payment, post_payment or mixed';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."pre_payment_amount" IS 'what lowered the invoice before it was paid';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."post_payment_amount" IS 'what was given back after it was paid';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."refund_id" IS 'the first of its refunds';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON COLUMN "customers"."currency" IS 'three-letter ISO code, lower case';--> statement-breakpoint
COMMENT ON COLUMN "customers"."country" IS 'two-letter ISO code of the address';--> statement-breakpoint
COMMENT ON COLUMN "customers"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON TABLE "disputes" IS 'Payments that customers contest with their bank. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."balance_transaction_id" IS 'the first of its balance transactions';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."status" IS 'Stripe: warning_…, needs_response, under_review, won, lost or prevented';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."evidence_due_by" IS 'by when evidence has to be in';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "invoice_items" IS 'Amounts waiting for an invoice or already on one, in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."invoice_id" IS 'null while it waits';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."net_amount" IS 'the amount after discounts';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "invoice_lines" IS 'What an invoice charges for. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."type" IS 'what it comes from: subscription_item or invoice_item';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."amount" IS 'before discounts and tax';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."quantity" IS 'whole units; the fraction is cut off';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."unit_amount_decimal" IS 'in the currency''s minor unit, with its fraction';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "invoice_payments" IS 'Which payment paid how much of which invoice: the join of invoices with payments and payment_intents.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."payment_id" IS 'where a payment without an intent paid; otherwise the payments of its intent did';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."status" IS 'Stripe: open, paid or canceled';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "invoices" IS 'Invoices, drafts too. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."status" IS 'Stripe: draft, open, paid, uncollectible or void';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."discount_amount" IS 'the sum of its discounts';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."tax_amount" IS 'the sum of its taxes';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."amount_due" IS 'the total with the customer''s balance taken into account';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."period_start" IS 'the period its usage is from, not the one its subscription lines pay for';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "payment_intents" IS 'A payment from intention to success, over its attempts. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."latest_payment_id" IS 'the latest attempt, in payments';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."status" IS 'Stripe: requires_payment_method, requires_confirmation, requires_action, processing, requires_capture, canceled or succeeded';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "payments" IS 'Attempts to take money, failed ones too; Stripe''s charges. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."status" IS 'Stripe: succeeded, pending or failed';--> statement-breakpoint
COMMENT ON COLUMN "payments"."refunded" IS 'refunded in full';--> statement-breakpoint
COMMENT ON COLUMN "payments"."payment_method_type" IS 'Stripe: card, sepa_debit, …';--> statement-breakpoint
COMMENT ON COLUMN "payments"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "payments"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "payments"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "payments"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "payments"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "payouts" IS 'Money sent from the balance to a bank. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."destination_id" IS 'the bank account or card it goes to';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."status" IS 'Stripe: pending, in_transit, paid, failed or canceled';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."amount" IS 'negative takes money back from the bank';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "prices" IS 'What a product costs, active, archived and inline ones.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."inline" IS 'made for one subscription or invoice: found on an item, never in the provider''s list of prices';--> statement-breakpoint
COMMENT ON COLUMN "prices"."currency" IS 'three-letter ISO code, lower case';--> statement-breakpoint
COMMENT ON COLUMN "prices"."type" IS 'Stripe: one_time or recurring';--> statement-breakpoint
COMMENT ON COLUMN "prices"."billing_scheme" IS 'Stripe: per_unit, or tiered with the tiers not in the payload';--> statement-breakpoint
COMMENT ON COLUMN "prices"."unit_amount" IS 'in the currency''s minor unit; null where it has a fraction, is tiered or is chosen by the customer';--> statement-breakpoint
COMMENT ON COLUMN "prices"."unit_amount_decimal" IS 'in the currency''s minor unit, with its fraction';--> statement-breakpoint
COMMENT ON COLUMN "prices"."interval" IS 'Stripe: day, week, month or year; null for a price paid once';--> statement-breakpoint
COMMENT ON COLUMN "prices"."interval_count" IS 'intervals between two payments';--> statement-breakpoint
COMMENT ON COLUMN "prices"."usage_type" IS 'Stripe: licensed or metered';--> statement-breakpoint
COMMENT ON COLUMN "prices"."tiers_mode" IS 'Stripe: graduated or volume';--> statement-breakpoint
COMMENT ON COLUMN "prices"."divide_by" IS 'units that count as one before the price applies';--> statement-breakpoint
COMMENT ON COLUMN "prices"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "prices"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "prices"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "prices"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "prices"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "products" IS 'What is sold.';--> statement-breakpoint
COMMENT ON COLUMN "products"."default_price_id" IS 'in prices';--> statement-breakpoint
COMMENT ON COLUMN "products"."updated_at" IS 'when the provider last changed it';--> statement-breakpoint
COMMENT ON COLUMN "products"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "products"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "products"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "products"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "products"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "promotion_codes" IS 'Codes that customers redeem for a coupon.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."customer_id" IS 'the only customer who may redeem it, if any';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "provider_objects" IS 'Everything a provider lists that has no table of its own, read where a job names it.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."resource" IS 'as in additionalData.resources';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."object" IS 'the provider''s name of its type';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "refunds" IS 'Money given back. Amounts are in the currency''s minor unit.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."status" IS 'Stripe: pending, requires_action, succeeded, failed or canceled';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "subscription_items" IS 'What a subscription is made of: prices and quantities.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."quantity" IS 'null for metered prices';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "subscription_schedules" IS 'Planned changes of subscriptions.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."status" IS 'Stripe: not_started, active, completed, released or canceled';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."released_subscription_id" IS 'the subscription it let go';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "subscriptions" IS 'Subscriptions in every status, canceled ones too.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."status" IS 'Stripe: incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid or paused';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."current_period_start" IS 'the earliest of its items, where they have periods of their own';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."current_period_end" IS 'the latest of its items, where they have periods of their own';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."cancel_at" IS 'when it will end, if that is known';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."canceled_at" IS 'when somebody canceled it; it may go on until ended_at';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."pause_behavior" IS 'what becomes of its invoices while collection is paused; null while it is not';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."coupon_id" IS 'the coupon of its first discount, where the payload says it';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."discount_ids" IS 'ids of its discounts';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."synced_at" IS 'when the row was last written, by this database''s clock';--> statement-breakpoint
COMMENT ON TABLE "tax_rates" IS 'Rates of tax.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."percentage" IS '0 to 100';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."effective_percentage" IS '0 to 100, where it differs from the percentage';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."rate_type" IS 'Stripe: flat_amount or percentage';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."deleted_at" IS 'when the provider no longer had it; rows are never deleted';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."synced_at" IS 'when the row was last written, by this database''s clock';
