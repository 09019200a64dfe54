import type Stripe from 'stripe'
import type { Dataset, GenerationInput, Resource, StripeObject } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { type PriceFacts, priceAt } from './pricing.ts'

/** Listed prices, active or not, and the inline prices of subscriptions, which no list shows. */
export const prices: Resource = {
  path: '/v1/prices',
  object: 'price',
  idPrefix: 'price_',
  createdField: 'created',
  count: (customers, countOf) =>
    customers === 0 ? 0 : Math.max(14, Math.ceil(customers / 50)) + Math.floor((countOf('subscriptions') + 6) / 10),
  generate: ({ id, created, livemode, dataset, n }: GenerationInput) =>
    priceObject(priceAt(dataset, n), { id, created, livemode }),
  filters: {
    active: (price, value) => String(price.active) === value,
    currency: (price, value) => price.currency === value,
    product: (price, value) => price.product === value,
    type: (price, value) => price.type === value,
    'lookup_keys[]': (price, value) => value.split(',').includes(String(price.lookup_key)),
  },
  hidden: (price, filters) => isInline(price) || (filters.active === undefined && !price.active),
  complete: () => true,
  expandable: {
    product: (price, live) => ({ product: live.products.retrieve(String(price.product)) ?? price.product }),
    tiers: () => ({}),
    currency_options: () => ({}),
  },
  deleted: 'missing',
}

/** Stripe's price has no such field. The sandbox marks inline prices by nickname, so that a test can insert one. */
export const isInline = (price: StripeObject) => String(price.nickname).startsWith('inline ')

interface Identity {
  readonly id: string
  readonly created: number
  readonly livemode: boolean
}

export type PriceObject = ReturnType<typeof priceObject>

function priceObject(facts: PriceFacts, { id, created, livemode }: Identity) {
  return {
    id,
    object: 'price',
    active: facts.active,
    billing_scheme: 'per_unit',
    created,
    currency: facts.currency,
    custom_unit_amount: null,
    livemode,
    lookup_key: facts.n % 6 === 1 && !facts.inline ? `lookup-${facts.n}` : null,
    metadata: facts.n % 3 === 0 ? { tier: String(facts.n % 4), note: 'Preis „netto“' } : {},
    nickname: facts.inline ? `inline ${facts.n}` : facts.n % 2 ? 'Jährlich – 年額' : null,
    product: facts.product,
    recurring: facts.interval && {
      interval: facts.interval,
      interval_count: facts.intervalCount,
      meter: null,
      trial_period_days: null,
      usage_type: 'licensed',
    },
    tax_behavior: 'exclusive',
    tiers_mode: null,
    transform_quantity: null,
    type: facts.interval ? 'recurring' : 'one_time',
    unit_amount: facts.unitAmount,
    unit_amount_decimal: facts.unitAmountDecimal,
  } satisfies Wire<Stripe.Price>
}

/** A price embedded in another object: all its fields, as they were generated. */
export function embeddedPrice(dataset: Dataset, n: number, livemode: boolean) {
  return priceObject(priceAt(dataset, n), {
    id: dataset.id('prices', n),
    created: dataset.created('prices', n),
    livemode,
  })
}

/** The plan of a recurring price: the same id under the older name. */
export function planOf(price: PriceObject) {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: 'per_unit',
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: price.livemode,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  } satisfies Wire<Stripe.Plan>
}
