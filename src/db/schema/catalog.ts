import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** What is sold. */
export const products = syncedTable('products', {
  name: text('name'),
  description: text('description'),
  active: boolean('active'),
  type: text('type'),
  /** In prices. */
  defaultPriceId: text('default_price_id'),
  unitLabel: text('unit_label'),
  taxCodeId: text('tax_code_id'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
  /** When the provider last changed it. */
  updatedAt: instant('updated_at'),
})

/** What a product costs, active, archived and inline ones. */
export const prices = syncedTable(
  'prices',
  {
    productId: text('product_id'),
    active: boolean('active'),
    /** Made for one subscription or invoice: found on an item, never in the provider's list of prices. */
    inline: boolean('inline').notNull().default(false),
    /** Three-letter ISO code, lower case. */
    currency: text('currency'),
    /** Stripe: one_time or recurring. */
    type: text('type'),
    /** Stripe: per_unit, or tiered with the tiers not in the payload. */
    billingScheme: text('billing_scheme'),
    /** In the currency's minor unit; null where it has a fraction, is tiered or is chosen by the customer. */
    unitAmount: money('unit_amount'),
    /** In the currency's minor unit, with its fraction. */
    unitAmountDecimal: decimal('unit_amount_decimal'),
    /** Stripe: day, week, month or year; null for a price paid once. */
    interval: text('interval'),
    /** Intervals between two payments. */
    intervalCount: whole('interval_count'),
    /** Stripe: licensed or metered. */
    usageType: text('usage_type'),
    meterId: text('meter_id'),
    trialPeriodDays: whole('trial_period_days'),
    /** Stripe: graduated or volume. */
    tiersMode: text('tiers_mode'),
    /** Units that count as one before the price applies. */
    divideBy: whole('divide_by'),
    taxBehavior: text('tax_behavior'),
    lookupKey: text('lookup_key'),
    nickname: text('nickname'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { by: ['productId'] },
)

/** What is taken off. */
export const coupons = syncedTable('coupons', {
  name: text('name'),
  /** 0 to 100. */
  percentOff: decimal('percent_off'),
  /** In the currency's minor unit. */
  amountOff: money('amount_off'),
  currency: text('currency'),
  /** Stripe: once, repeating or forever. */
  duration: text('duration'),
  durationInMonths: whole('duration_in_months'),
  maxRedemptions: whole('max_redemptions'),
  timesRedeemed: whole('times_redeemed'),
  redeemBy: instant('redeem_by'),
  valid: boolean('valid'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})

/** Codes that customers redeem for a coupon. */
export const promotionCodes = syncedTable('promotion_codes', {
  code: text('code'),
  couponId: text('coupon_id'),
  /** The only customer who may redeem it, if any. */
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

/** Rates of tax. */
export const taxRates = syncedTable('tax_rates', {
  displayName: text('display_name'),
  description: text('description'),
  /** 0 to 100. */
  percentage: decimal('percentage'),
  /** 0 to 100, where it differs from the percentage. */
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
