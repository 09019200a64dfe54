import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Invoices, drafts too. Amounts are in the currency's minor unit. */
export const invoices = syncedTable(
  'invoices',
  {
    customerId: text('customer_id'),
    subscriptionId: text('subscription_id'),
    number: text('number'),
    /** Stripe: draft, open, paid, uncollectible or void. */
    status: text('status'),
    currency: text('currency'),
    billingReason: text('billing_reason'),
    collectionMethod: text('collection_method'),
    subtotal: money('subtotal'),
    /** The sum of its discounts. */
    discountAmount: money('discount_amount'),
    /** The sum of its taxes. */
    taxAmount: money('tax_amount'),
    total: money('total'),
    totalExcludingTax: money('total_excluding_tax'),
    /** The total with the customer's balance taken into account. */
    amountDue: money('amount_due'),
    amountPaid: money('amount_paid'),
    amountRemaining: money('amount_remaining'),
    amountOverpaid: money('amount_overpaid'),
    startingBalance: money('starting_balance'),
    endingBalance: money('ending_balance'),
    attemptCount: whole('attempt_count'),
    attempted: boolean('attempted'),
    nextPaymentAttempt: instant('next_payment_attempt'),
    dueDate: instant('due_date'),
    /** The period its usage is from, not the one its subscription lines pay for. */
    periodStart: instant('period_start'),
    periodEnd: instant('period_end'),
    effectiveAt: instant('effective_at'),
    finalizedAt: instant('finalized_at'),
    paidAt: instant('paid_at'),
    voidedAt: instant('voided_at'),
    markedUncollectibleAt: instant('marked_uncollectible_at'),
    customerEmail: text('customer_email'),
    customerName: text('customer_name'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { by: ['customerId'] },
)

/** What an invoice charges for. Amounts are in the currency's minor unit. */
export const invoiceLines = syncedTable(
  'invoice_lines',
  {
    invoiceId: text('invoice_id'),
    subscriptionId: text('subscription_id'),
    subscriptionItemId: text('subscription_item_id'),
    invoiceItemId: text('invoice_item_id'),
    priceId: text('price_id'),
    productId: text('product_id'),
    /** What it comes from: subscription_item or invoice_item. */
    type: text('type'),
    description: text('description'),
    /** Before discounts and tax. */
    amount: money('amount'),
    subtotal: money('subtotal'),
    discountAmount: money('discount_amount'),
    taxAmount: money('tax_amount'),
    currency: text('currency'),
    /** Whole units; the fraction is cut off. */
    quantity: whole('quantity'),
    quantityDecimal: decimal('quantity_decimal'),
    /** In the currency's minor unit, with its fraction. */
    unitAmountDecimal: decimal('unit_amount_decimal'),
    proration: boolean('proration'),
    discountable: boolean('discountable'),
    periodStart: instant('period_start'),
    periodEnd: instant('period_end'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { nested: true, by: ['invoiceId'] },
)

/** Amounts waiting for an invoice or already on one, in the currency's minor unit. */
export const invoiceItems = syncedTable('invoice_items', {
  customerId: text('customer_id'),
  /** Null while it waits. */
  invoiceId: text('invoice_id'),
  subscriptionId: text('subscription_id'),
  subscriptionItemId: text('subscription_item_id'),
  priceId: text('price_id'),
  productId: text('product_id'),
  description: text('description'),
  amount: money('amount'),
  /** The amount after discounts. */
  netAmount: money('net_amount'),
  currency: text('currency'),
  quantity: whole('quantity'),
  quantityDecimal: decimal('quantity_decimal'),
  unitAmountDecimal: decimal('unit_amount_decimal'),
  proration: boolean('proration'),
  discountable: boolean('discountable'),
  periodStart: instant('period_start'),
  periodEnd: instant('period_end'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})

/** Which payment paid how much of which invoice: the join of invoices with payments and payment_intents. */
export const invoicePayments = syncedTable(
  'invoice_payments',
  {
    invoiceId: text('invoice_id'),
    paymentIntentId: text('payment_intent_id'),
    /** Where a payment without an intent paid; otherwise the payments of its intent did. */
    paymentId: text('payment_id'),
    paymentRecordId: text('payment_record_id'),
    /** Stripe: open, paid or canceled. */
    status: text('status'),
    amountRequested: money('amount_requested'),
    amountPaid: money('amount_paid'),
    currency: text('currency'),
    isDefault: boolean('is_default'),
    paidAt: instant('paid_at'),
    canceledAt: instant('canceled_at'),
    livemode: boolean('livemode'),
  },
  { by: ['invoiceId'] },
)
