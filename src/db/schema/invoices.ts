import { sql } from 'drizzle-orm'
import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Invoices, including drafts. Amounts are in the minor unit of the currency. */
export const invoices = syncedTable(
  'invoices',
  {
    customerId: text('customer_id'),
    subscriptionId: text('subscription_id'),
    /** Id of the order that the invoice collects. Its lines are in order_lines. */
    orderId: text('order_id'),
    /** Id of the place that sent the invoice. */
    locationId: text('location_id'),
    number: text('number'),
    /** Stripe: draft, open, paid, uncollectible or void. */
    status: text('status'),
    currency: text('currency'),
    billingReason: text('billing_reason'),
    collectionMethod: text('collection_method'),
    subtotal: money('subtotal'),
    /** Sum of the discounts of the invoice. */
    discountAmount: money('discount_amount'),
    /** Sum of the taxes of the invoice. */
    taxAmount: money('tax_amount'),
    total: money('total'),
    totalExcludingTax: money('total_excluding_tax'),
    /** The total after the balance of the customer is applied. */
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
    /** Start of the period of the usage on the invoice. Subscription lines have periods of their own. */
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

/** Lines of invoices. Amounts are in the minor unit of the currency. */
export const invoiceLines = syncedTable(
  'invoice_lines',
  {
    invoiceId: text('invoice_id'),
    subscriptionId: text('subscription_id'),
    subscriptionItemId: text('subscription_item_id'),
    invoiceItemId: text('invoice_item_id'),
    priceId: text('price_id'),
    productId: text('product_id'),
    /** Stripe: subscription_item or invoice_item, the kind of object behind the line. */
    type: text('type'),
    description: text('description'),
    /** Amount before discounts and tax. */
    amount: money('amount'),
    subtotal: money('subtotal'),
    discountAmount: money('discount_amount'),
    taxAmount: money('tax_amount'),
    /** The part of tax_amount that the amount contains. */
    inclusiveTaxAmount: money('inclusive_tax_amount'),
    currency: text('currency'),
    /** Quantity in whole units, without the fraction. */
    quantity: whole('quantity'),
    quantityDecimal: decimal('quantity_decimal'),
    /** Amount in the minor unit of the currency, with its fraction. */
    unitAmountDecimal: decimal('unit_amount_decimal'),
    proration: boolean('proration'),
    discountable: boolean('discountable'),
    periodStart: instant('period_start'),
    periodEnd: instant('period_end'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { nested: true, by: ['invoiceId'], bySparse: ['subscriptionId'], mappingVersion: 2 },
)

/** Items that are on an invoice or wait for the next invoice. Amounts are in the minor unit of the currency. */
export const invoiceItems = syncedTable(
  'invoice_items',
  {
    customerId: text('customer_id'),
    /** Id of the invoice. Null while the item waits for an invoice. */
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
  },
  { unsettled: sql`invoice_id is null` },
)

/** Payments of invoices. The table joins invoices with payments and payment_intents. */
export const invoicePayments = syncedTable(
  'invoice_payments',
  {
    invoiceId: text('invoice_id'),
    paymentIntentId: text('payment_intent_id'),
    /** Id of the payment, if it has no payment intent. Otherwise see payment_intent_id. */
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
  { by: ['invoiceId'], unsettled: sql`status = 'open'` },
)
