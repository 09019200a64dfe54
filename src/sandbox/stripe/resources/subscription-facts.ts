import { createIds, type Ids } from '../../server/ids.ts'
import { pick } from '../../server/random.ts'
import type { Dataset } from '../resource.ts'
import { type PriceFacts, priceAt, priceOfItem, subscriptionCurrency } from './pricing.ts'

export interface SubscriptionFacts {
  readonly n: number
  readonly id: string
  readonly created: number
  /** The number of the customer; undefined if the account has no customers. */
  readonly customer: number | undefined
  readonly currency: string
  readonly status: (typeof statuses)[number]
  readonly items: number
}

export interface ItemFacts {
  readonly id: string
  readonly quantity: number
  readonly price: PriceFacts
  /** In minor units, rounded. */
  readonly amount: number
}

const statuses = [
  ...Array<'active'>(26).fill('active'),
  ...Array<'canceled'>(8).fill('canceled'),
  ...(['trialing', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'incomplete_expired'] as const),
] as const

/** The most nested rows of a parent. The number of a row is the parent's number times this, plus the row's index. */
export const maxNestedRows = 128
export const itemIds: Ids = createIds('si_', 0x51)

export function subscriptionAt(dataset: Dataset, n: number): SubscriptionFacts {
  const random = dataset.draw('subscriptions', n)
  return {
    n,
    id: dataset.id('subscriptions', n),
    created: dataset.created('subscriptions', n),
    customer: dataset.parent('subscriptions', n),
    currency: subscriptionCurrency(dataset, n),
    status: pick(random, statuses),
    items: n % 40 === 5 ? 25 : n % 40 === 15 ? 11 : 1 + ((random() % 6) >> 1),
  }
}

export function itemAt(dataset: Dataset, subscription: number, index: number): ItemFacts {
  const price = priceAt(dataset, priceOfItem(dataset, subscription, index))
  const quantity = 1 + ((subscription * 7 + index * 3) % 9)
  const id = itemIds.idOf(subscription * maxNestedRows + index)
  return { id, quantity, price, amount: Math.round(quantity * Number(price.unitAmountDecimal)) }
}

/** The id of the customer. In an account without customers no object has this id. */
export const customerId = (dataset: Dataset, customer: number | undefined) => dataset.id('customers', customer ?? 0)

export const day = 86_400
/** The billing period that a time lies in, in steps of 30 days from the start. */
export function periodAt(start: number, now: number): { readonly start: number; readonly end: number } {
  const length = 30 * day
  const from = start + Math.max(0, Math.floor((now - start) / length)) * length
  return { start: from, end: from + length }
}
