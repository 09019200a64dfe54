import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Products and services for sale. */
export const products = syncedTable(
  'products',
  {
    name: text('name'),
    description: text('description'),
    active: boolean('active'),
    type: text('type'),
    /** Id of the default price, in prices. */
    defaultPriceId: text('default_price_id'),
    unitLabel: text('unit_label'),
    taxCodeId: text('tax_code_id'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  // Version 2: an unlisted product of Shopify is active.
  { mappingVersion: 2 },
)

/** Prices of products: active, archived and inline prices. */
export const prices = syncedTable(
  'prices',
  {
    productId: text('product_id'),
    active: boolean('active'),
    /** True if the price was made for a single subscription or invoice. The provider does not list such a price. */
    inline: boolean('inline').notNull().default(false),
    /** Three-letter ISO code, lower case. */
    currency: text('currency'),
    /** Stripe: one_time or recurring. */
    type: text('type'),
    /** Stripe: per_unit or tiered. The tiers are in price_tiers. */
    billingScheme: text('billing_scheme'),
    /** Amount in the minor unit of the currency. Null if it has a fraction, is tiered or is chosen by the customer. */
    unitAmount: money('unit_amount'),
    /** Amount in the minor unit of the currency, with its fraction. */
    unitAmountDecimal: decimal('unit_amount_decimal'),
    /** Stripe: day, week, month or year. Null for a one-time price. */
    interval: text('interval'),
    /** Number of intervals between two payments. */
    intervalCount: whole('interval_count'),
    /** Stripe: licensed or metered. */
    usageType: text('usage_type'),
    meterId: text('meter_id'),
    trialPeriodDays: whole('trial_period_days'),
    /** Stripe: graduated or volume. */
    tiersMode: text('tiers_mode'),
    /** Number of units that count as a single unit for the price. */
    divideBy: whole('divide_by'),
    /** Which whole number of such units counts: up or down. */
    round: text('round'),
    /** Amounts in other currencies, if the payload contains them. Otherwise see price_options. */
    currencyOptions: jsonb('currency_options'),
    taxBehavior: text('tax_behavior'),
    lookupKey: text('lookup_key'),
    nickname: text('nickname'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { by: ['productId'], mappingVersion: 2 },
)

/** Discounts that can be applied to customers, subscriptions and invoices. */
export const coupons = syncedTable(
  'coupons',
  {
    name: text('name'),
    /** 0 to 100. */
    percentOff: decimal('percent_off'),
    /** Amount in the minor unit of the currency. */
    amountOff: money('amount_off'),
    currency: text('currency'),
    /** Stripe: once, repeating or forever. */
    duration: text('duration'),
    durationInMonths: whole('duration_in_months'),
    maxRedemptions: whole('max_redemptions'),
    timesRedeemed: whole('times_redeemed'),
    redeemBy: instant('redeem_by'),
    valid: boolean('valid'),
    /** Products that the coupon is limited to, if the payload contains them: {"products": ["prod_1"]}. Otherwise see coupon_options. */
    appliesTo: jsonb('applies_to'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { mappingVersion: 2 },
)

/** Codes that customers redeem for a coupon. */
export const promotionCodes = syncedTable('promotion_codes', {
  code: text('code'),
  couponId: text('coupon_id'),
  /** Id of the only customer who may redeem the code. Null if every customer may. */
  customerId: text('customer_id'),
  active: boolean('active'),
  expiresAt: instant('expires_at'),
  maxRedemptions: whole('max_redemptions'),
  timesRedeemed: whole('times_redeemed'),
  firstTimeTransaction: boolean('first_time_transaction'),
  minimumAmount: money('minimum_amount'),
  minimumAmountCurrency: text('minimum_amount_currency'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})

/** Tax rates. */
export const taxRates = syncedTable('tax_rates', {
  displayName: text('display_name'),
  description: text('description'),
  /** 0 to 100. */
  percentage: decimal('percentage'),
  /** Effective percentage, 0 to 100, if it differs from the percentage. */
  effectivePercentage: decimal('effective_percentage'),
  flatAmount: money('flat_amount'),
  flatAmountCurrency: text('flat_amount_currency'),
  /** Stripe: flat_amount or percentage. */
  rateType: text('rate_type'),
  inclusive: boolean('inclusive'),
  active: boolean('active'),
  country: text('country'),
  state: text('state'),
  jurisdiction: text('jurisdiction'),
  jurisdictionLevel: text('jurisdiction_level'),
  taxType: text('tax_type'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})
