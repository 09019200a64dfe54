import type Stripe from 'stripe'
import type { StripeObject } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { type PriceObject, planOf } from './prices.ts'
import { day } from './subscription-facts.ts'

interface Item {
  readonly id: string
  readonly subscription: string
  readonly created: number
  readonly period: { readonly start: number; readonly end: number }
  readonly quantity: number
  readonly price: PriceObject
}

export function itemObject({ id, subscription, created, period, quantity, price }: Item) {
  return {
    id,
    object: 'subscription_item',
    billing_thresholds: null,
    created,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(price),
    price,
    quantity,
    subscription,
    tax_rates: [],
  } satisfies Wire<Stripe.SubscriptionItem>
}

interface AddedItem {
  readonly id: string
  readonly subscription: string
  /** A price of the sandbox. */
  readonly price: StripeObject
  readonly now: number
}

/** An item with quantity one that is added now. */
export function embeddedItem({ price, now, ...item }: AddedItem) {
  const period = { start: now, end: now + 30 * day }
  // Every price of the sandbox has the shape that its generator gives it.
  return itemObject({ ...item, created: now, period, quantity: 1, price: price as unknown as PriceObject })
}
