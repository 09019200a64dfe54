import { jsonb, text } from 'drizzle-orm/pg-core'
import { instant } from './column.ts'
import { syncedTable } from './synced.ts'

/** Applications of coupons to a customer, a subscription or an item of a subscription. */
export const discounts = syncedTable(
  'discounts',
  {
    couponId: text('coupon_id'),
    promotionCodeId: text('promotion_code_id'),
    customerId: text('customer_id'),
    /** Id of the subscription. Null if the discount is the customer's. */
    subscriptionId: text('subscription_id'),
    /** Id of the item of the subscription. Null if the discount is for the whole subscription. */
    subscriptionItemId: text('subscription_item_id'),
    startsAt: instant('starts_at'),
    /** Time at which the discount ends. Null if it does not end by itself. */
    endsAt: instant('ends_at'),
  },
  { by: ['customerId', 'subscriptionId'] },
)

/** Fields of coupons that the list of coupons leaves out. The id is that of the coupon. */
export const couponOptions = syncedTable('coupon_options', {
  /** Ids of the products that the coupon is limited to. Null if it is not limited. */
  appliesTo: jsonb('applies_to'),
  /** Amounts off in other currencies, by currency, in the minor unit: {"eur": {"amount_off": 500}}. */
  currencyOptions: jsonb('currency_options'),
})
