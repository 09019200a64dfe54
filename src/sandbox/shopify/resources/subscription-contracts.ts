import { oneIn, pick } from '../../server/random.ts'
import { apps } from '../apps.ts'
import { nestedGid } from '../gids.ts'
import { inCurrency, money, presentmentCurrencies } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { day, timestamp } from '../timestamps.ts'
import { variantAt } from './variant-facts.ts'

const statuses = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'PAUSED', 'CANCELLED', 'EXPIRED', 'FAILED'] as const

/** One contract in ten belongs to another app, which the API never shows. */
export const subscriptionContracts: Resource = {
  type: 'SubscriptionContract',
  count: (orders) => Math.floor(orders / 10),
  moments: {
    created: { field: 'createdAt', at: created },
    updated: { field: 'updatedAt', at: updated },
  },
  generate(n, data) {
    const random = data.draw('subscriptionContracts', n)
    const id = data.id('subscriptionContracts', n)
    const at = created(n, data)
    const status = pick(random, statuses)
    const currency = pick(random, presentmentCurrencies)
    const customer = data.before('customers', at, random())
    const failed = status === 'FAILED'
    const app = n % 10 === 9 ? apps.other : apps.billingSync
    return {
      createdAt: timestamp(at),
      updatedAt: timestamp(updated(n, data)),
      status,
      currencyCode: currency,
      nextBillingDate: status === 'ACTIVE' || status === 'PAUSED' ? timestamp(data.now + (n % 30) * day) : null,
      lastPaymentStatus: failed ? 'FAILED' : n % 6 === 5 ? null : 'SUCCEEDED',
      lastBillingAttemptErrorType: failed ? 'PAYMENT_ERROR' : null,
      revisionId: String(10_000 + n),
      note: n % 7 === 2 ? 'Bitte vor 9 Uhr' : null,
      app: { id: app.id, __typename: 'App', title: app.title },
      customer: data.reference('customers', customer),
      originOrder: data.reference('orders', data.before('orders', at, random())),
      customerPaymentMethod:
        customer === undefined
          ? null
          : { id: `gid://shopify/CustomerPaymentMethod/${n + 1}`, __typename: 'CustomerPaymentMethod' },
      billingPolicy: {
        __typename: 'SubscriptionBillingPolicy',
        interval: pick(random, ['DAY', 'WEEK', 'MONTH', 'MONTH', 'YEAR']),
        intervalCount: 1 + (random() % 3),
        minCycles: oneIn(random, 4) ? 3 : null,
        maxCycles: oneIn(random, 6) ? 12 : null,
        anchors: oneIn(random, 5)
          ? [{ __typename: 'SellingPlanAnchor', type: 'MONTHDAY', day: 15, month: null, cutoffDay: null }]
          : [],
      },
      deliveryPrice: money(inCurrency(oneIn(random, 2) ? 1 : 499, currency), currency),
      lines: linesOf(id, n, currency, data),
      customAttributes: [],
      discounts: [],
    }
  },
}

/** One contract in 40 has more lines than a page of twenty. */
function linesOf(contract: string, n: number, currency: string, data: Dataset) {
  const random = data.draw('subscriptionContracts', n + 2 ** 24)
  const variants = data.count('productVariants')
  const groups = data.count('sellingPlanGroups')
  return Array.from({ length: n % 40 === 8 ? 23 : 1 + (random() % 3) }, (_, index) => {
    const number = variants === 0 ? undefined : random() % variants
    const variant = number === undefined ? undefined : variantAt(number, data)
    const price = inCurrency(variant?.cents ?? 1_000, currency)
    const group = groups === 0 ? undefined : data.id('sellingPlanGroups', random() % groups)
    return {
      id: nestedGid('SubscriptionLine', contract, index),
      __typename: 'SubscriptionLine',
      productId: variant ? data.id('products', variant.product) : null,
      variantId: number === undefined ? null : data.id('productVariants', number),
      sellingPlanId: group ? nestedGid('SellingPlan', group, 0) : null,
      sellingPlanName: group ? 'Every 1 months' : null,
      title: variant?.title ?? 'Custom',
      variantTitle: variant?.option ?? null,
      sku: variant?.sku ?? null,
      quantity: 1 + (random() % 4),
      taxable: true,
      requiresShipping: true,
      currentPrice: money(price, currency),
      lineDiscountedPrice: money(Math.floor(price * 0.9), currency),
      customAttributes: [],
      discountAllocations: [],
    }
  })
}

function created(n: number, data: Dataset): number {
  return data.moment('subscriptionContracts', n)
}

function updated(n: number, data: Dataset): number {
  return Math.min(created(n, data) + (n % 4) * 30 * day + 5, data.now)
}
