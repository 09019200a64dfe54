-- The docstrings of the tables and columns, written by scripts/comments.ts
COMMENT ON TABLE "balance_transactions" IS 'Movements of the account''s balance. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."status" IS 'Stripe: pending or available.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."amount" IS 'The amount before the fee. A negative amount leaves the balance.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."net" IS 'The amount minus the fee.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."exchange_rate" IS 'Rate from the currency of the payment to this currency.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."source_id" IS 'Id of the payment, refund, dispute, payout or other object behind the movement.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "balance_transactions"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "coupons" IS 'Discounts that can be applied to customers, subscriptions and invoices.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."percent_off" IS '0 to 100.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."amount_off" IS 'Amount in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."duration" IS 'Stripe: once, repeating or forever.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "coupons"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "credit_note_lines" IS 'Lines of credit notes. Amounts are in the currency of the credit note.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."type" IS 'Stripe: invoice_line_item or custom_line_item.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "credit_note_lines"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "credit_notes" IS 'Credit notes, which lower finalized invoices. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."status" IS 'Stripe: issued or void.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."type" IS 'Stripe: pre_payment, post_payment or mixed.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."pre_payment_amount" IS 'Amount that lowered the invoice before payment.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."post_payment_amount" IS 'Amount that was returned after payment.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."refund_id" IS 'Id of the first refund of the credit note.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "credit_notes"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "customers" IS 'Customers. A deleted customer keeps its row and has deleted_at.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."currency" IS 'Three-letter ISO code, lower case.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."balance" IS 'Balance in the minor unit of the currency. A negative balance is credit.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."country" IS 'Two-letter ISO code of the address.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "disputes" IS 'Payments that customers dispute with their bank. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."balance_transaction_id" IS 'Id of the first balance transaction of the dispute.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."status" IS 'Stripe: warning_…, needs_response, under_review, won, lost or prevented.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."evidence_due_by" IS 'Time by which evidence must be submitted.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "disputes"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "erased_ids" IS 'Tombstones of erased objects, as hashes. Later syncs do not store these objects again.';--> statement-breakpoint
COMMENT ON COLUMN "erased_ids"."hash" IS 'SHA-256 of tenant, provider and id, in base64url.';--> statement-breakpoint
COMMENT ON TABLE "erased_tenants" IS 'Erased tenants. Jobs of these tenants fail and read nothing.';--> statement-breakpoint
COMMENT ON TABLE "invoice_items" IS 'Items that are on an invoice or wait for the next invoice. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."invoice_id" IS 'Id of the invoice. Null while the item waits for an invoice.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."net_amount" IS 'The amount after discounts.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_items"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "invoice_lines" IS 'Lines of invoices. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."type" IS 'Stripe: subscription_item or invoice_item, the kind of object behind the line.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."amount" IS 'Amount before discounts and tax.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."quantity" IS 'Quantity in whole units, without the fraction.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."unit_amount_decimal" IS 'Amount in the minor unit of the currency, with its fraction.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_lines"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "invoice_payments" IS 'Payments of invoices. The table joins invoices with payments and payment_intents.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."payment_id" IS 'Id of the payment, if it has no payment intent. Otherwise see payment_intent_id.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."status" IS 'Stripe: open, paid or canceled.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "invoice_payments"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "invoices" IS 'Invoices, including drafts. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."status" IS 'Stripe: draft, open, paid, uncollectible or void.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."discount_amount" IS 'Sum of the discounts of the invoice.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."tax_amount" IS 'Sum of the taxes of the invoice.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."amount_due" IS 'The total after the balance of the customer is applied.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."period_start" IS 'Start of the period of the usage on the invoice. Subscription lines have periods of their own.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "invoices"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "payment_intents" IS 'Payment intents, each with all attempts of a payment. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."latest_payment_id" IS 'Id of the latest attempt, in payments.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."status" IS 'Stripe: requires_payment_method, requires_confirmation, requires_action, processing, requires_capture, canceled or succeeded.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "payment_intents"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "payments" IS 'Attempts to collect money, including failed attempts; Stripe''s charges. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."status" IS 'Stripe: succeeded, pending or failed.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."refunded" IS 'True if the payment is refunded in full.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "payments"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "payouts" IS 'Money sent from the balance to a bank. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."destination_id" IS 'Id of the bank account or card that receives the money.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."status" IS 'Stripe: pending, in_transit, paid, failed or canceled.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."amount" IS 'A negative amount takes money back from the bank.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "payouts"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "prices" IS 'Prices of products: active, archived and inline prices.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."inline" IS 'True if the price was made for a single subscription or invoice. The provider does not list such a price.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."currency" IS 'Three-letter ISO code, lower case.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."type" IS 'Stripe: one_time or recurring.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."billing_scheme" IS 'Stripe: per_unit or tiered. The payload does not contain the tiers.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."unit_amount" IS 'Amount in the minor unit of the currency. Null if it has a fraction, is tiered or is chosen by the customer.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."unit_amount_decimal" IS 'Amount in the minor unit of the currency, with its fraction.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."interval" IS 'Stripe: day, week, month or year. Null for a one-time price.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."interval_count" IS 'Number of intervals between two payments.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."usage_type" IS 'Stripe: licensed or metered.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."tiers_mode" IS 'Stripe: graduated or volume.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."divide_by" IS 'Number of units that count as a single unit for the price.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "prices"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "products" IS 'Products and services for sale.';--> statement-breakpoint
COMMENT ON COLUMN "products"."default_price_id" IS 'Id of the default price, in prices.';--> statement-breakpoint
COMMENT ON COLUMN "products"."updated_at" IS 'When the provider last changed it.';--> statement-breakpoint
COMMENT ON COLUMN "products"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "products"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "products"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "products"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "products"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "products"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."customer_id" IS 'Id of the only customer who may redeem the code. Null if every customer may.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "promotion_codes"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "provider_objects" IS 'Objects of the resources that have no table of their own. Only jobs that name such a resource read it.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."resource" IS 'Name of the resource, as in additionalData.resources.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."object" IS 'Type of the object, as the provider names it.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "refunds" IS 'Refunds. Amounts are in the minor unit of the currency.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."status" IS 'Stripe: pending, requires_action, succeeded, failed or canceled.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "refunds"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "subscription_items" IS 'Items of subscriptions, each with a price and a quantity.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."quantity" IS 'Quantity. Null for metered prices.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_items"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."status" IS 'Stripe: not_started, active, completed, released or canceled.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."released_subscription_id" IS 'Id of the subscription that the schedule released.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "subscription_schedules"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "subscriptions" IS 'Subscriptions in every status, including canceled subscriptions.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."status" IS 'Stripe: incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid or paused.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."current_period_start" IS 'Start of the current period. The earliest start of the items, if the items have periods of their own.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."current_period_end" IS 'End of the current period. The latest end of the items, if the items have periods of their own.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."cancel_at" IS 'Time at which the subscription will end, if known.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."canceled_at" IS 'Time of the cancellation. The subscription may continue until ended_at.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."pause_behavior" IS 'Stripe: what happens to invoices while collection is paused. Null if collection is not paused.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."coupon_id" IS 'Id of the coupon of the first discount, if the payload contains it.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."discount_ids" IS 'Ids of the discounts of the subscription.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "subscriptions"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';--> statement-breakpoint
COMMENT ON TABLE "sync_accounts" IS 'Provider accounts of a tenant. The worker does not mark deletions for a tenant with several accounts, because rows do not name their account.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."account" IS 'Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. It is key_ and a hash if the key may not read its own account.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."credential" IS 'Keyed hash of the last key that read the account. The worker does not ask again which account a known key belongs to.';--> statement-breakpoint
COMMENT ON TABLE "sync_cursors" IS 'Cursors of provider accounts: the tables contain all changes up to the cursor, and the next incremental job continues there.';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."account" IS 'Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode.';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."cursor" IS 'Time of the cursor, by the clock of the provider.';--> statement-breakpoint
COMMENT ON COLUMN "sync_cursors"."resources" IS 'Resources that are complete up to the cursor.';--> statement-breakpoint
COMMENT ON TABLE "sync_jobs" IS 'Sync jobs, a row each: the request, the progress, the worker and the result.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."account" IS 'Provider account of the job, with its mode: acct_1ABC is live, acct_1ABC:test is test mode. Null before the first commit.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."status" IS 'pending: waits for its account. running: a worker holds the lease. paused: out of time, sent again. retrying: an attempt failed, another follows. completed, failed, cancelled: final.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."options" IS 'additionalData of the request, as the worker understood it. It never contains a token.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."attempt" IS 'Number of failed attempts. Worker.MaxRetries limits it. A pause or a wait is not a failed attempt.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."deliveries" IS 'Number of times that a worker claimed the job.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."hop" IS 'Number of times that the job was paused because time ran out, and sent again.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."stalled" IS 'Number of consecutive deliveries that ended without a commit.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."fence" IS 'Each claim raises it. A write with an older fence changes nothing.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."commits" IS 'Number of committed transactions. After a lost connection it shows whether a commit succeeded.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."lease_owner" IS 'Name of the worker that holds the lease, while the job is running.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."lease_until" IS 'Time at which the lease ends, by the clock of the database.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."checkpoint" IS 'What the job still has to read. Null before the job is planned and after it completed.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."progress" IS 'For each resource: fetched, created, updated, unchanged, rejected, and the estimated share done (0 to 1).';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."fetched" IS 'Number of items that the provider listed: the sum of created, updated, unchanged and rejected.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."rejected" IS 'Number of items that could not be stored; see sync_rejects.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."deleted" IS 'Number of rows marked as deleted.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."requests" IS 'Number of requests to the provider, including failed requests.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."result" IS 'The final SyncJobResult of a completed or failed job.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."error" IS 'The last error, as {code, message, retryable}. Null for a completed job.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."created_at" IS 'Time at which a worker first saw the job.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."next_attempt_at" IS 'Time before which there is no next attempt, while the job is retrying.';--> statement-breakpoint
COMMENT ON TABLE "sync_rejects" IS 'Items that could not be stored, with the reason. Each item has a single row, from the latest attempt.';--> statement-breakpoint
COMMENT ON COLUMN "sync_rejects"."item_key" IS 'Id of the item, or the SHA-256 of its payload if it has no usable id.';--> statement-breakpoint
COMMENT ON COLUMN "sync_rejects"."code" IS 'SQLSTATE if Postgres refused the item, else a code of the worker such as invalid_item.';--> statement-breakpoint
COMMENT ON COLUMN "sync_rejects"."payload" IS 'Payload as text, cut at 64 KiB. It is text because jsonb may refuse it.';--> statement-breakpoint
COMMENT ON TABLE "tax_rates" IS 'Tax rates.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."percentage" IS '0 to 100.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."effective_percentage" IS 'Effective percentage, 0 to 100, if it differs from the percentage.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."rate_type" IS 'Stripe: flat_amount or percentage.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."created_at" IS 'Time at which the provider created the object.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."deleted_at" IS 'Time from which the provider no longer had the object. The row stays.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."raw" IS 'The whole object, as the provider sent it.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."raw_sha256" IS 'SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."observed_at" IS 'Time of the observation, by the clock of the provider. An older observation never replaces a newer observation.';--> statement-breakpoint
COMMENT ON COLUMN "tax_rates"."synced_at" IS 'Time of the last write to the row, by the clock of this database.';
