import * as tables from '../../../db/schema.ts'
import { decimal, flag, integer, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import { absent, at, mapping } from '../../../provider/mapping.ts'
import { resource } from '../resource.ts'

export const products = resource('products', '/v1/products', {
  table: tables.products,
  owner: null,
  row: mapping<typeof tables.products>({
    name: text,
    description: text,
    active: flag,
    type: text,
    defaultPriceId: at(reference, 'default_price'),
    unitLabel: text,
    taxCodeId: at(reference, 'tax_code'),
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    updatedAt: at(unixSeconds, 'updated'),
  }),
})

export const coupons = resource('coupons', '/v1/coupons', {
  table: tables.coupons,
  owner: null,
  row: mapping<typeof tables.coupons>({
    name: text,
    percentOff: decimal,
    amountOff: integer,
    currency: text,
    duration: text,
    durationInMonths: integer,
    maxRedemptions: integer,
    timesRedeemed: integer,
    redeemBy: unixSeconds,
    valid: flag,
    appliesTo: object,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

export const promotionCodes = resource('promotion_codes', '/v1/promotion_codes', {
  table: tables.promotionCodes,
  owner: { customer: ['customerId'] },
  row: mapping<typeof tables.promotionCodes>({
    code: text,
    couponId: at(reference, 'promotion.coupon', 'coupon'),
    customerId: at(reference, 'customer'),
    active: flag,
    expiresAt: unixSeconds,
    maxRedemptions: integer,
    timesRedeemed: integer,
    firstTimeTransaction: at(flag, 'restrictions.first_time_transaction'),
    minimumAmount: at(integer, 'restrictions.minimum_amount'),
    minimumAmountCurrency: at(text, 'restrictions.minimum_amount_currency'),
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

export const taxRates = resource('tax_rates', '/v1/tax_rates', {
  table: tables.taxRates,
  owner: null,
  row: mapping<typeof tables.taxRates>({
    displayName: text,
    description: text,
    percentage: decimal,
    effectivePercentage: decimal,
    flatAmount: at(integer, 'flat_amount.amount'),
    flatAmountCurrency: at(text, 'flat_amount.currency'),
    rateType: text,
    inclusive: flag,
    active: flag,
    country: text,
    state: text,
    jurisdiction: text,
    jurisdictionLevel: text,
    taxType: text,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})
