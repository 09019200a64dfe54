import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Orders of Square and Shopify. Amounts are in the minor unit of the currency. */
export const orders = syncedTable(
  'orders',
  {
    customerId: text('customer_id'),
    /** Id of the place that took the order. */
    locationId: text('location_id'),
    /** Number or name that people use for the order, such as #1001. */
    number: text('number'),
    /** Square: OPEN, COMPLETED, CANCELED or DRAFT. Shopify: the financial status, such as PAID. */
    status: text('status'),
    /** Shopify: the status of the fulfillment, such as FULFILLED. */
    fulfillmentStatus: text('fulfillment_status'),
    /** Name of the app or channel that the order came through. */
    source: text('source'),
    currency: text('currency'),
    /** Sum of the lines after discounts, before tax, shipping, tip and service charges. */
    subtotal: money('subtotal'),
    discountAmount: money('discount_amount'),
    taxAmount: money('tax_amount'),
    shippingAmount: money('shipping_amount'),
    tipAmount: money('tip_amount'),
    serviceChargeAmount: money('service_charge_amount'),
    total: money('total'),
    amountPaid: money('amount_paid'),
    amountRemaining: money('amount_remaining'),
    amountRefunded: money('amount_refunded'),
    /** Total in the currency that the customer saw, in the minor unit of presentment_currency. */
    presentmentAmount: money('presentment_amount'),
    presentmentCurrency: text('presentment_currency'),
    customerEmail: text('customer_email'),
    description: text('description'),
    cancellationReason: text('cancellation_reason'),
    canceledAt: instant('canceled_at'),
    closedAt: instant('closed_at'),
    /** Time at which the order was placed, if it is not the time of its creation at the provider. */
    processedAt: instant('processed_at'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { by: ['customerId'] },
)

/** Lines of orders. Amounts are in the minor unit of the currency. */
export const orderLines = syncedTable(
  'order_lines',
  {
    orderId: text('order_id'),
    /** Id of the subscription that the line pays for. */
    subscriptionId: text('subscription_id'),
    /** Id of the variation of Square's catalog or of the variant of Shopify, in prices. */
    priceId: text('price_id'),
    productId: text('product_id'),
    /** Square: ITEM, CUSTOM_AMOUNT or GIFT_CARD. */
    type: text('type'),
    description: text('description'),
    sku: text('sku'),
    currency: text('currency'),
    /** Quantity in whole units. Null if it has a fraction. */
    quantity: whole('quantity'),
    quantityDecimal: decimal('quantity_decimal'),
    /** Amount of a unit before discounts and tax. */
    unitAmount: money('unit_amount'),
    /** Amount before discounts and tax. */
    amount: money('amount'),
    discountAmount: money('discount_amount'),
    taxAmount: money('tax_amount'),
    /** The amount after discounts, with tax. */
    total: money('total'),
    metadata: jsonb('metadata'),
  },
  { nested: true, by: ['orderId'] },
)
